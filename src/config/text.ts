/**
 * A string of the config whose value may not be printed: `${VAR}` references stand in `shown`, their values in `value`.
 * Both are equal where no variable is used.
 */
export interface Text {
  /** What plans, warnings and errors print. */
  readonly shown: string;
  /** What the server gets. */
  readonly value: string;
  /** What looks like a reference was escaped, and stands in the text as it is. Default false. */
  readonly literal?: true;
}

/** A text without variables. */
export function plain(value: string): Text {
  return { shown: value, value };
}

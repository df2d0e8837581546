/** A finding about the config: always with a place, never with a value that could be a secret. */
export interface Problem {
  readonly severity: "error" | "warning";
  /** `config/<what>`, stable for scripts. */
  readonly code: string;
  readonly message: string;
  /** What to write instead. */
  readonly hint?: string;
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1, in characters. */
  readonly column: number;
  /** The backend that it is about, when it is about one. */
  readonly backend?: string;
}

/** The place of a problem as users and JSON know it: `file:line:col`. */
export function placeOf(problem: Pick<Problem, "file" | "line" | "column">): string {
  return `${problem.file}:${problem.line}:${problem.column}`;
}

/** Everything that argus tells a user when it cannot go on: one class, one table of exit codes. */

/** Exit codes of argus itself; `run` returns the server's own code once the server has started. */
export const EXIT = { ok: 0, failed: 1, usage: 2, absent: 3 } as const;

/** A failure with everything a report needs: what is wrong, where, and what to type next. */
export class ArgusError extends Error {
  override readonly name = "ArgusError";
  /** `area/what`, stable for scripts: "config/unknown-key", "engine/not-running". */
  readonly code: string;
  /** What the user can type or change next. */
  readonly hint: string | undefined;
  /** `file:line:col`. */
  readonly where: string | undefined;
  /** The command that failed, without the value of a variable, and without its end where it is long. */
  readonly command: string | undefined;
  /** One of {@link EXIT}. */
  readonly exitCode: number;
  /** The last lines that another program said about it, printed below the message. */
  readonly output: string | undefined;
  /** What else is wrong, where all was looked at. */
  readonly others: readonly ArgusError[];

  constructor(code: string, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.hint = details.hint;
    this.where = details.where;
    this.command = details.command;
    this.output = details.output;
    this.others = details.others ?? [];
    this.exitCode = details.exitCode ?? exitCodeOf(code);
  }
}

/** What an {@link ArgusError} may carry beside its code and message. */
export interface ErrorDetails {
  readonly hint?: string | undefined;
  readonly where?: string | undefined;
  readonly command?: string | undefined;
  readonly output?: string | undefined;
  readonly exitCode?: number | undefined;
  readonly cause?: unknown;
  readonly others?: readonly ArgusError[];
}

/**
 * Makes every check, whatever the ones before it found, and returns what each gives.
 *
 * @throws ArgusError the first that a check threw, with the others in it.
 */
export function checkAll<Results extends readonly unknown[]>(
  checks: readonly [...{ readonly [At in keyof Results]: () => Results[At] }],
): Results {
  const errors: ArgusError[] = [];
  const results = checks.map((check) => {
    try {
      return check();
    } catch (error) {
      if (!(error instanceof ArgusError)) throw error;
      errors.push(error);
      return undefined;
    }
  });
  throwAll(errors);
  return results as unknown as Results;
}

/**
 * Does nothing where there are none.
 *
 * @throws ArgusError the first, with the others in it.
 */
export function throwAll(errors: readonly ArgusError[]): void {
  const [first, ...others] = errors.flatMap((error) => [error, ...error.others]);
  if (first === undefined) return;
  throw others.length === 0 ? first : new ArgusError(first.code, first.message, { ...first, others, cause: first });
}

/** What an error says for itself, whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** What the system says about a file that cannot be read or written: `no space left on device`. */
export function systemWords(cause: unknown): string {
  // "ENOSPC: no space left on device, open 'x'", or under Deno "No space left on device (os error 28)"
  const [reason = ""] = messageOf(cause)
    .replace(/^[A-Z0-9]+: /, "")
    .split(/, | \(os error /);
  return reason.charAt(0).toLowerCase() + reason.slice(1);
}

function exitCodeOf(code: string): number {
  if (code.startsWith("config/") || code.startsWith("usage/")) return EXIT.usage;
  if (code.startsWith("absent/")) return EXIT.absent;
  return EXIT.failed;
}

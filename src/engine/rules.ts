/** Tables that say what a program's failure means, by what it printed. */
import { ArgusError } from "../errors.ts";
import { lastLines } from "./last_lines.ts";

/** What one kind of failure looks like, and what it means. */
export interface Rule<Failure> {
  readonly pattern: RegExp;
  readonly code: string;
  message(match: readonly string[], failure: Failure): string;
  hint?(match: readonly string[], failure: Failure): string | undefined;
  /** What is printed below in place of the program's own lines. */
  output?(match: readonly string[]): string;
  /** Default: that of the code. */
  readonly exitCode?: number;
}

/** The error of the first rule that knows a text; undefined when none does. */
export function errorOf<Failure extends { readonly command?: string | undefined }>(
  rules: readonly Rule<Failure>[],
  text: string,
  failure: Failure,
  lines: readonly string[],
): ArgusError | undefined {
  for (const rule of rules) {
    const match = rule.pattern.exec(text);
    if (match === null) continue;
    return new ArgusError(rule.code, rule.message(match, failure), {
      hint: rule.hint?.(match, failure),
      command: failure.command,
      output: rule.output?.(match) ?? lastLines(lines),
      exitCode: rule.exitCode,
    });
  }
  return undefined;
}

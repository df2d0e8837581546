/** How a failure reaches the user: one report for people on stderr, or one JSON object on stdout. */

import { InvalidConfig } from "../config/invalid_config.ts";
import { type Problem, placeOf } from "../config/problem.ts";
import { ArgusError, EXIT } from "../errors.ts";
import { printData } from "./data.ts";
import { printLine } from "./line.ts";

/** Prints what went wrong and returns the exit code. Anything but an ArgusError is a defect of argus and says so. */
export function report(error: unknown, options: { readonly json: boolean; readonly verbose: boolean }): number {
  const failure = error instanceof ArgusError ? error : defect(error);
  if (!options.json || !printedJson(failure)) printFailure(failure);
  // Where a user's mistake was noticed in the code helps nobody.
  if (options.verbose && failure.code === DEFECT && failure.cause instanceof Error) console.warn(failure.cause.stack);
  return failure.exitCode;
}

/** False when stdout takes nothing: stderr is then the last place to say what is wrong. */
function printedJson(failure: ArgusError): boolean {
  try {
    printData(JSON.stringify({ error: errorJson(failure) }));
    return true;
  } catch {
    return false;
  }
}

/** Prints a failure for people. */
export function printFailure(failure: ArgusError): void {
  if (failure instanceof InvalidConfig) printProblems(failure.problems);
  else for (const line of [failure, ...failure.others].flatMap(errorLines)) printLine(line);
}

/** One line for each problem, its hint below: `file:line:col: error: message [code]`. */
export function printProblems(problems: readonly Problem[]): void {
  for (const problem of problems) {
    printLine(`${placeOf(problem)}: ${problem.severity}: ${problem.message} [${problem.code}]`);
    if (problem.hint !== undefined) printLine(`  hint: ${problem.hint}`);
  }
}

/** A failure as scripts get it. */
export interface ErrorJson {
  readonly code: string;
  readonly message: string;
  readonly hint: string | undefined;
  readonly where: string | undefined;
  /** The command that failed, without its end where it is long. */
  readonly command: string | undefined;
  /** The last lines of the program that failed, where that is another one than argus. */
  readonly log: readonly string[] | undefined;
  readonly problems: readonly Problem[] | undefined;
  /** What else is wrong, where all was looked at. */
  readonly others: readonly ErrorJson[] | undefined;
}

/** Makes it. */
export function errorJson(failure: ArgusError): ErrorJson {
  const { code, message, hint, where, command, output } = failure;
  const others = failure.others.length === 0 ? undefined : failure.others.map(errorJson);
  const problems = failure instanceof InvalidConfig ? failure.problems : undefined;
  return {
    code,
    message,
    hint,
    where,
    command,
    log: output === undefined ? undefined : linesOf(output),
    problems,
    others,
  };
}

/** A failure as lines for people. */
function errorLines(failure: ArgusError): string[] {
  const about = failure.command ?? failure.where;
  const place = about === undefined ? "" : `${about}: `;
  const lines = [`argus: error: ${place}${failure.message} [${failure.code}]`];
  for (const line of linesOf(failure.output ?? "")) lines.push(`  | ${line}`);
  if (failure.hint !== undefined) lines.push(`  hint: ${failure.hint}`);
  return lines;
}

/** What another program said, without the empty lines at its end. */
function linesOf(output: string): string[] {
  const text = output.trimEnd();
  return text === "" ? [] : text.split("\n");
}

const DEFECT = "internal/defect";

function defect(error: unknown): ArgusError {
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return new ArgusError(DEFECT, `this is a defect of argus: ${message.split("\n")[0]}`, {
    hint: "run the same command with --verbose and report what it prints",
    exitCode: EXIT.failed,
    cause: error,
  });
}

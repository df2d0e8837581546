/** What argus tells people: always on stderr, one line each, never a value of a secret. */
import { createConsola, type LogObject } from "consola/core";
import { printLine } from "./line.ts";

/** The log of the whole program. Level 3 (info) by default; {@link setLevel} changes it. */
export const log = createConsola({
  level: 3,
  reporters: [{ log: (entry) => printLine(lineOf(entry)) }],
  throttle: 0,
});

/** `--quiet` leaves errors and warnings, `--verbose` adds details. */
export function setLevel(options: { readonly quiet?: boolean; readonly verbose?: boolean }): void {
  if (options.quiet) log.level = 1;
  if (options.verbose) log.level = 4;
}

/** Whether `--verbose` is given. */
export function isVerbose(): boolean {
  return log.level > 3;
}

const PREFIX: Partial<Record<LogObject["type"], string>> = { warn: "warning: ", error: "error: ", fatal: "error: " };

function lineOf(entry: LogObject): string {
  return `argus: ${PREFIX[entry.type] ?? ""}${entry.args.join(" ")}`;
}

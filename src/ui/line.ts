import { visible } from "../visible.ts";

/**
 * Prints one line for people, on stderr. Not with console.error, which Bun makes red, and not with process.stderr, whose
 * first use costs 4 ms at start-up.
 */
export function printLine(line: string): void {
  console.warn(visible(line));
}

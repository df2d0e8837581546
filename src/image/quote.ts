/** Values as one word of a Dockerfile line: for a shell, for ENV and LABEL, as a JSON list. */

import { ArgusError } from "../errors.ts";
import { shellQuoted } from "../shell.ts";

/**
 * One word of a POSIX shell.
 *
 * @throws ArgusError `image/unsafe-value` for a line break or NUL.
 */
export function shellWord(value: string): string {
  oneLine(value);
  return shellQuoted(value);
}

/** Words of a POSIX shell. */
export function shellWords(values: readonly string[]): string {
  return values.map(shellWord).join(" ");
}

/**
 * `NAME="value"` for ENV and LABEL, where `\`, `"` and `$` mean something.
 *
 * @throws ArgusError `image/unsafe-value` for a line break or NUL.
 */
export function assignment(name: string, value: string): string {
  oneLine(value);
  return `${name}="${value.replace(/[\\"$]/g, "\\$&")}"`;
}

/** The exec form of ENTRYPOINT: JSON that no shell and no builder expands. */
export function execForm(words: readonly string[]): string {
  for (const word of words) oneLine(word);
  return `[${words.map((word) => JSON.stringify(word)).join(", ")}]`;
}

/**
 * A line that a shell reads as it is.
 *
 * @throws ArgusError `image/unsafe-value` for what would reach beyond the line.
 */
export function shellLine(line: string): string {
  oneLine(line);
  // The builder takes a backslash at the end as "goes on below" and `<<` as the start of a here-document.
  if (/\\\s*$/.test(line) || line.includes("<<")) {
    throw new ArgusError(
      "image/unsafe-value",
      `the build step ${JSON.stringify(line)} would reach into the next line`,
      {
        hint: "split it into separate steps, without a backslash at the end and without <<",
      },
    );
  }
  return line;
}

/** Throws when a value is absent or would leave its line. */
export function oneLine(value: unknown): string {
  if (value === undefined || value === null) {
    throw new ArgusError("image/missing-value", "a value of the Dockerfile is missing");
  }
  const text = String(value);
  if (/[\r\n\0\u2028\u2029]/.test(text)) {
    throw new ArgusError("image/unsafe-value", "a value of the Dockerfile holds a line break", {
      hint: "write it on one line",
    });
  }
  return text;
}

/** What argus prints on stdout: all of it arrives, or the command fails. */
import { writeSync } from "node:fs";
import { ArgusError, systemWords } from "../errors.ts";

/**
 * Prints a text and the end of its line. A reader that has seen enough (`argus plan | head`) is no failure.
 *
 * A stdout that is closed is none that argus could see: Bun, Node and Deno open /dev/null in its place when they start.
 *
 * @throws ArgusError `host/output` when it cannot be written; console.log would lose it without a word.
 */
export function printData(text: string): void {
  for (let rest: Uint8Array = Buffer.from(`${text}\n`); rest.length > 0; ) {
    try {
      rest = rest.subarray(writeSync(1, rest.subarray(0, CHUNK)));
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException;
      if (code === "EPIPE") return;
      if (code !== "EAGAIN") throw unwritten(cause);
      // Another program made the pipe non-blocking, and its reader is slow.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, RETRY_MS);
    }
  }
}

const RETRY_MS = 5;

/** So many bytes a pipe takes whole or not at all, and Deno does not say how many of more it took before it was full. */
const CHUNK = 4096;

function unwritten(cause: unknown): ArgusError {
  return new ArgusError("host/output", `cannot write the output: ${systemWords(cause)}`, { cause });
}

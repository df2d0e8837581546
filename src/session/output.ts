/**
 * The server's stdout where argus reads it: with `stdout: strict` only JSON-RPC reaches the client, and on systems
 * that do not count a process's bytes argus counts them. Valid lines pass byte for byte.
 */
import { Buffer } from "node:buffer";
import process from "node:process";
import type { Readable } from "node:stream";
import { printLine } from "../ui/line.ts";
import { after } from "./after.ts";

/** A stdout that is being passed on. */
export interface Output {
  /** Bytes that came so far. */
  readonly bytes: number;
  /**
   * For after the program's end: resolves when everything has been passed on, of a client that ended the session also when it
   * reads no more. A stream that is held open by what the program left behind ends with a silence.
   */
  passed(hurried: boolean): Promise<void>;
}

/** How long a client that ended the session may take to read what is left, and how long a silence is, in milliseconds. */
const PATIENCE = 300;

const NEWLINE = 10;

/** Passes a program's stdout on to the client. */
export function readOutput(source: Readable, mode: "raw" | "strict"): Output {
  const sort = mode === "strict" ? lineSorter(toStderr) : undefined;
  let bytes = 0;
  let writing = false;
  const ended = (async () => {
    try {
      for await (const chunk of source as AsyncIterable<Uint8Array>) {
        bytes += chunk.length;
        writing = true;
        await write(sort === undefined ? chunk : sort.take(chunk));
        writing = false;
      }
      if (sort !== undefined) await write(sort.rest());
    } catch {
      // The client is gone, or the program was killed: the session sees either by itself.
    }
    sort?.report();
  })();
  return {
    get bytes() {
      return bytes;
    },
    async passed(hurried) {
      const over = ended.then(() => true);
      for (let seen = -1; writing || seen !== bytes; ) {
        seen = bytes;
        if ((await Promise.race([over, after(PATIENCE)])) === true || hurried) return;
      }
    },
  };
}

/** Splits a stream into lines: JSON-RPC comes back, empty ones are dropped, anything else goes to `other` with its text. */
export function lineSorter(other: (line: string) => void): {
  take(chunk: Uint8Array): Uint8Array;
  rest(): Uint8Array;
  report(): void;
} {
  let parts: Uint8Array[] = [];
  let dropped = 0;
  const sorted = (line: Uint8Array): boolean => {
    if (isMessage(line)) return true;
    const text = Buffer.from(line.buffer, line.byteOffset, line.byteLength).toString("utf8").trimEnd();
    if (text === "") return false;
    dropped += 1;
    other(text);
    return false;
  };
  return {
    take(chunk) {
      const kept: Uint8Array[] = [];
      let from = 0;
      for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, from)) {
        parts.push(chunk.subarray(from, at + 1));
        const line = parts.length === 1 ? parts[0]! : Buffer.concat(parts);
        parts = [];
        from = at + 1;
        if (sorted(line)) kept.push(line);
      }
      if (from < chunk.length) parts.push(chunk.slice(from));
      return kept.length === 1 ? kept[0]! : Buffer.concat(kept);
    },
    rest() {
      const line = Buffer.concat(parts);
      parts = [];
      return line.length > 0 && sorted(line) ? line : new Uint8Array(0);
    },
    report() {
      if (dropped > 0) {
        printLine(
          `argus: ${dropped} ${dropped === 1 ? "line" : "lines"} on stdout ${dropped === 1 ? "was" : "were"} not JSON-RPC`,
        );
      }
    },
  };
}

/** A JSON-RPC message: an object with `"jsonrpc"`, or a batch of them. */
function isMessage(line: Uint8Array): boolean {
  try {
    const value: unknown = JSON.parse(Buffer.from(line.buffer, line.byteOffset, line.byteLength).toString("utf8"));
    const messages = Array.isArray(value) ? value : [value];
    return messages.length > 0 && messages.every((message) => isObject(message) && message.jsonrpc === "2.0");
  } catch {
    return false;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function toStderr(line: string): void {
  // As the server wrote it; console.error would make it red.
  console.warn(line);
}

/** Waits while the client does not read, so that the server is slowed down instead of argus growing. */
function write(bytes: Uint8Array): Promise<void> {
  if (bytes.length === 0) return Promise.resolve();
  return new Promise((resolve, reject) =>
    process.stdout.write(bytes, (error) => (error == null ? resolve() : reject(error))),
  );
}

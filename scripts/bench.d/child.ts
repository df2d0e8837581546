/** Processes that speak over pipes, timed from the outside as an MCP client would see them. */
import type { Buffer } from "node:buffer";
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import process from "node:process";

/** A program with its words and the variables that it gets beside this process' own. */
export interface Line {
  readonly words: readonly string[];
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** A running session. */
export interface Session {
  readonly child: ChildProcessWithoutNullStreams;
  readonly pid: number;
  /** Resolves with the milliseconds until so many bytes of stdout have arrived since the call. */
  exchange(input: string | Uint8Array, expected: number): Promise<number>;
  /** Resolves with the milliseconds from the start of the program to the first whole line. */
  firstLine(): Promise<number>;
  /** Closes stdin and waits for the end; kills after 20 s. */
  close(): Promise<void>;
}

/** The first message of an MCP client, and its length as a line. */
export const INITIALIZE = `${JSON.stringify({
  jsonrpc: "2.0",
  id: 1,
  method: "initialize",
  params: { protocolVersion: "2025-06-18", capabilities: {}, clientInfo: { name: "bench", version: "0" } },
})}\n`;

/** Anything that takes longer is broken, not slow. */
const LIMIT = 120_000;

export function open(line: Line): Session {
  const [bin = "", ...args] = line.words;
  const began = performance.now();
  const child = spawn(bin, args, {
    stdio: ["pipe", "pipe", "pipe"],
    env: { ...process.env, ...line.env },
    ...(line.cwd === undefined ? {} : { cwd: line.cwd }),
  });
  let stderr = "";
  child.stderr.on("data", (bytes: Buffer) => {
    stderr = `${stderr}${bytes}`.slice(-2000);
  });
  child.stdin.on("error", () => {});
  let failure: Error | undefined;
  let wake: (() => void) | undefined;
  let bytes = 0;
  let newline = false;
  const ended = new Promise<void>((resolve) => child.on("close", () => resolve()));
  child.on("error", (error) => {
    failure = error;
    wake?.();
  });
  child.on("close", (code) => {
    failure ??= new Error(`${line.words.join(" ")} ended with ${code}\n${stderr}`);
    wake?.();
  });
  child.stdout.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    newline ||= chunk.includes(10);
    wake?.();
  });
  const until = (done: () => boolean) =>
    new Promise<void>((resolve, reject) => {
      const late = () => settle(() => reject(new Error(`no answer of ${line.words.join(" ")}\n${stderr}`)));
      const timer = setTimeout(late, LIMIT);
      const settle = (how: () => void) => {
        clearTimeout(timer);
        wake = undefined;
        how();
      };
      wake = () => {
        if (done()) settle(resolve);
        else if (failure !== undefined) settle(() => reject(failure));
      };
      wake();
    });
  return {
    child,
    pid: child.pid ?? 0,
    async exchange(input, expected) {
      const from = performance.now();
      bytes = 0;
      child.stdin.write(input);
      await until(() => bytes >= expected);
      return performance.now() - from;
    },
    async firstLine() {
      await until(() => newline);
      return performance.now() - began;
    },
    async close() {
      child.stdin.end();
      const timer = setTimeout(() => child.kill("SIGKILL"), 20_000);
      await ended;
      clearTimeout(timer);
    },
  };
}

/** Milliseconds from the start of an MCP server to its first reply; the session is over when this resolves. */
export async function firstReply(line: Line): Promise<number> {
  const session = open(line);
  session.child.stdin.write(INITIALIZE);
  const took = await session.firstLine();
  await session.close();
  return took;
}

/** Milliseconds that a program takes from start to end; it must end well. */
export async function wholeRun(line: Line): Promise<number> {
  const [bin = "", ...args] = line.words;
  const began = performance.now();
  const child = spawn(bin, args, {
    stdio: ["ignore", "ignore", "pipe"],
    env: { ...process.env, ...line.env },
    ...(line.cwd === undefined ? {} : { cwd: line.cwd }),
  });
  let stderr = "";
  child.stderr.on("data", (bytes: Buffer) => {
    stderr = `${stderr}${bytes}`.slice(-2000);
  });
  return new Promise((resolve, reject) => {
    let took = 0;
    child.on("error", reject);
    child.on("exit", () => {
      took = performance.now() - began;
    });
    child.on("close", (code) => {
      if (code === 0) resolve(took);
      else reject(new Error(`${line.words.join(" ")} ended with ${code}\n${stderr}`));
    });
  });
}

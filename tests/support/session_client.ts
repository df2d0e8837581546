/** A client for tests: starts a session through the driver and talks to it as bytes. */
import { Buffer } from "node:buffer";
import { type ChildProcess, spawn } from "node:child_process";
import process from "node:process";
import { driverWords } from "./driver.ts";
import type { World } from "./engines.ts";

/** A session that a test holds. */
export interface Client {
  readonly child: ChildProcess;
  /** Resolves when the session has ended and both outputs are read. */
  readonly ended: Promise<{ code: number | null; stdout: Buffer; stderr: string }>;
  /** Resolves when stdout holds at least so many bytes. */
  has(bytes: number): Promise<void>;
}

/** How a session is started. */
export interface ClientOptions {
  readonly image?: string;
  /** DRIVER_* of session_driver.ts. */
  readonly env?: Readonly<Record<string, string>>;
  /** Keep what comes on stdout; false = count it only. Default true. */
  readonly keep?: boolean;
  /** Default: the test's own. */
  readonly cwd?: string;
}

/** Starts a server of words in a container. */
export function openSession(world: World, id: string, words: readonly string[], options: ClientOptions = {}): Client {
  const all = [...world.prefix, ...driverWords(), world.engine, id, options.image ?? "alpine:3.21", ...words];
  return openProcess(all, { ...process.env, ...world.env, DRIVER_CASE: id, ...options.env }, options.keep, options.cwd);
}

/** Starts any program and talks to it as a client would. */
export function openProcess(words: readonly string[], env: NodeJS.ProcessEnv, keep = true, cwd?: string): Client {
  const child = spawn(words[0]!, words.slice(1), { stdio: ["pipe", "pipe", "pipe"], env, cwd });
  const chunks: Buffer[] = [];
  const errors: Buffer[] = [];
  let count = 0;
  let waiting: { bytes: number; done: () => void }[] = [];
  child.stdin.on("error", () => {});
  child.stdout.on("data", (chunk: Buffer) => {
    count += chunk.length;
    if (keep) chunks.push(chunk);
    for (const { bytes, done } of waiting) if (count >= bytes) done();
    waiting = waiting.filter(({ bytes }) => count < bytes);
  });
  child.stderr.on("data", (chunk: Buffer) => errors.push(chunk));
  const ended = new Promise<{ code: number | null; stdout: Buffer; stderr: string }>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) =>
      resolve({ code, stdout: Buffer.concat(chunks), stderr: Buffer.concat(errors).toString("utf8") }),
    );
  });
  const has = (bytes: number): Promise<void> =>
    new Promise((resolve, reject) => {
      if (count >= bytes) return resolve();
      waiting.push({ bytes, done: resolve });
      void ended.then(() => reject(new Error(`the session ended after ${count} of ${bytes} bytes`)));
    });
  return { child, ended, has };
}

/** Writes everything, waiting while the session does not take it. */
export async function writeAll(client: Client, bytes: Uint8Array): Promise<void> {
  const stdin = client.child.stdin!;
  const piece = 1 << 20;
  for (let at = 0; at < bytes.length; at += piece) {
    await new Promise<void>((resolve) => {
      stdin.write(bytes.subarray(at, at + piece), () => resolve());
    });
  }
}

/** Real processes for tests: start, feed, wait, and never leave one behind. */
import { Buffer } from "node:buffer";
import { spawn } from "node:child_process";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

/** How a process ended and everything that it wrote. */
export interface Ended {
  /** Its exit code; null when a signal ended it. */
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a process is started with. */
export interface StartOptions {
  readonly cwd?: string;
  /** The whole environment. Default: {@link cleanEnv}. */
  readonly env?: Readonly<Record<string, string>>;
  /** Bytes for its stdin, which is closed after them. Default: none. */
  readonly input?: string | Uint8Array;
  /** After so many milliseconds the process is killed and the test fails. Default 120,000. */
  readonly timeoutMs?: number;
}

/** The repository's folder. */
export const ROOT: string = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** The compiled program. */
export const BINARY: string = process.env.ARGUS_TEST_BINARY ?? join(ROOT, "dist", "argus");

/** Runs a program to its end; rejects only when it cannot be started or takes too long. */
export function run(bin: string, args: readonly string[], options: StartOptions = {}): Promise<Ended> {
  const limit = options.timeoutMs ?? 120_000;
  return new Promise((resolve, reject) => {
    const child = spawn(bin, [...args], {
      cwd: options.cwd ?? ROOT,
      env: { ...(options.env ?? cleanEnv()) },
      stdio: ["pipe", "pipe", "pipe"],
    });
    const stdout: Uint8Array[] = [];
    const stderr: Uint8Array[] = [];
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
      reject(new Error(`${bin} ${args.join(" ")}: still running after ${limit} ms\n${textOf(stderr)}`));
    }, limit);
    child.stdout.on("data", (bytes: Uint8Array) => stdout.push(bytes));
    child.stderr.on("data", (bytes: Uint8Array) => stderr.push(bytes));
    // A program that ends without reading its input is not a failure of the test.
    child.stdin.on("error", () => {});
    child.stdin.end(options.input ?? "");
    child.on("error", (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      resolve({ code, signal, stdout: textOf(stdout), stderr: textOf(stderr) });
    });
  });
}

/** Runs argus from its source under the runtime that runs the test, so that one suite covers all three. */
export function argus(args: readonly string[], options: StartOptions = {}): Promise<Ended> {
  const [bin = "", ...first] = argusWords();
  return run(bin, [...first, ...args], options);
}

/** Runs the compiled argus; scripts/build must have made it. */
export function argusBinary(args: readonly string[], options: StartOptions = {}): Promise<Ended> {
  return run(BINARY, args, options);
}

/** The words that start argus from its source under the runtime that runs the test. */
export function argusWords(): string[] {
  const cli = join(ROOT, "src", "cli.ts");
  if ("deno" in process.versions) return [process.execPath, "run", "-A", "--no-check", cli];
  if ("bun" in process.versions) return [process.execPath, cli];
  return [process.execPath, "--disable-warning=ExperimentalWarning", cli];
}

/** An environment in which nothing steers argus: no ARGUS_*, no engine's variables, a home without files. */
export function cleanEnv(more: Readonly<Record<string, string>> = {}): Record<string, string> {
  const home = join(tmpdir(), "argus-test-no-home");
  const kept: Record<string, string> = { HOME: home, XDG_CONFIG_HOME: join(home, ".config"), NO_COLOR: "1" };
  for (const name of ["PATH", "TMPDIR", "TEMP", "TMP", "LANG", "SystemRoot", "DENO_DIR"]) {
    const value = process.env[name];
    if (value !== undefined) kept[name] = value;
  }
  return { ...kept, ...more };
}

function textOf(chunks: readonly Uint8Array[]): string {
  return Buffer.concat(chunks).toString("utf8");
}

/** A program run with its output in a log file, a time limit, and nothing of it left when the limit is reached. */
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

/** The repository's folder. */
export const ROOT: string = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Where logs and reports of the last run are. */
export const LOGS: string = join(ROOT, ".cache", "test-logs");

/** How a job ended. */
export interface Done {
  /** Exit code; 128 + n style is not made up: a signal's name stands in `why`. */
  readonly ok: boolean;
  /** In words: "exit code 1", "killed by SIGSEGV", "no end after 900 s". */
  readonly why: string;
  readonly seconds: number;
  readonly log: string;
}

/** What to run. */
export interface Job {
  readonly name: string;
  readonly words: readonly string[];
  readonly limitSeconds: number;
  readonly env?: Readonly<Record<string, string>>;
}

const running = new Set<ChildProcess>();

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => {
    for (const child of running) killGroup(child);
    process.exit(130);
  });
}

/**
 * Runs a job to its end. Output goes to a file and not through a pipe, and the exit is waited for and not the end of
 * the output: a daemon that the job starts and leaves may hold it.
 */
export function runJob(job: Job): Promise<Done> {
  mkdirSync(LOGS, { recursive: true });
  const log = join(LOGS, `${job.name.replaceAll("/", "-")}.log`);
  const [bin = "", ...args] = job.words;
  const began = Date.now();
  const handle = openSync(log, "w");
  return new Promise((resolve) => {
    const child = spawn(bin, args, {
      cwd: ROOT,
      env: { ...process.env, NO_COLOR: "1", ...job.env },
      stdio: ["ignore", handle, handle],
      // A group of its own, so that the time limit ends its children too.
      detached: true,
    });
    running.add(child);
    closeSync(handle);
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      killGroup(child);
    }, job.limitSeconds * 1000);
    const end = (ok: boolean, why: string) => {
      clearTimeout(timer);
      running.delete(child);
      resolve({ ok, why, seconds: (Date.now() - began) / 1000, log });
    };
    child.on("error", (error) => end(false, error.message));
    child.on("exit", (code, signal) => {
      if (late) end(false, `no end after ${job.limitSeconds} s`);
      else end(code === 0, signal === null ? `exit code ${code}` : `killed by ${signal}`);
    });
  });
}

/** The end of a log, for people. */
export function logTail(log: string, lines = 300): string {
  const all = readFileSync(log, "utf8").trimEnd().split("\n");
  const shown = all.slice(-lines).map((line) => `    ${line.slice(0, 1000)}`);
  if (all.length > lines) shown.unshift(`    … ${all.length - lines} lines before these are in ${log}`);
  return shown.join("\n");
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    // It is gone already.
  }
}

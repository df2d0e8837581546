/** Programs started from commands: no shell, secrets only where a command put them. */
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync } from "node:fs";
import { constants } from "node:os";
import process from "node:process";
import type { Env } from "../config/config.ts";
import { type Command, EXTRA_INPUT_PATH, realArgs, shortLine } from "../engine/command.ts";
import { ArgusError, messageOf } from "../errors.ts";
import { shellQuoted } from "../shell.ts";
import { environmentOf } from "./environment.ts";
import { openTempFile, writeTempFile } from "./temp.ts";

/** How a program ended and what it wrote. */
export interface Ran {
  /** Its exit code; 128 + n when signal n ended it. */
  readonly code: number;
  readonly signal: string | undefined;
  /** What it wrote; "" with `onLine`, which has got it. */
  readonly stdout: string;
  readonly stderr: string;
  /** It was ended because it took longer than `timeoutMs`. */
  readonly timedOut: boolean;
}

/** How a program is run. */
export interface RunOptions {
  /** It is killed after so many milliseconds, and nothing that it started is waited for. Default: never. */
  readonly timeoutMs?: number;
  /** The environment below the command's own variables. Default: that of argus. */
  readonly env?: Env;
  /** Called for every whole line that it writes, as it comes, which is then not collected. */
  readonly onLine?: (line: string, stream: "stdout" | "stderr") => void;
  /** Ends it early, as `timeoutMs` does; the promise then resolves as for any other end. */
  readonly signal?: AbortSignal | undefined;
  /** Its folder. Default: that of argus. */
  readonly cwd?: string;
}

/**
 * Runs a command to its end, and to that of all that holds its output, which is collected; rejects only when it cannot be
 * started.
 */
export function run(command: Command, options: RunOptions = {}): Promise<Ran> {
  const extra = openExtraInput(command);
  const input = openInput(command);
  return new Promise((resolve, reject) => {
    const stdin = input?.fd ?? (command.input === undefined ? "ignore" : "pipe");
    const stdio = [stdin, "pipe", "pipe", ...(extra.fd === undefined ? [] : [extra.fd])] as const;
    let child: ChildProcess;
    try {
      child = spawn(command.bin, extra.args, {
        env: environmentOf(command, options.env),
        stdio: [...stdio],
        windowsHide: true,
        ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      });
    } catch (error) {
      // Bun throws where the others emit.
      extra.close();
      input?.close();
      reject(startFailure(command, error));
      return;
    }
    collect(child, command, options, (result) => {
      extra.close();
      input?.close();
      if (result instanceof ArgusError) reject(result);
      else resolve(result);
    });
  });
}

/** A command's arguments and the descriptor that its {@link Command.extraInput} is read from. */
export interface OpenedExtraInput {
  readonly args: string[];
  /** To be the child's descriptor 3; undefined when it needs none. */
  readonly fd: number | undefined;
  /** Call once the program has ended (the descriptor may be closed as soon as it has started). */
  close(): void;
}

/**
 * Makes a command's extra input readable for a child.
 * An open file without a name: a pipe of Node's is a socket, which `/dev/fd/3` cannot open, and a named file could be left
 * behind. Windows has no such path, so there the file keeps its name until `close`.
 */
export function openExtraInput(command: Command): OpenedExtraInput {
  const args = realArgs(command);
  if (command.extraInput === undefined) return { args, fd: undefined, close: () => {} };
  const { text } = command.extraInput;
  if (process.platform === "win32") {
    const { file, remove } = writeTempFile(text);
    return { args: args.map((arg) => fileFor(arg, file)), fd: undefined, close: remove };
  }
  const fd = openTempFile(text);
  return { args, fd, close: closeOnce(fd) };
}

/** The file stands alone, or at the end of an option such as `id=x,src=`. */
function fileFor(arg: string, file: string): string {
  const isNamed = arg === EXTRA_INPUT_PATH || arg.endsWith(`src=${EXTRA_INPUT_PATH}`);
  return isNamed ? arg.slice(0, -EXTRA_INPUT_PATH.length) + file : arg;
}

/**
 * A command's standard input as an open file without a name; undefined when a pipe must do.
 * `podman build -f -` opens /dev/stdin, and a runtime's pipe is a socket, which cannot be opened.
 */
function openInput(command: Command): OpenedExtraInput | undefined {
  if (command.input === undefined || process.platform === "win32") return undefined;
  return openExtraInput({ ...command, extraInput: { fd: 3, text: command.input } });
}

/** The number of a signal, for exit codes of the form 128+n; that of SIGKILL for a name that this system does not know. */
export function signalNumber(name: string | null): number {
  const numbers: Readonly<Record<string, number>> = constants.signals;
  return numbers[name ?? "SIGKILL"] ?? constants.signals.SIGKILL;
}

/** Sends a signal to a process, or with a negative pid to a process group; one that has ended gets none. */
export function sendSignal(pid: number | undefined, name: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    // Never child.kill(): Deno reports a wrong exit code after it.
    process.kill(pid, name);
  } catch {
    // Gone already, or another user's.
  }
}

/** The error for a program that could not be started. */
export function startFailure(command: Command, error: unknown): ArgusError {
  const details = { command: shortLine(command), cause: error };
  const { bin } = command;
  const code = (error as { code?: unknown }).code;
  if (code === "ENOENT") {
    const hint = bin.includes("/") ? "check the path" : "install it, or write its absolute path";
    return new ArgusError("absent/program", `cannot find the program ${bin}`, { ...details, hint });
  }
  if (code === "E2BIG") {
    const message = `the arguments and variables of ${bin} are longer than this system takes`;
    const hint = "shorten `args` and `env`: a long text belongs in a file, which `volumes` mounts";
    return new ArgusError("host/too-long", message, { ...details, hint });
  }
  const [why, hint] = START_TROUBLE[String(code)] ?? [messageOf(error), `start it by hand: \`${shellQuoted(bin)}\``];
  return new ArgusError("host/cannot-start", `cannot start ${bin}: ${why}`, { ...details, hint });
}

/** Each runtime has other words for these. */
const START_TROUBLE: Readonly<Record<string, readonly [why: string, hint: string]>> = {
  EACCES: [
    "permission denied",
    "it must be a file that this user may execute (`ls -l` shows it, `chmod +x` makes it one)",
  ],
  ENOEXEC: ["exec format error", "it is no program of this system; a script begins with a line such as `#!/bin/sh`"],
  EAGAIN: ["this user has too many processes", "`ulimit -u` is how many it may have"],
  EMFILE: ["too many files are open", "`ulimit -n` is how many there may be"],
  ENOMEM: ["no memory is left", "end what takes most of it: `top`"],
};

function collect(
  child: ChildProcess,
  command: Command,
  options: RunOptions,
  done: (result: Ran | ArgusError) => void,
): void {
  const stdout = reader(child, "stdout", options.onLine);
  const stderr = reader(child, "stderr", options.onLine);
  let timedOut = false;
  let killed = false;
  let exited = false;
  const kill = () => {
    killed = true;
    // Once it has exited, its pid may be another's.
    if (exited) letGo(child);
    else sendSignal(child.pid, "SIGKILL");
  };
  const timer =
    options.timeoutMs === undefined
      ? undefined
      : setTimeout(() => {
          timedOut = true;
          kill();
        }, options.timeoutMs);
  options.signal?.addEventListener("abort", kill, { once: true });
  const settle = (result: Ran | ArgusError) => {
    clearTimeout(timer);
    options.signal?.removeEventListener("abort", kill);
    done(result);
  };
  child.on("error", (error) => settle(startFailure(command, error)));
  child.on("exit", () => {
    exited = true;
    if (killed) letGo(child);
  });
  child.on("close", (code, signal) =>
    settle({
      code: code ?? 128 + signalNumber(signal),
      signal: signal ?? undefined,
      stdout: stdout(),
      stderr: stderr(),
      timedOut,
    }),
  );
  // A program that ends without reading its input is no failure of ours: its exit code tells.
  child.stdin?.on("error", () => {});
  child.stdin?.end(command.input ?? "");
  if (options.signal?.aborted === true) kill();
}

/** Gives up a child's output, which what it started could hold for as long as it likes: `close` comes once it is closed. */
function letGo(child: ChildProcess): void {
  child.stdout?.destroy();
  child.stderr?.destroy();
}

/** Cuts a stream into lines for `onLine`, or collects it; returns what has been collected so far. */
function reader(child: ChildProcess, name: "stdout" | "stderr", onLine: RunOptions["onLine"]): () => string {
  const stream = child[name];
  const parts: string[] = [];
  let rest = "";
  stream?.setEncoding("utf8");
  stream?.on("error", () => {});
  stream?.on("data", (text: string) => {
    if (onLine === undefined) {
      parts.push(text);
      return;
    }
    const lines = (rest + text).split(/\r?\n/);
    rest = lines.pop() ?? "";
    for (const line of lines) onLine(line, name);
  });
  stream?.on("end", () => {
    if (rest !== "") onLine?.(rest, name);
    rest = "";
  });
  return () => parts.join("");
}

function closeOnce(fd: number): () => void {
  let open = true;
  return () => {
    if (open) closeSync(fd);
    open = false;
  };
}

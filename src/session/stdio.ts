/**
 * The program of a session (the engine's CLI, or a bare server) and its stdio: output is the client's own, input goes
 * through a pump that sees its end.
 */
import { type ChildProcess, spawn } from "node:child_process";
import process from "node:process";
import type { Readable, Writable } from "node:stream";
import { type Command, realArgs } from "../engine/command.ts";
import type { ArgusError } from "../errors.ts";
import { openExtraInput, startFailure } from "../host/spawn.ts";
import { GUARD_NAME, GUARD_SCRIPT } from "./guard.ts";

/** What a program tells the session. Each is called at most once, `exited` last. */
export interface ProgramEvents {
  /** The program runs. */
  started(pid: number): void;
  /** The client closed our stdin, and the program has seen the end of it or soon will. */
  inputEnded(): void;
  /** The program ended: its exit code, 128+n when a signal ended it. */
  exited(code: number): void;
  /** The program could not be started; nothing else follows. */
  failed(error: ArgusError): void;
}

/** A running program. */
export interface Program {
  /** Its pid, once it is known. */
  readonly pid: number | undefined;
  /** Its stdout when `pipeOutput` was asked for. */
  readonly output: Readable | undefined;
  /** Sends a signal to the program alone. */
  signal(name: NodeJS.Signals): void;
  /** Ends the program and everything that it started in its process group. */
  kill(): void;
  /** Tells the guard how often to look for the container, and lets go of it. */
  settle(looks: number): Promise<void>;
}

/** What to start. */
export interface ProgramInput {
  readonly command: Command;
  /**
   * The container that the guard removes, and the command that fails when its image is absent: nothing of the client's
   * input is taken then. undefined for a bare program.
   */
  readonly container: { readonly name: string; readonly remove: Command; readonly check: Command } | undefined;
  /** Stdout comes to argus instead of the client. */
  readonly pipeOutput: boolean;
}

export type StartProgram = (input: ProgramInput, events: ProgramEvents) => Program;

/** Starts a program in its own session, so that a Ctrl-C or killpg meant for argus does not cut the stop short. */
export const startProgram: StartProgram = (input, events) =>
  process.platform === "win32" ? startDirect(input, events) : startGuarded(input, events);

function startGuarded(input: ProgramInput, events: ProgramEvents): Program {
  const { command, container } = input;
  const guarded = [
    container?.name ?? "",
    container?.remove.bin ?? "",
    removeWords(container?.remove),
    container === undefined ? "" : realArgs(container.check).join("\n"),
  ];
  const shell = launch(
    ["/bin/sh", "-c", GUARD_SCRIPT, GUARD_NAME, ...guarded, command.bin],
    command,
    ["inherit", input.pipeOutput ? "pipe" : "inherit", "inherit", "ignore", "pipe", "pipe"],
    events.failed,
  );
  const lifeline = shell.stdio[4] as Writable;
  const reports = (shell.stdio as unknown as Readable[])[5]!;
  // The guard may be gone before argus (a test of the kill matrix, an impatient administrator): nothing to tell then.
  lifeline.on("error", () => {});
  reports.on("error", () => {});
  let pid: number | undefined;
  let code: number | undefined;

  const report = (line: string): void => {
    const [word, value = ""] = line.split(" ");
    if (word === "pump") lifeline.write(`${line}\n`);
    if (word === "cli") {
      pid = Number(value);
      lifeline.write(`${line}\n`);
      events.started(pid);
    }
    if (word === "eof" && code === undefined) events.inputEnded();
    if (word === "exit" && code === undefined) {
      code = Number(value);
      events.exited(code);
    }
  };
  eachLine(reports, report);
  // The waiter reports the exit code; should it be killed, the shell's own end is the second-best news.
  shell.on("exit", (status) =>
    setTimeout(() => {
      if (code !== undefined) return;
      code = status ?? 137;
      events.exited(code);
    }, 200),
  );
  return {
    get pid() {
      return pid;
    },
    output: shell.stdout ?? undefined,
    signal: (name) => sendSignal(pid, name),
    kill() {
      sendSignal(pid, "SIGKILL");
      // The container is the guard's business; a bare server's children are in the group.
      if (container === undefined && shell.pid !== undefined) sendSignal(-shell.pid, "SIGKILL");
    },
    settle: async (looks) => {
      await new Promise<void>((resolve) => lifeline.end(`settled ${looks}\n`, resolve));
      // The guard may look a while longer, with a descriptor of ours: argus need not wait for it.
      reports.destroy();
      shell.unref();
    },
  };
}

/** Without a POSIX shell: the pump is in the process, and only the reaper helps after a kill. */
export const startDirect: StartProgram = (input, events) => {
  const { command } = input;
  const child = launch(
    [command.bin],
    command,
    ["pipe", input.pipeOutput ? "pipe" : "inherit", "inherit", "ignore"],
    events.failed,
  );
  const stdin = child.stdin!;
  let done = false;
  stdin.on("error", () => {});
  process.stdin.on("end", () => {
    if (!done) events.inputEnded();
  });
  process.stdin.pipe(stdin);
  child.on("exit", (code, signal) => {
    done = true;
    process.stdin.unpipe(stdin);
    process.stdin.destroy();
    events.exited(code ?? 128 + signalNumber(signal));
  });
  if (child.pid !== undefined) queueMicrotask(() => events.started(child.pid!));
  return {
    pid: child.pid,
    output: child.stdout ?? undefined,
    signal: (name) => sendSignal(child.pid, name),
    kill: () => sendSignal(child.pid, "SIGKILL"),
    settle: async () => {},
  };
};

/** What precedes the container's name (`rm -f -v`), one word a line. */
export function removeWords(remove: Command | undefined): string {
  return remove === undefined ? "" : realArgs(remove).slice(0, -1).join("\n");
}

type Stdio = "pipe" | "inherit" | "ignore" | number;

function launch(words: readonly string[], command: Command, stdio: readonly Stdio[], failed: Failed): ChildProcess {
  const extra = openExtraInput(command);
  const [bin = "", ...first] = words;
  let child: ChildProcess;
  try {
    child = spawn(bin, [...first, ...extra.args], {
      stdio: stdio.map((entry, fd) => (fd === 3 && extra.fd !== undefined ? extra.fd : entry)),
      env: { ...process.env, ...command.env },
      detached: true,
      windowsHide: true,
    });
  } catch (error) {
    extra.close();
    // Bun throws where the others emit.
    throw startFailure(command, error);
  }
  child.on("error", (error) => failed(startFailure(command, error)));
  child.on("exit", () => extra.close());
  return child;
}

type Failed = (error: ArgusError) => void;

const SIGNALS: Readonly<Record<string, number>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGABRT: 6,
  SIGKILL: 9,
  SIGSEGV: 11,
  SIGPIPE: 13,
  SIGTERM: 15,
};

/** The number of a signal, for exit codes of the form 128+n. */
export function signalNumber(name: string | null): number {
  return SIGNALS[name ?? "SIGKILL"] ?? 9;
}

// Deno reports a wrong exit code after child.kill(), so signals always go by pid.
export function sendSignal(pid: number | undefined, name: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(pid, name);
  } catch {
    // Gone already.
  }
}

/** Calls `use` with every whole line. */
export function eachLine(stream: Readable, use: (line: string) => void): void {
  let rest = "";
  stream.on("data", (bytes: Uint8Array) => {
    const lines = (rest + bytes.toString()).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) use(line);
  });
}

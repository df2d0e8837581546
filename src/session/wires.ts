/**
 * The client's input on its way to a session's program, and the guard that removes the container or Pod when argus is killed.
 *
 * A container's program has the client's own input, whose end argus sees without reading from it. Where that cannot be seen,
 * or something has to precede it, the input goes through a pipe that outlives the program, filled by `cat`: the end of `cat`
 * is the end of the client's input. No byte passes through argus, and what a program that fails has not read, the next one
 * finds.
 */
import { type ChildProcess, type StdioOptions, spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import process from "node:process";
import type { Readable, Writable } from "node:stream";
import { type Command, realArgs } from "../engine/command.ts";
import { ArgusError } from "../errors.ts";
import { isReadable } from "../host/files.ts";
import { hangupOf } from "../host/hangup.ts";
import { openPipe } from "../host/pipe.ts";
import { startFailure } from "../host/spawn.ts";
import { GUARD_NAME, GUARD_SCRIPT, PIPE_END } from "./guard.ts";

/** The client's input and the guard. */
export interface Wires {
  /** What a program is started with as its standard input. */
  readonly stdin: number | "pipe";
  /** A program that fails has taken no input: false where its input has to be written by argus. */
  readonly repeatable: boolean;
  /** Resolves when the client has closed its end. */
  readonly inputEnded: Promise<void>;
  /** A program runs: it gets the input, and the guard ends it when argus dies. */
  started(program: ChildProcess): void;
  /** The program has ended. */
  ended(): void;
  /** Ends the pump, tells the guard how often to look for what it guards, and lets go of it. Once. */
  settle(looks: number): Promise<void>;
}

/** What the guard removes: a container or a Pod. */
export interface Guarded {
  readonly name: string;
  readonly remove: Command;
}

/**
 * Opens the wires of a session.
 *
 * @param guarded undefined for a bare program.
 * @param first Precedes the client's input.
 * @throws ArgusError `host/…` when the system has no room for a pipe or a process.
 */
export async function openWires(guarded: Guarded | undefined, first = ""): Promise<Wires> {
  if (process.platform === "win32") return writtenWires(first);
  // Of a bare program that argus could not name any more, the guard knows nothing but the pump's pipe.
  const hasEnded = guarded === undefined || first !== "" ? undefined : await hangupOf(0);
  return hasEnded === undefined ? pumpedWires(guarded, first) : sharedWires(guarded, hasEnded);
}

/** How often the end of the client's input is looked for, in milliseconds: one system call. */
const LOOK = 50;

/** The program's input is the client's own. */
function sharedWires(guarded: Guarded | undefined, hasEnded: () => boolean): Wires {
  const shell = startGuard(guarded, ["ignore", "ignore", "ignore", "ignore", "pipe"], "", "");
  const lifeline = lifelineOf(shell);
  let looking: ReturnType<typeof setInterval> | undefined;
  const inputEnded = new Promise<void>((resolve) => {
    looking = setInterval(() => {
      if (!hasEnded()) return;
      clearInterval(looking);
      resolve();
    }, LOOK);
  });
  return {
    stdin: 0,
    repeatable: true,
    inputEnded,
    ...lifeline,
    async settle(looks) {
      clearInterval(looking);
      await lifeline.settle(looks);
    },
  };
}

/** The program's input is filled by `cat`. */
async function pumpedWires(guarded: Guarded | undefined, first: string): Promise<Wires> {
  // Of an anonymous pipe, unlike one with a name, AppArmor lets a confined program (Docker from snap) read.
  const own = isReadable("/proc/self/fd") ? undefined : openPipe();
  let stdin = own?.read;
  let shell: ChildProcess;
  try {
    const stdio: StdioOptions = ["inherit", "ignore", "inherit", own?.write ?? "ignore", "pipe", "pipe"];
    shell = startGuard(guarded, stdio, own === undefined ? "1" : "3", first);
  } catch (error) {
    if (stdin !== undefined) closeSync(stdin);
    throw error;
  } finally {
    if (own !== undefined) closeSync(own.write);
  }
  const lifeline = lifelineOf(shell);
  const reports = (shell.stdio as unknown as Readable[])[5]!;
  reports.on("error", () => {});
  const pid = await readyGuard(reports);
  stdin ??= openSync(`/proc/${pid}/fd/${PIPE_END}`, "r");
  return {
    stdin,
    repeatable: true,
    inputEnded: new Promise((resolve) => reports.once("close", () => resolve())),
    ...lifeline,
    async settle(looks) {
      closeSync(stdin);
      await lifeline.settle(looks);
      // The guard may look a while longer, with a descriptor of ours: argus need not wait for it.
      reports.destroy();
    },
  };
}

/** What the guard is told. It may be gone before argus (a test of the kill matrix, an impatient administrator): nothing to tell then. */
function lifelineOf(shell: ChildProcess): Pick<Wires, "started" | "ended" | "settle"> {
  const lifeline = shell.stdio[4] as Writable;
  for (const end of [shell, lifeline]) end.on("error", () => {});
  const tell = (words: string): void => void lifeline.write(`${words}\n`);
  return {
    started: (program) => tell(`program ${program.pid}`),
    ended: () => tell("program"),
    async settle(looks) {
      await new Promise<void>((resolve) => lifeline.end(`settled ${looks}\n`, resolve));
      shell.unref();
    },
  };
}

/** The shell is in a session of its own, so that a Ctrl-C or killpg meant for argus does not cut the stop short. */
function startGuard(guarded: Guarded | undefined, stdio: StdioOptions, out: string, first: string): ChildProcess {
  const bin = "/bin/sh";
  const remove = guarded === undefined ? ["", ""] : [guarded.remove.bin, realArgs(guarded.remove).join("\n")];
  const args = ["-c", GUARD_SCRIPT, GUARD_NAME, guarded?.name ?? "", ...remove, out, first];
  const failed = (error: unknown) => startFailure({ bin, args: [], env: {} }, error);
  let shell: ChildProcess;
  try {
    shell = spawn(bin, args, {
      stdio,
      env: { ...process.env, ...guarded?.remove.env },
      detached: true,
    });
  } catch (error) {
    // Bun throws where the others emit.
    throw failed(error);
  }
  if (shell.pid !== undefined) return shell;
  shell.on("error", () => {});
  throw failed(new Error("too many processes or open files"));
}

/** Resolves to the guard's pid once it holds its end of the pump's pipe. */
function readyGuard(reports: Readable): Promise<number> {
  return new Promise((resolve, reject) => {
    let said = "";
    reports.on("data", (bytes: Uint8Array) => {
      said += bytes.toString();
      const pid = /^guard (\d+)$/m.exec(said)?.[1];
      if (pid !== undefined && /^ready$/m.test(said)) resolve(Number(pid));
    });
    reports.once("close", () => {
      reject(new ArgusError("host/no-guard", "the shell that guards a session ended at once", { hint: "try again" }));
    });
  });
}

/** Without a POSIX shell: argus itself passes the input on, and only the reaper helps after a kill. */
function writtenWires(first: string): Wires {
  return {
    stdin: "pipe",
    repeatable: false,
    inputEnded: new Promise((resolve) => process.stdin.on("end", resolve)),
    started({ stdin }) {
      stdin!.on("error", () => {});
      if (first !== "") stdin!.write(first);
      process.stdin.pipe(stdin!);
    },
    ended() {},
    async settle() {
      process.stdin.unpipe();
      process.stdin.destroy();
    },
  };
}

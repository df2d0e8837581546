/**
 * The client's input on its way to a session's program, and the guard that removes the container or Pod when argus is killed.
 *
 * The input goes through a pipe that outlives the program, filled by `cat`: no byte passes through argus, the end of `cat`
 * is the end of the client's input, and what a program that fails has not read, the next one finds.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, writeSync } from "node:fs";
import process from "node:process";
import type { Readable, Writable } from "node:stream";
import { type Command, realArgs } from "../engine/command.ts";
import { openPipe } from "../host/pipe.ts";
import { startFailure } from "../host/spawn.ts";
import { GUARD_NAME, GUARD_SCRIPT } from "./guard.ts";

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
  /** Ends the pump, tells the guard how often to look for what it guards, and lets go of it. */
  settle(looks: number): Promise<void>;
}

/** What the guard removes: a container or a Pod. */
export interface Guarded {
  readonly name: string;
  /** Its last word is the name. */
  readonly remove: Command;
}

/**
 * Opens the wires of a session.
 *
 * @param guarded undefined for a bare program.
 * @param first Precedes the client's input.
 * @throws ArgusError `host/…` when the system has no room for a pipe or a process.
 */
export function openWires(guarded: Guarded | undefined, first = ""): Wires {
  return process.platform === "win32" ? directWires(first) : guardedWires(guarded, first);
}

function guardedWires(guarded: Guarded | undefined, first: string): Wires {
  const pipe = openPipe();
  if (first !== "") writeSync(pipe.write, first);
  let shell: ChildProcess;
  try {
    shell = startGuard(guarded, pipe.write);
  } catch (error) {
    closeSync(pipe.read);
    throw error;
  } finally {
    closeSync(pipe.write);
  }
  const lifeline = shell.stdio[4] as Writable;
  const reports = (shell.stdio as unknown as Readable[])[5]!;
  // The guard may be gone before argus (a test of the kill matrix, an impatient administrator): nothing to tell then.
  for (const end of [shell, lifeline, reports]) end.on("error", () => {});
  const tell = (words: string): void => void lifeline.write(`${words}\n`);
  return {
    stdin: pipe.read,
    repeatable: true,
    inputEnded: new Promise((resolve) => reports.once("data", () => resolve())),
    started: ({ pid }) => tell(`program ${pid}`),
    ended: () => tell("program"),
    async settle(looks) {
      closeSync(pipe.read);
      await new Promise<void>((resolve) => lifeline.end(`settled ${looks}\n`, resolve));
      // The guard may look a while longer, with a descriptor of ours: argus need not wait for it.
      reports.destroy();
      shell.unref();
    },
  };
}

/** The shell is in a session of its own, so that a Ctrl-C or killpg meant for argus does not cut the stop short. */
function startGuard(guarded: Guarded | undefined, input: number): ChildProcess {
  const bin = "/bin/sh";
  const name = guarded?.name ?? "";
  const remove =
    guarded === undefined ? ["", ""] : [guarded.remove.bin, realArgs(guarded.remove).slice(0, -1).join("\n")];
  const args = ["-c", GUARD_SCRIPT, GUARD_NAME, name, ...remove];
  const failed = (error: unknown) => startFailure({ bin, args: [], env: {} }, error);
  let shell: ChildProcess;
  try {
    shell = spawn(bin, args, {
      stdio: ["inherit", "ignore", "inherit", input, "pipe", "pipe"],
      env: { ...process.env, ...guarded?.remove.env },
      detached: true,
    });
  } catch (error) {
    // Bun throws where the others emit.
    throw failed(error);
  }
  if (shell.pid === undefined) {
    shell.on("error", () => {});
    throw failed(new Error("no process"));
  }
  return shell;
}

/** Without a POSIX shell: argus itself passes the input on, and only the reaper helps after a kill. */
function directWires(first: string): Wires {
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

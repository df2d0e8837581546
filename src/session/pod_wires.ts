/**
 * The client's input on its way to a program that argus starts itself, and may have to start again: a pipe that outlives
 * each try, filled by `cat`, beside a guard that removes the Pod when argus is killed. No byte passes through argus, and
 * what a try that fails does not read, the next one finds.
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { closeSync, constants, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import type { Readable, Writable } from "node:stream";
import type { Command } from "../engine/command.ts";
import { ArgusError } from "../errors.ts";
import { GUARD_NAME, PUMP_SCRIPT } from "./guard.ts";
import { eachLine, removeWords, sendSignal } from "./stdio.ts";

/** The client's input and the guard. */
export interface Wires {
  /** What a program is started with as its standard input. */
  readonly stdin: number | "pipe";
  /** A program that fails has taken no input: false where its input has to be written by argus. */
  readonly repeatable: boolean;
  /** A program runs: the guard ends it when argus dies. */
  started(child: ChildProcess): void;
  /** Ends the pump, tells the guard how often to look for the Pod, and lets go of it. */
  settle(looks: number): Promise<void>;
}

/** What a Pod's wires need to know. */
export interface WiresInput {
  /** The Pod's name. */
  readonly name: string;
  /** What the guard removes it with. */
  readonly remove: Command;
  /** Precedes the client's input. */
  readonly first: string;
  /** Called once when the client has closed its end. */
  readonly inputEnded: () => void;
}

/** Opens the wires of a Pod. */
export function openWires(input: WiresInput): Wires {
  return process.platform === "win32" ? directWires(input) : guardedWires(input);
}

function guardedWires({ name, remove, first, inputEnded }: WiresInput): Wires {
  const pipe = openPipe();
  if (first !== "") writeSync(pipe.write, first);
  const words = ["-c", PUMP_SCRIPT, GUARD_NAME, name, remove.bin, removeWords(remove), ""];
  const shell = spawn("/bin/sh", words, {
    stdio: ["inherit", "ignore", "inherit", pipe.write, "pipe", "pipe"],
    env: { ...process.env, ...remove.env },
    detached: true,
  });
  closeSync(pipe.write);
  const lifeline = shell.stdio[4] as Writable;
  const reports = (shell.stdio as unknown as Readable[])[5]!;
  let pump: number | undefined;
  // The guard may be gone before argus: nothing to tell then.
  lifeline.on("error", () => {});
  reports.on("error", () => {});
  shell.on("error", () => {});
  eachLine(reports, (line) => {
    if (line === "eof") inputEnded();
    if (!line.startsWith("pump ")) return;
    pump = Number(line.slice("pump ".length));
    lifeline.write(`${line}\n`);
  });
  let open = true;
  return {
    stdin: pipe.read,
    repeatable: true,
    started: ({ pid }) => void lifeline.write(`cli ${pid}\n`),
    async settle(looks) {
      if (open) closeSync(pipe.read);
      open = false;
      sendSignal(pump, "SIGKILL");
      await new Promise<void>((resolve) => lifeline.end(`settled ${looks}\n`, resolve));
      reports.destroy();
      shell.unref();
    },
  };
}

/** Without a POSIX shell: argus itself passes the input on, and only the reaper helps after a kill. */
function directWires({ first, inputEnded }: WiresInput): Wires {
  process.stdin.on("end", inputEnded);
  return {
    stdin: "pipe",
    repeatable: false,
    started(child) {
      child.stdin!.on("error", () => {});
      child.stdin!.write(first);
      process.stdin.pipe(child.stdin!);
    },
    async settle() {
      process.stdin.unpipe();
      process.stdin.destroy();
    },
  };
}

/** Both ends of a pipe. The runtimes have no call for one, so it gets a name for a moment. */
function openPipe(): { readonly read: number; readonly write: number } {
  const folder = mkdtempSync(join(tmpdir(), "argus-input-"));
  try {
    const file = join(folder, "pipe");
    const made = spawnSync("mkfifo", ["-m", "600", file], {
      stdio: "ignore",
      env: { PATH: `${process.env.PATH ?? ""}:/usr/bin:/bin:/run/current-system/sw/bin` },
    });
    if (made.status !== 0) {
      throw new ArgusError("host/no-pipe", "cannot make a pipe with mkfifo", { hint: "install coreutils" });
    }
    // Opened for both, none of the others waits for its other side.
    const both = openSync(file, constants.O_RDWR);
    const read = openSync(file, constants.O_RDONLY);
    const write = openSync(file, constants.O_WRONLY);
    closeSync(both);
    return { read, write };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The program of a session: the engine's CLI, kubectl, or a bare server. */
import { type ChildProcess, spawn } from "node:child_process";
import process from "node:process";
import type { Readable } from "node:stream";
import type { Command } from "../engine/command.ts";
import { environmentOf } from "../host/environment.ts";
import { openExtraInput, sendSignal, signalNumber, startFailure } from "../host/spawn.ts";
import type { Wires } from "./wires.ts";

/** A program that was started. */
export interface Program {
  /** undefined when it could not be started. */
  readonly pid: number | undefined;
  /** Its output as far as it was to be piped; the client's own otherwise. */
  readonly stdout: Readable | null;
  readonly stderr: Readable | null;
  /**
   * Its exit code, 128+n when signal n ended it; when its stderr is piped, once that has been read too.
   * Rejects with ArgusError `absent/program` or `host/…` when it could not be started.
   */
  readonly exited: Promise<number>;
}

/** Which of a program's outputs come to argus. */
export interface Piped {
  readonly stdout: boolean;
  readonly stderr: boolean;
}

/** Starts a program with the client's input. */
export function startProgram(command: Command, wires: Wires, piped: Piped): Program {
  const extra = openExtraInput(command);
  let child: ChildProcess;
  try {
    child = spawn(command.bin, extra.args, {
      stdio: [
        wires.stdin,
        piped.stdout ? "pipe" : "inherit",
        piped.stderr ? "pipe" : "inherit",
        ...(extra.fd === undefined ? [] : [extra.fd]),
      ],
      env: environmentOf(command),
      // In a group of its own: a Ctrl-C that is meant for argus must not cut the stop short.
      detached: process.platform !== "win32",
      windowsHide: true,
    });
  } catch (error) {
    extra.close();
    // Bun throws where the others emit.
    return { pid: undefined, stdout: null, stderr: null, exited: Promise.reject(startFailure(command, error)) };
  }
  if (child.pid !== undefined) wires.started(child);
  const exited = new Promise<number>((resolve, reject) => {
    child.on("error", (error) => reject(startFailure(command, error)));
    child.on(piped.stderr ? "close" : "exit", (code, signal) => resolve(code ?? 128 + signalNumber(signal)));
  }).finally(() => {
    extra.close();
    wires.ended();
  });
  return { pid: child.pid, stdout: child.stdout, stderr: child.stderr, exited };
}

/** Ends a program with SIGKILL, and all that it started. */
export function endProgram(program: Program | undefined): void {
  if (program?.pid !== undefined) sendSignal(process.platform === "win32" ? program.pid : -program.pid, "SIGKILL");
}

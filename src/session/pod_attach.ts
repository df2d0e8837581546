/**
 * `kubectl attach`, tried until the Pod's container runs: faster and steadier than to ask whether it runs, for the
 * cluster knows up to a second later. What a failed try says stays here; everything else passes byte for byte.
 */
import { Buffer } from "node:buffer";
import { type ChildProcess, spawn } from "node:child_process";
import process from "node:process";
import { PassThrough } from "node:stream";
import { type Command, realArgs } from "../engine/command.ts";
import { notYetAttachable } from "../engine/kubernetes/kubectl.ts";
import { ArgusError } from "../errors.ts";
import { startFailure } from "../host/spawn.ts";
import type { Wires } from "./pod_wires.ts";
import { sendSignal, signalNumber } from "./stdio.ts";

/** How the last try ended. */
export interface AttachEnd {
  /** kubectl's exit code, which is never the server's; 128+n when a signal ended it. */
  readonly code: number;
  /** What kubectl itself said last and nobody has been shown yet. */
  readonly said: string;
}

/** An attach that is being tried, or that works. */
export interface Attachment {
  /** The program that runs now. */
  readonly pid: number | undefined;
  /** The server's stdout when `pipeOutput` was asked for. */
  readonly output: PassThrough | undefined;
  /** Resolves when the stream has ended, or trying makes no sense any more; rejects when kubectl cannot be started. */
  readonly end: Promise<AttachEnd>;
  /** Once this try fails, there is no other. */
  giveUp(): void;
  kill(): void;
}

/** At first a try follows the other: milliseconds. */
const BREATH = 20;
const AT_ONCE = 1500;
/** Then the machine gets a rest, for others may start sessions too. */
const LONGEST_REST = 500;

/** Starts to try. */
export function attach(command: Command, wires: Wires, pipeOutput: boolean): Attachment {
  const output = pipeOutput ? new PassThrough() : undefined;
  const began = performance.now();
  // A client that reads no more errors loses them.
  process.stderr.on("error", () => {});
  let child: ChildProcess | undefined;
  let over = false;
  let rest = BREATH;
  const oneTry = async (): Promise<AttachEnd> => {
    child = start(command, wires, pipeOutput);
    wires.started(child);
    if (output !== undefined) child.stdout!.pipe(output, { end: false });
    const errors = new ErrorStream(child);
    const code = await exitOf(child, command);
    child = undefined;
    return { code, said: errors.rest(code === 0) };
  };
  const tries = async (): Promise<AttachEnd> => {
    for (;;) {
      const end = await oneTry();
      if (end.code === 0 || !notYetAttachable(end.said) || over) return end;
      if (performance.now() - began > AT_ONCE) rest = Math.min(rest * 1.5, LONGEST_REST);
      await new Promise((resolve) => setTimeout(resolve, rest));
      if (over) return end;
    }
  };
  return {
    get pid() {
      return child?.pid;
    },
    output,
    end: tries().finally(() => output?.end()),
    giveUp() {
      over = true;
    },
    kill() {
      over = true;
      sendSignal(child?.pid, "SIGKILL");
    },
  };
}

function start(command: Command, wires: Wires, pipeOutput: boolean): ChildProcess {
  try {
    return spawn(command.bin, realArgs(command), {
      stdio: [wires.stdin, pipeOutput ? "pipe" : "inherit", "pipe"],
      env: { ...process.env, ...command.env },
      // A Ctrl-C that is meant for argus must not cut the stop short.
      detached: process.platform !== "win32",
      windowsHide: true,
    });
  } catch (error) {
    // Bun throws where the others emit.
    throw startFailure(command, error);
  }
}

function exitOf(child: ChildProcess, command: Command): Promise<number> {
  return new Promise((resolve, reject) => {
    child.on("error", (error) => reject(error instanceof ArgusError ? error : startFailure(command, error)));
    child.on("close", (code, signal) => resolve(code ?? 128 + signalNumber(signal)));
  });
}

/** How a line of kubectl's own begins. */
const OWN_WORDS = /^(?:error: |Error from server|Unable to connect|The connection to the server|[EWI]\d{4} \d\d:)/;
/** A try that fails does so at once; what is held longer is the server's. */
const HOLD = 2000;
const MOST_HELD = 8192;

/** kubectl's stderr: the server's bytes pass; what begins as kubectl's own words is held until the try has ended. */
class ErrorStream {
  #held: Uint8Array[] | undefined = [];
  readonly #timer = setTimeout(() => this.#pass(), HOLD);

  constructor(child: ChildProcess) {
    const stream = child.stderr!;
    stream.on("error", () => {});
    stream.on("data", (bytes: Uint8Array) => {
      if (this.#held === undefined) {
        // Waits while the client does not read.
        if (!process.stderr.write(bytes)) {
          stream.pause();
          process.stderr.once("drain", () => stream.resume());
        }
        return;
      }
      this.#held.push(bytes);
      const text = this.#text();
      if (!couldBeOwn(text) || text.length > MOST_HELD) this.#pass();
    });
  }

  /** What is still held when the try has ended; passed on when it was the server's. */
  rest(passed: boolean): string {
    clearTimeout(this.#timer);
    const text = this.#text();
    if (passed) this.#pass();
    return text;
  }

  #text(): string {
    return Buffer.concat(this.#held ?? []).toString("utf8");
  }

  #pass(): void {
    clearTimeout(this.#timer);
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const bytes of held) process.stderr.write(bytes);
  }
}

/** True also for a beginning that may go on as kubectl's words. */
function couldBeOwn(text: string): boolean {
  return OWN_WORDS.test(text) || (text.length < 30 && OWN_STARTS.some((start) => start.startsWith(text)));
}

const OWN_STARTS = ["error: ", "Error from server", "Unable to connect", "The connection to the server"];

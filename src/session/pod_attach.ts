/**
 * `kubectl attach`, tried until the Pod's container runs: faster and steadier than to ask whether it runs, for the
 * cluster knows up to a second later. What a failed try says stays here; everything else passes byte for byte.
 *
 * A try must not take input when it fails. Over WebSocket it does: the API server accepts the connection before it asks
 * the node, and kubectl sends at once (seen with 1.34). Over SPDY the node itself accepts, so that is what the tries
 * speak; where something on the way does not, one attach over WebSocket follows once the server runs.
 */
import { Buffer } from "node:buffer";
import process from "node:process";
import { PassThrough, type Readable } from "node:stream";
import type { Command } from "../engine/command.ts";
import { notYetAttachable } from "../engine/kubernetes/kubectl.ts";
import { endProgram, type Program, startProgram } from "./program.ts";
import type { Wires } from "./wires.ts";

/** How the last try ended. */
export interface AttachEnd {
  /** kubectl's exit code, which is never the server's; 128+n when a signal ended it. */
  readonly code: number;
  /** What kubectl itself said last and nobody has been shown yet. */
  readonly said: string;
  /** What has come on the server's standard error, as far as it is kept. */
  readonly passed: string;
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
const AT_ONCE = 3000;
/**
 * Then a start that takes long gets rarer tries, until the cluster says that the server runs: where many start sessions,
 * all of them need what tries would take.
 */
const LONGEST_REST = 2000;

/** kubectl 1.30 and newer heed it; older ones speak SPDY anyway. */
const SPDY = { KUBECTL_REMOTE_COMMAND_WEBSOCKETS: "false" };

/**
 * Starts to try.
 *
 * @param running Resolves when the cluster says that the server runs.
 */
export function attach(command: Command, wires: Wires, pipeOutput: boolean, running: Promise<void>): Attachment {
  const output = pipeOutput ? new PassThrough() : undefined;
  const began = performance.now();
  // A client that reads no more errors loses them.
  process.stderr.on("error", () => {});
  let program: Program | undefined;
  let over = false;
  let rest = BREATH;
  const oneTry = async (env: Readonly<Record<string, string>>): Promise<AttachEnd> => {
    const piped = { stdout: pipeOutput, stderr: true };
    program = startProgram({ ...command, env: { ...command.env, ...env } }, wires, piped);
    if (output !== undefined) program.stdout?.pipe(output, { end: false });
    const errors = new ErrorStream(program.stderr);
    const code = await program.exited;
    program = undefined;
    return errors.end(code);
  };
  // What keeps the server from running ends the session, wherever this stands.
  let wake: (() => void) | undefined;
  running.then(
    () => {
      rest = BREATH;
      wake?.();
    },
    () => {},
  );
  const tries = async (): Promise<AttachEnd> => {
    for (;;) {
      const tried = performance.now();
      const end = await oneTry(SPDY);
      // Whoever kills a try ends the session with it, whatever the try has said before.
      if (end.code > 128) return { ...end, said: "" };
      if (end.code === 0 || over) return end;
      if (spdyRefused(end)) {
        await running;
        return oneTry({});
      }
      if (!notYetAttachable(end.said)) return end;
      const now = performance.now();
      if (now - began > AT_ONCE) rest = Math.min(Math.max(1.5 * rest, 2 * (now - tried)), LONGEST_REST);
      await new Promise<void>((resolve) => {
        wake = resolve;
        setTimeout(resolve, rest);
      });
      if (over) return end;
    }
  };
  return {
    get pid() {
      return program?.pid;
    },
    output,
    end: tries().finally(() => output?.end()),
    giveUp() {
      over = true;
      wake?.();
    },
    kill() {
      over = true;
      wake?.();
      endProgram(program);
    },
  };
}

/** A proxy or a cluster that does not let SPDY through; the server's state has other words. */
function spdyRefused({ said }: AttachEnd): boolean {
  return (
    // kubectl never says the status; an answer without words of its own leaves it with none.
    /^(?:error: unable to upgrade connection|Error from server(?: \(\w+\))?: *(?:upgrade request required)?\s*$)/im.test(
      said,
    ) &&
    !notYetAttachable(said) &&
    !/Forbidden|NotFound|completed pod/.test(said)
  );
}

/** How a line of kubectl's own begins. */
const OWN_WORDS = /^(?:error: |Error from server|Unable to connect|The connection to the server|[EWI]\d{4} \d\d:)/;
/** kubectl ends right after its last words, if the machine lets it; what is held longer is the server's. */
const HOLD = 5000;
const MOST_HELD = 8192;

/** How much of what has passed is kept, to tell it from what was said before anyone listened. */
const MOST_KEPT = 65_536;

/** kubectl's stderr: the server's bytes pass; what begins as kubectl's own words is held until the try has ended. */
class ErrorStream {
  #held: Uint8Array[] | undefined = [];
  #passed = "";
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(stream: Readable | null) {
    if (stream === null) return;
    stream.on("error", () => {});
    stream.on("data", (bytes: Uint8Array) => {
      if (this.#held !== undefined) {
        this.#held.push(bytes);
        const text = this.#text();
        if (!couldBeOwn(text) || text.length > MOST_HELD) this.#release();
        else this.#timer ??= setTimeout(() => this.#expire(), HOLD);
        return;
      }
      if (this.#pass(bytes) || process.stderr.destroyed) return;
      // The server waits while the client does not read; of a client that is deaf nobody waits.
      const go = (): void => {
        for (const event of ["drain", "error", "close"]) process.stderr.off(event, go);
        stream.resume();
      };
      stream.pause();
      for (const event of ["drain", "error", "close"]) process.stderr.on(event, go);
    });
  }

  /** What is still held when the try has ended is kubectl's own, unless all went well. */
  end(code: number): AttachEnd {
    clearTimeout(this.#timer);
    const said = code === 0 ? "" : this.#text();
    if (code === 0) this.#release();
    return { code, said, passed: this.#passed };
  }

  /** Words that no server has are kubectl's, however long it takes to end. */
  #expire(): void {
    if (!notYetAttachable(this.#text())) this.#release();
  }

  #text(): string {
    return Buffer.concat(this.#held ?? []).toString("utf8");
  }

  #release(): void {
    clearTimeout(this.#timer);
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const bytes of held) this.#pass(bytes);
  }

  #pass(bytes: Uint8Array): boolean {
    if (this.#passed.length < MOST_KEPT) this.#passed += Buffer.from(bytes).toString("utf8");
    return process.stderr.write(bytes);
  }
}

/** True also for a beginning that may go on as kubectl's words. */
function couldBeOwn(text: string): boolean {
  return OWN_WORDS.test(text) || OWN_STARTS.some((start) => start.startsWith(text));
}

const OWN_STARTS = ["error: ", "Error from server", "Unable to connect", "The connection to the server"];

/**
 * The life of a session: starting → attached → stopping → gone. The one owner of the stop ladder and of its clock, for a
 * container, a Pod and a bare program alike; what each step does is theirs.
 */
import { printLine } from "../ui/line.ts";
import { type ClientEnd, watchClient } from "./client.ts";
import { CALM, climb, type Ladder, type LadderAction, type LadderEvent, TIMING, type Timing } from "./ladder.ts";

/** Where a session stands. */
export type State = "starting" | "attached" | "stopping" | "gone";

/** What the session does for its lifecycle. */
export interface Steps {
  /** Carries out a step of the ladder. */
  act(action: LadderAction): void;
  /** What the server has written so far, in bytes; asked for after the end of input, undefined where nobody knows. */
  written(): number | undefined;
}

/** How often the ladder is asked, in milliseconds. */
const TICK = 50;

/** One session's life. From its making on the client's signals end the session and no longer argus. */
export class Lifecycle {
  #state: State = "starting";
  #ladder: Ladder = CALM;
  #cause: ClientEnd | "eof" | undefined;
  #inputEnded = false;
  #attachedAt: number | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;
  readonly #timing: Timing;
  readonly #steps: Steps;
  readonly #unwatch: () => void;

  /** @param eofGrace Silence after the end of input before the server is stopped, in milliseconds; undefined = never. */
  constructor(eofGrace: number | undefined, steps: Steps) {
    this.#timing = { ...TIMING, eofGrace };
    this.#steps = steps;
    this.#unwatch = watchClient((reason) => this.#stop(reason));
  }

  get state(): State {
    return this.#state;
  }

  /** A stop has begun, whether or not it is over. */
  get stopped(): boolean {
    return this.stoppedAt !== undefined;
  }

  /** When the stop began, on the clock of `performance.now()`. */
  get stoppedAt(): number | undefined {
    return this.#ladder.stopped;
  }

  /** Milliseconds until a stop that has begun is given up. */
  get left(): number {
    const now = performance.now();
    return this.#timing.budget - (now - (this.stoppedAt ?? now));
  }

  /** Who ended the session: the client, or the end of input that the server outlived. */
  get cause(): ClientEnd | "eof" | undefined {
    return this.#cause;
  }

  /** The client waits for the end, and kills when it takes too long. */
  get hurried(): boolean {
    return this.#cause !== undefined;
  }

  /** The client has closed our stdin. */
  get inputEnded(): boolean {
    return this.#inputEnded;
  }

  /** What is left is the guard's: the stop took too long. */
  get abandoned(): boolean {
    return this.#ladder.step === "abandoned";
  }

  /** The server runs: from here on silence after the end of input counts. */
  attached(): void {
    this.#attachedAt = performance.now();
    if (this.#state === "starting") this.#state = "attached";
    if (this.#inputEnded) this.#advance({ kind: "eof", age: 0 });
  }

  /** The server does not run after all, and will be started again; what has ended stays so. */
  detached(): void {
    this.#attachedAt = undefined;
    if (this.#state !== "attached") return;
    this.#state = "starting";
    this.#ladder = CALM;
  }

  /** The client has closed our stdin. */
  endOfInput(): void {
    this.#inputEnded = true;
    if (this.#attachedAt !== undefined) this.#advance({ kind: "eof", age: performance.now() - this.#attachedAt });
  }

  /** The engine has lost the container: nobody is there to forward a signal to. */
  lost(): void {
    this.#advance({ kind: "lost" });
  }

  /** Nothing more happens. False when that was so already. */
  gone(): boolean {
    if (this.#state === "gone") return false;
    this.#state = "gone";
    clearInterval(this.#timer);
    return true;
  }

  /** The client's signals end argus again. */
  release(): void {
    this.#unwatch();
  }

  #stop(reason: ClientEnd): void {
    this.#cause ??= reason;
    this.#advance({ kind: "stop" });
  }

  #advance(event: LadderEvent): void {
    if (this.#state === "gone") return;
    const { ladder, action } = climb(this.#ladder, event, performance.now(), this.#timing);
    this.#ladder = ladder;
    if (ladder.step !== "none") this.#timer ??= setInterval(() => this.#tick(), TICK);
    if (action === undefined) return;
    this.#state = "stopping";
    if (action === "forward" && this.#cause === undefined) {
      this.#cause = "eof";
      printLine("argus: the input has ended and the server has not: it is stopped (session.eof_grace)");
    }
    this.#steps.act(action);
  }

  #tick(): void {
    this.#advance({ kind: "tick", written: this.#ladder.step === "draining" ? this.#steps.written() : undefined });
  }
}

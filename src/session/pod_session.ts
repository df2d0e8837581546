/**
 * One running Pod: created → attached → ended → removed. The promises are those of a container's session; what differs is
 * the cluster: the Pod is made before anyone can listen, kubectl forwards no signal and knows no exit code, and nothing
 * removes a Pod that has ended.
 *
 * Whatever ends the session, the Pod goes, and with it what was made for it: by this module, by the guard when argus is killed,
 * by the reaper when both are, by its deadline when the machine vanishes.
 */
import { setTimeout as pause } from "node:timers/promises";
import { isatty } from "node:tty";
import type { SessionOptions } from "../config/config.ts";
import { type Command, shortLine } from "../engine/command.ts";
import { explainKubectl } from "../engine/kubernetes/explain.ts";
import {
  attachCommand,
  type Cluster,
  createCommand,
  deleteCommand,
  eventsCommand,
  getPodCommand,
  logsCommand,
} from "../engine/kubernetes/kubectl.ts";
import { type PodState, parseEvents, parsePod } from "../engine/kubernetes/parse.ts";
import { gateKey, inOrder, type PodObjects, withImage } from "../engine/kubernetes/pod.ts";
import { podTrouble } from "../engine/kubernetes/trouble.ts";
import { ArgusError } from "../errors.ts";
import { type Ran, run, signalNumber } from "../host/spawn.ts";
import { printLine } from "../ui/line.ts";
import { canCount, flowOf } from "./flow.ts";
import { LOOKS } from "./guard.ts";
import type { LadderAction } from "./ladder.ts";
import { Lifecycle } from "./lifecycle.ts";
import { type Output, readOutput } from "./output.ts";
import { type AttachEnd, type Attachment, attach } from "./pod_attach.ts";
import { PodFlow } from "./pod_flow.ts";
import { podLastWords } from "./pod_last_words.ts";
import { reapPods } from "./pods.ts";
import { later } from "./reaper.ts";
import { openWires, type Wires } from "./wires.ts";

/** A session in a Pod. */
export interface PodSessionInput {
  readonly cluster: Cluster;
  readonly backend: string;
  /** The backend's name where a config has it, for what to type next; an ad hoc run has none. */
  readonly configured: string | undefined;
  readonly objects: PodObjects;
  /**
   * Makes the image and sends it to its registry where it is absent, unless it is told to stop; resolves to where the cluster
   * pulls it from. Default: from where the objects say.
   */
  readonly publishImage?: (signal: AbortSignal) => Promise<string>;
  readonly session: SessionOptions;
}

/**
 * Runs a backend in its Pod until it ends, with the client's own stdio; resolves to the exit code.
 *
 * @throws ArgusError `kubernetes/…` when the cluster does not take, start or keep the Pod; the Pod is removed then.
 */
export async function runPodSession(input: PodSessionInput): Promise<number> {
  const reaping = later((signal) => reapPods(input.cluster, signal));
  const session = new PodSession(input);
  const code = await session.end;
  await reaping(session.hurried);
  return code;
}

/** A call that only asks; one of them may hang. */
const CALL_TIMEOUT = 20_000;
/** The first look at a Pod that does not answer yet, and all further ones. */
const LOOK = 1000;
/** After so long the user is told what is being waited for. */
const SLOW = 10_000;
/** An image of some GiB is there by then. */
const START_LIMIT = 15 * 60_000;
/** The cluster knows the exit code a second later than the stream has ended, and many later when it is busy. */
const CODE_PATIENCE = 20_000;
/** The same when kubectl was killed: only a server that ends with its input ends then. */
const CUT_PATIENCE = 3000;
/** The first and the longest wait between two looks for it. */
const CODE_LOOK = 150;
const CODE_LOOK_MOST = 1000;
/** A server that ended so soon may have said why before anyone listened. */
const EARLY = 10_000;
/** How often a stop looks whether the Pod has gone. */
const STOP_LOOK = 50;

/** Errors after which a request may have been carried out nevertheless. */
const UNCLEAR = ["kubernetes/connection-lost", "kubernetes/busy", "kubernetes/failed"];

class PodSession {
  /** Whether the cluster has the Pod. */
  #made: "no" | "maybe" | "yes" = "no";
  /** The cluster has shown it to us. */
  #seen = false;
  /** The cluster has taken the removal on. */
  #removed = false;
  #attachment: Attachment | undefined;
  #output: Output | undefined;
  /** When the Pod was asked for. */
  #began = performance.now();
  readonly #flow = new PodFlow();
  /** Ends the calls that a stop makes pointless. */
  readonly #asking = new AbortController();
  /** Ends every call. */
  readonly #calls = new AbortController();
  readonly #life: Lifecycle;
  #wires: Wires | undefined;
  readonly #input: PodSessionInput;
  readonly #end = Promise.withResolvers<number>();

  constructor(input: PodSessionInput) {
    this.#input = input;
    // Before the start: a signal in between must not end argus without its Pod.
    this.#life = new Lifecycle(input.session.eofGraceMs, {
      act: (action) => this.#act(action),
      written: () => this.#written(),
    });
    this.#live().catch((error) => this.#fail(error));
  }

  /** Resolves to the exit code when the Pod is gone or on its way. */
  get end(): Promise<number> {
    return this.#end.promise;
  }

  /** The client waits for the end, and kills when it takes too long. */
  get hurried(): boolean {
    return this.#life.hurried;
  }

  get #name(): string {
    return this.#input.objects.pod.metadata.name;
  }

  /** Removes all that the session has made. */
  get #deletion(): Command {
    const { cluster, objects } = this.#input;
    return deleteCommand(
      cluster,
      [this.#name],
      inOrder(objects).map(({ kind }) => kind),
    );
  }

  get #stopping(): boolean {
    return this.#life.stopped;
  }

  get #over(): boolean {
    return this.#life.state === "gone";
  }

  /** The whole life, as far as nobody ends it. */
  async #live(): Promise<void> {
    const { objects, cluster, session } = this.#input;
    const wires = await openWires({ name: this.#name, remove: this.#deletion }, gateKey(objects.pod));
    this.#wires = wires;
    void wires.inputEnded.then(() => this.#life.endOfInput());
    const image = await this.#publishImage();
    if (this.#stopping) return this.#stopped();
    await this.#create(image === undefined ? objects : withImage(objects, image));
    if (this.#stopping) return this.#stopped();
    const watching = this.#watchStart();
    // Its failure ends the session, whatever the attach does meanwhile.
    watching.catch((error) => this.#fail(error));
    if (!wires.repeatable) await watching;
    const pipeOutput = session.stdout === "strict" || !canCount();
    const attachment = attach(attachCommand(cluster, this.#name), wires, pipeOutput, watching);
    this.#attachment = attachment;
    if (attachment.output !== undefined) this.#output = readOutput(attachment.output, session.stdout);
    if (this.#stopping) attachment.giveUp();
    const end = await attachment.end;
    if (this.#stopping) await this.#stopped();
    else await this.#ended(end);
  }

  async #publishImage(): Promise<string | undefined> {
    try {
      return await this.#input.publishImage?.(this.#asking.signal);
    } catch (error) {
      // A session that is being stopped needs none.
      if (!this.#stopping) throw error;
      return undefined;
    }
  }

  async #create(objects: PodObjects): Promise<void> {
    const command = createCommand(this.#input.cluster, inOrder(objects));
    this.#began = performance.now();
    this.#made = "maybe";
    const made = await run(command, { timeoutMs: CALL_TIMEOUT, signal: this.#asking.signal }).catch((error) => {
      // A program that cannot be started has made nothing.
      this.#made = "no";
      throw error;
    });
    if (made.code === 0) this.#made = "yes";
    if (made.code === 0 || this.#stopping) return;
    const error = this.#explain(made, shortLine(command));
    // After a clear refusal of the first object there is nothing to remove.
    if (made.stdout === "" && !made.timedOut && !UNCLEAR.includes(error.code)) this.#made = "no";
    throw error;
  }

  /** Looks at the Pod until its server runs: nothing that keeps it from that ever fails by itself. */
  async #watchStart(): Promise<void> {
    for (let told = false, wait = LOOK; !this.#over && !this.#stopping; ) {
      await pause(wait);
      if (this.#over || this.#stopping) return;
      const asked = performance.now();
      const pod = await this.#look();
      // A cluster or a machine that is slow to answer has enough to do.
      wait = Math.max(LOOK, 2 * (performance.now() - asked));
      if (this.#over || this.#stopping || pod === undefined) continue;
      const { server } = pod;
      if (server?.state === "running") {
        this.#life.attached();
        void this.#forgetSecret();
        return;
      }
      // The attach, or its failure, tells the rest.
      if (server?.state === "terminated" || pod.deleting) return this.#attachment?.giveUp();
      const trouble = podTrouble(pod);
      if (trouble !== undefined) throw trouble;
      const waited = performance.now() - this.#began;
      if (waited > START_LIMIT) throw this.#slow(await this.#waitsFor(pod));
      if (waited > SLOW && !told) {
        told = true;
        printLine(`argus: the Pod ${this.#name} is still being started (${await this.#waitsFor(pod)})`);
      }
    }
  }

  /** Why the Pod does not run yet: a volume or a network that is not there stands in its events alone. */
  async #waitsFor({ server, phase }: PodState): Promise<string> {
    const { stdout } = await run(eventsCommand(this.#input.cluster, this.#name), {
      timeoutMs: CALL_TIMEOUT,
      signal: this.#asking.signal,
    });
    const state = server?.state === "waiting" ? server : { reason: phase, message: "" };
    const { reason, message } = parseEvents(stdout).at(-1) ?? state;
    return [reason, message].filter(Boolean).join(": ");
  }

  /** The server has its variables: nobody needs them in the cluster any more. */
  async #forgetSecret(): Promise<void> {
    if (this.#input.objects.secret === undefined) return;
    await run(deleteCommand(this.#input.cluster, [this.#name], ["Secret"]), {
      timeoutMs: CALL_TIMEOUT,
      signal: this.#asking.signal,
    }).catch(() => {
      // It goes with the Pod.
    });
  }

  /** The Pod as the cluster sees it; undefined when the cluster does not answer. Throws when it is not there. */
  async #look(): Promise<PodState | undefined> {
    const command = getPodCommand(this.#input.cluster, this.#name);
    const got = await run(command, { timeoutMs: CALL_TIMEOUT, signal: this.#asking.signal });
    if (got.code === 0) {
      this.#seen = true;
      return parsePod(got.stdout);
    }
    if (this.#stopping || this.#over) return undefined;
    const error = this.#explain(got, shortLine(command));
    // An API server that has just started knows of no rights yet.
    const forbidden = error.code === "kubernetes/forbidden" && !this.#seen;
    if (error.code === "kubernetes/pod-gone" || forbidden) throw error;
    return undefined;
  }

  /** The stream is over and nobody asked for it: find out why, tell it, and remove the Pod. */
  async #ended(end: AttachEnd): Promise<void> {
    const lived = performance.now() - this.#began;
    const pod = await this.#finalState(end).catch((error) => {
      if (error instanceof ArgusError && error.code === "kubernetes/pod-gone") return undefined;
      throw error;
    });
    if (this.#stopping) return this.#stopped();
    const server = pod?.server;
    if (server?.state !== "terminated" && end.code !== 0 && end.said !== "") {
      throw this.#explain({ stderr: end.said }, shortLine(attachCommand(this.#input.cluster, this.#name)));
    }
    const trouble = pod === undefined ? undefined : podTrouble(pod);
    if (trouble?.code === "kubernetes/cannot-start") throw trouble;
    const code = server?.state === "terminated" ? server.exitCode : end.code || 1;
    const words = podLastWords({
      backend: this.#input.backend,
      code,
      attachCode: end.code,
      inputEnded: this.#life.inputEnded,
      // Not process.stdin, which takes memory and time.
      interactive: isatty(0),
      lived,
      pod,
      trouble,
      log: code !== 0 && lived < EARLY && gateKey(this.#input.objects.pod) === "" ? await this.#log() : "",
      passed: end.passed,
    });
    for (const line of words) printLine(line);
    await this.#finish(code);
  }

  /** The Pod once its server has ended, or as it is when the patience is over. */
  async #finalState({ code, said }: AttachEnd): Promise<PodState | undefined> {
    const began = performance.now();
    for (let wait = CODE_LOOK; ; wait = Math.min(wait * 1.5, CODE_LOOK_MOST)) {
      const pod = await this.#look();
      const over = pod?.server?.state === "terminated" || this.#stopping;
      // An attach that the cluster refused says nothing about the server.
      const refused = code !== 0 && said !== "" && !/completed pod/.test(said);
      const patience = code > 128 ? CUT_PATIENCE : CODE_PATIENCE;
      if (over || refused || performance.now() - began > patience) return pod;
      await pause(wait);
    }
  }

  /** What the server wrote, as the node has kept it: what came before the attach nobody has seen. */
  async #log(): Promise<string> {
    const got = await run(logsCommand(this.#input.cluster, this.#name), {
      timeoutMs: CALL_TIMEOUT,
      signal: this.#asking.signal,
    });
    return got.code === 0 ? got.stdout : "";
  }

  #act(action: LadderAction): void {
    if (action === "abandon") return void this.#finish(this.#stopCode);
    if (action === "forward") {
      this.#asking.abort();
      this.#attachment?.giveUp();
    }
    if (this.#made !== "no") void this.#remove();
  }

  #written(): number | undefined {
    const pid = this.#attachment?.pid;
    const raw = pid === undefined ? undefined : flowOf(pid);
    return this.#output?.bytes ?? this.#flow.seen(raw, performance.now());
  }

  /** The stream is over, or never began, after a stop. */
  async #stopped(): Promise<void> {
    // A call may be under way; the ladder asks again until one is answered.
    while (this.#made !== "no" && !this.#removed && !this.#over) await pause(STOP_LOOK);
    await this.#finish(this.#stopCode);
  }

  /** kubectl passes no signal on, so that nobody knows what the server would have said to it. */
  get #stopCode(): number {
    const { cause } = this.#life;
    return 128 + signalNumber(cause?.startsWith("SIG") ? cause : "SIGTERM");
  }

  async #fail(error: unknown): Promise<void> {
    if (this.#over || this.#stopping) return;
    await this.#finish(undefined, error);
  }

  async #finish(code: number | undefined, error?: unknown): Promise<void> {
    if (!this.#life.gone()) return;
    this.#asking.abort();
    if (this.#made !== "no" && !this.#removed && !this.#life.abandoned) await this.#remove();
    this.#life.release();
    this.#attachment?.kill();
    await this.#output?.passed(this.hurried);
    // A Pod whose making was cut short may come yet.
    await this.#wires?.settle(this.#made === "no" || (this.#made === "yes" && this.#removed) ? 0 : LOOKS);
    this.#calls.abort();
    if (code === undefined) this.#end.reject(error);
    else this.#end.resolve(code);
  }

  async #remove(): Promise<void> {
    const call = run(this.#deletion, { timeoutMs: CALL_TIMEOUT, signal: this.#calls.signal });
    // A call that cannot even be started must not keep the session from its end: the guard tries again.
    const gone = await call.catch(() => undefined);
    if (gone?.code === 0) this.#removed = true;
  }

  #explain({ stderr, timedOut }: Pick<Ran, "stderr"> & Partial<Ran>, command: string): ArgusError {
    const output = timedOut === true ? `${stderr}\ncontext deadline exceeded` : stderr;
    return explainKubectl({ output, command, backend: this.#input.configured });
  }

  #slow(why: string): ArgusError {
    return new ArgusError("kubernetes/slow-start", `the Pod ${this.#name} did not start (${why})`, {
      hint: "`kubectl get events` says what the cluster tried",
    });
  }
}

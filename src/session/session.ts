/**
 * One running backend in a container of Docker or Podman, or bare.
 *
 * Whatever ends the session, the container goes: by the server's own end, by the ladder, by the guard when argus is
 * killed, by the reaper when both are.
 */
import type { SessionOptions } from "../config/config.ts";
import type { Command } from "../engine/command.ts";
import type { Engine, SessionIdentity } from "../engine/engine.ts";
import { imageInspectCommand, killCommand, removeCommand } from "../engine/oci.ts";
import { type Ran, run, sendSignal, signalNumber } from "../host/spawn.ts";
import { printLine } from "../ui/line.ts";
import { after } from "./after.ts";
import type { ClientEnd } from "./client.ts";
import { watchConmon } from "./conmon.ts";
import { canCount, flowOf } from "./flow.ts";
import { LOOKS } from "./guard.ts";
import type { LadderAction } from "./ladder.ts";
import { type Ending, lastWords } from "./last_words.ts";
import { Lifecycle } from "./lifecycle.ts";
import { type Output, readOutput } from "./output.ts";
import { endProgram, type Program, startProgram } from "./program.ts";
import { reapLater } from "./reaper.ts";
import { type Guarded, openWires, type Wires } from "./wires.ts";

/** A session in a container. */
export interface SessionInput {
  /** The engine's `run`, from `runCommand`. */
  readonly command: Command;
  readonly engine: Engine;
  readonly image: string;
  readonly identity: SessionIdentity;
  /** The backend's name where a config has it, for what to type next; an ad hoc run has none. */
  readonly configured: string | undefined;
  readonly session: SessionOptions;
  /** The memory limit, for the last words of a server that could not go on. */
  readonly memory: string;
  /** Makes the image that the engine turned out not to have, unless it is told to stop. */
  readonly makeImage: (signal: AbortSignal) => Promise<void>;
  /** Makes what the container needs beside its image; the one container that it may make for that has the session's name. */
  readonly prepare?: () => Promise<void>;
}

/** A session without a container. */
export interface BareInput {
  readonly command: Command;
  readonly backend: string;
  readonly session: SessionOptions;
}

/**
 * Runs a backend in its container until it ends, with the client's own stdio; resolves to the exit code. Whether the image is
 * there shows when it runs: where it is not, it is made, and the server finds all that the client has said meanwhile.
 *
 * @throws ArgusError whatever `makeImage` throws; `host/…` or `absent/program` when nothing can be started; `engine/…` when the
 * engine cannot start the container or does not answer.
 */
export async function runSession(input: SessionInput): Promise<number> {
  const { command, engine, identity } = input;
  const reaping = reapLater(engine);
  const session = new Session(
    { command, backend: identity.backend, session: input.session },
    {
      ...input,
      name: identity.container,
      kill: killCommand(engine, identity.container),
      remove: removeCommand(engine, [identity.container]),
    },
  );
  const code = await session.end;
  await reaping(session.hurried);
  return code;
}

/** Runs a bare command the same way: same signals, same ladder, no container. */
export async function runBare(input: BareInput): Promise<number> {
  return await new Session(input, undefined).end;
}

/** What a container adds to a session. */
interface Contained extends SessionInput, Guarded {
  readonly kill: Command;
}

/** What became of a container that was asked to go. */
type Removal = "removed" | "absent" | "failed";

/** A session that was ended so soon may have been ended while the engine was still creating its container. */
const START_WINDOW = 2000;
/** Even on a busy machine a container that was asked for exists by then. */
const LONG_START_WINDOW = 10_000;
/** A look at the end of a session that nobody hurries. */
const LOOK_TIMEOUT = 5000;
/** How far two pieces of news of the same end may be apart. */
const NEWS = 100;
/** The exit code of what argus has killed, or not even started. */
const STOPPED = 137;

class Session {
  #forwarded: NodeJS.Signals | undefined;
  #removal: Removal | undefined;
  /** What the engine last said of a removal that failed. */
  #unremoved = "";
  /** The engine has ended the server, so that there was a container. */
  #killed = false;
  /** It had started, although its program ended as if it had not. */
  #started = false;
  /** When the program was started. */
  #began = performance.now();
  readonly #life: Lifecycle;
  #wires: Wires | undefined;
  /** The last one that ran. */
  #program: Program | undefined;
  #output: Output | undefined;
  readonly #making = new AbortController();
  #unwatchConmon: () => void = () => {};

  readonly #input: BareInput;
  readonly #contained: Contained | undefined;
  readonly #end = Promise.withResolvers<number>();

  constructor(input: BareInput, contained: Contained | undefined) {
    this.#input = input;
    this.#contained = contained;
    // Before anything starts: a signal in between must not end argus without what it has started.
    this.#life = new Lifecycle(input.session.eofGraceMs, {
      act: (action) => this.#act(action),
      written: () => this.#written(),
    });
    this.#live().catch((error) => this.#fail(error));
  }

  /** The whole life, as far as nobody ends it. */
  async #live(): Promise<void> {
    const wires = await openWires(this.#contained);
    this.#wires = wires;
    void wires.inputEnded.then(() => this.#life.endOfInput());
    // Where a start that fails takes input with it, the image must be there before.
    if (!wires.repeatable) await this.#makeAbsentImage();
    let code = await this.#run(wires);
    if (code === 125 && (await this.#makeAbsentImage())) code = await this.#run(wires);
    await this.#ended(code);
  }

  /** Makes the image if the engine does not know it; true when it was so. A session that is being stopped needs none. */
  async #makeAbsentImage(): Promise<boolean> {
    const contained = this.#contained;
    if (contained === undefined || this.#life.stopped || !(await isAbsent(contained))) return false;
    this.#program = undefined;
    this.#life.detached();
    try {
      await contained.makeImage(this.#making.signal);
    } catch (error) {
      if (!this.#life.stopped) throw error;
    }
    return true;
  }

  /** Runs the program to its end; resolves to its exit code. */
  async #run(wires: Wires): Promise<number> {
    if (!this.#life.stopped) await this.#contained?.prepare?.();
    if (this.#life.stopped) return STOPPED;
    const { command, session } = this.#input;
    this.#began = performance.now();
    const program = startProgram(command, wires, { stdout: session.stdout === "strict" || !canCount(), stderr: false });
    this.#program = program;
    if (program.pid !== undefined) this.#life.attached();
    if (program.stdout !== null) this.#output = readOutput(program.stdout, session.stdout);
    if (this.#contained !== undefined) {
      const { engine, name } = this.#contained;
      this.#unwatchConmon = watchConmon(engine, name, () => this.#lost());
    }
    try {
      return await program.exited;
    } finally {
      this.#unwatchConmon();
    }
  }

  /** Resolves to the exit code when the session is gone. */
  get end(): Promise<number> {
    return this.#end.promise;
  }

  /** The client waits for the end, and kills when it takes too long. */
  get hurried(): boolean {
    return this.#life.hurried;
  }

  get #podman(): boolean {
    return this.#contained?.engine.name === "podman";
  }

  #lost(): void {
    printLine("argus: engine: podman's monitor of the container was killed; the session is over");
    this.#life.lost();
  }

  #written(): number | undefined {
    const pid = this.#program?.pid;
    return this.#output?.bytes ?? (pid === undefined ? undefined : flowOf(pid));
  }

  #act(action: LadderAction): void {
    switch (action) {
      case "forward":
        this.#forwarded = forwardedFor(this.#life.cause);
        this.#making.abort();
        sendSignal(this.#program?.pid, this.#forwarded);
        break;
      case "kill":
        if (this.#contained === undefined) endProgram(this.#program);
        else void this.#kill(this.#contained.kill);
        break;
      case "remove":
        if (this.#contained === undefined) endProgram(this.#program);
        else void this.#remove(this.#contained.remove, LOOK_TIMEOUT);
        break;
      case "abandon":
        endProgram(this.#program);
        void this.#gone(STOPPED, LOOKS);
        break;
    }
  }

  async #ended(code: number): Promise<void> {
    const { state, stopped } = this.#life;
    if (state === "gone") return;
    if (this.#contained === undefined) {
      // What the server started and left behind goes with it when the client ended the session.
      if (stopped) endProgram(this.#program);
      await this.#gone(code, 0);
    } else if (this.#program === undefined || (!stopped && this.#isServers(code))) {
      await this.#gone(code, 0);
    } else {
      await this.#look(this.#contained.remove, code, stopped);
    }
  }

  /** Whether an exit code can only be the server's own: podman that cannot work here ends with 1. */
  #isServers(code: number): boolean {
    const early = performance.now() - this.#began < START_WINDOW;
    return code === 0 || (code < 125 && !(early && this.#podman));
  }

  /** After any other end than the server's own the container may still be there, or come only now. */
  async #look(remove: Command, code: number, stopped: boolean): Promise<void> {
    const lived = (this.#life.stoppedAt ?? performance.now()) - this.#began;
    const removal = await this.#remove(remove, stopped ? Math.max(this.#life.left, 300) : LOOK_TIMEOUT);
    if (!stopped && removal === "absent" && code <= 127 && lived < LONG_START_WINDOW) {
      await this.#explainStart(code, remove);
    }
    await this.#gone(code, this.#looksLeft(removal, lived));
  }

  /** Throws what kept the container from starting. */
  async #explainStart(code: number, remove: Command): Promise<void> {
    const { command } = this.#input;
    const { engine, configured, name: container } = this.#contained!;
    // The input that has ended ends no server that does not run.
    this.#life.detached();
    // Loaded only now: a session that starts does not carry the words of those that do not.
    const { startTrouble } = await import("./start_trouble.ts");
    const failed = { command, engine, container, configured, code };
    const trouble = await startTrouble(failed, this.#wires!, this.#making.signal);
    await this.#remove(remove, LOOK_TIMEOUT);
    if (trouble === "started") this.#started = true;
    else if (trouble !== undefined && !this.#life.stopped) throw trouble;
  }

  /** How often the guard looks after argus: a container that is known to have gone does not come back. */
  #looksLeft(removal: Removal, lived: number): number {
    if (removal === "failed") return LOOKS;
    if (this.#killed || lived > LONG_START_WINDOW) return 0;
    // Of a start that was cut short, podman's own processes may stay: the guard ends them after its look.
    if (removal === "removed") return this.#podman ? 1 : 0;
    return lived < START_WINDOW ? LOOKS - 1 : 1;
  }

  async #gone(code: number, looks: number): Promise<void> {
    // The ladder may give up while a look is under way.
    const { stopped, cause } = this.#life;
    if (!this.#life.gone()) return;
    this.#life.release();
    await this.#output?.passed(stopped);
    // The end of a server may be heard of before the end of the input that it followed.
    if (code !== 0 && !stopped) await Promise.race([this.#wires?.inputEnded, after(NEWS)]);
    const { inputEnded } = this.#life;
    await this.#wires?.settle(looks);
    const ending: Ending = {
      backend: this.#input.backend,
      code,
      stopped,
      inputEnded,
      lived: performance.now() - this.#began,
      removal: this.#removal,
      started: this.#started,
    };
    if (code === 125 && !stopped && this.#contained !== undefined && this.#removal === "failed") {
      const { noAnswer } = await import("./start_trouble.ts");
      this.#end.reject(noAnswer(this.#contained.engine, this.#unremoved));
      return;
    }
    const words = lastWords(ending, this.#contained);
    if (words !== undefined) printLine(`argus: ${words}`);
    // Podman that gets a signal while it starts ends with 0 and leaves its container: that is not the server's code.
    const quit = code === 0 && this.#removal === "removed" && this.#podman;
    this.#end.resolve(stopped ? stoppedCode(quit ? STOPPED : code, cause, this.#forwarded) : code);
  }

  /** What goes wrong before a server runs leaves no container. */
  async #fail(error: unknown): Promise<void> {
    if (this.#life.gone()) {
      this.#life.release();
      await this.#wires?.settle(0);
    }
    this.#end.reject(error);
  }

  async #kill(command: Command): Promise<void> {
    const ran = await this.#call(command, LOOK_TIMEOUT);
    if (ran?.code === 0) this.#killed = true;
  }

  async #remove(remove: Command, timeoutMs: number): Promise<Removal> {
    const ran = await this.#call(remove, timeoutMs);
    this.#unremoved = ran?.stderr ?? "";
    const removal: Removal = ran?.code !== 0 ? "failed" : ran.stdout.trim() === "" ? "absent" : "removed";
    if (this.#removal !== "removed") this.#removal = removal;
    return this.#removal;
  }

  /** A call that takes too long is not waited for, but never killed: podman would leave a half-removed container. */
  async #call(command: Command, timeoutMs: number): Promise<Ran | undefined> {
    const call = run(command).catch(() => undefined);
    return await Promise.race([call, after(timeoutMs)]);
  }
}

/** The engine does not know the image. */
async function isAbsent({ engine, image }: SessionInput): Promise<boolean> {
  const asked = await run(imageInspectCommand(engine, image), { timeoutMs: LOOK_TIMEOUT }).catch(() => undefined);
  return asked !== undefined && asked.code !== 0 && /no such image|image not known/i.test(asked.stderr);
}

/** A Go program that does not catch SIGQUIT yet prints all its stacks instead of ending. */
function forwardedFor(cause: ClientEnd | "eof" | undefined): NodeJS.Signals {
  return cause === "SIGINT" || cause === "SIGHUP" ? cause : "SIGTERM";
}

/** The server's own code, unless the signal that argus sent or its kill is what ended it. */
function stoppedCode(
  code: number,
  cause: ClientEnd | "eof" | undefined,
  forwarded: NodeJS.Signals | undefined,
): number {
  const ended = code === STOPPED || (forwarded !== undefined && code === 128 + signalNumber(forwarded));
  return ended && cause?.startsWith("SIG") ? 128 + signalNumber(cause) : code;
}

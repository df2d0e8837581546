/**
 * One running backend in a container of Docker or Podman, or bare.
 *
 * Whatever ends the session, the container goes: by the server's own end, by the ladder, by the guard when argus is
 * killed, by the reaper when both are.
 */
import process from "node:process";
import type { Command } from "../engine/command.ts";
import type { Engine, SessionIdentity } from "../engine/engine.ts";
import { imageInspectCommand, killCommand, removeCommand } from "../engine/oci.ts";
import { ArgusError } from "../errors.ts";
import { run, sendSignal, signalNumber } from "../host/spawn.ts";
import type { SessionOptions } from "../plan/plan.ts";
import { after } from "./after.ts";
import type { ClientEnd } from "./client.ts";
import { watchConmon } from "./conmon.ts";
import { flowOf } from "./flow.ts";
import { LOOKS } from "./guard.ts";
import type { LadderAction } from "./ladder.ts";
import { type Ending, lastWords } from "./last_words.ts";
import { Lifecycle } from "./lifecycle.ts";
import { type Output, readOutput } from "./output.ts";
import { type Program, startProgram } from "./program.ts";
import { reapLater } from "./reaper.ts";
import { type Guarded, openWires, type Wires } from "./wires.ts";

/** A session in a container. */
export interface SessionInput {
  /** The engine's `run`, from `runCommand`. */
  readonly command: Command;
  readonly engine: Engine;
  readonly image: string;
  readonly identity: SessionIdentity;
  readonly session: SessionOptions;
  /** The memory limit, for the last words of a server that could not go on. */
  readonly memory: string;
  /** Makes the image that the engine turned out not to have. */
  readonly makeImage: () => Promise<void>;
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
 * @throws ArgusError whatever `makeImage` throws; `absent/image` when the engine has no image after that either.
 */
export async function runSession(input: SessionInput): Promise<number> {
  const { engine, identity } = input;
  const reaping = reapLater(engine);
  const remove = removeCommand(engine, [identity.container]);
  const container = { name: identity.container, kill: killCommand(engine, identity.container), remove };
  const wires = openWires(container);
  const once = async (): Promise<Session> => {
    // Where a start that fails takes input with it, the image must be there before.
    if (!wires.repeatable && (await isAbsent(input))) throw imageAbsent(input);
    const session = new Session(input, wires, container);
    await session.end;
    return session;
  };
  try {
    const session = await once().catch(async (error) => {
      if (!(error instanceof ArgusError) || error.code !== "absent/image") throw error;
      await input.makeImage();
      return once();
    });
    await reaping(session.hurried);
    return await session.end;
  } catch (error) {
    // What went wrong has left no container.
    await wires.settle(0);
    throw error;
  }
}

/** Runs a bare command the same way: same signals, same ladder, no container. */
export async function runBare(input: BareInput): Promise<number> {
  const wires = openWires(undefined);
  try {
    return await new Session(input, wires, undefined).end;
  } catch (error) {
    await wires.settle(0);
    throw error;
  }
}

interface Container extends Guarded {
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

class Session {
  /** Resolves to the exit code when the session is gone. */
  readonly end: Promise<number>;
  #forwarded: NodeJS.Signals | undefined;
  #removal: Removal | undefined;
  /** The engine has ended the server, so that there was a container. */
  #killed = false;
  #resolve: (code: number) => void = () => {};
  #reject: (error: ArgusError) => void = () => {};
  readonly #began = performance.now();
  readonly #life: Lifecycle;
  readonly #program: Program;
  #output: Output | undefined;
  #unwatchConmon: () => void = () => {};

  readonly #input: SessionInput | BareInput;
  readonly #wires: Wires;
  readonly #container: Container | undefined;

  constructor(input: SessionInput | BareInput, wires: Wires, container: Container | undefined) {
    this.#input = input;
    this.#wires = wires;
    this.#container = container;
    this.end = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // Before the start: a signal in between must not end argus without its container.
    this.#life = new Lifecycle(input.session.eofGraceMs, {
      act: (action) => this.#act(action),
      written: () => this.#written(),
    });
    const { stdout } = input.session;
    try {
      this.#program = startProgram(input.command, wires, { stdout: stdout === "strict" || !canCount(), stderr: false });
    } catch (error) {
      this.#life.release();
      throw error;
    }
    this.#program.exited.then(
      (code) => this.#exited(code),
      (error) => this.#failed(error),
    );
    if (this.#program.pid === undefined) return;
    this.#life.attached();
    void wires.inputEnded.then(() => this.#life.endOfInput());
    if (container !== undefined && "engine" in input) {
      this.#unwatchConmon = watchConmon(input.engine, container.name, () => this.#lost());
    }
    if (this.#program.stdout !== null) this.#output = readOutput(this.#program.stdout, stdout);
  }

  /** The client waits for the end, and kills when it takes too long. */
  get hurried(): boolean {
    return this.#life.hurried;
  }

  get #podman(): boolean {
    return "engine" in this.#input && this.#input.engine.name === "podman";
  }

  #lost(): void {
    console.error("argus: engine: podman's monitor of the container was killed; the session is over");
    this.#life.lost();
  }

  #written(): number | undefined {
    const { pid } = this.#program;
    return this.#output?.bytes ?? (pid === undefined ? undefined : flowOf(pid));
  }

  #act(action: LadderAction): void {
    switch (action) {
      case "forward":
        this.#forwarded = forwardedFor(this.#life.cause);
        sendSignal(this.#program.pid, this.#forwarded);
        break;
      case "kill":
        if (this.#container === undefined) this.#endProgram();
        else void this.#kill(this.#container.kill);
        break;
      case "remove":
        if (this.#container === undefined) this.#endProgram();
        else void this.#remove(this.#container, LOOK_TIMEOUT);
        break;
      case "abandon":
        this.#endProgram();
        void this.#gone(137, LOOKS);
        break;
    }
  }

  /** Ends the program, and with a bare server all that it started. */
  #endProgram(): void {
    const { pid } = this.#program;
    sendSignal(pid, "SIGKILL");
    if (pid !== undefined) sendSignal(-pid, "SIGKILL");
  }

  async #exited(code: number): Promise<void> {
    const { state, stopped } = this.#life;
    if (state === "gone") return;
    if (this.#container === undefined) {
      // What the server started and left behind goes with it when the client ended the session.
      if (stopped) this.#endProgram();
      await this.#gone(code, 0);
    } else if (!stopped && code < 125) {
      await this.#gone(code, 0);
    } else {
      await this.#look(this.#container, code, stopped);
    }
  }

  /** After any other end than the server's own the container may still be there, or come only now. */
  async #look(container: Container, code: number, stopped: boolean): Promise<void> {
    const lived = (this.#life.stoppedAt ?? performance.now()) - this.#began;
    const removal = await this.#remove(container, stopped ? Math.max(this.#life.left, 300) : LOOK_TIMEOUT);
    await this.#gone(code, this.#looksLeft(removal, lived));
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
    const { stopped, cause, inputEnded } = this.#life;
    if (!this.#life.gone()) return;
    this.#life.release();
    this.#unwatchConmon();
    await this.#output?.passed(stopped);
    if (code === 125 && !stopped && "image" in this.#input && (await isAbsent(this.#input))) {
      this.#reject(imageAbsent(this.#input));
      return;
    }
    await this.#wires.settle(looks);
    const ending: Ending = {
      backend: "identity" in this.#input ? this.#input.identity.backend : this.#input.backend,
      code,
      stopped,
      inputEnded,
      lived: performance.now() - this.#began,
      removal: this.#removal,
    };
    const words = lastWords(ending, "engine" in this.#input ? this.#input : undefined);
    if (words !== undefined) console.error(`argus: ${words}`);
    // Podman that gets a signal while it starts ends with 0 and leaves its container: that is not the server's code.
    const quit = code === 0 && this.#removal === "removed" && this.#podman;
    this.#resolve(stopped ? stoppedCode(quit ? 137 : code, cause, this.#forwarded) : code);
  }

  #failed(error: ArgusError): void {
    if (!this.#life.gone()) return;
    this.#life.release();
    this.#unwatchConmon();
    this.#reject(error);
  }

  async #kill(command: Command): Promise<void> {
    const ran = await this.#call(command, LOOK_TIMEOUT);
    if (ran?.code === 0) this.#killed = true;
  }

  async #remove({ remove }: Container, timeoutMs: number): Promise<Removal> {
    const ran = await this.#call(remove, timeoutMs);
    const removal: Removal = ran?.code !== 0 ? "failed" : ran.stdout.trim() === "" ? "absent" : "removed";
    if (this.#removal !== "removed") this.#removal = removal;
    return this.#removal;
  }

  /** A call that takes too long is not waited for, but never killed: podman would leave a half-removed container. */
  async #call(command: Command, timeoutMs: number): Promise<{ code: number; stdout: string } | undefined> {
    const call = run(command).catch(() => undefined);
    return await Promise.race([call, after(timeoutMs)]);
  }
}

/** The engine has refused to run and does not know the image. Two calls are no loss on this way. */
async function isAbsent({ engine, image }: SessionInput): Promise<boolean> {
  const asked = await run(imageInspectCommand(engine, image), { timeoutMs: LOOK_TIMEOUT }).catch(() => undefined);
  return asked !== undefined && asked.code !== 0 && /no such image|image not known/i.test(asked.stderr);
}

function imageAbsent({ engine, image, identity }: SessionInput): ArgusError {
  return new ArgusError("absent/image", `${engine.name} has no image ${image}`, {
    hint: `argus build ${identity.backend}`,
  });
}

/** Where there is no count of written bytes, argus reads the output itself. */
function canCount(): boolean {
  return process.platform === "linux";
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
  const ended = code === 137 || (forwarded !== undefined && code === 128 + signalNumber(forwarded));
  return ended && cause?.startsWith("SIG") ? 128 + signalNumber(cause) : code;
}

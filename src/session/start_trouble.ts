/** Why a container did not start. The engine has told the client, past argus, and is made to say it once more. */
import process from "node:process";
import { expand, holdsVariable } from "../config/variables.ts";
import type { Command } from "../engine/command.ts";
import type { Engine } from "../engine/engine.ts";
import { explainEngine } from "../engine/explain.ts";
import { detachedCommand, startEventsCommand } from "../engine/oci.ts";
import { ArgusError, EXIT } from "../errors.ts";
import { run } from "../host/spawn.ts";
import { endProgram, startProgram } from "./program.ts";
import type { Wires } from "./wires.ts";

/** A session whose program has ended as if its container had not started. */
export interface FailedStart {
  readonly command: Command;
  readonly engine: Engine;
  readonly container: string;
  /** The backend's name where a config has it. */
  readonly configured: string | undefined;
  /** 125: the engine's own, 126 and 127: of a program that it could not start, less: podman's. Each may be the server's own, too. */
  readonly code: number;
}

/** Far longer than a start that fails takes. Milliseconds. */
const LIMIT = 20_000;
const ASK_LIMIT = 5000;

/**
 * Starts the container once more, without a client. "started" when it had started, so that the server itself ended with such a
 * code or the engine lost it, and when it starts now: what failed is over, and the container has to be removed. undefined when
 * the engine does not say.
 */
export async function startTrouble(
  failed: FailedStart,
  wires: Wires,
  signal: AbortSignal,
): Promise<ArgusError | "started" | undefined> {
  const { engine, configured } = failed;
  const started = await hasStarted(failed, signal);
  // Where nobody knows, no server is run a second time.
  if (started !== false) return started ? "started" : undefined;
  if (failed.code < 125) {
    const message = `${engine.name} could not start the container; its own words are above`;
    return new ArgusError("engine/run-failed", message, { hint: "argus doctor" });
  }
  const again = await startAgain(failed.command, wires, signal);
  if (again === undefined || signal.aborted) return undefined;
  if (again.code === 0) return "started";
  const why = explainEngine({ engine: engine.name, phase: "run", output: again.said, backend: configured });
  const { hint, exitCode } = why;
  // Its words are on the client's stderr already.
  return new ArgusError(why.code, withReferences(why.message, failed.command), { hint, exitCode });
}

/** Why an engine did not answer, by what it said of the container's removal: its own code is none of the server's. */
export function noAnswer({ name }: Engine, said: string): ArgusError {
  const { code, message, hint, exitCode } = explainEngine({ engine: name, phase: "other", output: said });
  // Its words are on the client's stderr already.
  if (code !== "engine/failed") return new ArgusError(code, message, { hint, exitCode });
  return new ArgusError("engine/not-running", `${name} does not answer; its own words are above`, {
    hint: "argus doctor",
    exitCode: EXIT.absent,
  });
}

/** An engine quotes the arguments that it does not like: argus says `${NAME}` where a variable's value stands. */
function withReferences(message: string, { args }: Command): string {
  const names = args.flatMap((arg) =>
    typeof arg !== "string" && holdsVariable(arg) ? expand(arg.shown, process.env).names : [],
  );
  const values = names.map((name) => [name, process.env[name] ?? ""] as const);
  // Of a letter or two nobody learns anything, and the words around them would suffer. One value may begin as another does.
  const telling = values
    .filter(([, value]) => value.length > 2)
    .sort(([, one], [, other]) => other.length - one.length);
  return telling.reduce((text, [name, value]) => text.replaceAll(value, () => `\${${name}}`), message);
}

/** undefined where the engine does not tell. */
async function hasStarted({ engine, container }: FailedStart, signal: AbortSignal): Promise<boolean | undefined> {
  const command = startEventsCommand(engine, container, Math.ceil(Date.now() / 1000 + 0.1));
  const events = await run(command, { timeoutMs: ASK_LIMIT, signal }).catch(() => undefined);
  return events?.code === 0 ? events.stdout.trim() !== "" : undefined;
}

/** With the guard, as the first time: should argus be killed meanwhile, the container goes. */
async function startAgain(
  command: Command,
  wires: Wires,
  signal: AbortSignal,
): Promise<{ readonly code: number; readonly said: string } | undefined> {
  const program = startProgram(detachedCommand(command), wires, { stdout: true, stderr: true });
  let said = "";
  program.stdout?.resume();
  program.stderr?.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  const stop = (): void => endProgram(program);
  const timer = setTimeout(stop, LIMIT);
  signal.addEventListener("abort", stop, { once: true });
  const code = await program.exited.catch(() => undefined);
  clearTimeout(timer);
  signal.removeEventListener("abort", stop);
  return code === undefined || code > 128 ? undefined : { code, said };
}

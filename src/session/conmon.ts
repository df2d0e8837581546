/**
 * Watches podman's monitor of a container. When conmon is killed, `podman run` hangs for ever and the container loses
 * its stdio: nobody else would tell.
 */
import process from "node:process";
import { setTimeout as pause } from "node:timers/promises";
import { engineCommand } from "../engine/command.ts";
import type { Engine } from "../engine/engine.ts";
import { isAlive } from "../host/proc.ts";
import { run } from "../host/spawn.ts";
import { conmonOf } from "./stray_processes.ts";

/** How long after the start, and after each look, conmon is looked for: milliseconds. */
const SEARCH = 200;
/** How many looks there are before the engine is asked. */
const SEARCHES = 8;
/** How often the engine is asked, once a second: on a busy machine the container comes late. */
const QUESTIONS = 12;
/** How often a conmon that was found is looked at: one system call. */
const POLL = 500;
/** After the server's own end podman tidies up without conmon: the engine is asked before anything is said. */
const PATIENCE = 1000;
/** On a busy machine that may take a while; whatever still hangs then, hangs for ever. */
const LIMIT = 15_000;

/** Calls `died` once when the container's conmon was killed; returns the function that stops it. */
export function watchConmon(engine: Engine, container: string, died: () => void): () => void {
  if (engine.name !== "podman" || process.platform !== "linux") return () => {};
  const stop = new AbortController();
  void (async () => {
    let pid = await search(container, stop.signal);
    let lost = false;
    if (pid === undefined) {
      pid = await askForConmon(engine, container, stop.signal);
      if (pid === undefined) return;
      // It has been looked for long enough.
      lost = !isAlive(pid) && !(await stateOf(engine, container, stop.signal)).ended;
    }
    for (let missing = 0; !lost && missing < LIMIT; ) {
      await pause(POLL, undefined, { signal: stop.signal });
      // While it starts, conmon hands over to a child with the same words: the one that was found may be the parent.
      if (pid === undefined || !isAlive(pid)) pid = conmonOf(container);
      missing = pid === undefined ? missing + POLL : 0;
      lost = missing >= PATIENCE && !(await stateOf(engine, container, stop.signal)).ended;
    }
    died();
  })().catch(() => {
    // Stopped.
  });
  return () => stop.abort();
}

/** The pid of the container's conmon, as the machine tells; undefined for one that died young or runs elsewhere. */
async function search(container: string, signal: AbortSignal): Promise<number | undefined> {
  for (let tries = 0; tries < SEARCHES; tries += 1) {
    await pause(SEARCH, undefined, { signal });
    const pid = conmonOf(container);
    if (pid !== undefined) return pid;
  }
  return undefined;
}

/** The same as the engine tells; undefined when that runs elsewhere. */
async function askForConmon(engine: Engine, container: string, signal: AbortSignal): Promise<number | undefined> {
  let remote = "";
  for (let tries = 0; tries < QUESTIONS; tries += 1) {
    const [{ conmon }, said] = await Promise.all([
      stateOf(engine, container, signal),
      // On a busy machine a question may come to nothing.
      remote === "" ? ask(engine, ["info", "--format", "{{.Host.ServiceIsRemote}}"], signal) : remote,
    ]);
    remote = said;
    if (remote === "true") return undefined;
    if (remote === "false" && conmon > 0) return conmon;
    await pause(POLL * 2, undefined, { signal });
  }
  return undefined;
}

/** What podman knows about a container. */
interface ContainerState {
  /** 0 when there is none. */
  readonly conmon: number;
  /**
   * The server ended by itself and podman only has to tidy up. When it did not and conmon is gone, conmon was killed: it
   * wrote no exit code, so that the container still runs, or will never start, or ended with an unknown code (-1).
   */
  readonly ended: boolean;
}

async function stateOf(engine: Engine, container: string, signal: AbortSignal): Promise<ContainerState> {
  const format = "{{.State.ConmonPid}} {{.State.Status}} {{.State.ExitCode}}";
  const said = await ask(engine, ["container", "inspect", "--format", format, container], signal);
  const [conmon = "0", status = "exited", code = "0"] = said.split(" ").filter(Boolean);
  return { conmon: Number(conmon), ended: /^(exited|stopped|removing)$/.test(status) && code !== "-1" };
}

/** What podman said; nothing when it did not, or could not even be started. */
async function ask(engine: Engine, args: readonly string[], signal: AbortSignal): Promise<string> {
  const ran = await run(engineCommand(engine, args), { timeoutMs: 10_000, signal }).catch(() => undefined);
  signal.throwIfAborted();
  return ran?.stdout.trim() ?? "";
}

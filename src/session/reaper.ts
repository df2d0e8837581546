/**
 * Removes what argus processes left that were killed together with their guard: containers whose owner is gone, and on
 * this machine the processes of a start that never became a container.
 */
import type { Engine } from "../engine/engine.ts";
import { sendSignal } from "../host/spawn.ts";
import { listContainers, type OwnedContainer, removeContainers, type Unanswered } from "./containers.ts";
import { conmons, strayPumps } from "./stray_processes.ts";

/** Off the hot path: most servers have answered by then. */
const DELAY = 2000;
/**
 * How long the end of a session may wait for the reaping. On a busy machine each call of an engine takes a second and more;
 * a client that waits no longer ends argus by a signal.
 */
const PATIENCE = 5000;
/** The same when the client has ended the session, and may kill argus in less than a second. */
const HURRIED_PATIENCE = 250;

/** Reaps an engine once, 2 s after the start of a session or at its end; the returned function is called at the end. */
export function reapLater(engine: Engine): (hurried: boolean) => Promise<void> {
  return later((signal) => reap(engine, signal));
}

/** The same for any reaping; the signal ends one that takes too long. */
export function later(once: (signal: AbortSignal) => Promise<unknown>): (hurried: boolean) => Promise<void> {
  const patience = new AbortController();
  let reaping: Promise<unknown> | undefined;
  const start = (): Promise<unknown> => {
    clearTimeout(timer);
    reaping ??= once(patience.signal).catch(() => {
      // The next session tries again.
    });
    return reaping;
  };
  const timer = setTimeout(async () => {
    await start();
    // From here on a session waits: what its start left behind goes once, where the program was built with --expose-gc.
    globalThis.gc?.();
  }, DELAY);
  // A session that could not start has nothing to wait for.
  timer.unref?.();
  return async (hurried) => {
    // An engine that hangs must not keep argus: its program is let go, the engine itself may well finish the job.
    const limit = setTimeout(() => patience.abort(), hurried ? HURRIED_PATIENCE : PATIENCE);
    await start();
    clearTimeout(limit);
  };
}

/** What a reaping found; `removed` is false when the engine refused to remove the orphans. */
export interface Reaped {
  readonly orphans: readonly OwnedContainer[];
  readonly removed: boolean;
}

/** Removes what dead owners left. */
export async function reap(engine: Engine, signal?: AbortSignal): Promise<Reaped | Unanswered> {
  // Looked at before the list: a container that starts meanwhile is then in the list.
  const running = engine.name === "podman" ? conmons() : new Map<string, number[]>();
  for (const pid of strayPumps()) sendSignal(pid, "SIGKILL");
  const listed = await listContainers(engine, signal);
  if ("said" in listed) return listed;
  const names = new Set(listed.map(({ name }) => name));
  for (const [name, pids] of running) if (!names.has(name)) for (const pid of pids) sendSignal(pid, "SIGKILL");
  const orphans = listed.filter(({ orphan }) => orphan);
  return { orphans, removed: await removeContainers(engine, orphans, signal) };
}

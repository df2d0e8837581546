/** The containers of argus on an engine, and what is known about their owners. */
import type { Engine } from "../engine/engine.ts";
import { containerListCommand, removeCommand } from "../engine/oci.ts";
import { type FoundContainer, parseContainers } from "../engine/parse.ts";
import { ownerAlive } from "../host/proc.ts";
import { run } from "../host/spawn.ts";

/** A container of argus and whether its session is over. */
export interface OwnedContainer extends FoundContainer {
  readonly engine: Engine;
  /** Its owner has surely ended. Of another machine, user or label nothing is sure, so it is none. */
  readonly orphan: boolean;
}

/** What an engine or a cluster said in place of an answer. */
export interface Unanswered {
  readonly said: string;
}

const LIST_TIMEOUT = 30_000;

/** All containers of argus. */
export async function listContainers(engine: Engine, signal?: AbortSignal): Promise<OwnedContainer[] | Unanswered> {
  const { code, stdout, stderr, timedOut } = await run(containerListCommand(engine), {
    timeoutMs: LIST_TIMEOUT,
    signal,
  });
  if (code !== 0) return { said: timedOut ? `no answer within ${LIST_TIMEOUT / 1000} s` : stderr };
  return parseContainers(stdout).map((found) => ({ ...found, engine, orphan: isOrphan(found) }));
}

/**
 * Removes containers of one engine; true when all are gone. Never killed, for podman would leave them half removed: the
 * signal only ends the waiting.
 */
export async function removeContainers(
  engine: Engine,
  containers: readonly { readonly id: string }[],
  signal?: AbortSignal,
): Promise<boolean> {
  if (containers.length === 0) return true;
  const ids = containers.map(({ id }) => id);
  const call = run(removeCommand(engine, ids)).then(({ code }) => code === 0);
  return await Promise.race([call, aborted(signal)]);
}

function aborted(signal: AbortSignal | undefined): Promise<false> {
  return new Promise((resolve) => {
    if (signal?.aborted) resolve(false);
    signal?.addEventListener("abort", () => resolve(false), { once: true });
  });
}

function isOrphan({ owner }: FoundContainer): boolean {
  return owner !== undefined && ownerAlive(owner) === false;
}

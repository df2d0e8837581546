/** The containers of argus on an engine, and what is known about their owners. */
import type { Engine } from "../engine/engine.ts";
import { containerListCommand, removeCommand } from "../engine/oci.ts";
import { type FoundContainer, parseContainers } from "../engine/parse.ts";
import { ownerAlive } from "../host/proc.ts";
import { type RunOptions, run } from "../host/spawn.ts";

/** A container of argus and whether its session is over. */
export interface OwnedContainer extends FoundContainer {
  readonly engine: Engine;
  /** Its owner has surely ended. Of another machine, user or label nothing is sure, so it is none. */
  readonly orphan: boolean;
}

const LIST_TIMEOUT = 30_000;
/** A busy machine was seen to take 30 s for one. */
const REMOVE_TIMEOUT = 120_000;

/** All containers of argus; undefined when the engine did not answer. */
export async function listContainers(engine: Engine, signal?: AbortSignal): Promise<OwnedContainer[] | undefined> {
  const { code, stdout } = await run(containerListCommand(engine), options(LIST_TIMEOUT, signal));
  if (code !== 0) return undefined;
  return parseContainers(stdout).map((found) => ({ ...found, engine, orphan: isOrphan(found) }));
}

/** Removes containers of one engine; true when all are gone. */
export async function removeContainers(
  engine: Engine,
  containers: readonly { readonly id: string }[],
  signal?: AbortSignal,
): Promise<boolean> {
  if (containers.length === 0) return true;
  const ids = containers.map(({ id }) => id);
  const { code } = await run(removeCommand(engine, ids), options(REMOVE_TIMEOUT, signal));
  return code === 0;
}

function options(timeoutMs: number, signal: AbortSignal | undefined): RunOptions {
  return signal === undefined ? { timeoutMs } : { timeoutMs, signal };
}

function isOrphan({ owner }: FoundContainer): boolean {
  return owner !== undefined && ownerAlive(owner) === false;
}

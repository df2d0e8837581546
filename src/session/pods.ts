/** The Pods of argus in a cluster's namespace, and what is known about their owners. */
import type { Command } from "../engine/command.ts";
import { type Cluster, deleteCommand, listPodsCommand } from "../engine/kubernetes/kubectl.ts";
import { type PodState, parsePods } from "../engine/kubernetes/parse.ts";
import { ownerAlive } from "../host/proc.ts";
import { type Ran, type RunOptions, run } from "../host/spawn.ts";

/** A Pod of argus and whether its session is over. */
export interface OwnedPod extends PodState {
  /** Its owner has surely ended. Of another machine or user nothing is sure, so it is none: its deadline ends it. */
  readonly orphan: boolean;
}

const TIMEOUT = 30_000;

/** All Pods of argus that are not on their way out; the cluster's words when it did not answer. */
export async function listPods(
  cluster: Cluster,
  signal?: AbortSignal,
): Promise<OwnedPod[] | { readonly said: string }> {
  const { code, stdout, stderr } = await call(listPodsCommand(cluster), signal);
  if (code !== 0) return { said: stderr };
  return parsePods(stdout)
    .filter(({ deleting }) => !deleting)
    .map((pod) => ({ ...pod, orphan: pod.owner !== undefined && ownerAlive(pod.owner) === false }));
}

/** Removes Pods; true when the cluster has taken it on. */
export async function removePods(
  cluster: Cluster,
  pods: readonly { readonly name: string }[],
  signal?: AbortSignal,
): Promise<boolean> {
  if (pods.length === 0) return true;
  const names = pods.map(({ name }) => name);
  return (await call(deleteCommand(cluster, names), signal)).code === 0;
}

/** Removes what dead owners left in the namespace; undefined when the cluster did not answer. */
export async function reapPods(
  cluster: Cluster,
  signal?: AbortSignal,
): Promise<{ readonly orphans: readonly OwnedPod[]; readonly removed: boolean } | undefined> {
  const listed = await listPods(cluster, signal);
  if (!Array.isArray(listed)) return undefined;
  const orphans = listed.filter(({ orphan }) => orphan);
  return { orphans, removed: await removePods(cluster, orphans, signal) };
}

function call(command: Command, signal: AbortSignal | undefined): Promise<Ran> {
  const options: RunOptions = signal === undefined ? { timeoutMs: TIMEOUT } : { timeoutMs: TIMEOUT, signal };
  return run(command, options);
}

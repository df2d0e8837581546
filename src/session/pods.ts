/** What sessions have in a cluster's namespace, and what is known about their owners. */
import type { Command } from "../engine/command.ts";
import { type Cluster, deleteCommand, listCommand } from "../engine/kubernetes/kubectl.ts";
import { type PodState, parsePods, parsePolicies, type SessionObject } from "../engine/kubernetes/parse.ts";
import { ownerAlive } from "../host/proc.ts";
import { type Ran, run } from "../host/spawn.ts";
import type { Unanswered } from "./containers.ts";

/** A Pod of argus and whether its session is over. */
export interface OwnedPod extends PodState {
  /** Nobody needs it any more: see {@link isOrphan}. */
  readonly orphan: boolean;
}

/**
 * An argus removes what it made within seconds; what is still there so long after its end has none. Milliseconds, far more than
 * the clocks of machines differ.
 */
const FORGOTTEN = 24 * 3_600_000;

const TIMEOUT = 30_000;

/** All Pods of argus that are not on their way out. */
export async function listPods(cluster: Cluster, signal?: AbortSignal): Promise<OwnedPod[] | Unanswered> {
  const listed = await list(cluster, signal);
  if ("said" in listed) return listed;
  return listed.pods.map((pod) => ({ ...pod, orphan: isOrphan(pod, endOf(pod)) }));
}

/** Removes what sessions left in the namespace. */
export async function reapPods(
  cluster: Cluster,
  signal?: AbortSignal,
): Promise<{ readonly orphans: readonly SessionObject[]; readonly removed: boolean } | Unanswered> {
  const listed = await list(cluster, signal);
  if ("said" in listed) return listed;
  const { pods, policies, ending } = listed;
  // A start that was killed half-way may have come no further than its policy.
  const isAlone = ({ name }: SessionObject) => ![...pods, ...ending].some((pod) => pod.name === name);
  const all = [
    ...pods.filter((pod) => isOrphan(pod, endOf(pod))),
    ...policies.filter((policy) => isOrphan(policy, isAlone(policy) ? policy.created : undefined)),
  ];
  const orphans = [...new Map(all.map((each) => [each.name, each])).values()];
  if (orphans.length === 0) return { orphans, removed: true };
  const names = orphans.map(({ name }) => name);
  return { orphans, removed: (await call(deleteCommand(cluster, names), signal)).code === 0 };
}

interface Listed {
  readonly pods: readonly PodState[];
  /** Pods that have been deleted and may still run. */
  readonly ending: readonly PodState[];
  readonly policies: readonly SessionObject[];
}

async function list(cluster: Cluster, signal: AbortSignal | undefined): Promise<Listed | Unanswered> {
  const { code, stdout, stderr, timedOut } = await call(listCommand(cluster), signal);
  if (code !== 0 && timedOut) return { said: `no answer within ${TIMEOUT / 1000} s` };
  // Who may not list policies sees the Pods.
  const refused = stderr.split("\n").filter((line) => line !== "" && !/networkpolicies\S* is forbidden/.test(line));
  if (code !== 0 && (refused.length > 0 || stdout === "")) return { said: stderr };
  const all = parsePods(stdout);
  return {
    pods: all.filter(({ deleting }) => !deleting),
    ending: all.filter(({ deleting }) => deleting),
    policies: parsePolicies(stdout).filter(({ deleting }) => !deleting),
  };
}

/**
 * Its owner has surely ended, or it is over for so long that an owner would have removed it. Of another machine's or another
 * user's owner nothing is sure: what still runs is left to its deadline.
 */
function isOrphan({ owner }: SessionObject, ended: string | undefined): boolean {
  if (owner === undefined) return false;
  return ownerAlive(owner) === false || (ended !== undefined && Date.now() - Date.parse(ended) > FORGOTTEN);
}

/** Since when its server has ended; undefined while it has not. */
function endOf({ phase, changed }: PodState): string | undefined {
  return phase === "Succeeded" || phase === "Failed" ? changed : undefined;
}

function call(command: Command, signal: AbortSignal | undefined): Promise<Ran> {
  return run(command, { timeoutMs: TIMEOUT, signal });
}

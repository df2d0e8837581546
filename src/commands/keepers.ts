/** Whatever keeps sessions: the engines of this machine, and the clusters that the config or a variable names. */
import type { KubernetesFields } from "../config/schema.ts";
import { readSettings } from "../config/settings.ts";
import type { Engine, OciName } from "../engine/engine.ts";
import type { Cluster } from "../engine/kubernetes/kubectl.ts";
import { ArgusError } from "../errors.ts";
import { probeEngine } from "../host/engines.ts";
import { listContainers } from "../session/containers.ts";
import { reap } from "../session/reaper.ts";
import { log } from "../ui/log.ts";

/** One place where sessions are. */
export interface Keeper {
  /** "docker", "podman", "kubernetes", or "kubernetes (context/namespace)". */
  readonly name: string;
  /** All sessions; undefined when it did not answer. */
  list(): Promise<Kept[] | undefined>;
  /** Removes what dead owners left; undefined when it did not answer. */
  reap(): Promise<
    { readonly orphans: readonly Pick<Kept, "backend" | "name">[]; readonly removed: boolean } | undefined
  >;
}

/** A container or a Pod of argus. */
export interface Kept {
  readonly backend: string;
  readonly name: string;
  readonly image: string;
  readonly owner: { readonly pid: number } | undefined;
  /** ISO 8601 in UTC. */
  readonly created: string;
  readonly orphan: boolean;
}

/** Every engine that answers and every cluster that is named. */
export async function liveKeepers(config: string | undefined): Promise<Keeper[]> {
  const [engines, clusters] = await Promise.all([liveEngines(), namedClusters(config)]);
  return [...engines.map(ofEngine), ...clusters.map(ofCluster)];
}

/** Every engine that is installed and answers. */
export async function liveEngines(): Promise<Engine[]> {
  const names: readonly OciName[] = ["docker", "podman"];
  const probes = await Promise.all(names.map((name) => probeEngine(name)));
  return probes.filter((probe) => probe?.state === "live").map((probe) => probe!.engine);
}

/** The `kubernetes` sections in use, each cluster and namespace once: a cluster that nobody names is never touched. */
export async function namedSections(file: string | undefined): Promise<KubernetesFields[]> {
  const { runtime } = readSettings(process.env);
  const config = await configOf(file);
  const sections = [...(config?.backends.values() ?? [])]
    .filter((backend) => backend.type === "stdio")
    .filter(({ container }) => (container.runtime ?? runtime) === "kubernetes")
    .map(({ container }) => container.kubernetes);
  if (sections.length === 0 && runtime === "kubernetes") sections.push(config?.kubernetes ?? {});
  const keys = sections.map(({ context, namespace }) => JSON.stringify([context, namespace]));
  return sections.filter((_, index) => keys.indexOf(keys[index]!) === index);
}

/** A config that cannot be read is another command's trouble: what sessions left has to go nevertheless. */
async function configOf(file: string | undefined) {
  const { readConfigFile } = await import("../host/config_file.ts");
  const { parseConfig } = await import("../config/parse.ts");
  try {
    const read = await readConfigFile(file);
    return parseConfig(read.text, read.file, { env: process.env, unset: "allow" }).config;
  } catch (error) {
    if (file !== undefined) throw error;
    return undefined;
  }
}

async function namedClusters(config: string | undefined): Promise<Cluster[]> {
  const sections = await namedSections(config);
  if (sections.length === 0) return [];
  const { findCluster } = await import("../host/cluster.ts");
  try {
    return sections.map((section) => findCluster(section));
  } catch (error) {
    if (error instanceof ArgusError) log.warn(error.message);
    else throw error;
    return [];
  }
}

function ofEngine(engine: Engine): Keeper {
  return { name: engine.name, list: () => listContainers(engine), reap: () => reap(engine) };
}

function ofCluster(cluster: Cluster): Keeper {
  const place = [cluster.context, cluster.namespace].filter((part) => part !== undefined).join("/");
  return {
    name: place === "" ? "kubernetes" : `kubernetes (${place})`,
    async list() {
      const { listPods } = await import("../session/pods.ts");
      const listed = await listPods(cluster);
      if (Array.isArray(listed)) return listed;
      await warn(listed.said);
      return undefined;
    },
    async reap() {
      const { reapPods } = await import("../session/pods.ts");
      return reapPods(cluster);
    },
  };
}

async function warn(said: string): Promise<void> {
  const { explainKubectl } = await import("../engine/kubernetes/explain.ts");
  const { message, hint } = explainKubectl({ output: said });
  log.warn(hint === undefined ? message : `${message}; ${hint}`);
}

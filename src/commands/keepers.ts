/** Whatever keeps sessions: the engines of this machine, and the clusters that the config or a variable names. */
import type { StdioBackend } from "../config/config.ts";
import type { ParsedConfig } from "../config/parse.ts";
import type { Problem } from "../config/problem.ts";
import type { KubernetesFields } from "../config/schema.ts";
import { type RuntimeName, readSettings } from "../config/settings.ts";
import { type Engine, OCI_NAMES } from "../engine/engine.ts";
import { explainEngine } from "../engine/explain.ts";
import type { Cluster } from "../engine/kubernetes/kubectl.ts";
import { ArgusError, EXIT } from "../errors.ts";
import { absentEngine, type Probe, probeEngine } from "../host/engines.ts";
import { listContainers, type Unanswered } from "../session/containers.ts";
import { reap } from "../session/reaper.ts";
import { log } from "../ui/log.ts";

/** One place where sessions are. */
export interface Keeper {
  /** "docker", "podman", "kubernetes", or "kubernetes (context/namespace)". */
  readonly name: string;
  /** All sessions. */
  list(): Promise<readonly Kept[] | Silence>;
  /** Removes what dead owners left. */
  reap(): Promise<{ readonly orphans: readonly Pick<Kept, "backend" | "name">[]; readonly removed: boolean } | Silence>;
}

/** It did not answer. */
export interface Silence {
  /** Why, and what to try. */
  readonly why: string;
  /** {@link EXIT}.absent where it is not there or cannot be used at all. */
  readonly exitCode: number;
}

/** The exit code of a command that asked all keepers: where none answered, that of the first silence. */
export function exitCodeOf(silences: readonly Silence[], asked: number): number {
  const [first] = silences;
  if (first === undefined) return EXIT.ok;
  return silences.length < asked ? EXIT.failed : first.exitCode;
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

/**
 * Every engine that answers and every cluster that is named. Of engines that do not answer those that the user's settings
 * name, and all when there is nothing else to ask; of those that are not installed the one that ARGUS_RUNTIME names.
 */
export async function findKeepers(config: string | undefined): Promise<Keeper[]> {
  const [probes, clusters] = await Promise.all([installedEngines(), namedClusters(config)]);
  const nothingElse = clusters.length === 0 && !probes.some(isLive);
  const engines = probes.filter((probe) => isLive(probe) || probe.endpoint?.chosenBy !== undefined || nothingElse);
  const keepers = [
    ...engines.map((probe) => (isLive(probe) ? ofEngine(probe.engine) : silentEngine(probe))),
    ...absentEngines(probes),
    ...clusters,
  ];
  const names = keepers.map(({ name }) => name).join(", ");
  log.debug(names === "" ? "no engine is installed, and no cluster is named" : `sessions are looked for on ${names}`);
  return keepers;
}

/** Every engine that is installed and answers. */
export async function liveEngines(): Promise<Engine[]> {
  return (await installedEngines()).filter(isLive).map(({ engine }) => engine);
}

/** Every engine that is installed, and whether it answers. */
export async function installedEngines(): Promise<Probe[]> {
  const probes = await Promise.all(OCI_NAMES.map((name) => probeEngine(name)));
  return probes.filter((probe) => probe !== undefined);
}

function isLive({ state }: Probe): boolean {
  return state === "live";
}

/** What a config says about clusters. */
export interface Named {
  readonly sections: readonly KubernetesFields[];
  /** Whether a cluster runs every backend that is isolated at all. */
  readonly everything: boolean;
  /** Why one more cluster is meant and not known, and what to try. */
  readonly unclear?: string;
}

/** The fields that choose the cluster and the place in it; whatever else is not known, sessions are found without. */
const CHOICE = ["context", "namespace"] as const;

/**
 * The `kubernetes` sections in use, each cluster and namespace once. A cluster that nobody names is never touched: a section
 * whose choice cannot be read as it is meant is left out, for without its fields it would mean the current context.
 */
export async function namedSections(file: string | undefined): Promise<Named> {
  const { runtime, registry } = readSettings(process.env);
  const parsed = await configOf(file, registry);
  if (parsed === undefined) {
    const everything = runtime === "kubernetes";
    return { sections: everything ? [{ registry }] : [], everything };
  }
  return namedIn(parsed, runtime);
}

function namedIn(parsed: ParsedConfig, runtime: RuntimeName | undefined): Named {
  const { config, problems } = parsed;
  const own = [...config.backends.values()].filter((backend) => backend.type === "stdio");
  const users = own.filter(({ container }) => (container.runtime ?? runtime) === "kubernetes");
  const sections = chosenSections(parsed, users, runtime === "kubernetes");
  const wanted = Math.max(users.length, runtime === "kubernetes" ? 1 : 0);
  const why = problems.some(isError) ? "it has errors" : "a variable in it is not set";
  return {
    sections: eachPlaceOnce(sections),
    everything: own.every((backend) => users.includes(backend) || backend.container.enabled === false),
    ...(sections.length < wanted
      ? { unclear: `${config.file} does not say which cluster: ${why}; argus validate shows where` }
      : {}),
  };
}

/** The sections of those backends; without one, that of the file where a cluster is the runtime by default. */
function chosenSections(
  { config, problems, unset }: ParsedConfig,
  users: readonly StdioBackend[],
  isDefault: boolean,
): KubernetesFields[] {
  const errors = problems.filter(isError);
  if (errors.some(({ backend }) => backend === undefined)) return [];
  const unsetPaths = unset.map((path) => path.join("."));
  const isChosen = (fields: KubernetesFields, base?: string) =>
    CHOICE.every((field) => {
      if (base !== undefined && unsetPaths.includes(`${base}.${field}`)) return false;
      return fields[field] !== undefined || !unsetPaths.includes(`kubernetes.${field}`);
    });
  if (users.length === 0) {
    return isDefault && errors.length === 0 && isChosen(config.kubernetes) ? [config.kubernetes] : [];
  }
  return users
    .filter(({ name, container }) => isChosen(container.kubernetes, `backends.${name}.container.kubernetes`))
    .map(({ container }) => container.kubernetes);
}

function isError({ severity }: Problem): boolean {
  return severity === "error";
}

/** Without what is in the same place of the same cluster as one before it. */
function eachPlaceOnce(sections: readonly KubernetesFields[]): KubernetesFields[] {
  const keys = sections.map(({ context, namespace }) => JSON.stringify([context, namespace]));
  return sections.filter((_, index) => keys.indexOf(keys[index]!) === index);
}

/** A config that cannot be read is another command's trouble: what sessions left has to go nevertheless. */
async function configOf(file: string | undefined, registry: string | undefined) {
  const { readConfig } = await import("./config.ts");
  try {
    return await readConfig({ config: file, registry, unset: "allow" });
  } catch (error) {
    if (file !== undefined) throw error;
    return undefined;
  }
}

/** The clusters that are named; silent the one that the config leaves open, and all where kubectl is not installed. */
async function namedClusters(config: string | undefined): Promise<Keeper[]> {
  const { sections, unclear } = await namedSections(config);
  const open = unclear === undefined ? [] : [silent("kubernetes", { why: unclear, exitCode: EXIT.failed })];
  if (sections.length === 0) return open;
  const { findCluster } = await import("../host/cluster.ts");
  try {
    return [...sections.map((section) => ofCluster(findCluster(section))), ...open];
  } catch (error) {
    if (error instanceof ArgusError) return [silent("kubernetes", silenceOf(error)), ...open];
    throw error;
  }
}

/** Without an engine there are no sessions, but for whoever names one something is wrong. */
function absentEngines(installed: readonly Probe[]): Keeper[] {
  const { runtime } = readSettings(process.env);
  if (runtime === undefined || runtime === "kubernetes" || installed.some(({ name }) => name === runtime)) return [];
  return [silent(runtime, silenceOf(absentEngine(runtime)))];
}

function silent(name: string, silence: Silence): Keeper {
  const say = async () => silence;
  return { name, list: say, reap: say };
}

function silentEngine({ name, endpoint, state }: Probe): Keeper {
  const at = endpoint === undefined ? "" : ` at ${endpoint.address} (${endpoint.from})`;
  const why = state === "forbidden" ? "this user may not use it" : "it does not answer";
  return silent(name, { why: `${why}${at}; try: argus doctor`, exitCode: EXIT.absent });
}

function ofEngine(engine: Engine): Keeper {
  const explained = (output: string) => explainEngine({ engine: engine.name, phase: "other", output });
  return {
    name: engine.name,
    list: async () => heard(await listContainers(engine), explained),
    reap: async () => heard(await reap(engine), explained),
  };
}

function ofCluster(cluster: Cluster): Keeper {
  const place = [cluster.context, cluster.namespace].filter((part) => part !== undefined).join("/");
  const explained = async (output: string) => {
    const { explainKubectl } = await import("../engine/kubernetes/explain.ts");
    return explainKubectl({ output });
  };
  return {
    name: place === "" ? "kubernetes" : `kubernetes (${place})`,
    async list() {
      const { listPods } = await import("../session/pods.ts");
      return heard(await listPods(cluster), explained);
    },
    async reap() {
      const { reapPods } = await import("../session/pods.ts");
      return heard(await reapPods(cluster), explained);
    },
  };
}

async function heard<Answer extends object>(
  answer: Answer | Unanswered,
  explained: (said: string) => ArgusError | Promise<ArgusError>,
): Promise<Answer | Silence> {
  return "said" in answer ? silenceOf(await explained(answer.said)) : answer;
}

function silenceOf({ message, hint = "try: argus doctor", exitCode }: ArgusError): Silence {
  return { why: `${message}; ${hint}`, exitCode };
}

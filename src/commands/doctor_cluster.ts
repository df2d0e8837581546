/** What `argus doctor` finds out about a cluster: only one that the config or a variable names is asked. */
import type { KubernetesFields } from "../config/schema.ts";
import { explainKubectl } from "../engine/kubernetes/explain.ts";
import {
  type Cluster,
  canICommand,
  contextCommand,
  getNamespaceCommand,
  versionCommand,
} from "../engine/kubernetes/kubectl.ts";
import { parseContext, parseNamespace, parseVersions } from "../engine/kubernetes/parse.ts";
import { ROLE_RULES, roleYaml } from "../engine/kubernetes/role.ts";
import { ArgusError } from "../errors.ts";
import { findCluster } from "../host/cluster.ts";
import { run } from "../host/spawn.ts";
import type { Check } from "./doctor.ts";
import { registryCheck } from "./doctor_registry.ts";

/** The findings, and whether sessions can run there. */
export interface ClusterFindings {
  readonly checks: readonly Check[];
  readonly live: boolean;
}

const TIMEOUT = { timeoutMs: 60_000 };
const AREA = "kubernetes";

const NO_REGISTRY: Check = {
  name: `${AREA} registry`,
  status: "warn",
  message: "none is configured: the nodes must have every image",
  remedy: "set `registry` to one that this machine and the nodes reach",
};

/** Asks one cluster about one namespace. */
export async function clusterChecks(section: KubernetesFields): Promise<ClusterFindings> {
  let cluster: Cluster;
  try {
    cluster = findCluster(section);
  } catch (error) {
    if (!(error instanceof ArgusError)) throw error;
    return { live: false, checks: [failed(AREA, error)] };
  }
  const context = parseContext((await run(contextCommand(cluster), TIMEOUT)).stdout);
  const version = await run(versionCommand(cluster), TIMEOUT);
  const versions = parseVersions(version.stdout);
  if (versions.server === "") {
    return { live: false, checks: [failed(AREA, explainKubectl({ output: version.stderr }))] };
  }
  const namespace = section.namespace ?? context?.namespace ?? "default";
  const place = context === undefined ? "" : `${context.context} at ${context.server}, `;
  const checks: Check[] = [
    { name: AREA, status: "ok", message: `${cluster.bin}, ${place}namespace ${namespace}` },
    versionCheck(versions.client, versions.server),
    await namespaceCheck(cluster, namespace),
    await rightsCheck(cluster, namespace),
    section.registry === undefined ? NO_REGISTRY : await registryCheck(`${AREA} registry`, section.registry),
    {
      name: `${AREA} network`,
      status: "warn",
      message: "whether the cluster enforces NetworkPolicies shows from inside: a session with `network: none` tells",
      remedy: "it takes a network plugin that does, such as Calico or Cilium",
    },
    {
      name: `${AREA} limits`,
      status: "warn",
      message: "memory and cpus are limited; a Pod cannot limit its processes, and its /tmp allows programs",
      remedy: "podPidsLimit in the kubelet's configuration limits the processes of every Pod",
    },
  ];
  return { live: true, checks };
}

/** The oldest that the texts and flags are known of. */
const OLDEST = 27;
/** kubectl and a cluster may differ by so many minor versions. Source: https://kubernetes.io/releases/version-skew-policy/ */
const SKEW = 1;

function versionCheck(client: string, server: string): Check {
  const [mine = 0, theirs = 0] = [client, server].map((version) => Number(/^v?\d+\.(\d+)/.exec(version)?.[1] ?? 0));
  const check = { name: `${AREA} version`, message: `kubectl ${client}, cluster ${server}` };
  if (mine < OLDEST || theirs < OLDEST) {
    return { ...check, status: "warn", remedy: `1.${OLDEST} is the oldest that argus is tested with` };
  }
  if (Math.abs(mine - theirs) <= SKEW) return { ...check, status: "ok" };
  return { ...check, status: "warn", remedy: `use a kubectl within ${SKEW} minor version of the cluster's` };
}

async function namespaceCheck(cluster: Cluster, namespace: string): Promise<Check> {
  const name = `${AREA} namespace`;
  const said = await run(getNamespaceCommand(cluster, namespace), TIMEOUT);
  const found = parseNamespace(said.stdout);
  if (found !== undefined) {
    const level = found.enforce === "" ? "no PodSecurity level" : `PodSecurity ${found.enforce}`;
    return { name, status: "ok", message: `${namespace}: ${level}` };
  }
  const error = explainKubectl({ output: said.stderr });
  // Who may only use a namespace need not be able to look at it.
  if (error.code === "kubernetes/forbidden") {
    return { name, status: "ok", message: `${namespace}: its PodSecurity level may not be read by this user` };
  }
  return failed(name, error);
}

async function rightsCheck(cluster: Cluster, namespace: string): Promise<Check> {
  const name = `${AREA} rights`;
  const needed = ROLE_RULES.filter(({ optional }) => optional !== true);
  const wanted = needed.flatMap(({ apiGroups, resources, verbs }) =>
    resources.flatMap((resource) => verbs.map((verb) => ({ verb, resource, group: apiGroups[0] ?? "" }))),
  );
  const asked = wanted.map(async ({ verb, resource, group }) => {
    const [kind = "", subresource] = resource.split("/");
    const command = canICommand(cluster, verb, group === "" ? kind : `${kind}.${group}`, subresource);
    return (await run(command, TIMEOUT)).stdout.trim() === "yes" ? [] : [`${verb} ${resource}`];
  });
  const missing = (await Promise.all(asked)).flat();
  if (missing.length === 0) return { name, status: "ok", message: "all that argus needs" };
  return {
    name,
    status: "fail",
    message: `not allowed: ${missing.join(", ")}`,
    remedy: `an administrator can apply this:\n${roleYaml(namespace, "USER")}`,
  };
}

function failed(name: string, { message, hint }: ArgusError): Check {
  return { name, status: "fail", message, ...(hint === undefined ? {} : { remedy: hint }) };
}

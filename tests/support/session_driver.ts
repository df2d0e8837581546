/**
 * Starts one session as `argus run` does, for tests that need no config: the words are ENGINE BACKEND IMAGE ARGS...
 * Environment: DRIVER_EOF_GRACE (ms or "never"), DRIVER_STDOUT ("strict"), DRIVER_NETWORK, DRIVER_MEMORY, DRIVER_MAKE_FROM
 * (the image that an absent one becomes another name of, after DRIVER_MAKE_MS); with the engine kubernetes also DRIVER_REGISTRY, which precedes the image, and DRIVER_NAMESPACE.
 */
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { plain } from "../../src/config/text.ts";
import type { Engine, OciName } from "../../src/engine/engine.ts";
import { podObjects } from "../../src/engine/kubernetes/pod.ts";
import { runCommand } from "../../src/engine/oci.ts";
import { ArgusError } from "../../src/errors.ts";
import { findCluster } from "../../src/host/cluster.ts";
import { run } from "../../src/host/spawn.ts";
import type { ContainerPlan } from "../../src/plan/plan.ts";
import { newIdentity } from "../../src/session/identity.ts";
import { runPodSession } from "../../src/session/pod_session.ts";
import { runSession } from "../../src/session/session.ts";
import { enginePath } from "./engines.ts";

const [name = "docker", backend = "test", image = "", ...args] = process.argv.slice(2);
const grace = process.env.DRIVER_EOF_GRACE;
const memory = process.env.DRIVER_MEMORY ?? "64m";
const session = {
  ...(grace === "never" ? {} : { eofGraceMs: Number(grace ?? 3000) }),
  stdout: process.env.DRIVER_STDOUT === "strict" ? ("strict" as const) : ("raw" as const),
};
const identity = newIdentity(backend);
const plan: ContainerPlan = {
  kind: "container",
  backend,
  image: { recipe: "dockerfile", name: "session", path: "Dockerfile", words: [] },
  args: [],
  env: {},
  limits: { memory, cpus: "1" },
  network: process.env.DRIVER_NETWORK ?? "none",
  volumes: [],
  extraArgs: [],
  requireIsolation: false,
  session,
  warnings: [],
};
try {
  process.exit(name === "kubernetes" ? await inPod() : await inContainer(name as OciName));
} catch (error) {
  console.error(`argus: error: ${error instanceof Error ? error.message : error}`);
  process.exit(1);
}

function inContainer(oci: OciName): Promise<number> {
  const engine: Engine = {
    name: oci,
    bin: enginePath(oci),
    env: {},
    rootless: oci === "podman" && process.getuid?.() !== 0,
  };
  const input = { engine, image, plan, args: args.map(plain), identity, cpus: "1", env: {} };
  const makeImage = async (signal: AbortSignal): Promise<void> => {
    const { DRIVER_MAKE_FROM: from, DRIVER_MAKE_MS: ms = "0" } = process.env;
    await sleep(Number(ms), undefined, { signal }).catch(() => console.error("no longer making the image"));
    if (from !== undefined) await run({ bin: engine.bin, args: ["tag", from, image], env: {} });
    else throw new ArgusError("absent/image", `there is no image ${image}`);
  };
  const configured = backend;
  return runSession({ command: runCommand(input), engine, identity, configured, session, memory, image, makeImage });
}

function inPod(): Promise<number> {
  const { DRIVER_REGISTRY: registry, DRIVER_NAMESPACE: namespace } = process.env;
  const kubernetes = namespace === undefined ? {} : { namespace };
  // A node has few cores, and a test many Pods.
  const limits = { memory, cpus: "0.1" };
  const input = {
    // A variable, so that there is a Secret to be left over.
    plan: { ...plan, limits, env: { TOKEN: plain("value") } },
    image: `${registry}/${image}`,
    entry: args,
    args: [],
    identity,
    kubernetes,
    where: () => "",
  };
  const cluster = findCluster(kubernetes);
  return runPodSession({ cluster, backend, configured: backend, objects: podObjects(input), session });
}

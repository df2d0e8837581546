/** What `--verbose` adds, on stderr and before the server starts; references stand in place of values. */
import type { Config, StdioBackend } from "../config/config.ts";
import type { Settings } from "../config/settings.ts";
import type { Command } from "../engine/command.ts";
import { imageRef } from "../engine/image_ref.ts";
import { attachCommand, type Cluster, createCommand } from "../engine/kubernetes/kubectl.ts";
import { inOrder, type PodObjects } from "../engine/kubernetes/pod.ts";
import { ArgusError } from "../errors.ts";
import type { Probe } from "../host/engines.ts";
import type { Plan } from "../plan/plan.ts";
import { planBackend } from "../plan/plan_backend.ts";
import { log } from "../ui/log.ts";
import { typedLine } from "./describe.ts";
import { imageFor } from "./image_for.ts";

/** Tells the engine and how it is reached, the image, and the command. */
export function tellContainer(backend: string, { bin, endpoint, engine }: Probe, image: string, command: Command) {
  const at = endpoint === undefined ? "" : `, ${endpoint.address} (${endpoint.from})`;
  log.debug(`"${backend}" runs on ${engine.name}: ${bin}${at}${engine.rootless ? ", rootless" : ""}`);
  log.debug(`its image is ${image}`);
  log.debug(`it is started with: ${typedLine(command)}`);
}

/** Tells the command of a server without a container. */
export function tellBare(command: Command) {
  log.debug(`it is started with: ${typedLine(command)}`);
}

/** Tells the cluster, the image, and the commands. */
export function tellPod(backend: string, cluster: Cluster, image: string, objects: PodObjects) {
  const { bin, context, namespace } = cluster;
  const place = `context ${context ?? "(the current one)"}, namespace ${namespace ?? "(the context's)"}`;
  log.debug(`"${backend}" runs on kubernetes: ${bin}, ${place}`);
  log.debug(`its image is ${image}`);
  log.debug(`its Pod is made with: ${typedLine(createCommand(cluster, inOrder(objects)))}`);
  log.debug(`it is reached with: ${typedLine(attachCommand(cluster, objects.pod.metadata.name))}`);
}

/** Tells how each backend of a config would run, or why it would not. */
export async function tellPlans(config: Config, settings: Settings): Promise<void> {
  for (const backend of config.backends.values()) {
    try {
      const plan = planBackend(backend, { config, settings });
      log.debug(`"${backend.name}": ${await outcomeOf(plan, config, settings)}`);
    } catch (error) {
      if (!(error instanceof ArgusError)) throw error;
      log.debug(`"${backend.name}": ${error.message}`);
    }
  }
}

async function outcomeOf(plan: Plan, config: Config, settings: Settings): Promise<string> {
  if (plan.kind !== "container") return `${plan.kind}, ${plan.reason}`;
  const { image } = await imageFor(plan, config, settings);
  const runtime = plan.runtime ?? "docker or podman";
  const { kubernetes } = (config.backends.get(plan.backend) as StdioBackend).container;
  const name = plan.runtime === "kubernetes" ? imageRef(kubernetes.registry, image.name) : image.name;
  return `container on ${runtime}, recipe ${plan.image.recipe}, image ${name}`;
}

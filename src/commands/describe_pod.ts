/** A plan for kubernetes as printed: the objects that the cluster would get, without the values of the Secret. */
import { dump } from "js-yaml";
import type { StdioBackend } from "../config/config.ts";
import type { Text } from "../config/text.ts";
import { imageRef } from "../engine/image_ref.ts";
import { attachCommand, createCommand } from "../engine/kubernetes/kubectl.ts";
import type { Manifest } from "../engine/kubernetes/manifest.ts";
import { inOrder, podObjects } from "../engine/kubernetes/pod.ts";
import { policyNotices } from "../engine/kubernetes/policy.ts";
import { withoutValues } from "../engine/kubernetes/secret.ts";
import { pushCommand, tagCommand } from "../engine/registry.ts";
import type { Image } from "../image/image.ts";
import type { ContainerPlan } from "../plan/plan.ts";
import {
  type BuildSettings,
  commandJson,
  type PlanJson,
  plannedBuild,
  plannedEngine,
  plannedIdentity,
} from "./describe.ts";

/** Describes a container as a Pod, whose image docker builds. */
export function describePod(
  plan: ContainerPlan,
  image: Image,
  args: readonly Text[],
  backend: Pick<StdioBackend, "container" | "where">,
  settings: BuildSettings,
): PlanJson {
  const { kubernetes } = backend.container;
  const ref = imageRef(kubernetes.registry, image.name);
  const identity = plannedIdentity(plan.backend);
  const input = { plan, image: ref, entry: image.entry, args, identity, kubernetes, where: backend.where };
  const objects = podObjects(input);
  const { pod, policy, secret } = objects;
  const cluster = { bin: "kubectl", context: kubernetes.context, namespace: kubernetes.namespace };
  const docker = plannedEngine("docker");
  return {
    backend: plan.backend,
    kind: "container",
    recipe: plan.image.recipe,
    runtime: "kubernetes",
    image: ref,
    dockerfile: image.dockerfile,
    context: image.context ?? null,
    build: commandJson(plannedBuild(image, "docker", settings)),
    ...(kubernetes.registry === undefined
      ? {}
      : { tag: commandJson(tagCommand(docker, image.name, ref)), push: commandJson(pushCommand(docker, ref)) }),
    create: commandJson(createCommand(cluster, inOrder(objects))),
    run: {
      ...commandJson(attachCommand(cluster, pod.metadata.name)),
      env: Object.keys(plan.env).sort(),
    },
    pod,
    ...(policy === undefined ? {} : { network_policy: policy }),
    ...(secret === undefined ? {} : { secret: withoutValues(secret) }),
    warnings: [...plan.warnings, ...image.notices, ...policyNotices(plan.network)],
  };
}

/** The objects of a plan as YAML documents; "" when it has none. */
export function manifestYaml({ pod, network_policy, secret }: PlanJson): string {
  const manifests: (Manifest | undefined)[] = [network_policy, pod, secret];
  return manifests
    .filter((each) => each !== undefined)
    .map((each) => dump(each, { noRefs: true, lineWidth: -1 }))
    .join("---\n");
}

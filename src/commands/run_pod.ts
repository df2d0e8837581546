/** `argus run` on a cluster: the image in the registry that the cluster pulls from, then one Pod. Never a fallback. */
import type { Config, StdioBackend } from "../config/config.ts";
import type { Settings } from "../config/settings.ts";
import { imageRef } from "../engine/image_ref.ts";
import { podObjects } from "../engine/kubernetes/pod.ts";
import { policyNotices } from "../engine/kubernetes/policy.ts";
import { ArgusError } from "../errors.ts";
import { findCluster } from "../host/cluster.ts";
import { findEngine } from "../host/engines.ts";
import type { Image } from "../image/image.ts";
import type { ContainerPlan } from "../plan/plan.ts";
import { newIdentity } from "../session/identity.ts";
import { runPodSession } from "../session/pod_session.ts";
import { isVerbose } from "../ui/log.ts";
import { BUILD_HERE } from "./build_here.ts";
import { imageFor } from "./image_for.ts";
import { tell } from "./tell.ts";

/** Runs a backend, by its name if it is one of the config, in a Pod to its end and returns the server's exit code. */
export async function runPod(
  plan: ContainerPlan,
  config: Config,
  backend: StdioBackend,
  settings: Settings,
  configured: string | undefined,
): Promise<number> {
  const { kubernetes } = backend.container;
  const cluster = findCluster(kubernetes);
  const { image, args } = await imageFor(plan, config, settings);
  const identity = newIdentity(plan.backend);
  const input = { plan, entry: image.entry, args, identity, kubernetes, where: backend.where };
  // What a Pod cannot do is told before anything is built.
  const objects = podObjects({ ...input, image: image.name });
  // With an entry the Pod itself tries the network.
  tell([...image.notices, ...(image.entry === undefined ? policyNotices(plan.network) : [])]);
  if (isVerbose()) {
    const { tellPod } = await import("./verbose.ts");
    tellPod(plan.backend, cluster, imageRef(kubernetes.registry, image.name), objects);
  }
  return runPodSession({
    cluster,
    backend: plan.backend,
    configured,
    objects,
    session: plan.session,
    publishImage: (signal) => publishedRef(image, kubernetes.registry, plan.backend, settings, { configured, signal }),
  });
}

/** The image as the cluster pulls it: built and pushed when the registry lacks it, by digest where that is known. */
async function publishedRef(
  image: Image,
  registry: string | undefined,
  backend: string,
  settings: Settings,
  { configured, signal }: { readonly configured: string | undefined; readonly signal: AbortSignal },
): Promise<string> {
  const ref = imageRef(registry, image.name);
  // Without a registry the nodes have the image, and only they know.
  if (registry === undefined) return ref;
  const { publish, publishedAs } = await import("./registry_image.ts");
  const published = await publishedAs(ref, () => findEngine(), signal);
  // Where nobody here may ask, the cluster tells.
  if (published.state === "unknown") return ref;
  if (published.state === "present") return imageRef(registry, image.name, published.digest);
  if (!settings.buildIfMissing) throw absent(ref, backend, configured);
  const engine = await findEngine();
  if (engine === undefined) {
    throw new ArgusError("absent/engine", `the registry has no image ${ref}, and no engine is here to build it`, {
      hint: "install Docker or Podman, or build and push it elsewhere: argus build",
    });
  }
  const { ensureImage } = await import("./ensure_image.ts");
  await ensureImage(engine, image, backend, settings, { configured, signal });
  return imageRef(registry, image.name, await publish(engine, image.name, ref, signal));
}

function absent(ref: string, backend: string, configured: string | undefined): ArgusError {
  return new ArgusError("absent/image", `the image ${ref} of backend "${backend}" is absent in its registry`, {
    hint: configured === undefined ? BUILD_HERE : `argus build ${configured} --runtime kubernetes`,
  });
}

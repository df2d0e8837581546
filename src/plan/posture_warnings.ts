/** What weakens the container's posture, said aloud. */
import type { Config, StdioBackend } from "../config/config.ts";
import { DEFAULT } from "./defaults.ts";
import type { Notice } from "./plan.ts";

/** Warnings about network and mounts. */
export function postureWarnings(backend: StdioBackend, _policy: Config["policy"]): Notice[] {
  return [...networkWarnings(backend), ...volumeWarnings(backend)];
}

function networkWarnings({ container, where }: StdioBackend): Notice[] {
  const network = container.network ?? "";
  const shared = network === "host" ? "the host" : network.startsWith("container:") ? "another container" : undefined;
  if (shared === undefined) return [];
  const message = `network: ${network} shares the network of ${shared}: its local services are within reach`;
  return [{ code: "plan/shared-network", message, where: where(["container", "network"]) }];
}

function volumeWarnings({ container, where }: StdioBackend): Notice[] {
  return container.volumes.flatMap(({ source, target }, index) => {
    const at = where(["container", "volumes", index]);
    const found: Notice[] = [];
    if (
      /(^|[\\/])(docker|podman|containerd|crio)(\.engine)?(\.sock)?$|docker_engine$/i.test(source) &&
      /\.sock$|docker_engine$/i.test(source)
    ) {
      found.push({
        code: "plan/engine-socket",
        message: `${source} is an engine's socket: whoever holds it rules the host`,
        where: at,
      });
    }
    const folder = [DEFAULT.temporary.value, DEFAULT.home.value].find((each) => each === target.replace(/\/+$/, ""));
    if (folder !== undefined) {
      found.push({ code: "plan/mount-over-tmpfs", message: `the mount replaces the tmpfs of ${folder}`, where: at });
    }
    return found;
  });
}

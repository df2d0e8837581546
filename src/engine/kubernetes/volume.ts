/** Mounts of a Pod: argus' own folders that can be written, and the backend's `volumes`. */
import { isObjectName } from "../../config/rules/kubernetes.ts";
import type { Volume } from "../../config/rules/volume.ts";
import { ArgusError, checkAll } from "../../errors.ts";
import { DEFAULT } from "../../plan/defaults.ts";
import type { PodVolume, VolumeMount } from "./manifest.ts";
import type { PodInput } from "./pod.ts";
import { memoryQuantity } from "./quantity.ts";

/** The Pod's volumes and where its container mounts them. */
export interface PodVolumes {
  readonly volumes: readonly PodVolume[];
  readonly mounts: readonly VolumeMount[];
}

/**
 * The mounts of a Pod: argus' own and the backend's.
 *
 * @throws ArgusError `config/…` for each mount that a Pod cannot have.
 */
export function podVolumes(input: Pick<PodInput, "plan" | "kubernetes" | "where">): PodVolumes {
  const { plan, kubernetes, where } = input;
  const targets = plan.volumes.map(({ target }) => target);
  const volumes: PodVolume[] = [];
  const mounts: VolumeMount[] = [];
  for (const { name, target, size } of OWN) {
    // A mount of the user's over the same folder replaces ours.
    if (targets.includes(target)) continue;
    volumes.push({ name, emptyDir: { medium: "Memory", sizeLimit: memoryQuantity(size) } });
    mounts.push({ name, mountPath: target });
  }
  const names = new Map<string, string>();
  const add = (volume: Volume, index: number) => {
    const place = where(["container", "volumes", index]);
    const readOnly = isReadOnly(volume, place);
    // Two mounts of one source are one volume.
    let name = names.get(volume.source);
    if (name === undefined) {
      name = `volume-${names.size + 1}`;
      names.set(volume.source, name);
      volumes.push({ name, ...sourceOf(volume, kubernetes.allow_host_path === true, place) });
    }
    mounts.push({ name, mountPath: volume.target, ...(readOnly ? { readOnly } : {}) });
  };
  checkAll(plan.volumes.map((volume, index) => () => add(volume, index)));
  return { volumes, mounts };
}

/** Memory, as a tmpfs is: nothing reaches the node's disk. Kubernetes has no `noexec` for it. */
const OWN = [
  { name: "tmp", target: DEFAULT.temporary, size: DEFAULT.temporarySize },
  { name: "home", target: DEFAULT.home, size: DEFAULT.homeSize },
] as const;

function sourceOf({ source, kind }: Volume, hostPath: boolean, where: string) {
  if (kind === "named") {
    if (isObjectName(source)) return { persistentVolumeClaim: { claimName: source } };
    throw new ArgusError("config/kubernetes-volume", `no PersistentVolumeClaim can have the name "${source}"`, {
      where,
      hint: "on kubernetes a named volume is a claim of that name: small letters, digits, - and .",
    });
  }
  if (!hostPath) {
    throw new ArgusError(
      "config/host-path",
      `the volume ${source} is a folder of this machine, which a node of the cluster does not have`,
      {
        where,
        hint:
          "name a PersistentVolumeClaim instead (`claim:/data`); for a folder of the node itself set " +
          "`kubernetes.allow_host_path: true`, which the PodSecurity level restricted refuses",
      },
    );
  }
  if (source.startsWith("/")) return { hostPath: { path: source } };
  throw new ArgusError("config/host-path", `a node has no folder ${source}`, {
    where,
    hint: "use a path with slashes",
  });
}

/** Words that change nothing for one Pod are dropped; others would be a broken promise. */
function isReadOnly({ source, mode }: Volume, where: string): boolean {
  const words = mode.split(",");
  const unknown = words.find((word) => !["ro", "rw", "z", "Z"].includes(word));
  if (unknown === undefined) return words.includes("ro");
  throw new ArgusError("config/volume-mode", `kubernetes cannot mount ${source} with the mode "${unknown}"`, {
    where,
    hint: '"ro" or "rw"',
  });
}

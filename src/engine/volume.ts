/** Mounts as flags, and the volumes that Docker would make as root's. */

import type { Volume } from "../config/rules/volume.ts";
import { ArgusError } from "../errors.ts";
import { DEFAULT } from "../plan/defaults.ts";
import { LABEL } from "../plan/labels.ts";
import { type Command, engineCommand, labelFlags } from "./command.ts";
import type { EngineKind } from "./dialect.ts";
import type { Engine, SessionIdentity } from "./engine.ts";
import { ownerText } from "./owner.ts";

/** `-v`, or `--mount` where a path holds the colon that separates the fields of `-v`. */
export function volumeFlags(engine: EngineKind, volume: Volume): string[] {
  const drive = /^[A-Za-z]:[\\/]/.test(volume.source) ? 2 : 0;
  if (!volume.source.slice(drive).includes(":") && !volume.target.includes(":")) {
    return ["-v", `${volume.source}:${volume.target}${volume.mode === "rw" ? "" : `:${volume.mode}`}`];
  }
  const type = volume.kind === "named" ? "volume" : "bind";
  const fields = [`type=${type}`, `source=${volume.source}`, `target=${volume.target}`, ...modeFields(engine, volume)];
  return ["--mount", fields.map(csvField).join(",")];
}

/**
 * The named volumes that the server has to be able to write to. Docker gives a new one to root, unless the image has something
 * at its target; podman gives it to the container's user.
 */
export function writableVolumes(engine: EngineKind, volumes: readonly Volume[]): string[] {
  if (engine.name !== "docker") return [];
  const named = volumes.filter(({ kind, mode }) => kind === "named" && !mode.split(",").includes("ro"));
  return [...new Set(named.map(({ source }) => source))];
}

/** Prints the names of those volumes that are there, one a line; fails when one is not. */
export function volumeInspectCommand(engine: Engine, names: readonly string[]): Command {
  return engineCommand(engine, ["volume", "inspect", "--format", "{{.Name}}", ...names]);
}

/**
 * Makes a volume that everyone may write to, without any right: a new volume takes the mode of the folder that it is mounted
 * over, and the home of every image that argus writes has 1777. The container never runs; it is to be removed.
 */
export function volumeMakeCommand(engine: Engine, volume: string, image: string, identity: SessionIdentity): Command {
  return engineCommand(engine, [
    "create",
    "--pull=never",
    ...["--name", identity.container],
    ...labelFlags({ [LABEL.backend]: identity.backend, [LABEL.owner]: ownerText(identity.owner) }),
    ...["-v", `${volume}:${DEFAULT.home}`],
    image,
  ]);
}

function modeFields(engine: EngineKind, volume: Volume): string[] {
  return volume.mode.split(",").flatMap((word) => {
    if (word === "ro") return ["readonly"];
    if (word === "rw") return [];
    if (engine.name === "podman" && word === "z") return ["relabel=shared"];
    if (engine.name === "podman" && word === "Z") return ["relabel=private"];
    throw new ArgusError(
      "config/volume-mode",
      `${engine.name} cannot mount ${volume.source} with the mode "${volume.mode}", for the path holds a colon`,
      { hint: `mount it through a path without a colon, or without "${word}"` },
    );
  });
}

/** The engines read the value as one line of CSV. */
function csvField(field: string): string {
  return /[",\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}

/** Mounts as flags. */
import { ArgusError } from "../errors.ts";
import type { Volume } from "../plan/plan.ts";
import type { EngineKind } from "./dialect.ts";

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

function modeFields(engine: EngineKind, volume: Volume): string[] {
  return volume.mode.split(",").flatMap((word) => {
    if (word === "ro") return ["readonly"];
    if (word === "rw" || word === "") return [];
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

/** What the engines print, as data. */
import type { Owner } from "./engine.ts";
import { parseOwner } from "./owner.ts";

/** A container of argus. */
export interface FoundContainer {
  readonly id: string;
  readonly name: string;
  readonly image: string;
  /** ISO 8601 in UTC; "" when the engine said nothing that is a time. */
  readonly created: string;
  readonly backend: string;
  /** undefined = the label is not one of argus: leave the container alone. */
  readonly owner: Owner | undefined;
}

/** An image in a list. */
export interface ListedImage {
  readonly name: string;
  /** `sha256:…`. */
  readonly id: string;
}

/** One image in detail. */
export interface FoundImage {
  readonly id: string;
  readonly bytes: number;
}

/** Reads the output of `containerListCommand`. */
export function parseContainers(output: string): FoundContainer[] {
  return rows(output).map(([id = "", name = "", image = "", created = "", backend = "", owner = ""]) => {
    return { id, name, image, created: isoTime(created), backend: absent(backend), owner: parseOwner(owner) };
  });
}

/** Reads the output of `imageListCommand`. */
export function parseImages(output: string): ListedImage[] {
  return rows(output)
    .filter(([name = ""]) => !name.includes("<none>"))
    .map(([name = "", id = ""]) => ({ name, id: imageId(id) }));
}

/** Reads the output of `imageInspectCommand`, which leaves out what is not there. */
export function parseInspected(output: string): FoundImage[] {
  return rows(output).map(([id = "", bytes = ""]) => ({ id: imageId(id), bytes: Number(bytes) }));
}

function rows(output: string): string[][] {
  return output
    .split(/\r?\n/)
    .filter((line) => line.trim() !== "")
    .map((line) => line.split("\t"));
}

/** Podman prints the id of an inspected image without the name of its hash. */
function imageId(id: string): string {
  return id.startsWith("sha256:") ? id : `sha256:${id}`;
}

/** Go's template prints this for a key that a map lacks. */
function absent(value: string): string {
  return value === "<no value>" ? "" : value;
}

/** "2026-11-28 18:50:22.223338703 +0000 UTC" */
function isoTime(text: string): string {
  const match = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.\d+)? ([+-]\d\d)(\d\d)/.exec(text);
  if (match === null) return "";
  const [, day, time, hours, minutes] = match;
  const date = new Date(`${day}T${time}${hours}:${minutes}`);
  return Number.isNaN(date.getTime()) ? "" : date.toISOString().replace(".000Z", "Z");
}

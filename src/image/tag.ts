/** The name of an image, equal in every engine: `localhost/…` is what Podman would make of a shorter one. */
import { createHash } from "node:crypto";
import type { Recipe } from "../plan/plan.ts";

/** Hash over parts that shape an image: 64 hex digits. */
export function hashOf(...parts: readonly string[]): string {
  const hash = createHash("sha256");
  // The lengths keep "a","bc" and "ab","c" apart.
  for (const part of parts) hash.update(`${Buffer.byteLength(part)}:`).update(part);
  return hash.digest("hex");
}

/** `localhost/argus/<recipe>-<name>:<12 hex>`. */
export function imageName(recipe: Recipe, name: string, inputs: string): string {
  return `localhost/argus/${recipe}-${repositoryName(name)}:${inputs.slice(0, 12)}`;
}

/** What a registry accepts as one part of a repository's name: lower case, single separators, none at the ends. */
function repositoryName(name: string): string {
  const clean = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, (run) => (/^[._]$/.test(run) ? run : "-"))
    .replace(/^[._-]+/, "")
    .slice(0, 100)
    .replace(/[._-]+$/, "");
  return clean === "" ? "server" : clean;
}

/** Docker's contexts on disk. */
import { createHash } from "node:crypto";

/**
 * Path of a context's `meta.json` below docker's folder.
 * Source: https://docs.docker.com/engine/manage-resources/contexts/
 */
export function contextMetaPath(name: string): string {
  return `contexts/meta/${createHash("sha256").update(name).digest("hex")}/meta.json`;
}

/** How much a program and its children have written so far: the sign that a server still answers after the end of input. */
import { descendantsOf, writtenBytes } from "../host/proc.ts";

/** Bytes written since its start; undefined where the system does not tell. Rootless podman works in a child of its own. */
export function flowOf(pid: number): number | undefined {
  const counts = [pid, ...descendantsOf(pid)].map(writtenBytes).filter((count) => count !== undefined);
  return counts.length === 0 ? undefined : counts.reduce((sum, count) => sum + count, 0);
}

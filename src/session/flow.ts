/** How much a program and its children have written so far: the sign that a server still answers after the end of input. */
import process from "node:process";
import { descendantsOf, writtenBytes } from "../host/proc.ts";

/** Where the system counts no written bytes, argus has to read the output itself. */
export function canCount(): boolean {
  return process.platform === "linux";
}

/** Bytes written since its start; undefined where the system does not tell. Rootless podman works in a child of its own. */
export function flowOf(pid: number): number | undefined {
  const counts = [pid, ...descendantsOf(pid)].map(writtenBytes).filter((count) => count !== undefined);
  return counts.length === 0 ? undefined : counts.reduce((sum, count) => sum + count, 0);
}

/** How much a program and its children have written so far: the sign that a server still answers after the end of input. */
import { textOf } from "../host/files.ts";
import { writtenBytes } from "../host/proc.ts";

/** Bytes written since its start; undefined where the system does not tell. */
export function flowOf(pid: number): number | undefined {
  const counts = [pid, ...childrenOf(pid)].map(writtenBytes).filter((count) => count !== undefined);
  return counts.length === 0 ? undefined : counts.reduce((sum, count) => sum + count, 0);
}

/** Rootless podman works in a child of the process that was started. */
function childrenOf(pid: number): number[] {
  const text = textOf(`/proc/${pid}/task/${pid}/children`) ?? "";
  const children = text.split(" ").filter(Boolean).map(Number);
  return [...children, ...children.flatMap(childrenOf)];
}

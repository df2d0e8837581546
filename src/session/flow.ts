/** How much a program and its children have written so far: the sign that a server still answers after the end of input. */
import { readFileSync } from "node:fs";

/** Bytes that were passed to write(2); undefined where the system does not tell. */
export function bytesWritten(pid: number): number | undefined {
  const pids = [pid, ...childrenOf(pid)];
  const counts = pids.map(ownBytes).filter((count) => count !== undefined);
  return counts.length === 0 ? undefined : counts.reduce((sum, count) => sum + count, 0);
}

function ownBytes(pid: number): number | undefined {
  const match = /^wchar: (\d+)$/m.exec(read(`/proc/${pid}/io`));
  return match === null ? undefined : Number(match[1]);
}

/** Rootless podman works in a child of the process that was started. */
function childrenOf(pid: number): number[] {
  const children = read(`/proc/${pid}/task/${pid}/children`).split(" ").filter(Boolean).map(Number);
  return [...children, ...children.flatMap(childrenOf)];
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

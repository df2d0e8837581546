/** Processes of sessions whose argus and guard were killed together: what no engine lists. Linux only; empty elsewhere. */
import process from "node:process";
import { statOf } from "../host/files.ts";
import { allPids, commOf, hasVariable, parentOf, wordsOf } from "../host/proc.ts";
import { GUARD_NAME, SESSION_VARIABLE } from "./guard.ts";

/** What a process is, as far as it matters here. */
interface Seen {
  readonly pid: number;
  readonly comm: string;
  readonly words: readonly string[];
}

/** A name that argus gives to containers. */
const CONTAINER_NAME = /^argus-[a-zA-Z0-9_.-]+-[0-9a-f]{12}$/;

/**
 * The conmon processes of sessions without a guard, by the container's name, and the runtimes that they started. Only
 * this user's: podman lists no other user's containers, and a conmon without a container in the list is a stray.
 */
export function conmons(): ReadonlyMap<string, readonly number[]> {
  const seen = allProcesses();
  const found = new Map<string, number[]>();
  for (const { pid, comm, words } of seen) {
    const name = words[words.indexOf("-n") + 1] ?? "";
    if (comm !== "conmon" || !CONTAINER_NAME.test(name) || statOf(`/proc/${pid}`)?.uid !== process.getuid?.()) continue;
    if (seen.some((other) => other.words.includes(GUARD_NAME) && other.words.includes(name))) continue;
    const id = words[words.indexOf("-c") + 1] ?? "";
    const runtimes = seen.filter((other) => /^(crun|runc)$/.test(other.comm) && other.words.includes(id));
    found.set(name, [pid, ...runtimes.map((other) => other.pid)]);
  }
  return found;
}

/** The conmon of one container. */
export function conmonOf(container: string): number | undefined {
  return allPids().find((pid) => commOf(pid) === "conmon" && wordsOf(pid).includes(container));
}

/** Pumps whose session is gone: `cat` ends only when its client writes or closes. */
export function strayPumps(): number[] {
  return allPids().filter(
    (pid) =>
      commOf(pid) === "cat" && hasVariable(pid, SESSION_VARIABLE) && !wordsOf(parentOf(pid) ?? 0).includes(GUARD_NAME),
  );
}

function allProcesses(): Seen[] {
  return allPids().map((pid) => ({ pid, comm: commOf(pid), words: wordsOf(pid) }));
}

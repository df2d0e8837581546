/** What a session left on the machine: its processes by an environment variable and its name, its container by name. */
import { readdirSync, readFileSync } from "node:fs";
import process from "node:process";
import { engineCall, type World } from "../support/engines.ts";

/** The variable by which a test finds the processes of one case; argus and everything it starts inherit it. */
export const CASE_VARIABLE = "DRIVER_CASE";

/** A process that belongs to a case. */
export interface Trace {
  readonly pid: number;
  readonly ppid: number;
  readonly comm: string;
  readonly words: readonly string[];
}

/** Processes of a case: argus, the shells of its guard, the pump, the engine's CLI, conmon. */
export function processesOf(id: string): Trace[] {
  const marked = `${CASE_VARIABLE}=${id}`;
  const named = new RegExp(`^argus-${id}-[0-9a-f]{12}$`);
  const found: Trace[] = [];
  for (const entry of readdirSync("/proc")) {
    const pid = Number(entry);
    if (!Number.isInteger(pid) || pid === process.pid) continue;
    const words = read(pid, "cmdline").split("\0").slice(0, -1);
    // No command line: a kernel thread, or a zombie that has ended and waits for its parent.
    if (words.length === 0) continue;
    if (!words.some((word) => named.test(word)) && !read(pid, "environ").split("\0").includes(marked)) continue;
    // Rootless podman's pause process belongs to the user, not to the session that happened to start it.
    if (words[0] === "catatonit" && words[1] === "-P") continue;
    const ppid = Number(/^PPid:\s*(\d+)/m.exec(read(pid, "status"))?.[1] ?? 0);
    found.push({ pid, ppid, comm: read(pid, "comm").trim(), words });
  }
  return found;
}

/** Containers of a case, in any state; undefined when the engine did not answer. */
export function containersOf(world: World, id: string): string[] | undefined {
  const format = "{{.Names}} {{.Status}}";
  const listed = engineCall(world, ["ps", "-a", "--filter", `name=argus-${id}-`, "--format", format]);
  return listed.code === 0 ? listed.stdout.split("\n").filter(Boolean) : undefined;
}

/** Everything of a case that is still there, as text; empty when it is over. */
export function leftoversOf(world: World, id: string): string[] {
  const processes = processesOf(id).map(
    ({ pid, comm, words }) => `process ${pid} ${comm} ${words.slice(0, 2).join(" ").slice(0, 60)}`,
  );
  // The engine is asked only when no process is left: each question costs a process of its own.
  if (processes.length > 0) return processes;
  const containers = containersOf(world, id);
  return containers === undefined ? ["the engine does not answer"] : containers.map((text) => `container ${text}`);
}

/** Ends what a failed case left, by pid and exact name, so that it cannot disturb the next one. */
export function sweep(world: World, id: string): void {
  for (const { pid } of processesOf(id)) kill(pid, "SIGKILL");
  for (const text of containersOf(world, id) ?? []) engineCall(world, ["rm", "-f", text.split(" ")[0]!]);
}

/** Sends a signal; a process that is gone is no failure. */
export function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // Gone.
  }
}

function read(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return "";
  }
}

/** What a session left on the machine: its processes by an environment variable and its name, its container by name. */
import { readdirSync, readFileSync } from "node:fs";
import process from "node:process";
import { listWords as listPodWords, removeWords } from "../support/cluster.ts";
import { askEngine, engineCall, type World } from "../support/engines.ts";

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
export function processesOf(id: string, maxAgeMs = 0): Trace[] {
  if (performance.now() - snapshot.at > maxAgeMs) snapshot = takeSnapshot();
  return snapshot.traces.get(id) ?? [];
}

/** A process and everything that it started, as long as each parent lives; far cheaper than {@link processesOf}. */
export function treeOf(pid: number): Trace[] {
  const trace = traceOf(pid);
  if (trace === undefined) return [];
  const children = read(pid, `task/${pid}/children`).split(" ").filter(Boolean).map(Number);
  return [trace, ...children.flatMap(treeOf)];
}

/** Containers of a case, in any state; undefined when the engine did not answer. */
export function containersOf(world: World, id: string): string[] | undefined {
  const listed = engineCall(world, listWords(world, `${id}-`));
  return listed.code === 0 ? linesOf(listed.stdout, `${id}-`) : undefined;
}

/** Everything of a case that is still there, as text; empty when it is over. */
export function leftoversOf(world: World, id: string): string[] {
  const processes = processesOf(id).map(asText);
  // The engine is asked only when no process is left: each question costs a process of its own.
  if (processes.length > 0) return processes;
  const containers = containersOf(world, id);
  return containers === undefined ? ["the engine does not answer"] : containers.map((text) => `container ${text}`);
}

/** Ends what a failed case left, by pid and exact name, so that it cannot disturb the next one. */
export function sweep(world: World, id: string): void {
  for (const { pid } of processesOf(id)) kill(pid, "SIGKILL");
  for (const text of containersOf(world, id) ?? []) {
    const name = text.split(" ")[0]!;
    engineCall(world, world.engine === "kubernetes" ? removeWords(name) : ["rm", "-f", name]);
  }
}

/** A look at everything that the cases of one run left. */
export interface Look {
  /** When it began: what is absent from it was gone by then. */
  readonly at: number;
  /** undefined when the engine did not answer. */
  readonly containers: readonly string[] | undefined;
}

/** Looks at a world for all cases that run at once: one question to the engine serves everybody who waits. */
export function sharedLook(world: World, prefix: string): () => Promise<Look> {
  let running: Promise<Look> | undefined;
  let next: Promise<Look> | undefined;
  const look = async (): Promise<Look> => {
    const at = performance.now();
    const { code, stdout } = await askEngine(world, listWords(world, prefix));
    return { at, containers: code === 0 ? linesOf(stdout, prefix) : undefined };
  };
  const start = (): Promise<Look> => {
    next = undefined;
    running = look().finally(() => {
      running = undefined;
    });
    return running;
  };
  // One that runs already began before the question, so that the answer may be an old one.
  return () => {
    if (running === undefined) return start();
    next ??= running.then(start, start);
    return next;
  };
}

/** What of a look belongs to one case. */
export function containersIn({ containers }: Look, id: string): string[] | undefined {
  return containers?.filter((text) => text.startsWith(`argus-${id}-`));
}

/** A process as a line of a report. */
export function asText({ pid, comm, words }: Trace): string {
  return `process ${pid} ${comm} ${words.slice(0, 2).join(" ").slice(0, 60)}`;
}

/** Sends a signal; a process that is gone is no failure. */
export function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // Gone.
  }
}

/** Marked processes by case. */
interface Snapshot {
  readonly at: number;
  readonly traces: ReadonlyMap<string, Trace[]>;
}

let snapshot: Snapshot = { at: Number.NEGATIVE_INFINITY, traces: new Map() };

const CONTAINER_NAME = /^argus-(.+)-[0-9a-f]{12}$/;
const MARK = new RegExp(`(?:^|\\0)${CASE_VARIABLE}=([^\\0]*)`);

function takeSnapshot(): Snapshot {
  const traces = new Map<string, Trace[]>();
  for (const entry of readdirSync("/proc")) {
    const pid = Number(entry);
    if (!Number.isInteger(pid) || pid === process.pid) continue;
    const words = wordsOf(pid);
    if (words.length === 0) continue;
    // Rootless podman's pause process belongs to the user, not to the session that happened to start it.
    if (words[0] === "catatonit" && words[1] === "-P") continue;
    const id = caseOf(pid, words);
    const trace = id === undefined ? undefined : traceOf(pid);
    if (id !== undefined && trace !== undefined) traces.set(id, [...(traces.get(id) ?? []), trace]);
  }
  return { at: performance.now(), traces };
}

function caseOf(pid: number, words: readonly string[]): string | undefined {
  for (const word of words) {
    const id = CONTAINER_NAME.exec(word)?.[1];
    if (id !== undefined) return id;
  }
  return MARK.exec(read(pid, "environ"))?.[1];
}

/** Empty for a kernel thread, and for a zombie that has ended and waits for its parent. */
function wordsOf(pid: number): string[] {
  return read(pid, "cmdline").split("\0").slice(0, -1);
}

function traceOf(pid: number): Trace | undefined {
  const words = wordsOf(pid);
  if (words.length === 0) return undefined;
  const stat = read(pid, "stat");
  const end = stat.lastIndexOf(")");
  const ppid = Number(stat.slice(end + 2).split(" ")[1] ?? 0);
  return { pid, ppid, comm: stat.slice(stat.indexOf("(") + 1, end), words };
}

function listWords(world: World, id: string): string[] {
  if (world.engine === "kubernetes") return listPodWords();
  return ["ps", "-a", "--filter", `name=argus-${id}`, "--format", "{{.Names}} {{.Status}}"];
}

function linesOf(text: string, id: string): string[] {
  return text.split("\n").filter((line) => line.startsWith(`argus-${id}`));
}

function read(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return "";
  }
}

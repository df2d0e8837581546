/** What a session costs while it waits: memory, and work for the engine. */
import { readdirSync, readFileSync } from "node:fs";
import process from "node:process";
import { type Bench, type Benchmark, pause, SETTLED_MS } from "./benchmark.ts";
import { open } from "./child.ts";
import { countPrograms, countRequests } from "./counters.ts";
import type { EngineName } from "./lab.ts";
import type { Row } from "./row.ts";

export const COSTS: readonly Benchmark[] = [
  { name: "memory", about: "anonymous memory of a session's own processes", runOn: memory },
  { name: "idle", about: "calls to the engine while a session waits", runOn: idle },
];

async function memory(engine: EngineName, { lab }: Bench): Promise<Row[]> {
  lab.build(engine, ["echo"]);
  const session = open(lab.argus(engine, "echo"));
  await session.exchange("hello\n", "hello\n".length);
  await pause(SETTLED_MS);
  const alone = anonymousMiB([session.pid]);
  const guard = anonymousMiB(ownProcesses(session.pid).filter((pid) => pid !== session.pid));
  await session.close();
  const detail = { "argus alone": alone, "its guard": guard };
  const budget = { bound: "≤", plus: 8 } as const;
  return [{ name: "memory of a session", engine, unit: "MiB", argus: alone + guard, budget, detail }];
}

async function idle(engine: EngineName, { lab, effort }: Bench): Promise<Row[]> {
  lab.build(engine, ["echo"]);
  // Docker has a daemon whose requests can be counted. Podman has none: a call is a start of its program.
  const counter = engine === "docker" ? await countRequests(dockerSocket()) : countPrograms(engine);
  try {
    const line = lab.argus(engine, "echo");
    const session = open({ ...line, env: { ...line.env, ...counter.env } });
    await session.exchange("hello\n", "hello\n".length);
    await pause(SETTLED_MS);
    const before = counter.calls();
    if (before === 0) throw new Error("the session did not go through the counter");
    await pause(effort.idleSeconds * 1000);
    const calls = counter.calls() - before;
    await session.close();
    const name = `calls to the engine in ${effort.idleSeconds} idle seconds`;
    return [{ name, engine, unit: "calls", argus: calls, budget: { bound: "≤", plus: 0 } }];
  } finally {
    counter.close();
  }
}

function dockerSocket(): string {
  return process.env.DOCKER_HOST?.replace(/^unix:\/\//, "") ?? "/var/run/docker.sock";
}

/** The process and its descendants without the engine's program and what that started. */
function ownProcesses(root: number): number[] {
  const all = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((name) => {
      const [, comm = "", parent = ""] = /^\d+ \((.*)\) \S (\d+)/s.exec(procText(name, "stat")) ?? [];
      return { pid: Number(name), comm, parent: Number(parent) };
    });
  const below = (pid: number): number[] => [
    pid,
    ...all
      .filter(({ parent, comm }) => parent === pid && !/^(docker|podman)/.test(comm))
      .flatMap((child) => below(child.pid)),
  ];
  return below(root);
}

function anonymousMiB(pids: readonly number[]): number {
  const sizes = pids.map((pid) => Number(/^Anonymous:\s+(\d+) kB/m.exec(procText(pid, "smaps_rollup"))?.[1] ?? 0));
  return sizes.reduce((sum, size) => sum + size, 0) / 1024;
}

/** "" for a process that has ended since it was listed. */
function procText(pid: number | string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return "";
  }
}

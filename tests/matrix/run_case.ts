/** Runs one case of the kill matrix and tells what it left. */
import { type ChildProcess, spawn } from "node:child_process";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { GUARD_NAME } from "../../src/session/guard.ts";
import { driverWords } from "../support/driver.ts";
import type { World } from "../support/engines.ts";
import { type Case, nameOf } from "./cases.ts";
import { IMAGE, SERVERS, SERVERS_THAT_STOP } from "./servers.ts";
import { CASE_VARIABLE, containersOf, kill, leftoversOf, processesOf, sweep, type Trace } from "./traces.ts";

/** How a case went. */
export interface Outcome {
  readonly name: string;
  /** What was there at the limit; empty = nothing. */
  readonly leftovers: readonly string[];
  /** Milliseconds from the end until nothing was left. */
  readonly took: number;
}

/** A session with a client process between it and the test. */
interface Running {
  readonly id: string;
  readonly client: ChildProcess;
  /** When argus was started. */
  readonly began: number;
}

let serial = 0;

/** Runs a case; after `limitMs` from the end of the session, what is still there counts as left over. */
export async function runCase(world: World, item: Case, limitMs: number): Promise<Outcome> {
  const running = start(world, item);
  try {
    await moment(world, item, running);
    await end(item, running);
    const flood = item.end.startsWith("eof") && item.end !== "eof and SIGTERM" && item.server.startsWith("floods");
    // Output that flows is never cut, so the limit begins when the flood has ended by itself.
    if (flood) await sleep(2500);
    return await watch(world, item, running, limitMs);
  } finally {
    running.client.stdin?.destroy();
    running.client.stdout?.destroy();
    kill(running.client.pid!, "SIGKILL");
    sweep(world, running.id);
  }
}

function start(world: World, item: Case): Running {
  serial += 1;
  const id = `mx${process.pid}x${serial}`;
  const stops = item.end.startsWith("eof") && item.end !== "eof and SIGTERM";
  const script = (stops ? SERVERS_THAT_STOP : SERVERS)[item.server];
  // The client is a shell that holds neither end of the pipes, so that its death alone says nothing about stdin.
  const shell = ["sh", "-c", 'exec 3<&0; "$@" <&3 & exec 3<&- <&- >&-; wait', "client"];
  const words = [...world.prefix, ...shell, ...driverWords(), world.engine, id, IMAGE, "sh", "-c", script];
  const client = spawn(words[0]!, words.slice(1), {
    stdio: ["pipe", "pipe", "ignore"],
    env: { ...process.env, [CASE_VARIABLE]: id },
  });
  client.stdin.on("error", () => {});
  client.stdout.on("error", () => {});
  client.stdout.resume();
  return { id, client, began: performance.now() };
}

async function moment(world: World, item: Case, running: Running): Promise<void> {
  if (item.at === "steady") {
    await until(() => containersOf(world, running.id)?.some((text) => / Up /.test(text)) === true, 60_000);
    await sleep(200);
    return;
  }
  // Counted from the moment when argus starts the engine: its own start is no part of the window.
  await until(() => argusOf(running.id) !== undefined && processesOf(running.id).some(isGuard), 60_000, 5);
  await sleep(item.at);
}

async function end(item: Case, running: Running): Promise<void> {
  const { id, client } = running;
  const processes = processesOf(id);
  const argus = argusOf(id);
  switch (item.end) {
    case "eof":
      client.stdin!.end();
      return;
    case "eof and a client that reads no more":
      client.stdout!.pause();
      client.stdin!.end();
      return;
    case "eof and SIGTERM":
      client.stdin!.end();
      if (argus !== undefined) kill(argus.pid, "SIGTERM");
      return;
    case "kill argus":
      if (argus !== undefined) kill(argus.pid, "SIGKILL");
      return;
    case "kill cli":
      for (const { pid } of await appearing(id, isCli)) kill(pid, "SIGKILL");
      return;
    case "kill client":
      kill(argus?.ppid ?? client.pid!, "SIGKILL");
      return;
    case "kill guard and argus":
      if (argus !== undefined) kill(argus.pid, "SIGKILL");
      for (const { pid } of processes.filter(isGuard)) kill(pid, "SIGKILL");
      return;
    case "kill conmon":
      await appearing(id, isConmon);
      // The first one only forks the real one.
      for (const began = performance.now(); performance.now() - began < 500; await sleep(10)) {
        for (const { pid } of processesOf(id).filter(isConmon)) kill(pid, "SIGKILL");
      }
      return;
    default:
      if (argus !== undefined) kill(argus.pid, item.end);
  }
}

/** What may not have started yet at the moment of the case. */
async function appearing(id: string, which: (trace: Trace) => boolean): Promise<Trace[]> {
  await until(() => processesOf(id).some(which), 60_000, 5);
  return processesOf(id).filter(which);
}

/** Where guard and argus were killed together, the next session removes what they left. */
async function nextSession(world: World): Promise<void> {
  const words = [...world.prefix, ...driverWords(), world.engine, `mx${process.pid}next`, IMAGE, "cat"];
  const child = spawn(words[0]!, words.slice(1), { stdio: ["pipe", "ignore", "ignore"] });
  child.stdin.end();
  await new Promise((resolve) => child.on("exit", resolve));
}

async function watch(world: World, item: Case, running: Running, limitMs: number): Promise<Outcome> {
  const began = performance.now();
  let leftovers: string[] = [];
  do {
    // Its reaping is given up when the engine is too busy, so that there is another one.
    if (item.end === "kill guard and argus") await nextSession(world);
    leftovers = leftoversOf(world, running.id);
    if (leftovers.length === 0) break;
    await sleep(100);
  } while (performance.now() - began < limitMs);
  return { name: `${world.name}: ${nameOf(item)}`, leftovers, took: performance.now() - began };
}

function argusOf(id: string): Trace | undefined {
  return processesOf(id).find(
    ({ words }) => words.includes(id) && words.includes(IMAGE) && words[0] === driverWords()[0],
  );
}

function isConmon({ comm }: Trace): boolean {
  return comm === "conmon";
}

function isGuard({ words }: Trace): boolean {
  return words.includes(GUARD_NAME);
}

function isCli({ comm, words }: Trace): boolean {
  return (comm === "docker" || comm === "podman") && words[1] === "run";
}

async function until(condition: () => boolean, limitMs: number, everyMs = 50): Promise<void> {
  const began = performance.now();
  while (!condition()) {
    if (performance.now() - began > limitMs) throw new Error("the session did not start");
    await sleep(everyMs);
  }
}

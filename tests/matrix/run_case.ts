/** Runs one case of the kill matrix and tells what it left. */
import { loadavg } from "node:os";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { DEFAULT } from "../../src/plan/defaults.ts";
import { TIMING } from "../../src/session/ladder.ts";
import type { World } from "../support/engines.ts";
import type { Case } from "./cases.ts";
import type { Outcome } from "./report.ts";
import { ENDS_AT_EOF, SERVERS, SERVERS_THAT_STOP } from "./servers.ts";
import { argusOf, clisOf, guardsOf, nextSession, type Started, startSession, until } from "./started.ts";
import { asText, containersIn, kill, type Look, processesOf, sharedLook, sweep, type Trace } from "./traces.ts";

/** From the end of a session to nothing left. Milliseconds; what the README promises. */
export const PROMISE = 5000;
/** The same for a Pod, whose last seconds are its node's. */
const POD_PROMISE = 10_000;
/** A Pod takes so many times longer to start than a container. */
const POD_PACE = 3;
/** What is still there so long after the promise counts as left over; what goes in between is late. */
export const PATIENCE = 30_000;

/** What was told to go may take so long before another session is asked to help. */
const SETTLING = 3000;

/** What cases of one run share. */
export interface Run {
  readonly world: World;
  readonly look: () => Promise<Look>;
  /** Names of all sessions begin with it. */
  readonly prefix: string;
  /** The sessions so far. */
  readonly ids: string[];
}

let runs = 0;

/** A run in a world. */
export function newRun(world: World): Run {
  runs += 1;
  const prefix = `mx${process.pid}r${runs}x`;
  return { world, look: sharedLook(world, prefix), prefix, ids: [] };
}

/** Runs a case to its verdict, and leaves the machine as it was. */
export async function runCase(run: Run, item: Case): Promise<Outcome> {
  const started = startSession(run.world, nextId(run), scriptOf(item));
  try {
    await untilStarted(started);
    const begun = performance.now();
    await moment(run, item, started);
    const hit = argusOf(started) !== undefined;
    await end(item, started);
    return await watch(run, item, started, { hit, ended: performance.now(), begun });
  } catch (error) {
    return {
      ...item,
      world: run.world.name,
      verdict: "broken",
      took: 0,
      hit: false,
      rounds: 0,
      leftovers: [`${error}`],
      load: load(),
    };
  } finally {
    letGo(started);
  }
}

/** A name for a session that no other one has. */
export function nextId({ prefix, ids }: Run): string {
  const id = `${prefix}${ids.length + 1}`;
  ids.push(id);
  return id;
}

/** What the server of a case runs. */
export function scriptOf({ end, server }: Case): string {
  return (isEofAlone(end) ? SERVERS_THAT_STOP : SERVERS)[server];
}

/** Resolves when argus starts the engine: its own start is no part of what is tested. */
export async function untilStarted(started: Started): Promise<void> {
  await until(() => guardsOf(started).length > 0, 60_000, 5);
}

/** Resolves at the moment of a case, counted from {@link untilStarted}. */
export async function moment({ look, world }: Run, item: Case, { id }: Started): Promise<void> {
  if (item.at === "steady") {
    const runs = / Up | Pod Running$/;
    await until(async () => containersIn(await look(), id)?.some((text) => runs.test(text)) === true, 60_000, 100);
    await sleep(200);
  } else await sleep(world.engine === "kubernetes" ? item.at * POD_PACE : item.at);
}

/** When a session began, when its end came, and whether argus still ran then. */
export interface Timeline {
  readonly hit: boolean;
  readonly ended: number;
  readonly begun: number;
}

/** Looks until nothing is left, or patience ends. */
export async function watch(run: Run, item: Case, started: Started, line: Timeline): Promise<Outcome> {
  const { world } = run;
  const promise = world.engine === "kubernetes" ? POD_PROMISE : PROMISE;
  let rounds = 0;
  let helped = Number.NEGATIVE_INFINITY;
  for (;;) {
    // Where guard and argus were killed together, the next session removes what they left.
    if (item.end === "kill guard and argus" && performance.now() - helped > SETTLING) {
      await nextSession(world, started.id);
      helped = performance.now();
      rounds += 1;
    }
    const { at, leftovers } = await leftoversIn(run, started.id);
    const took = Math.max(0, at - promisedFrom(item, started, line));
    const outcome = { ...item, world: world.name, took, hit: line.hit, rounds, leftovers, load: load() };
    if (leftovers.length === 0) return { ...outcome, verdict: took <= promise ? "clean" : "late" };
    if (took > promise + PATIENCE) {
      sweep(world, started.id);
      return { ...outcome, verdict: "leftover" };
    }
    await sleep(100);
  }
}

/** What of a case is there, and since when it has been like that at the latest. */
export async function leftoversIn({ look }: Run, id: string): Promise<{ at: number; leftovers: string[] }> {
  const at = performance.now();
  const processes = processesOf(id, 50).map(asText);
  if (processes.length > 0) return { at, leftovers: processes };
  const seen = await look();
  const containers = containersIn(seen, id)?.map((text) => `container ${text}`);
  return { at: seen.at, leftovers: containers ?? ["the engine does not answer"] };
}

/** Ends the client and lets go of its pipes. */
export function letGo({ client }: Started): void {
  kill(client.pid!, "SIGKILL");
  for (const stream of [client.stdin, client.stdout, client.stderr]) stream?.destroy();
}

/**
 * From when the promise counts: the end, or after the end of input alone the last output, and for a server that does
 * not end by itself not before the session is old enough to be cut.
 */
function promisedFrom({ end, server }: Case, { heard }: Started, { ended, begun }: Timeline): number {
  if (!isEofAlone(end)) return ended;
  const quiet = Math.max(ended, heard());
  return ENDS_AT_EOF.includes(server) ? quiet : Math.max(quiet, begun + TIMING.start - DEFAULT.eofGraceMs);
}

/** Output that flows is never cut then, so that a flood must end by itself. */
function isEofAlone(end: Case["end"]): boolean {
  return end === "eof" || end === "eof and a client that reads no more";
}

async function end(item: Case, started: Started): Promise<void> {
  const { id, client } = started;
  const argus = argusOf(started);
  const signal = (name: NodeJS.Signals): void => {
    if (argus !== undefined) kill(argus.pid, name);
  };
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
      signal("SIGTERM");
      return;
    case "normal close":
      client.stdin!.end();
      await sleep(2000);
      signal("SIGTERM");
      later(2000, () => signalIfSame(started, argus));
      return;
    case "version probe":
      client.stdin!.end();
      signal("SIGTERM");
      later(1000, () => signalIfSame(started, argus));
      return;
    case "kill argus":
      signal("SIGKILL");
      return;
    case "kill cli":
      await until(() => clisOf(started).length > 0, 60_000, 5);
      for (const { pid } of clisOf(started)) kill(pid, "SIGKILL");
      return;
    case "kill client":
      kill(argus?.ppid ?? client.pid!, "SIGKILL");
      return;
    case "kill guard and argus": {
      // The guard first: it acts at once when argus dies.
      for (const { pid } of guardsOf(started)) kill(pid, "SIGKILL");
      signal("SIGKILL");
      return;
    }
    case "kill conmon":
      await killConmon(id);
      return;
    case "restart daemon":
    case "kill daemon":
      throw new Error("the daemon is everybody's");
    default:
      signal(item.end);
  }
}

function load(): number {
  return loadavg()[0] ?? 0;
}

function later(ms: number, act: () => void): void {
  setTimeout(act, ms).unref();
}

/** The SIGKILL of a client that has waited long enough, unless its child has ended. */
function signalIfSame(started: Started, argus: Trace | undefined): void {
  if (argus !== undefined && argusOf(started)?.pid === argus.pid) kill(argus.pid, "SIGKILL");
}

async function killConmon(id: string): Promise<void> {
  const conmons = (): Trace[] => processesOf(id, 20).filter(({ comm }) => comm === "conmon");
  await until(() => conmons().length > 0, 60_000, 20);
  // The first one only forks the real one, on a busy machine late.
  for (let seen = performance.now(); performance.now() - seen < 500; await sleep(25)) {
    for (const { pid } of conmons()) {
      kill(pid, "SIGKILL");
      seen = performance.now();
    }
  }
}

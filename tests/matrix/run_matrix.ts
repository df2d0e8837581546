/** Runs many cases of the kill matrix and tells what they came to. */
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { OWN_HOSTS, type World } from "../support/engines.ts";
import type { PrivateDocker } from "../support/private_docker.ts";
import { type Case, DAEMON_ENDS, MOMENTS, SERVER_NAMES } from "./cases.ts";
import { lineOf, type Outcome, type ReportFile, reportFile, summary } from "./report.ts";
import { letGo, moment, newRun, nextId, type Run, runCase, scriptOf, untilStarted, watch } from "./run_case.ts";
import { argusOf, startSession } from "./started.ts";
import { asText, processesOf, sweep } from "./traces.ts";

/** ARGUS_MATRIX_AT_ONCE: cases at once; without hosts of their own they would tidy up after each other. */
const AT_ONCE = OWN_HOSTS ? Number(process.env.ARGUS_MATRIX_AT_ONCE ?? 4) : 1;

/** A Pod costs the machine that is its node as well as its client as much as so many containers. */
const POD_WEIGHT = 2;

/**
 * Runs the cases that ARGUS_MATRIX_REPORT does not hold yet, several at once, because most of a case is waiting; returns
 * a line for each one that left something or was never seen to start.
 */
export function runMatrix(world: World, cases: readonly Case[]): Promise<string[]> {
  return judge(world, async (run, report, add) => {
    const waiting = cases.filter((item) => !report.has(world.name, item));
    const atOnce = world.engine === "kubernetes" ? Math.ceil(AT_ONCE / POD_WEIGHT) : AT_ONCE;
    const work = async (): Promise<void> => {
      for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) add(await runCase(run, item));
    };
    await Promise.all(Array.from({ length: atOnce }, work));
  });
}

/** The same for the ends that hit a whole daemon: at each moment it is ended under a session of every server. */
export function runDaemonMatrix(docker: PrivateDocker, moments = MOMENTS): Promise<string[]> {
  return judge(docker.world, async (run, report, add) => {
    for (const end of DAEMON_ENDS) {
      for (const at of moments) {
        const cases = SERVER_NAMES.map((server) => ({ end, server, at }));
        if (cases.every((item) => report.has(docker.world.name, item))) continue;
        for (const outcome of await daemonCases(run, docker, cases)) add(outcome);
      }
    }
  });
}

async function daemonCases(run: Run, docker: PrivateDocker, cases: readonly Case[]): Promise<Outcome[]> {
  const sessions = cases.map((item) => ({ item, started: startSession(docker.world, nextId(run), scriptOf(item)) }));
  try {
    const moments = sessions.map(async ({ item, started }) => {
      await untilStarted(started);
      await moment(run, item, started);
    });
    await Promise.all(moments);
    const hits = sessions.map(({ started }) => argusOf(started) !== undefined);
    await docker.restart(cases[0]?.end === "kill daemon" ? "SIGKILL" : "SIGTERM");
    // Nothing can go before the daemon is back.
    const ended = performance.now();
    return await Promise.all(
      sessions.map(({ item, started }, index) =>
        watch(run, item, started, { hit: hits[index] ?? false, ended, begun: ended }),
      ),
    );
  } finally {
    for (const { started } of sessions) letGo(started);
  }
}

type Work = (run: Run, report: ReportFile, add: (outcome: Outcome) => void) => Promise<void>;

/** Keeps and prints what a run comes to, and looks once more at its end. */
async function judge(world: World, work: Work): Promise<string[]> {
  const run = newRun(world);
  const report = reportFile(process.env.ARGUS_MATRIX_REPORT);
  const outcomes: Outcome[] = [];
  await work(run, report, (outcome) => {
    outcomes.push(outcome);
    report.add(outcome);
    if (outcome.verdict !== "clean") console.error(lineOf(outcome));
  });
  console.error(summary(outcomes));
  const failures = outcomes.filter(({ verdict }) => verdict === "leftover" || verdict === "broken");
  return [...failures.map(lineOf), ...(await cameBack(run))];
}

/** What appeared only after its case was taken for over: a start that was cut short may create a container late. */
async function cameBack({ world, look, ids }: Run): Promise<string[]> {
  // The node takes its time for the Pods of the last next sessions.
  await sleep(world.engine === "kubernetes" ? 5000 : 1000);
  const { containers = ["the engine does not answer"] } = await look();
  const processes = ids.flatMap((id) => processesOf(id, 500));
  const found = [...containers, ...processes.map(asText)].map((text) => `  ${world.name}: came back: ${text}`);
  if (found.length > 0) console.error(found.join("\n"));
  for (const id of ids) if (found.some((text) => text.includes(`-${id}-`))) sweep(world, id);
  return found;
}

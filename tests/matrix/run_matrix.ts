/** Runs many cases of the kill matrix, several at once: most of a case is waiting. */
import process from "node:process";
import type { World } from "../support/engines.ts";
import type { Case } from "./cases.ts";
import { lineOf, type Outcome, reportFile, summary } from "./report.ts";
import { newRun, type Run, runCase } from "./run_case.ts";
import { OWN_HOSTS } from "./started.ts";
import { asText, processesOf, sweep } from "./traces.ts";

/** ARGUS_MATRIX_AT_ONCE: cases at once; without hosts of their own they would tidy up after each other. */
const AT_ONCE = OWN_HOSTS ? Number(process.env.ARGUS_MATRIX_AT_ONCE ?? 4) : 1;

/**
 * Runs the cases that ARGUS_MATRIX_REPORT does not hold yet and prints what they came to; returns a line for each one
 * that left something or was never seen to start.
 */
export async function runMatrix(world: World, cases: readonly Case[]): Promise<string[]> {
  const report = reportFile(process.env.ARGUS_MATRIX_REPORT);
  const run = newRun(world);
  const waiting = cases.filter((item) => !report.has(world.name, item));
  const outcomes: Outcome[] = [];
  const work = async (): Promise<void> => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) {
      const outcome = await runCase(run, item);
      outcomes.push(outcome);
      report.add(outcome);
      if (outcome.verdict !== "clean") console.error(lineOf(outcome));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  console.error(summary(outcomes));
  return [...failures(outcomes), ...(await cameBack(run))];
}

/** The lines of what may not be. */
export function failures(outcomes: readonly Outcome[]): string[] {
  return outcomes.filter(({ verdict }) => verdict === "leftover" || verdict === "broken").map(lineOf);
}

/** What appeared only after its case was taken for over: a start that was cut short may create a container late. */
async function cameBack({ world, look, ids }: Run): Promise<string[]> {
  const { containers = ["the engine does not answer"] } = await look();
  const processes = ids.flatMap((id) => processesOf(id, 1000));
  const found = [...containers, ...processes.map(asText)].map((text) => `  ${world.name}: came back: ${text}`);
  if (found.length > 0) console.error(found.join("\n"));
  for (const text of containers) sweep(world, text.replace(/^argus-/, "").replace(/-[0-9a-f]{12} .*$/, ""));
  return found;
}

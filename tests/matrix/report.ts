/**
 * What a run of the kill matrix came to. As a program it sums the files of several parts:
 * `bun tests/matrix/report.ts FILE...`.
 */
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import process from "node:process";
import { type Case, nameOf } from "./cases.ts";

/** How a case ended. */
export type Verdict =
  /** Nothing was left in the time that the README promises. */
  | "clean"
  /** Nothing was left, but later. */
  | "late"
  /** Something was still there half a minute after that. */
  | "leftover"
  /** The session never came as far as the case needs. */
  | "broken";

/** How a case went. */
export interface Outcome extends Case {
  readonly world: string;
  readonly verdict: Verdict;
  /** Milliseconds until nothing was left, counted as the promise counts. */
  readonly took: number;
  /** argus still ran when the end came. */
  readonly hit: boolean;
  /** How many sessions came after it until nothing was left, where only they can help. */
  readonly rounds: number;
  readonly leftovers: readonly string[];
  /** How busy the machine was: processes that ran or wanted to, on average over a minute. */
  readonly load: number;
}

/** A file of outcomes, one a line. */
export interface ReportFile {
  /** Cases that an earlier run found clean. */
  has(world: string, item: Case): boolean;
  add(outcome: Outcome): void;
}

/** Opens a report; without a name nothing is kept. */
export function reportFile(file: string | undefined): ReportFile {
  const earlier = file !== undefined && existsSync(file) ? readReport(file) : [];
  const known = new Set(
    earlier.filter(({ verdict }) => verdict === "clean").map((outcome) => keyOf(outcome.world, outcome)),
  );
  return {
    has: (world, item) => known.has(keyOf(world, item)),
    add: (outcome) => {
      if (file !== undefined) appendFileSync(file, `${JSON.stringify(outcome)}\n`);
    },
  };
}

/** The outcomes in a file: of a case that ran more than once, the last. */
function readReport(file: string): Outcome[] {
  const lines = readFileSync(file, "utf8").split("\n").filter(Boolean);
  const outcomes = lines.map((line) => JSON.parse(line) as Outcome);
  return [...new Map(outcomes.map((outcome) => [keyOf(outcome.world, outcome), outcome])).values()];
}

/** The lines that a run ends with: counts, times, and every case that was not clean. */
export function summary(outcomes: readonly Outcome[]): string {
  return [...new Set(outcomes.map(({ world }) => world))]
    .map((world) => ({ world, all: outcomes.filter((outcome) => outcome.world === world) }))
    .flatMap(({ world, all }) => [
      `kill matrix, ${world}: ${all.length} cases, ${count(all, "leftover")} with leftovers, ${count(all, "late")} late, ` +
        `${count(all, "broken")} broken; took p50 ${took(all, 0.5)}, p99 ${took(all, 0.99)}, max ${took(all, 1)}` +
        `; ${all.filter(({ hit }) => !hit).length} had ended before, ${all.filter(({ rounds }) => rounds > 1).length} needed more than one next session`,
      ...all.filter(({ verdict }) => verdict !== "clean").map(lineOf),
    ])
    .join("\n");
}

/** A case that was not clean, as a line. */
export function lineOf(outcome: Outcome): string {
  const { world, verdict, took: ms, rounds, leftovers, load } = outcome;
  const more = rounds > 1 ? `, ${rounds} sessions later` : "";
  const what = leftovers.length === 0 ? "" : `: ${leftovers.join(", ")}`;
  return `  ${world}: ${nameOf(outcome)}: ${verdict} after ${inSeconds(ms)}${more} at load ${load.toFixed(1)}${what}`;
}

function keyOf(world: string, item: Case): string {
  return `${world}: ${nameOf(item)}`;
}

function count(outcomes: readonly Outcome[], verdict: Verdict): number {
  return outcomes.filter((outcome) => outcome.verdict === verdict).length;
}

function took(outcomes: readonly Outcome[], part: number): string {
  const sorted = outcomes.map((outcome) => outcome.took).sort((a, b) => a - b);
  return inSeconds(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0);
}

function inSeconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

if (import.meta.main) console.log(summary(process.argv.slice(2).flatMap(readReport)));

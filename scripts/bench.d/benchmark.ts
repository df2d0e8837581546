/** What a benchmark is, and what all of them share. */
import type { EngineName, Lab } from "./lab.ts";
import type { Row } from "./row.ts";
import { median } from "./stats.ts";

/** How much is measured: more makes better numbers and takes longer. */
export interface Effort {
  /** Measurements of each variant. */
  readonly rounds: number;
  /** Servers whose start is measured, from the lab's. */
  readonly servers: readonly string[];
  /** How long a session is watched while it does nothing. */
  readonly idleSeconds: number;
}

export const FULL: Effort = { rounds: 12, servers: ["everything", "time"], idleSeconds: 10 };
export const QUICK: Effort = { rounds: 2, servers: ["everything"], idleSeconds: 2 };

/** What a benchmark gets. */
export interface Bench {
  readonly lab: Lab;
  readonly effort: Effort;
  /** Tells people what is skipped and why. */
  readonly note: (text: string) => void;
}

/** A benchmark of the program alone runs once, one of sessions on each engine. */
export type Benchmark = {
  readonly name: string;
  readonly about: string;
} & (
  | {
      readonly run: (bench: Bench) => Promise<Row[]>;
      /** It is about a cluster, and runs unless another engine is asked for. */
      readonly cluster?: true;
    }
  | { readonly runOn: (engine: EngineName, bench: Bench) => Promise<Row[]> }
);

/** A session tidies up two seconds after its start, which takes a while on a busy machine: what it costs is known later. */
export const SETTLED_MS = 4000;

/** The medians of argus and of what it is held against, as the middle of a row. */
export function medians(
  samples: ReadonlyMap<string, readonly number[]>,
  other: string,
): { argus: number; beside: { what: string; value: number } } {
  return {
    argus: median(samples.get("argus") ?? []),
    beside: { what: other, value: median(samples.get(other) ?? []) },
  };
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

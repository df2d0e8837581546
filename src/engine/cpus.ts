/** The CPU limit as the engine takes it. */
import type { Notice } from "../plan/plan.ts";

/** A limit and what the user should know about it. */
export interface ClampedCpus {
  readonly cpus: string;
  readonly notice?: Notice;
}

/** Docker refuses more CPUs than its host has, so that one config fails on a smaller machine; the rest is no loss. */
export function clampCpus(cpus: string, available: number): ClampedCpus {
  if (available <= 0 || Number(cpus) <= available) return { cpus };
  const message = `cpus: ${cpus} is more than this machine has; the limit is ${available}`;
  return { cpus: String(available), notice: { code: "engine/cpus-clamped", message } };
}

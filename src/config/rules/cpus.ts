/** `container.cpus`: how many processors. */
import type { RuleProblem } from "./rule.ts";

/** Engines count in billionths of a processor, and take no less than a hundredth of one. */
const COUNT = /^\d{1,5}(\.\d{1,9})?$/;
const LEAST = 0.01;

export function cpusProblem(value: string): RuleProblem | undefined {
  const hint = 'such as "0.5", "1" or "2"';
  if (!COUNT.test(value)) return { message: "must be a positive decimal number", hint };
  return Number(value) < LEAST ? { message: "must be at least 0.01", hint } : undefined;
}

/** `container.memory`: a size as Docker writes it. */
import type { RuleProblem } from "./rule.ts";

const SIZE = /^(\d+(?:\.\d+)?)(b|[kmg]b?)?$/i;
const FACTORS: Readonly<Record<string, number>> = { b: 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 };

/** Docker refuses less: https://docs.docker.com/engine/containers/resource_constraints/#limit-a-containers-access-to-memory */
const LEAST = 6 * 1024 ** 2;

export function memoryProblem(value: string): RuleProblem | undefined {
  const hint = 'a number and a unit, such as "512m" or "1g"';
  const bytes = memoryBytes(value);
  if (bytes === undefined) return { message: "must be a size", hint };
  if (bytes < LEAST && /\d$/.test(value))
    return { message: "needs a unit: b, k, m or g", hint: 'such as "512m" or "1g"' };
  if (bytes < LEAST) return { message: "must be at least 6m, which is the least that an engine takes", hint };
  if (bytes > Number.MAX_SAFE_INTEGER) return { message: "is more than any machine has", hint };
  return undefined;
}

/** Bytes of a size such as `512m`, `1.5g`, `1024KB`, or of bytes without a unit; undefined when it is none. */
export function memoryBytes(value: string): number | undefined {
  const match = SIZE.exec(value);
  return match === null
    ? undefined
    : Math.floor(Number(match[1]) * FACTORS[(match[2] ?? "b").charAt(0).toLowerCase()]!);
}

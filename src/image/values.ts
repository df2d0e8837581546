/**
 * Values of variables that a build needs and a Dockerfile must not hold: it is printed, and every layer remembers its line.
 * They travel beside it as one shell script, which a step reads before it begins: a secret where the builder knows
 * secrets, a build argument of the first stage where it does not.
 */
import type { Text } from "../config/text.ts";
import { holdsVariable } from "../config/variables.ts";
import { slowHash } from "./hash.ts";
import { shellWord } from "./quote.ts";

/** The values of one image. */
export interface BuildValues {
  /** For a POSIX shell: exports the variables, and sets the steps that have one. */
  readonly script: string;
  /** 32 hex digits that change with any value. */
  readonly hash: string;
}

/**
 * The values among a plan's variables and build steps; undefined when every one stands in the config itself.
 *
 * @param salt What the image is, so that the hash of one value differs between images.
 */
export function buildValues(
  variables: Readonly<Record<string, Text>>,
  steps: readonly Text[],
  salt: string,
): BuildValues | undefined {
  const lines = [
    ...Object.entries(variables).flatMap(([name, text]) =>
      holdsVariable(text) ? [`export ${name}=${shellWord(text.value)}`] : [],
    ),
    ...steps.flatMap((step, index) => (holdsVariable(step) ? [`${stepVariable(index)}=${shellWord(step.value)}`] : [])),
  ];
  if (lines.length === 0) return undefined;
  const script = `${lines.join("\n")}\n`;
  return { script, hash: slowHash(script, salt) };
}

/** The variable of the script that holds a build step; `index` from 0. */
export function stepVariable(index: number): string {
  return `ARGUS_STEP_${index + 1}`;
}

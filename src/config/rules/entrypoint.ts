/** `container.entrypoint`: the command of a source build, word by word. Spec: "Source Build Pattern". */
import { type RuleProblem, textProblem } from "./rule.ts";

const LONGEST = 4 * 1024;
const SHELL = /[;&|`$(){}[\]<>!#~\\]/;

/** One word. Quotes are fine: they are written as JSON. */
export function entrypointWordProblem(value: string): RuleProblem | undefined {
  const text = textProblem(value, LONGEST);
  if (text !== undefined) return text;
  if (!SHELL.test(value)) return undefined;
  return {
    message: "must not hold a shell character: ; & | ` $ ( ) { } [ ] < > ! # ~ or backslash",
    hint: "each list entry is one word as it is; put what needs a shell into a script of the repository",
  };
}

/** The list as a whole. */
export function entrypointProblem(words: readonly string[]): RuleProblem | undefined {
  const [program] = words;
  if (program === undefined) return { message: "must not be empty", hint: 'such as ["node", "dist/index.js"]' };
  return program.trim() === ""
    ? { message: "must start with a program", hint: 'such as ["node", "dist/index.js"]' }
    : undefined;
}

/** What every rule of a field shares. */
import { UNSEEN } from "../../visible.ts";

/** What is wrong with a value, in words that follow the name of its field: "must be …", "holds …". */
export interface RuleProblem {
  readonly message: string;
  /** What to write instead. */
  readonly hint?: string;
}

/** Says what is wrong with a value; undefined when it is fine. No message holds a value that could be a secret. */
export type Rule = (value: string) => RuleProblem | undefined;

/** Half of a character: it has no bytes of its own. */
export const LONE_SURROGATE = /\p{Surrogate}/u;

/** A value that cannot be empty, too long, or hold characters that nobody sees. */
export function lineProblem(value: string, longest: number): RuleProblem | undefined {
  if (value.trim() === "") return { message: "must not be empty", hint: "write a value, or leave it out" };
  return textProblem(value, longest);
}

/** As {@link lineProblem}, but may be empty. */
export function textProblem(value: string, longest: number): RuleProblem | undefined {
  if (value.length > longest) return { message: `must not be longer than ${longest} characters` };
  if (/[\r\n\u0085\u2028\u2029]/.test(value)) return { message: "must be one line", hint: "remove the line break" };
  // A lone surrogate has no bytes of its own: what an engine gets would differ from what the plan shows.
  if (UNSEEN.test(value) || LONE_SURROGATE.test(value)) {
    return { message: "holds a control character or one that cannot be seen", hint: "type it again by hand" };
  }
  return undefined;
}

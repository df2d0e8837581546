/** `container.build_steps`: one command of a source build. Spec: "Source Build Pattern". */
import { lineProblem, type RuleProblem } from "./rule.ts";

const LONGEST = 8 * 1024;

export function buildStepProblem(value: string): RuleProblem | undefined {
  const line = lineProblem(value, LONGEST);
  if (line !== undefined) return line;
  if (/[`()]/.test(value)) {
    return {
      message: "must not hold a backtick, $( ) or ( )",
      hint: "use separate list entries instead of shell chaining",
    };
  }
  // `RUN --network=host …`: the builder would read it as an option of its own.
  if (/^\s*-/.test(value)) return { message: "must not start with a dash", hint: "start with the name of a program" };
  // On a line of its own it would be the Dockerfile's comment, and the next line would take its place.
  if (/^\s*#/.test(value))
    return { message: "must not start with #, for a comment runs nothing", hint: "leave it out" };
  if (/\\\s*$/.test(value)) {
    return { message: "must not end with a backslash, which would join it to the next line", hint: "remove it" };
  }
  if (value.includes("<<")) return { message: "must not hold <<, which starts a here-document", hint: "use printf" };
  return undefined;
}

/** The name of a backend: it becomes part of a container's name and the value of a label. */
import type { RuleProblem } from "./rule.ts";

const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/;

export function backendNameProblem(value: string): RuleProblem | undefined {
  if (NAME.test(value)) return undefined;
  return {
    message: "is no name for a backend",
    hint: "start with a letter or digit, go on with letters, digits and . _ -, at most 63 characters",
  };
}

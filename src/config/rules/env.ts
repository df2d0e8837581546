/** `command`, `args` and `env`: what the process of a server is given. */
import { LONE_SURROGATE, type RuleProblem } from "./rule.ts";

/** Source: https://pubs.opengroup.org/onlinepubs/9799919799/basedefs/V1_chap08.html */
const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,254}$/;

export function envNameProblem(value: string): RuleProblem | undefined {
  if (NAME.test(value)) return undefined;
  return { message: "is no name for a variable", hint: "letters, digits and _, not starting with a digit" };
}

/** A variable's value, `command` and each of `args`: any text, but for the byte that no process can be given. */
export function processTextProblem(value: string): RuleProblem | undefined {
  if (value.includes("\0"))
    return { message: "holds a NUL character, which no program can be given", hint: "remove the \\0" };
  // A lone surrogate has no bytes: the program would get another text than the file says.
  return LONE_SURROGATE.test(value) ? { message: "holds half of a character (a lone surrogate)" } : undefined;
}

/** `command`, `args` and `env`: what the process of a server is given. */
import { FROM_CLIENT } from "../variables.ts";
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

/** A text that only stands for a value. */
interface StandIn extends RuleProblem {
  readonly code: string;
  /** A plan of the backend says it, too. */
  readonly planned: boolean;
}

/** `<YOUR_API_KEY>`, `%TOKEN%`, `{{TOKEN}}`, `YOUR_TOKEN`, `TOKEN_HERE`. */
const PLACEHOLDER = /^(?:<[^<>]+>|%[a-z_]\w*%|\{\{[^{}]+\}\}|your[_-][\w-]+|[\w-]+[_-]here)$/i;

/** What a variable's text is when it is no value. It is not repeated: a password may look like one. */
export function standIn(text: string): StandIn | undefined {
  if (/^\$[A-Z_][A-Z0-9_]*$/.test(text)) {
    const message = "the $ in front of a name is text here: a variable is written ${NAME}";
    return { code: "config/bare-variable", message, hint: "put { } around the name", planned: true };
  }
  // A reference of the original Argus to its store of secrets.
  if (/^secret:[\w./-]+$/.test(text)) {
    const message = "argus keeps no secrets: the server gets secret:… as text";
    return { code: "config/secret-reference", message, hint: FROM_CLIENT, planned: true };
  }
  if (!PLACEHOLDER.test(text)) return undefined;
  const message = "a placeholder stands in place of the value, and the server would get it as text";
  return { code: "config/placeholder", message, hint: FROM_CLIENT, planned: false };
}

/** The name of a backend: it becomes part of a container's name and the value of a label. */
import { quoted } from "../../visible.ts";
import { CURLY } from "../slips.ts";
import type { RuleProblem } from "./rule.ts";

const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/;

export function backendNameProblem(value: string): RuleProblem | undefined {
  if (NAME.test(value)) return undefined;
  const [found] = /[^\w.-]/u.exec(value) ?? [];
  const cure = found === undefined ? "" : `leave out the ${called(found)}: `;
  return {
    message: "is no name for a backend",
    hint: `${cure}start with a letter or digit, go on with letters, digits and . _ -, at most 63 characters`,
  };
}

function called(character: string): string {
  if (CURLY.test(character)) return "curly quotes";
  return /\s/.test(character) ? "blank" : quoted(character);
}

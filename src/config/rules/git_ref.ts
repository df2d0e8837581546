/** `container.source_ref`: a branch, a tag or a commit. Source: https://git-scm.com/docs/git-check-ref-format */
import { lineProblem, type RuleProblem } from "./rule.ts";

const LONGEST = 255;
const CHARACTERS = /^[\p{L}\p{N}_./+@#=,%-]+$/u;

export function gitRefProblem(value: string): RuleProblem | undefined {
  const line = lineProblem(value, LONGEST);
  if (line !== undefined) return line;
  if (isRef(value)) return undefined;
  return { message: "must be a branch, a tag or a commit", hint: 'such as "main", "v1.2.0" or a SHA' };
}

function isRef(value: string): boolean {
  if (!CHARACTERS.test(value) || value.startsWith("-") || value === "@") return false;
  if (value.includes("..") || value.endsWith(".")) return false;
  return value.split("/").every((part) => part !== "" && !part.startsWith(".") && !part.endsWith(".lock"));
}

/** `container.dockerfile`: a path at or below the config's folder. Spec: "Custom Dockerfile Pattern". */
import { lineProblem, type RuleProblem } from "./rule.ts";

const LONGEST = 1024;

export function dockerfilePathProblem(value: string): RuleProblem | undefined {
  const line = lineProblem(value, LONGEST);
  if (line !== undefined) return line;
  const hint = "write it relative to the folder of the config file, at or below it";
  // Either slash, and drives, on every system: the same file has to mean the same everywhere.
  if (/^[\\/]|^[A-Za-z]:|^~/.test(value)) return { message: "must be a relative path", hint };
  const parts = value.split(/[\\/]/);
  // Windows ignores dots and blanks at the end of a name: ".. " is "..".
  if (parts.some((part) => /^\s*\.\.[\s.]*$/.test(part))) return { message: 'must not hold ".."', hint };
  if (value.startsWith("-")) return { message: "must not start with a dash", hint: 'put "./" before it' };
  const last = parts.at(-1)!;
  return last === "" || last === "." ? { message: "must name a file, not a folder", hint } : undefined;
}

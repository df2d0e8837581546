/** The module of `python -m`. */
import type { RuleProblem } from "./rule.ts";

const NAME = /^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*$/;
const LONGEST = 255;

export function pythonModuleProblem(value: string): RuleProblem | undefined {
  if (value.length <= LONGEST && NAME.test(value)) return undefined;
  return { message: "must be the name of a Python module", hint: 'such as "my_server" or "my_server.main"' };
}

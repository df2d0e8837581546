/** `container.system_deps` and `build_system_deps`: the name of a package of the operating system. */
import type { RuleProblem } from "./rule.ts";

/** apt-get reads a dash at the end as "remove this package". */
const NAME = /^[A-Za-z0-9](?:[A-Za-z0-9._+-]*[A-Za-z0-9._+])?$/;
const LONGEST = 128;

export function packageNameProblem(value: string): RuleProblem | undefined {
  if (value.length <= LONGEST && NAME.test(value)) return undefined;
  return {
    message: "must be the name of an OS package",
    hint: 'letters, digits and . _ + -, such as "libssl3" or "g++"',
  };
}

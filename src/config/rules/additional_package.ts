/** `container.additional_packages`: packages of the server's language. */
import { goModuleProblem } from "./go_module.ts";
import { npmSpecProblem } from "./npm_spec.ts";
import { requirementProblem } from "./requirement.ts";
import type { Rule, RuleProblem } from "./rule.ts";

export type Language = "python" | "node" | "go";

const RULES: Readonly<Record<Language, Rule>> = {
  python: requirementProblem,
  node: npmSpecProblem,
  go: goModuleProblem,
};

/** Without a language, what no language could install is refused. */
export function additionalPackageProblem(value: string, language?: Language): RuleProblem | undefined {
  if (language !== undefined) return RULES[language](value);
  const problems = Object.values(RULES).map((rule) => rule(value));
  return problems.includes(undefined) ? undefined : problems[0];
}

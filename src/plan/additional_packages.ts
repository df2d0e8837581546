/** Packages beside the server: what they have to be is known once the server's language is. */
import type { StdioBackend } from "../config/config.ts";
import { additionalPackageProblem, type Language } from "../config/rules/additional_package.ts";
import { ArgusError } from "../errors.ts";

/**
 * `container.additional_packages`, as the language's installer wants them.
 *
 * @throws ArgusError `config/bad-package` for a package of another language.
 */
export function additionalPackages(backend: StdioBackend, language: Language): readonly string[] {
  const packages = backend.container.additional_packages;
  for (const [index, value] of packages.entries()) {
    // A variable that is not set stands as its reference, which no rule can judge.
    if (backend.unresolved && value.includes("${")) continue;
    const problem = additionalPackageProblem(value, language);
    if (problem === undefined) continue;
    throw new ArgusError(
      "config/bad-package",
      `container.additional_packages: a ${NAMES[language]} package ${problem.message}`,
      {
        hint: problem.hint,
        where: backend.where(["container", "additional_packages", index]),
      },
    );
  }
  if (language !== "go") return packages;
  return packages.map((each) => (each.includes("@") ? each : `${each}@latest`));
}

/** Whether the installer needs git for one of them. */
export function needGit(packages: readonly string[]): boolean {
  return packages.some((spec) => /(^|@\s*)git(\+|:)|^(github|gitlab|bitbucket|gist):/i.test(spec));
}

/** `ssh: true` when one of the addresses or packages is fetched over ssh. */
export function needSsh(specs: readonly string[]): { ssh?: true } {
  return specs.some((spec) => /(^|@\s*)(git\+)?ssh:/i.test(spec)) ? { ssh: true } : {};
}

const NAMES: Readonly<Record<Language, string>> = { python: "Python", node: "Node", go: "Go" };

/** `argus run -- npx -y pkg`: a config of one backend, made of the command line and checked like any other. */
import type { Config, Env, StdioBackend } from "../config/config.ts";
import { parseConfig } from "../config/parse.ts";
import { cpusProblem } from "../config/rules/cpus.ts";
import { envNameProblem } from "../config/rules/env.ts";
import { memoryProblem } from "../config/rules/memory.ts";
import { networkProblem } from "../config/rules/network.ts";
import type { Rule } from "../config/rules/rule.ts";
import { volumeProblem } from "../config/rules/volume.ts";
import { expandVolume } from "../config/variables.ts";
import { ArgusError } from "../errors.ts";
import { quoted } from "../visible.ts";

/** The flags that stand in for fields of the config. */
export interface AdHoc {
  readonly network: string | undefined;
  readonly memory: string | undefined;
  readonly cpus: string | undefined;
  readonly volumes: readonly string[];
  /** Names of variables that the server gets from argus' own environment. */
  readonly env: readonly string[];
}

const NAME = "ad-hoc";

/**
 * The config that the words after `--` and the flags amount to.
 *
 * @param registry `ARGUS_REGISTRY`.
 * @throws ArgusError about the flag or the word that is wrong, as it was typed; never with a value of a variable.
 */
export function adHocConfig(
  words: readonly string[],
  flags: AdHoc,
  env: Env,
  registry: string | undefined,
): { config: Config; backend: StdioBackend } {
  const [command, ...args] = words;
  const { network, memory, cpus, volumes } = flags;
  checkValues("network", [network], networkProblem);
  checkValues("memory", [memory], memoryProblem);
  checkValues("cpus", [cpus], cpusProblem);
  checkValues("volume", volumes, (spec) => expandedVolumeProblem(spec, env));
  for (const word of flags.env) checkVariable(word, env);
  const variables = Object.fromEntries(flags.env.map((name) => [name, `\${${name}}`]));
  // Every JSON text is YAML: the parser, its rules and its errors serve both.
  const text = JSON.stringify({
    backends: { [NAME]: { command, args, env: variables, container: { network, memory, cpus, volumes } } },
  });
  const options = { env, literal: ["command", "args"], registry };
  const { config, problems } = parseConfig(text, "command line", options);
  const wrong = problems.find(({ severity }) => severity === "error");
  // Nobody typed the backend's name, nor the text that a line and a column would be of.
  if (wrong !== undefined) {
    throw new ArgusError(wrong.code, wrong.message.replace(`backend "${NAME}": `, ""), { hint: wrong.hint });
  }
  const backend = config.backends.get(NAME) as StdioBackend;
  return { config, backend: { ...backend, where: () => "command line" } };
}

function checkValues(flag: string, values: readonly (string | undefined)[], rule: Rule): void {
  for (const value of values) {
    const problem = value === undefined ? undefined : rule(value);
    if (problem === undefined) continue;
    throw new ArgusError(`usage/${flag}`, `--${flag} ${quoted(value!)} ${problem.message}`, { hint: problem.hint });
  }
}

function expandedVolumeProblem(spec: string, env: Env): ReturnType<Rule> {
  const { value, unset } = expandVolume(spec, env);
  const [name] = unset;
  return name === undefined ? volumeProblem(value) : { message: `needs the variable ${name}, which is not set` };
}

/** What follows a `=`, and a word that is no name at all, could be a secret: neither is repeated. */
function checkVariable(word: string, env: Env): void {
  const [name = ""] = word.split("=", 1);
  const problem = envNameProblem(name);
  if (problem !== undefined) {
    throw new ArgusError("usage/env", "--env takes the name of a variable", { hint: problem.hint });
  }
  const hint = `${name}=… argus run --env ${name} -- …`;
  if (word !== name) {
    throw new ArgusError("usage/env", `--env takes a name, not a value: write --env ${name}`, { hint });
  }
  if (env[name] === undefined) {
    throw new ArgusError("usage/unset-variable", `--env ${name}: the variable ${name} is not set`, { hint });
  }
}

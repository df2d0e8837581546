/** `argus run -- npx -y pkg`: a config of one backend, made of the command line and checked like any other. */
import { InvalidConfig } from "../config/invalid_config.ts";
import { type Config, parseConfig, type StdioBackend } from "../config/parse.ts";
import { ArgusError } from "../errors.ts";

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
 * @throws InvalidConfig with the place `command line`.
 */
export function adHocConfig(
  words: readonly string[],
  flags: AdHoc,
  env: Readonly<Record<string, string | undefined>>,
): { config: Config; backend: StdioBackend } {
  const [command, ...args] = words;
  const { network, memory, cpus, volumes } = flags;
  for (const name of flags.env) if (env[name] === undefined) throw unsetVariable(name);
  const variables = Object.fromEntries(flags.env.map((name) => [name, `\${${name}}`]));
  // Every JSON text is YAML: the parser, its rules and its errors serve both.
  const text = JSON.stringify({
    backends: { [NAME]: { command, args, env: variables, container: { network, memory, cpus, volumes } } },
  });
  const { config, problems } = parseConfig(text, "command line", { env });
  if (problems.some((problem) => problem.severity === "error")) throw new InvalidConfig(problems);
  return { config, backend: config.backends.get(NAME) as StdioBackend };
}

function unsetVariable(name: string): ArgusError {
  return new ArgusError("usage/unset-variable", `--env ${name}: the variable ${name} is not set`, {
    hint: `${name}=… argus run --env ${name} -- …`,
  });
}

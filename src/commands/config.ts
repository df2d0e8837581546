/** The config of a command: found, read, parsed; its problems told once. */
import type { Config } from "../config/config.ts";
import { InvalidConfig } from "../config/invalid_config.ts";
import { shownKey } from "../config/keys.ts";
import { type ParsedConfig, parseConfig } from "../config/parse.ts";
import type { Problem } from "../config/problem.ts";
import { nearest } from "../config/suggest.ts";
import { ArgusError } from "../errors.ts";
import { readConfigFile } from "../host/config_file.ts";
import { isVerbose, log } from "../ui/log.ts";
import { printProblems } from "../ui/report.ts";
import { quoted } from "../visible.ts";

export interface ConfigOptions {
  /** `--config`. */
  readonly config: string | undefined;
  /** `ARGUS_REGISTRY`. */
  readonly registry: string | undefined;
  /** What an unset variable is: an error (default), or allowed where nothing is going to run. */
  readonly unset?: "error" | "allow";
  /** What to do about one where the command is for the client's or another machine. */
  readonly unsetHint?: UnsetHint;
  /** What to type where no config is wanted at all. */
  readonly instead?: string;
  /** Warn when the config of the working directory stands before the user's own: it may be a stranger's. Default false. */
  readonly warnShadowed?: boolean;
}

/** Stands behind the hint to set a variable or to give a default. */
interface UnsetHint {
  readonly hint: string;
  /** It is no help to a backend that takes more than its `env` from such variables. */
  readonly envOnly: boolean;
}

/** Of each command that needs the variables. */
export const UNSET_HINT = {
  build: { hint: "an image does not need it: `argus build --allow-unset`", envOnly: true },
  validate: { hint: "without it: `argus validate --allow-unset`", envOnly: false },
  run: { hint: "for a client, put it into `env` of this server in the client's config", envOnly: false },
} as const satisfies Record<string, UnsetHint>;

/**
 * The config that a command works on. Errors in backends that it does not use are told and stop nothing: one bad entry
 * must not take every server of a desktop client down.
 *
 * @param used Names of the backends that the command uses; undefined = all.
 * @throws InvalidConfig with every problem; ArgusError when the file cannot be read or a used backend is not there.
 */
export async function loadConfig(options: ConfigOptions, used?: readonly string[]): Promise<Config> {
  const { config, names, problems } = await readConfig(options);
  const errors = problems.filter(({ severity }) => severity === "error");
  if (errors.some((problem) => isUsed(problem, used))) throw new InvalidConfig(problems);
  // Each entry of a client has the secret of its own backend alone.
  if (errors.some(({ code }) => code !== "config/unset-variable"))
    log.warn(`other backends of ${config.file} have errors; argus validate lists them`);
  if (isVerbose()) printProblems(problems.filter((problem) => isUsed(problem, used) && problem.severity === "warning"));
  for (const name of used ?? [])
    if (!config.backends.has(name)) throw unknownBackend(name, config.file, names.map(shownKey));
  return config;
}

/** The config with all its problems, for commands that print them. */
export async function readConfig(options: ConfigOptions): Promise<ParsedConfig> {
  const { file, text, shadowed } = await readConfigFile(options.config, options.instead);
  if (shadowed !== undefined && options.warnShadowed === true) {
    log.warn(`${file} of this folder is used, not your ${shadowed}; --config chooses`);
  }
  const { unset = "error", registry, unsetHint } = options;
  const parsed = parseConfig(text, file, { env: process.env, unset, registry });
  return unsetHint === undefined ? parsed : { ...parsed, problems: hinted(parsed, unsetHint) };
}

function hinted({ problems, unset }: ParsedConfig, { hint, envOnly }: UnsetHint): Problem[] {
  const inMore = unset.filter((path) => path[2] !== "env").map(([, backend]) => shownKey(String(backend)));
  return problems.map((problem) => {
    const { code, backend } = problem;
    if (code !== "config/unset-variable" || backend === undefined) return problem;
    return envOnly && inMore.includes(backend) ? problem : { ...problem, hint: `${problem.hint}; ${hint}` };
  });
}

function isUsed(problem: Problem, used: readonly string[] | undefined): boolean {
  return used === undefined || problem.backend === undefined || used.map(shownKey).includes(problem.backend);
}

const MOST_NAMES = 20;

function unknownBackend(name: string, file: string, names: readonly string[]): ArgusError {
  const meant = nearest(name, names);
  const more = names.length - MOST_NAMES;
  const some = names.slice(0, MOST_NAMES).join(", ") + (more > 0 ? ` and ${more} more` : "");
  const known = names.length === 0 ? "it has none" : `it has ${some}`;
  return new ArgusError("usage/unknown-backend", `no backend ${quoted(name)} in ${file}; ${known}`, {
    hint: meant === undefined ? "argus plan shows every backend" : `did you mean "${meant}"?`,
  });
}

/** The variables that argus reads for itself, each listed once: name, type, default, meaning. */
import { ArgusError } from "../errors.ts";
import { shapingWords } from "./build_arguments.ts";
import type { Env } from "./config.ts";
import { registryProblem } from "./rules/registry.ts";
import { nearest } from "./suggest.ts";
import { SWITCH_WORDS, switchWord } from "./words.ts";

/** What the variables say. */
export interface Settings {
  /** `ARGUS_CONTAINER_ISOLATION`. */
  readonly containerIsolation?: boolean | undefined;
  /** `ARGUS_REQUIRE_ISOLATION`. */
  readonly requireIsolation: boolean;
  /** `ARGUS_RUNTIME`. */
  readonly runtime?: RuntimeName | undefined;
  /** `ARGUS_CONTAINER_BUILD_IF_MISSING`. */
  readonly buildIfMissing: boolean;
  /** `ARGUS_REGISTRY`. */
  readonly registry?: string | undefined;
  /** `ARGUS_CA_BUNDLE`, else `SSL_CERT_FILE`. */
  readonly caBundle?: string | undefined;
  /** `ARGUS_BUILD_EXTRA_ARGS`, split at blanks. */
  readonly buildExtraArgs: readonly string[];
  /** Those of them that shape the image, with the values that variables give them. */
  readonly buildShape: readonly string[];
}

/** One row of the README's table. */
export interface SettingRow {
  readonly name: string;
  readonly type: "switch" | "path" | "runtime" | "registry" | "words";
  readonly default: string;
  readonly meaning: string;
}

/** What a config, a variable or a flag may name. */
export const RUNTIMES = ["docker", "podman", "kubernetes"] as const;
export type RuntimeName = (typeof RUNTIMES)[number];

/** What an error says when a word is none of them. */
export const RUNTIME_WORDS = "docker, podman or kubernetes";

/** The runtime that a word names; undefined for any other word; case and outer blanks do not count. */
export function runtimeWord(word: string): RuntimeName | undefined {
  const plain = word.trim().toLowerCase();
  return RUNTIMES.find((name) => name === plain);
}

/** The variables, as the README lists them. */
export const SETTINGS: readonly SettingRow[] = [
  { name: "ARGUS_CONFIG", type: "path", default: "", meaning: "Config file, when `--config` does not name one." },
  {
    name: "ARGUS_CONTAINER_ISOLATION",
    type: "switch",
    default: "",
    meaning:
      "Isolation of every backend that has no `container.enabled`; wins over `feature_flags.container_isolation`.",
  },
  {
    name: "ARGUS_REQUIRE_ISOLATION",
    type: "switch",
    default: "false",
    meaning: "Make every fallback to a bare process an error.",
  },
  {
    name: "ARGUS_RUNTIME",
    type: "runtime",
    default: "detect",
    meaning: "`docker`, `podman` or `kubernetes` for every backend that has no `container.runtime`.",
  },
  {
    name: "ARGUS_CONTAINER_BUILD_IF_MISSING",
    type: "switch",
    default: "true",
    meaning: "`false`: an image that neither the engine nor the registry has is an error instead of a build.",
  },
  {
    name: "ARGUS_REGISTRY",
    type: "registry",
    default: "",
    meaning: "Registry of a config that has no `registry`.",
  },
  {
    name: "ARGUS_CA_BUNDLE",
    type: "path",
    default: "`SSL_CERT_FILE`",
    meaning: "Certificates that builds trust; they never stay in an image.",
  },
  {
    name: "ARGUS_BUILD_EXTRA_ARGS",
    type: "words",
    default: "",
    meaning:
      "More arguments of `docker build`, split at blanks: `--network=host`. Those that shape the image, such as `--build-arg`, are part of its tag. `--build-arg NAME` takes the value from the environment and prints it nowhere.",
  },
  {
    name: "ARGUS_ENGINE_PATH",
    type: "path",
    default: "`PATH` and the usual folders",
    meaning: "Folders, as in `PATH`, to look for `docker`, `podman` and `kubectl` in, and nowhere else.",
  },
];

/**
 * Reads the variables.
 *
 * @throws ArgusError `config/bad-setting` for a word that a variable does not know.
 */
export function readSettings(env: Env): Settings {
  const buildExtraArgs = (env.ARGUS_BUILD_EXTRA_ARGS ?? "").split(/\s+/).filter((word) => word !== "");
  return {
    containerIsolation: readSwitch("ARGUS_CONTAINER_ISOLATION", env),
    requireIsolation: readSwitch("ARGUS_REQUIRE_ISOLATION", env) ?? false,
    runtime: readRuntime(env),
    buildIfMissing: readSwitch("ARGUS_CONTAINER_BUILD_IF_MISSING", env) ?? true,
    registry: readRegistry(env),
    caBundle: filled(env.ARGUS_CA_BUNDLE) ?? filled(env.SSL_CERT_FILE),
    buildExtraArgs: withoutTarget(buildExtraArgs),
    buildShape: shapingWords(buildExtraArgs, env),
  };
}

/** The registry of a config that names none. */
function readRegistry(env: Env): string | undefined {
  const value = filled(env.ARGUS_REGISTRY)?.trim();
  const problem = value === undefined ? undefined : registryProblem(value);
  if (problem === undefined) return value;
  throw new ArgusError("config/bad-setting", `ARGUS_REGISTRY ${problem.message}`, { hint: problem.hint });
}

/** What keeps a name from being taken for a slip. */
export interface KnownNames {
  /** Names are the same in any case, as on Windows. Default false. */
  readonly anyCase?: boolean;
  /** Names that something else reads, such as the config. */
  readonly others?: readonly string[];
}

/** So many letters of a name may differ, or a variable of somebody else's would be taken for a slip. */
const SLIP = 2;

/** Variables that look like argus' own and are not, each with the one that it is a slip for. */
export function unknownSettings(
  env: Env,
  { anyCase = false, others = [] }: KnownNames = {},
): { readonly name: string; readonly meant: string | undefined }[] {
  const settings = SETTINGS.map(({ name }) => name);
  const same = (name: string) => (anyCase ? name.toUpperCase() : name);
  const known = new Set([...settings, ...others].map(same));
  return Object.keys(env)
    .filter((name) => /^argus_/i.test(name) && !known.has(same(name)))
    .sort()
    .map((name) => {
      // ARGUS_CONFIG_2 is a second value that somebody keeps, and no slip.
      return { name, meant: /\d$/.test(name) ? undefined : nearest(name, settings, SLIP) };
    });
}

/** A Dockerfile's last stage is what argus reads the entry of, and what it runs. */
function withoutTarget(words: readonly string[]): readonly string[] {
  if (!words.some((word) => /^--target(=|$)/.test(word))) return words;
  throw new ArgusError(
    "config/bad-setting",
    "ARGUS_BUILD_EXTRA_ARGS must not name a --target: the last stage is what runs",
    {
      hint: "make that stage the last one of a Dockerfile of its own, and name it with `dockerfile`",
    },
  );
}

/** A variable that is set to nothing is as good as unset: that is how a client's config switches one off. */
function filled(value: string | undefined): string | undefined {
  return value === undefined || value.trim() === "" ? undefined : value;
}

function readSwitch(name: string, env: Env): boolean | undefined {
  const word = filled(env[name]);
  if (word === undefined) return undefined;
  const on = switchWord(word);
  if (on !== undefined) return on;
  // What is pasted must not switch isolation off.
  throw new ArgusError("config/bad-setting", `${name} must be ${SWITCH_WORDS}`, { hint: `${name}=true` });
}

function readRuntime(env: Env): RuntimeName | undefined {
  const word = filled(env.ARGUS_RUNTIME);
  const runtime = word === undefined ? undefined : runtimeWord(word);
  if (word === undefined || runtime !== undefined) return runtime;
  throw new ArgusError("config/bad-setting", `ARGUS_RUNTIME must be ${RUNTIME_WORDS}`, {
    hint: `ARGUS_RUNTIME=${nearest(word.trim().toLowerCase(), RUNTIMES) ?? "docker"}`,
  });
}

/** Finds and reads the config. */
import { readFileSync } from "node:fs";
import { dirname, isAbsolute, join, resolve } from "node:path";
import process from "node:process";
import { configCandidates } from "../config/locate.ts";
import { ArgusError, systemWords } from "../errors.ts";
import { pasteableWords } from "../shell.ts";
import { statOf } from "./files.ts";

export interface ConfigFile {
  /** As errors print it. */
  readonly file: string;
  /** Decoded as UTF-8; what is no UTF-8 shows as U+FFFD, which parseConfig reports. */
  readonly text: string;
  /** The user's own config, when that of the working directory has been found before it. */
  readonly shadowed?: string;
}

/**
 * Reads the config that `--config` names, else `ARGUS_CONFIG`, else the first one that exists.
 *
 * @param instead What to type where no config is wanted at all.
 * @throws ArgusError `usage/no-config`, `config/not-found`, `config/is-folder`, `config/not-a-file`, `config/too-large` or `config/unreadable`.
 */
export async function readConfigFile(named: string | undefined, instead?: string): Promise<ConfigFile> {
  const { env } = process;
  if (named === "") throw new ArgusError("usage/no-config", "--config names no file", { hint: "--config config.yaml" });
  if (named !== undefined) return read(named, "--config");
  if (env.ARGUS_CONFIG) return read(env.ARGUS_CONFIG, "ARGUS_CONFIG");
  const home = env.HOME || env.USERPROFILE || (await import("node:os")).homedir();
  const candidates = configCandidates(env, process.platform, home);
  const [found, ...others] = candidates.filter(isFile);
  if (found !== undefined) {
    const shadowed = isAbsolute(found) ? undefined : others.find((file) => isAbsolute(file));
    return { ...read(found, ""), ...(shadowed === undefined ? {} : { shadowed }) };
  }
  throw new ArgusError(
    "config/not-found",
    `no config found; looked for ${candidates.map((file) => resolve(file)).join(", ")}`,
    { hint: `${absentHint(candidates, home)}${instead === undefined ? "" : `; without any: ${instead}`}` },
  );
}

/** What to do where there is none: to use what is there under another name, else to write one at the user's own place. */
function absentHint(candidates: readonly string[], home: string): string {
  const own = candidates.find((file) => isAbsolute(file))!;
  const named = (file: string) => pasteableWords(["--config", file]);
  const other = candidates
    .filter((file) => isAbsolute(file))
    .flatMap((file) => OTHER_NAMES.map((name) => join(dirname(file), name)))
    .find(isFile);
  if (other !== undefined) return `there is ${other}: rename it to config.yaml, or ${named(other)}`;
  const elsewhere = ["config.yaml", ...OTHER_NAMES].map((name) => join(home, ".argus", name)).find(isFile);
  if (elsewhere !== undefined) return `there is ${elsewhere}: move it to ${own}, or ${named(elsewhere)}`;
  const here = OTHER_NAMES.find(isFile);
  if (here !== undefined) return `there is ${here} in this folder: ${named(here)} takes it`;
  return `${pasteableWords(["argus", "init", own])} writes one to start from, or name yours with --config`;
}

/** What people call a config as well. Never taken unasked: in the working directory it may be another program's. */
const OTHER_NAMES = ["config.yml", "config.json", "argus.yaml", "argus.yml", "argus.json"];

function isFile(file: string): boolean {
  return statOf(file)?.isFile() === true;
}

/** Far above any config that people write; what is larger is some other file. */
const LARGEST_MIB = 10;

/** What a shell's `<(…)` and `/dev/stdin` are: pipes that somebody writes to. */
const OPEN_FILE = /^\/(dev\/(fd\/|stdin$)|proc\/)/;

function read(file: string, namedBy: string): ConfigFile {
  const stats = statOf(file);
  const by = namedBy === "" ? "" : ` (named by ${namedBy})`;
  if (file === "-") {
    throw new ArgusError("usage/no-config", `the config is not read from standard input${by}: that is the server's`, {
      hint: "write it to a file and name that: --config config.yaml; a file that is called - is ./-",
    });
  }
  if (stats !== undefined && !stats.isFile() && !stats.isDirectory() && !OPEN_FILE.test(file)) {
    // Nobody may ever write to a pipe, and a device may never end.
    throw new ArgusError("config/not-a-file", `the config ${file}${by} is no file`, { hint: "see what it is: ls -l" });
  }
  if (stats !== undefined && stats.size > LARGEST_MIB * 2 ** 20) {
    throw new ArgusError("config/too-large", `the config ${file}${by} is larger than ${LARGEST_MIB} MiB`, {
      hint: "name another file, or split it",
    });
  }
  try {
    return { file, text: readFileSync(file, "utf8") };
  } catch (error) {
    throw unreadable(file, by, error);
  }
}

function unreadable(file: string, by: string, cause: unknown): ArgusError {
  const code = (cause as NodeJS.ErrnoException).code ?? "";
  if (code === "ENOENT" || code === "ENOTDIR") {
    const hint = `${pasteableWords(["argus", "init", file])} writes one to start from`;
    return new ArgusError("config/not-found", `there is no config ${file}${by}`, { hint, cause });
  }
  if (code === "EISDIR") {
    const inIt = `${file.replace(/[\\/]+$/, "")}/config.yaml`;
    const hint = `name a file in it: ${pasteableWords(["--config", inIt])}`;
    return new ArgusError("config/is-folder", `the config ${file}${by} is a folder`, { hint, cause });
  }
  const hint = "see what it is and who may read it: ls -l";
  const message = `the config ${file}${by} cannot be read: ${systemWords(cause)}`;
  return new ArgusError("config/unreadable", message, { hint, cause });
}

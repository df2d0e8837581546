/** A user's Dockerfile and the folder it is built in, as they are on this machine. */
import { createHash, type Hash } from "node:crypto";
import {
  closeSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  readSync,
  realpathSync,
  type Stats,
  statSync,
} from "node:fs";
import system, { basename, dirname, join, relative, resolve, sep } from "node:path";
import { ArgusError, systemWords } from "../errors.ts";
import { type Ignore, ignoreLine, readDockerignore } from "../image/dockerignore.ts";
import type { IgnoreTexts, UserDockerfile } from "../image/image.ts";
import { quoted } from "../visible.ts";
import { realPathOf, statOf } from "./files.ts";

/** A user's Dockerfile, found and surely within the config's folder. */
export interface FoundDockerfile {
  /** Absolute, without links. */
  readonly file: string;
  /** Absolute folder that the path names the Dockerfile in, without links. */
  readonly context: string;
}

/**
 * Finds the Dockerfile that a config in `folder` names, and reads nothing.
 *
 * @throws ArgusError `config/dockerfile-absent`, or `config/dockerfile-outside` when a link leads out of the folder.
 */
export function findDockerfile(folder: string, path: string, where?: string): FoundDockerfile {
  const named = resolve(folder, path);
  const stats = statOf(named);
  if (stats === undefined) throw absent(`there is no ${path} in the config's folder`, where);
  // Reading a pipe could wait for ever.
  if (!stats.isFile()) throw absent(`${path} is no file`, where);
  const [home, file, context] = readable(path, where, () =>
    [folder, named, dirname(named)].map((each) => realpathSync(each)),
  );
  if (isWithin(home!, file!) && isWithin(home!, context!)) return { file: file!, context: context! };
  throw new ArgusError("config/dockerfile-outside", `the Dockerfile "${path}" leads out of the config's folder`, {
    where,
    hint: `put the file itself into ${folder} or below it, instead of a link`,
  });
}

/** What the reading of a Dockerfile's folder depends on. */
export interface ContextOptions {
  /** Place of the path, for errors. */
  readonly where?: string | undefined;
  /** The config file in use, which is left out of the folder: it may hold secrets. */
  readonly config?: string;
}

/** Finds and reads the Dockerfile that a config in `folder` names; throws as {@link findDockerfile}, and so does its `digest`. */
export function readContext(folder: string, path: string, options: ContextOptions = {}): UserDockerfile {
  const { where, config } = options;
  const { file, context } = findDockerfile(folder, path, where);
  return readable(path, where, () => {
    const rules = ignoreOf(context, config === undefined ? [] : namesIn(context, config));
    return {
      text: readFileSync(file, "utf8"),
      context,
      file,
      // A folder can be large, and not every Dockerfile takes files.
      get digest() {
        return readable(path, where, () => {
          const hash = createHash("sha256").update(rules.both);
          addFolder(hash, context, "", rules.ignore);
          return hash.digest("hex");
        });
      },
      ignore: rules.texts,
    };
  });
}

/** The paths in a folder that lead to a file: its own, and that of a link to it. Without links in front of the last name. */
function namesIn(context: string, file: string): string[] {
  const named = resolve(file);
  const found = [join(realPathOf(dirname(named)), basename(named)), realPathOf(named)];
  const within = found.filter((path) => isWithin(context, path) && path !== context);
  return [...new Set(within)].map((path) => relative(context, path).split(sep).join("/"));
}

/** What is ignored in a folder. */
interface Rules {
  readonly ignore: Ignore;
  /** Both files, where they are two: the hash covers what either engine gets. */
  readonly both: string;
  readonly texts: IgnoreTexts;
}

/**
 * The rules of a folder, with `names` as if they stood in front of its ignore files. An image has one name in all engines:
 * with a file for podman alone, what either of them gets counts.
 */
function ignoreOf(context: string, names: readonly string[]): Rules {
  const docker = optionalText(join(context, ".dockerignore")) ?? "";
  const podman = optionalText(join(context, ".containerignore"));
  const written = [docker, podman ?? docker].map((text) => text.replace(/^\uFEFF/, ""));
  const texts = written.map((text) => linesFor(names, text) + text);
  const ignores = texts.map(readDockerignore);
  const [forDocker, forPodman] = texts.map((text, index) => (text === written[index] ? undefined : text));
  return {
    ignore: {
      ignores: (path) => ignores.every((each) => each.ignores(path)),
      final: ignores.every((each) => each.final),
    },
    both: podman === undefined ? "" : `ignored\0${docker}\0${podman}\0`,
    texts: { docker: forDocker, podman: forPodman },
  };
}

/** The lines that, in front of an ignore file, make it leave out the names about which it does not decide itself. */
function linesFor(names: readonly string[], text: string): string {
  const written = readDockerignore(text);
  return names
    .filter((name) => !written.ignores(name) && readDockerignore(`${ignoreLine(name)}\n${text}`).ignores(name))
    .map((name) => `${ignoreLine(name)}\n`)
    .join("");
}

function addFolder(hash: Hash, context: string, folder: string, ignore: Ignore): void {
  for (const name of readdirSync(join(context, folder)).sort()) {
    const path = folder === "" ? name : `${folder}/${name}`;
    const absolute = join(context, path);
    const ignored = ignore.ignores(path);
    const stats = lstatSync(absolute, { throwIfNoEntry: false });
    if (stats === undefined) {
      // What is no UTF-8 comes as U+FFFD, which is the name of another file. Docker's builder cannot take such names either.
      if (!ignored && name.includes("\uFFFD")) throw new BadName(`a file whose name is no UTF-8: ${quoted(path)}`);
      continue;
    }
    if (!ignored) addEntry(hash, absolute, path, stats);
    if (stats.isDirectory() && !(ignored && ignore.final)) addFolder(hash, context, path, ignore);
  }
}

function addEntry(hash: Hash, absolute: string, path: string, stats: Stats): void {
  // Who else may write is the umask of a checkout, not what git keeps.
  const mode = (stats.mode & 0o7777 & ~0o022).toString(8);
  // The mode of a link and the size of a folder mean nothing and differ between systems.
  if (stats.isSymbolicLink()) hash.update(`link\0${path}\0${readlinkSync(absolute)}\0`);
  else if (!stats.isFile()) hash.update(`${stats.isDirectory() ? "folder" : "other"}\0${path}\0${mode}\0`);
  else {
    hash.update(`file\0${path}\0${mode}\0${stats.size}\0`);
    addContent(hash, absolute);
  }
}

function addContent(hash: Hash, absolute: string): void {
  const chunk = Buffer.allocUnsafe(CHUNK);
  const file = openSync(absolute, "r");
  try {
    for (let read = readSync(file, chunk); read > 0; read = readSync(file, chunk)) hash.update(chunk.subarray(0, read));
  } finally {
    closeSync(file);
  }
}

/** Bytes read at once, so that a large file never sits in memory whole. */
const CHUNK = 1 << 18;

/** Whether a real path is a folder or lies in it; `paths` are the system's own rules by default. */
export function isWithin(folder: string, path: string, paths: typeof system = system): boolean {
  const way = paths.relative(folder, path);
  // From one drive of Windows to another there is no way: the path itself is returned.
  return way !== ".." && !way.startsWith(`..${paths.sep}`) && !paths.isAbsolute(way);
}

/** A file that no builder can be told of. */
class BadName extends Error {}

/** A failure names its file: the Dockerfile or one beside it. */
function readable<Result>(path: string, where: string | undefined, read: () => Result): Result {
  try {
    return read();
  } catch (cause) {
    const named = cause instanceof BadName;
    const other = (cause as NodeJS.ErrnoException).path ?? "its folder";
    const message = named
      ? `the folder of ${path} holds ${cause.message}`
      : `${path} cannot be built, for ${other} cannot be read: ${systemWords(cause)}`;
    throw new ArgusError("config/dockerfile-unreadable", message, {
      where,
      cause,
      hint: `${named ? "rename it, or put it" : "what a build does not need can go"} into .dockerignore`,
    });
  }
}

function absent(message: string, where: string | undefined): ArgusError {
  return new ArgusError("config/dockerfile-absent", message, {
    where,
    hint: "the path is relative to the config file",
  });
}

/** undefined = there is no such file. */
function optionalText(file: string): string | undefined {
  try {
    return statSync(file).isFile() ? readFileSync(file, "utf8") : undefined;
  } catch {
    return undefined;
  }
}

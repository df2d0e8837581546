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
import system, { dirname, join, resolve } from "node:path";
import { ArgusError, messageOf } from "../errors.ts";
import { type Ignore, readDockerignore } from "../image/dockerignore.ts";
import type { UserDockerfile } from "../image/image.ts";

/**
 * Reads the Dockerfile that a config in `folder` names and hashes its context.
 *
 * @throws ArgusError `config/dockerfile-absent`; `config/dockerfile-outside` when a link leads out of the folder.
 */
export function readContext(folder: string, path: string, where?: string): UserDockerfile {
  const file = resolve(folder, path);
  const home = realOf(folder, path, where);
  const real = realOf(file, path, where);
  const context = realOf(dirname(file), path, where);
  if (!isWithin(home, real) || !isWithin(home, context)) {
    throw new ArgusError("config/dockerfile-outside", `the Dockerfile "${path}" leads out of the config's folder`, {
      where,
      hint: `put the file itself into ${folder} or below it, instead of a link`,
    });
  }
  if (!statSync(real).isFile()) {
    // Reading a pipe could wait for ever.
    throw new ArgusError("config/dockerfile-absent", `the Dockerfile "${path}" is no file`, {
      where,
      hint: "name a file",
    });
  }
  try {
    return { text: readFileSync(real, "utf8"), context, file: real, digest: digestOf(context) };
  } catch (cause) {
    throw absent(path, where, cause);
  }
}

/** Hash over path, mode and content of what a builder would get. Links are hashed as they are, never followed. */
function digestOf(context: string): string {
  const hash = createHash("sha256");
  addFolder(hash, context, "", ignoreOf(context, hash));
  return hash.digest("hex");
}

/** An image has one name in all engines: with a file for podman alone, what either of them gets counts. */
function ignoreOf(context: string, hash: Hash): Ignore {
  const text = optionalText(join(context, ".dockerignore")) ?? "";
  const docker = readDockerignore(text);
  const own = optionalText(join(context, ".containerignore"));
  if (own === undefined) return docker;
  const podman = readDockerignore(own);
  hash.update(`ignored\0${text}\0${own}\0`);
  return {
    ignores: (path) => docker.ignores(path) && podman.ignores(path),
    final: docker.final && podman.final,
  };
}

function addFolder(hash: Hash, context: string, folder: string, ignore: Ignore): void {
  for (const name of readdirSync(join(context, folder)).sort()) {
    const path = folder === "" ? name : `${folder}/${name}`;
    const absolute = join(context, path);
    const ignored = ignore.ignores(path);
    const stats = lstatSync(absolute);
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

function realOf(target: string, path: string, where: string | undefined): string {
  try {
    return realpathSync(target);
  } catch (cause) {
    throw absent(path, where, cause);
  }
}

/** The system's own words say which file it is about: the Dockerfile or one beside it. */
function absent(path: string, where: string | undefined, cause: unknown): ArgusError {
  return new ArgusError(
    "config/dockerfile-absent",
    `the Dockerfile "${path}" or its folder cannot be read: ${messageOf(cause)}`,
    {
      where,
      cause,
      hint: "the path is relative to the config file's folder; what a build does not need can go into .dockerignore",
    },
  );
}

/** undefined = there is no such file. */
function optionalText(file: string): string | undefined {
  try {
    return statSync(file).isFile() ? readFileSync(file, "utf8") : undefined;
  } catch {
    return undefined;
  }
}

/** A look at the folders to mount, before an engine makes something else of them. */

import type { Stats } from "node:fs";
import { isAbsolute } from "node:path";
import process from "node:process";
import { isWindowsPath, type Volume } from "../config/rules/volume.ts";
import type { EngineKind } from "../engine/dialect.ts";
import type { Engine } from "../engine/engine.ts";
import { ArgusError } from "../errors.ts";
import { DEFAULT } from "../plan/defaults.ts";
import type { ContainerPlan, Notice } from "../plan/plan.ts";
import { volumeNotices } from "../plan/volume_notices.ts";
import { isReadable, realPathOf, statOf } from "./files.ts";

/**
 * Throws for a source that is not there (docker would create it as root's, podman fail) and warns about what the
 * server's user cannot reach. Named volumes and the folders of another machine are the engine's own affair.
 */
export function checkVolumes(
  { volumes, extraArgs }: Pick<ContainerPlan, "volumes" | "extraArgs">,
  engine: EngineKind & Pick<Engine, "remote">,
): Notice[] {
  if (engine.remote === true) return [];
  // Whom the server runs as then, and what it may do, is not looked at.
  const otherUser = extraArgs.some(({ value }) => /^(?:-u|--user(?:ns)?(?:=|$))/.test(value));
  return volumes
    .filter((volume) => volume.kind === "path")
    .flatMap((volume) => {
      const notices = reachProblems(volume, engine);
      return [...(otherUser ? [] : notices), ...linkNotices(volume)];
    });
}

/** What a link leads to, which the config does not show: the engine follows it. */
function linkNotices(volume: Volume): Notice[] {
  const real = realPathOf(volume.source);
  const told = volumeNotices(volume).map(({ code }) => code);
  return volumeNotices({ ...volume, source: real })
    .filter(({ code }) => !told.includes(code))
    .map((notice) => ({ ...notice, message: `${notice.message} (${volume.source} leads to ${real})` }));
}

function reachProblems({ source, target, mode }: Volume, engine: EngineKind): Notice[] {
  const stat = statOf(source);
  if (stat === undefined) throw missing(source, target);
  // Access bits of Windows say nothing about the engine's virtual machine, and that of macOS maps every owner.
  if (process.platform !== "linux") return [];
  const who = serverUser(stat, engine);
  if (!allowed(stat, who, READ) || (stat.isDirectory() && !allowed(stat, who, SEARCH))) {
    return [warning("volume/not-readable", source, `the server cannot read ${target}`, engine, stat)];
  }
  if (!mode.split(",").includes("ro") && !allowed(stat, who, WRITE)) {
    return [warning("volume/not-writable", source, `the server cannot write to ${target}`, engine, stat)];
  }
  return [];
}

const READ = 4;
const WRITE = 2;
const SEARCH = 1;

interface Ids {
  readonly uid: number;
  readonly gid: number;
}

/** The ids that the server's user has outside: rootless podman maps them to the user's own. */
function serverUser(stat: Stats, engine: EngineKind): Ids {
  if (!engine.rootless) return { uid: DEFAULT.uid, gid: DEFAULT.uid };
  return { uid: process.getuid?.() ?? stat.uid, gid: process.getgid?.() ?? stat.gid };
}

function allowed(stat: Stats, who: Ids, bit: number): boolean {
  const shift = stat.uid === who.uid ? 6 : stat.gid === who.gid ? 3 : 0;
  return ((stat.mode >> shift) & bit) !== 0;
}

function warning(code: string, source: string, what: string, engine: EngineKind, stat: Stats): Notice {
  const who = engine.rootless ? "this user" : `user ${DEFAULT.uid}`;
  const owner = `${source} belongs to ${stat.uid}:${stat.gid}, mode ${(stat.mode & 0o7777).toString(8)}`;
  const bits = code === "volume/not-readable" ? "rX" : "rwX";
  const remedy = engine.rootless
    ? `\`chmod -R u+${bits} ${source}\``
    : `\`chmod -R o+${bits} ${source}\` opens it to everybody` +
      (stat.uid === 0 ? "" : `, \`extra_args: ["--user", "${stat.uid}:${stat.gid}"]\` runs the server as its owner`) +
      (code === "volume/not-writable" ? ", or mount it `:ro`" : "");
  return { code, message: `${what}: ${owner}, the server runs as ${who}; ${remedy}` };
}

function missing(source: string, target: string): ArgusError {
  const hint =
    windowsPathHint(source) ??
    (isReadable(parentOf(source))
      ? `\`mkdir -p ${source}\` if a folder is meant, or drop the mount of ${target}`
      : `check that it exists and that this user may look at it`);
  return new ArgusError("volume/missing", `${source}, to be mounted at ${target}, does not exist`, { hint });
}

/** What to do about a path of Windows elsewhere; undefined for any other. */
export function windowsPathHint(path: string): string | undefined {
  if (process.platform === "win32" || !isWindowsPath(path)) return undefined;
  return "this is a path of Windows: write one of this machine, such as /home/me/data";
}

function parentOf(path: string): string {
  const parent = path.replace(/[\\/][^\\/]*$/, "");
  return isAbsolute(parent) ? parent : "/";
}

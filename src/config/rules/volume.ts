/** `container.volumes`: `source:target[:mode]`. Spec: "Volume Mounts and Extra Arguments". */
import { posix } from "node:path";
import { lineProblem, type RuleProblem } from "./rule.ts";

const LONGEST = 8 * 1024;
const HINT = 'host_path:container_path:mode, such as "${HOME}/data:/data:ro"';

/** Docker refuses a name of one character, and so `C:` can only be a drive. */
const NAMED = /^[a-zA-Z0-9][\w.-]+$/;
const DRIVE = /^[A-Za-z]:[\\/]/;
/** A share of Windows, such as `\\\\server\\share`. */
export const UNC = /^\\\\[^\\]/;

/** What no container runs without; below `/dev` and `/sys` are folders that may be mounted: `/dev/shm`, `/sys/fs/cgroup`. */
const KERNEL = /^\/(?:dev$|sys$|proc(?:\/|$))/;

/** Words of a mode; those of one group exclude each other. */
const MODES: readonly (readonly string[])[] = [
  ["ro", "rw"],
  ["z", "Z"],
  ["consistent", "cached", "delegated"],
  ["shared", "rshared", "slave", "rslave", "private", "rprivate"],
  ["exec", "noexec"],
  ["dev", "nodev"],
  ["suid", "nosuid"],
  ["copy", "nocopy"],
  ["bind", "rbind"],
  ["U"],
  ["O"],
  ["idmap"],
];

/** One mount. Spec: "Volume Mounts". */
export interface Volume {
  /** Absolute host path, or the name of a named volume. */
  readonly source: string;
  readonly kind: "path" | "named";
  /** Absolute path in the container. */
  readonly target: string;
  /** What follows the second colon, as written: "ro", "rw", "ro,z"; "rw" when absent. */
  readonly mode: string;
}

/** Reads one mount, with variables and `~` expanded already. */
export function parseVolume(text: string): Volume | RuleProblem {
  const line = lineProblem(text, LONGEST);
  if (line !== undefined) return line;
  // Read as a mount, "file:///x" would be a volume named "file".
  if (/^[A-Za-z][\w+.-]+:\/\//.test(text)) return { message: "must be a mount, not a URL", hint: HINT };
  const fields = fieldsOf(text);
  if ("message" in fields) return fields;
  const { source, target, mode } = fields;
  return (
    sourceProblem(source) ??
    targetProblem(target) ??
    modeProblem(mode) ?? {
      source,
      kind: NAMED.test(source) ? "named" : "path",
      target: plainTarget(target),
      mode,
    }
  );
}

/** {@link parseVolume} as a rule. */
export function volumeProblem(text: string): RuleProblem | undefined {
  const volume = parseVolume(text);
  return "message" in volume ? volume : undefined;
}

/** Whether a path can only be one of Windows. */
export function isWindowsPath(path: string): boolean {
  return DRIVE.test(path) || UNC.test(path);
}

interface Fields {
  readonly source: string;
  readonly target: string;
  readonly mode: string;
}

/** From the right, for a path of the host may hold a colon: the mode is what does not start with a slash. */
function fieldsOf(text: string): Fields | RuleProblem {
  const drive = DRIVE.test(text) ? text.slice(0, 2) : "";
  const parts = text.slice(drive.length).split(":");
  if (parts.length < 2 && /^\w:\//.test(text)) {
    const message = "must name a source and a target: a single letter before the : is a drive of Windows";
    return { message, hint: 'a named volume has two letters or more, such as "data:/data"' };
  }
  if (parts.length < 2) return { message: "must name a source and a target", hint: HINT };
  const moded = parts.length > 2 && !parts.at(-1)!.startsWith("/");
  const mode = moded ? parts.at(-1)! : "rw";
  const places = moded ? parts.slice(0, -1) : parts;
  return { source: drive + places.slice(0, -1).join(":"), target: places.at(-1)!, mode };
}

function sourceProblem(source: string): RuleProblem | undefined {
  if (source.startsWith("/") || isWindowsPath(source) || NAMED.test(source)) return undefined;
  if (source === "") return { message: "must name a source", hint: HINT };
  return { message: "must have an absolute path or the name of a volume as its source", hint: HINT };
}

function targetProblem(target: string): RuleProblem | undefined {
  if (!target.startsWith("/"))
    return { message: "must have an absolute path in the container as its target", hint: HINT };
  if (target.split("/").includes("..")) return { message: 'must have a target without ".."', hint: HINT };
  const plain = plainTarget(target);
  if (plain === "/") return { message: "must not replace the container's whole file system", hint: HINT };
  return KERNEL.test(plain)
    ? {
        message: "must not have /dev, /sys or anything of /proc as its target, which the engine mounts",
        hint: 'such as "/data"',
      }
    : undefined;
}

/** One spelling for one folder, so that two mounts of it are seen. */
function plainTarget(target: string): string {
  const normal = posix.normalize(target).replace(/^\/+/, "/");
  return normal.length > 1 ? normal.replace(/\/$/, "") : normal;
}

function modeProblem(mode: string): RuleProblem | undefined {
  const words = mode.split(",");
  const groups = words.map((word) => MODES.findIndex((group) => group.includes(word)));
  const hint = '"ro" or "rw", with ",z" or ",Z" where SELinux asks for it';
  if (groups.includes(-1)) return { message: "must have the mode ro or rw", hint };
  return new Set(groups).size < groups.length
    ? { message: "has a mode that contradicts or repeats itself", hint }
    : undefined;
}

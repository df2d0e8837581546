/** `container.volumes`: `source:target[:mode]`. Spec: "Volume Mounts and Extra Arguments". */
import { posix } from "node:path";
import { DEFAULT } from "../../plan/defaults.ts";
import type { Notice, Volume } from "../../plan/plan.ts";
import { lineProblem, type RuleProblem } from "./rule.ts";

const LONGEST = 8 * 1024;
const HINT = 'host_path:container_path:mode, such as "${HOME}/data:/data:ro"';

/** Docker refuses a name of one character, and so `C:` can only be a drive. */
const NAMED = /^[a-zA-Z0-9][\w.-]+$/;
const DRIVE = /^[A-Za-z]:[\\/]/;
const UNC = /^\\\\[^\\]/;

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

/** What the user should know about a mount. */
export function volumeNotices(volume: Volume): Notice[] {
  const notices: Notice[] = [];
  if (volume.kind === "path") {
    const source = plainSource(volume.source);
    if (SOCKET.test(source)) {
      notices.push({
        code: "config/engine-socket",
        message: "the mount of an engine's socket lets the server control this machine",
      });
    } else if (ENGINE_FOLDER.test(source)) {
      notices.push({
        code: "config/engine-socket",
        message: "the mount of a folder with an engine's socket lets the server control this machine",
      });
    } else if (WIDE.test(source)) {
      notices.push({
        code: "config/wide-mount",
        message: `the mount of ${source} shows the server what the whole machine or all of its users depend on`,
      });
    }
  }
  if (REPLACED.has(volume.target)) {
    notices.push({
      code: "config/replaced-tmpfs",
      message: `the mount over ${volume.target} takes the place of its tmpfs`,
    });
  }
  return notices;
}

/** Sockets of the engines, on Linux, macOS and Windows. */
const SOCKET =
  /(?:^|\/)(?:docker|podman|containerd|crio|buildkitd|dockershim|cri-dockerd|docker\.raw|podman-[\w-]*-api)\.sock$|^\/\/\.\/pipe\//;
/** macOS has `/etc` and `/var` as links into `/private`, and every system `/run` under two names. */
const RUN = "(?:/private)?(?:/var)?/run";
/** Folders of nothing but an engine, with its socket in them or below. What `engine/detect` tries is among them. */
const ENGINE_FOLDER = new RegExp(
  [
    `^${RUN}/(?:buildkit|containerd|crio|docker(?:/containerd)?|k3s(?:/containerd)?|podman|user/\\d+/(?:docker|podman))$`,
    "/\\.(?:docker/(?:desktop|run)|orbstack(?:/run)?|(?:config/)?colima(?:/[^/]+)?|rd)$",
    // Of a home alone: a project's own `.docker` has its Dockerfiles.
    "^(?:(?:/var)?/(?:home|users)/[^/]+|/root)/\\.docker$",
  ].join("|"),
);
/** Folders of the machine itself, or of all of its users; many have those sockets below them. */
const WIDE = new RegExp(
  `^(?:${[
    "/",
    "/(?:boot|dev|home|private|proc|root|sys|users)",
    "(?:/private)?/etc",
    "(?:/private)?/var(?:/lib(?:/(?:containers|docker))?)?",
    `${RUN}(?:/user(?:/\\d+)?)?`,
    "[a-z]:/(?:users)?",
  ].join("|")})$`,
);
const REPLACED = new Set<string>([DEFAULT.temporary, DEFAULT.home]);

/** One spelling for one place. Windows' names of shares and pipes have two slashes in front, which mean something. */
function plainSource(source: string): string {
  const text = source.replaceAll("\\", "/").toLowerCase();
  if (UNC.test(source) || text.startsWith("//./")) return text;
  const normal = posix.normalize(text);
  return /^(?:[a-z]:)?\/$/.test(normal) ? normal : normal.replace(/\/$/, "");
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
  if (parts.length < 2) return { message: "must name a source and a target", hint: HINT };
  const moded = parts.length > 2 && !parts.at(-1)!.startsWith("/");
  const mode = moded ? parts.at(-1)! : "rw";
  const places = moded ? parts.slice(0, -1) : parts;
  return { source: drive + places.slice(0, -1).join(":"), target: places.at(-1)!, mode };
}

function sourceProblem(source: string): RuleProblem | undefined {
  if (source.startsWith("/") || DRIVE.test(source) || UNC.test(source) || NAMED.test(source)) return undefined;
  if (source === "") return { message: "must name a source", hint: HINT };
  return { message: "must have an absolute path or the name of a volume as its source", hint: HINT };
}

function targetProblem(target: string): RuleProblem | undefined {
  if (!target.startsWith("/"))
    return { message: "must have an absolute path in the container as its target", hint: HINT };
  if (target.split("/").includes("..")) return { message: 'must have a target without ".."', hint: HINT };
  return plainTarget(target) === "/"
    ? { message: "must not replace the container's whole file system", hint: HINT }
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

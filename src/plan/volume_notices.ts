/** What a mount shows a server beside files: an engine's socket, the machine itself, all of its users. */
import { posix } from "node:path";
import { UNC, type Volume } from "../config/rules/volume.ts";
import { DEFAULT } from "./defaults.ts";
import type { Notice } from "./plan.ts";

/** What the user should know about a mount. */
export function volumeNotices(volume: Volume): Notice[] {
  const notices: Notice[] = [];
  if (volume.kind === "path") {
    const source = plainSource(volume.source);
    if (SOCKET.test(source)) {
      notices.push({
        code: "config/engine-socket",
        message: "the mount of an engine's socket lets the server control this machine",
        hint: SOCKET_HINT,
      });
    } else if (ENGINE_FOLDER.test(source)) {
      notices.push({
        code: "config/engine-socket",
        message: "the mount of a folder with an engine's socket lets the server control this machine",
        hint: SOCKET_HINT,
      });
    } else if (WIDE.test(source)) {
      notices.push({
        code: "config/wide-mount",
        message: `the mount of ${source} shows the server what the whole machine or all of its users depend on`,
        hint: "mount only the folder that the server works in, with :ro where it only reads",
      });
    }
  }
  if (REPLACED.has(volume.target)) {
    notices.push({
      code: "config/replaced-tmpfs",
      message: `the mount over ${volume.target} takes the place of its tmpfs`,
      hint: "choose another target, unless the server has to keep what it writes there",
    });
  }
  return notices;
}

const SOCKET_HINT = "leave it out, unless the server is there to manage containers";

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

/** Words of `args` that are paths of this machine, which a container does not see. */
import { posix } from "node:path";
import process from "node:process";
import type { StdioBackend } from "../config/config.ts";
import type { Volume } from "../config/rules/volume.ts";
import type { Text } from "../config/text.ts";
import { statOf } from "../host/files.ts";
import { DEFAULT } from "../plan/defaults.ts";
import type { ContainerPlan } from "../plan/plan.ts";
import { shellQuoted } from "../shell.ts";
import { visible } from "../visible.ts";

/** One such word. */
export interface Unmounted {
  /** Which of `args`. */
  readonly index: number;
  readonly message: string;
  readonly hint: string;
}

export const UNMOUNTED = "config/unmounted-path";

/** A path, alone or as an option's value; `~` expands nowhere but in volumes. */
const PATH = /^(~?\/.+|~)$/s;
const OPTION = /^--?[\w-]+=/;
/** Not a share such as `\\server`, which may be a pattern. */
const WINDOWS_PATH = /^[A-Za-z]:[\\/]/;

/** Folders that images have too, so that a path in them says nothing about this machine. */
const IN_IMAGES = [
  "app",
  "bin",
  "dev",
  "etc",
  "lib",
  "lib64",
  "opt",
  "proc",
  "run",
  "sbin",
  "sys",
  "tmp",
  "usr",
  "var",
];

/** Flags of `docker run` that mount something, of which argus does not know what. */
const MOUNTS = /^(?:-v|--(?:volume|volumes-from|mount|tmpfs)(?:=|$))/;

/**
 * Each path that exists here, that could only be in the user's home, or that is one of Windows, and that no volume covers.
 *
 * @param adHoc The words come from a command line, where volumes are flags and variables are none.
 */
export function unmounted(
  { image, volumes, extraArgs, runtime }: Pick<ContainerPlan, "image" | "volumes" | "extraArgs" | "runtime">,
  { args }: Pick<StdioBackend, "args">,
  adHoc = false,
): Unmounted[] {
  if (extraArgs.some(({ value }) => MOUNTS.test(value))) return [];
  return args.flatMap((word, index): Unmounted[] => {
    const found = hostPath(word, volumes, adHoc);
    // A Dockerfile may make any path, but hardly one in somebody's home.
    if (found === undefined || (found.isElsewhere && image.recipe === "dockerfile")) return [];
    const what = `${adHoc ? "" : `args[${index}] `}${found.shown} is ${found.what}`;
    const hint = runtime === "kubernetes" ? "the server sees what its image and container.volumes have" : found.hint;
    return [{ index, message: `${what} that is not mounted: the server will not see it`, hint }];
  });
}

/** What a word names on this machine and how the server gets it; undefined where there is nothing to say. */
function hostPath(
  word: Text,
  volumes: readonly Volume[],
  adHoc: boolean,
): { shown: string; what: string; isElsewhere?: boolean; hint: string } | undefined {
  const path = word.value.replace(OPTION, "");
  const written = visible(word.shown.replace(OPTION, ""));
  const add = (source: string, target: string, mode: string) => {
    const volume = `${source}:${target}:${mode}`;
    return adHoc ? `add --volume ${shellQuoted(volume)}` : `add container.volumes: ["${volume}"]`;
  };
  if (WINDOWS_PATH.test(path)) {
    const here = `${add(written.replaceAll("\\", "/"), "/data", "ro")} and write /data here`;
    const hint = process.platform === "win32" ? here : "write a path of this machine, and mount it";
    return { shown: written, what: "a path of Windows", hint };
  }
  if (!PATH.test(path)) return undefined;
  const home = process.env.HOME ?? process.env.USERPROFILE;
  const isHome = path.startsWith("~");
  const target = posix.normalize(isHome ? (home ?? "~") + path.slice(1) : path);
  const isCovered = !isHome && volumes.some((volume) => isBelow(target, volume.target));
  if (isCovered || isInImages(target)) return undefined;
  const stat = statOf(target);
  const isElsewhere = !isHome && (home === undefined || home === "/" || !isBelow(target, home));
  if (stat === undefined && isElsewhere) return undefined;
  const what = stat === undefined ? "a path" : stat.isDirectory() ? "a folder" : "a file";
  const details = { shown: written, what: `${what} of this machine`, isElsewhere };
  const mounted = volumes.find(({ kind, source }) => kind === "path" && isBelow(target, source));
  if (mounted !== undefined) {
    // The value of a reference is printed nowhere.
    const below = word.shown === word.value ? target.slice(mounted.source.length) : "";
    return { ...details, hint: `write ${visible(mounted.target + below)}, where the server has it` };
  }
  if (stat === undefined) {
    const name = /\/([\w.-]+)$/.exec(written)?.[1];
    const instead = name === undefined ? "" : ` and write /data/${name} here`;
    return { ...details, hint: `make a folder for it, ${add("~/mcp-data", "/data", "rw")}${instead}` };
  }
  if (home !== undefined && [home, `${home}/`].includes(target)) {
    return {
      ...details,
      hint: `mount only the folder that it needs: ${add("~/FOLDER", "/data", "ro")} and write /data here`,
    };
  }
  const shown = isHome ? (adHoc ? target : `\${HOME}${written.slice(1)}`) : written;
  const instead = isHome ? `write ${shown}, for ~ is text here, and ` : "";
  return { ...details, hint: `${instead}${add(shown, shown, "ro")}` };
}

function isInImages(path: string): boolean {
  return path === "/" || isBelow(path, DEFAULT.home) || IN_IMAGES.includes(path.split("/")[1]!);
}

function isBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

/** Words of `args` that are paths of this machine, which a container does not see. */
import { posix } from "node:path";
import process from "node:process";
import type { StdioBackend } from "../config/config.ts";
import { statOf } from "../host/files.ts";
import { DEFAULT } from "../plan/defaults.ts";
import type { ContainerPlan } from "../plan/plan.ts";
import { visible } from "../visible.ts";
import type { PlanFinding } from "./validate_finding.ts";

/** A path, alone or as an option's value; `~` expands nowhere but in volumes. */
const PATH = /^(~?\/.+|~)$/s;
const OPTION = /^--?[\w-]+=/;

/** Folders that images have too, so that a path in them says nothing about this machine. */
const IN_IMAGES = new Set("app bin dev etc lib lib64 opt proc run sbin sys tmp usr var".split(" "));

/** A warning for each such path that exists here and that no volume covers. */
export function unmounted({ backend, volumes, runtime }: ContainerPlan, { args }: StdioBackend): PlanFinding[] {
  return args.flatMap((word, index): PlanFinding[] => {
    const path = word.value.replace(OPTION, "");
    if (!PATH.test(path)) return [];
    const isHome = path.startsWith("~");
    const target = posix.normalize(isHome ? (process.env.HOME ?? "~") + path.slice(1) : path);
    const isCovered = !isHome && volumes.some((volume) => isBelow(target, volume.target));
    if (isCovered || isInImages(target) || statOf(target) === undefined) return [];
    const written = visible(word.shown.replace(OPTION, ""));
    const shown = isHome ? `\${HOME}${written.slice(1)}` : written;
    const message = `backend "${backend}": args[${index}] is a path of this machine, which the container does not see`;
    const instead = isHome ? `write ${shown}, for ~ is text here, and add` : "add";
    const hint =
      runtime === "kubernetes"
        ? "the server sees what its image and container.volumes have"
        : `${instead} container.volumes: ["${shown}:${shown}:ro"]`;
    return [{ severity: "warning", code: "config/unmounted-path", path: ["args", index], message, hint }];
  });
}

function isInImages(path: string): boolean {
  return path === "/" || isBelow(path, DEFAULT.home) || IN_IMAGES.has(path.split("/")[1]!);
}

function isBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

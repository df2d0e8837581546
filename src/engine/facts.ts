/** What an engine says about its machine. */
import { type Command, engineCommand } from "./command.ts";
import type { Engine } from "./engine.ts";

/** Facts that decide what a container's restrictions are worth. */
export interface EngineFacts {
  /** Of the part that runs containers. */
  readonly version: string;
  readonly cgroups: 1 | 2 | undefined;
  /** Limits that the engine says it cannot enforce: "memory", "cpus", "pids". */
  readonly unenforced: readonly string[];
  /** Folder of the images; on this machine only when the engine is. */
  readonly storage: string;
  readonly seccomp: boolean;
  /** "AppArmor", "SELinux" or nothing. */
  readonly lsm: string | undefined;
}

const DOCKER_FORMAT =
  "{{.ServerVersion}}\t{{.CgroupVersion}}\t{{.MemoryLimit}} {{.CPUCfsQuota}} {{.PidsLimit}}\t{{.DockerRootDir}}\t{{json .SecurityOptions}}";
const PODMAN_FORMAT =
  "{{.Version.Version}}\t{{.Host.CgroupsVersion}}\t{{json .Host.CgroupControllers}}\t{{.Store.GraphRoot}}\t{{json .Host.Security}}";

/** Asks for the facts: 30 ms on docker, 300 ms on podman, so never before a run. */
export function factsCommand(engine: Engine): Command {
  const format = engine.name === "docker" ? DOCKER_FORMAT : PODMAN_FORMAT;
  return engineCommand(engine, ["info", "--format", format]);
}

/** Reads the output of {@link factsCommand}; undefined when the engine did not answer. */
export function parseFacts(engine: Engine, output: string): EngineFacts | undefined {
  const [version = "", cgroups = "", limits = "", storage = "", security = ""] = output.trim().split("\t");
  if (version === "" || security === "") return undefined;
  const docker = engine.name === "docker";
  return {
    version,
    cgroups: /2$/.test(cgroups) ? 2 : /1$/.test(cgroups) ? 1 : undefined,
    unenforced: docker ? missingOf(limits) : podmanMissing(engine, cgroups, limits),
    storage,
    seccomp: docker ? /name=seccomp/.test(security) : /"seccompEnabled":true/.test(security),
    lsm: lsmOf(security),
  };
}

function missingOf(limits: string): string[] {
  const words = limits.split(" ");
  return ["memory", "cpus", "pids"].filter((_, index) => words[index] !== "true");
}

/** Podman without root has on cgroups 1 none, on cgroups 2 those that systemd hands to the user. */
function podmanMissing(engine: Engine, cgroups: string, controllers: string): string[] {
  if (engine.rootless && cgroups.endsWith("1")) return ["memory", "cpus", "pids"];
  const names = { memory: "memory", cpus: "cpu", pids: "pids" };
  return Object.entries(names)
    .filter(([, controller]) => !controllers.includes(`"${controller}"`))
    .map(([limit]) => limit);
}

function lsmOf(security: string): string | undefined {
  if (/name=apparmor|"apparmorEnabled":true/.test(security)) return "AppArmor";
  return /name=selinux|"selinuxEnabled":true/.test(security) ? "SELinux" : undefined;
}

/** A plan as the JSON that scripts rely on: what would be built and run, secret values never. */
import type { Config } from "../config/config.ts";
import type { RuntimeName, Settings } from "../config/settings.ts";
import type { Text } from "../config/text.ts";
import { type Command, shownWords } from "../engine/command.ts";
import { handsProxies } from "../engine/detect.ts";
import type { Engine, OciName, Owner, SessionIdentity } from "../engine/engine.ts";
import { imageRef } from "../engine/image_ref.ts";
import type { NetworkPolicy, Pod, Secret } from "../engine/kubernetes/manifest.ts";
import { buildCommand, runCommand } from "../engine/oci.ts";
import { pullCommand } from "../engine/registry.ts";
import { dockerSettings } from "../host/engines.ts";
import type { Image } from "../image/image.ts";
import type { Recipe } from "../plan/image_name.ts";
import type { ContainerPlan, Notice, Plan } from "../plan/plan.ts";
import { containerName } from "../session/identity.ts";
import { pasteableWords } from "../shell.ts";
import { proxyNames } from "./proxy_names.ts";

export interface PlanJson {
  readonly backend: string;
  readonly kind: Plan["kind"];
  /** Why it is not a container. */
  readonly reason?: string;
  readonly recipe?: Recipe;
  readonly runtime?: RuntimeName;
  readonly image?: string;
  readonly dockerfile?: string;
  /** Absolute folder of the build context. */
  readonly context?: string | null;
  readonly build?: CommandJson;
  /** Docker or Podman with a registry: what comes before a build. */
  readonly pull?: CommandJson;
  /** Kubernetes with a registry: the commands that bring the image there. */
  readonly tag?: CommandJson;
  readonly push?: CommandJson;
  /** Kubernetes: makes the Pod, which is its standard input. */
  readonly create?: CommandJson;
  readonly run?: CommandJson;
  /** Kubernetes: the Pod, and what belongs to it. */
  readonly pod?: Pod;
  readonly network_policy?: NetworkPolicy;
  readonly secret?: Secret;
  readonly warnings: readonly Notice[];
}

/** A command as printed: words with references in place of values, and the names of the variables that it adds or lacks. */
export interface CommandJson {
  readonly command: readonly string[];
  readonly env: readonly string[];
  /** None when absent. */
  readonly unset?: readonly string[];
}

/** What stands in a printed plan where a session's own name and owner will be. */
const NOBODY: Owner = { pid: 0, started: "0", boot: "", host: "", uid: 0 };

/** Describes a plan that starts no container of argus. */
export function describeOther(plan: Exclude<Plan, ContainerPlan>): PlanJson {
  const { backend, kind, reason, warnings } = plan;
  if (plan.kind === "remote") return { backend, kind, reason, warnings };
  const words = [plan.command, ...plan.args].map((word) => word.shown);
  return { backend, kind, reason, run: { command: words, env: Object.keys(plan.env).sort() }, warnings };
}

/** Describes a container on Docker or Podman, as root's engine would run it. */
export function describeContainer(
  plan: ContainerPlan,
  image: Image,
  args: readonly Text[],
  runtime: OciName,
  settings: BuildSettings & Pick<Config, "registry">,
): PlanJson {
  const engine = { ...plannedEngine(runtime), handsProxies: runtime === "docker" && handsProxies(dockerSettings()) };
  const identity = plannedIdentity(plan.backend);
  const env = Object.fromEntries(Object.keys(plan.env).map((name) => [name, ""]));
  const { cpus } = plan.limits;
  const { registry } = settings;
  const pull = registry === undefined ? undefined : pullCommand(engine, imageRef(registry, image.name));
  return {
    backend: plan.backend,
    kind: "container",
    recipe: plan.image.recipe,
    runtime,
    image: image.name,
    dockerfile: image.dockerfile,
    context: image.context ?? null,
    ...(pull === undefined ? {} : { pull: commandJson(pull) }),
    build: commandJson(plannedBuild(image, runtime, settings)),
    run: commandJson(runCommand({ engine, image: image.name, plan, args, identity, cpus, env })),
    warnings: [...plan.warnings, ...image.notices],
  };
}

/** The engine that a printed plan speaks of: run by root, and found on PATH. */
export function plannedEngine(name: OciName): Engine {
  return { name, bin: name, env: {}, rootless: false };
}

/** The session that a printed plan speaks of. */
export function plannedIdentity(backend: string): SessionIdentity {
  return { backend, container: containerName(backend, "SESSION"), owner: NOBODY };
}

/** What a build takes from the environment. */
export type BuildSettings = Pick<Settings, "caBundle">;

/** The build of an image as it may be printed. */
export function plannedBuild(image: Image, runtime: OciName, { caBundle }: BuildSettings): Command {
  const { name, dockerfile, context, labels, values, ssh, buildExtraArgs: extraArgs } = image;
  const from = { caFile: caBundle, buildArgs: proxyNames(process.env) };
  return buildCommand({
    engine: plannedEngine(runtime),
    image: name,
    dockerfile,
    context,
    ignore: image.ignore?.[runtime],
    takesFiles: image.takesFiles,
    // A folder with a name of its own that the build makes and removes.
    files: "/var/tmp/argus-…",
    labels,
    values,
    ssh,
    ...from,
    extraArgs,
  });
}

export function commandJson(command: Command): CommandJson {
  const { env, unset = [] } = command;
  return { command: shownWords(command), env: Object.keys(env).sort(), ...(unset.length === 0 ? {} : { unset }) };
}

/** A command as it is typed: what it is not to get from the shell, the line itself has to leave out. */
export function typedWords({ command, unset = [] }: CommandJson): readonly string[] {
  return unset.length === 0 ? command : ["env", ...unset.flatMap((name) => ["-u", name]), ...command];
}

/** A command as one line of a POSIX shell, references in place of values. */
export function typedLine(command: Command): string {
  return pasteableWords(typedWords(commandJson(command)));
}

/** The one place where command lines for docker and podman are written. */
import type { Text } from "../config/text.ts";
import { ArgusError } from "../errors.ts";
import { BUILD_VALUES } from "../plan/build_values.ts";
import { DEFAULT } from "../plan/defaults.ts";
import { LABEL } from "../plan/labels.ts";
import type { ContainerPlan } from "../plan/plan.ts";
import { VERSION } from "../version.ts";
import { type Arg, type Command, EXTRA_INPUT_PATH, engineCommand, labelFlags } from "./command.ts";
import { dialectOf } from "./dialect.ts";
import type { Engine, SessionIdentity } from "./engine.ts";
import { ownerText } from "./owner.ts";
import { homeVariables, PROXY_NAMES, serverEnv } from "./server_env.ts";
import { volumeFlags } from "./volume.ts";

/** Numeric, so that no image needs a passwd entry; both ids, for the group is 0 otherwise. */
const USER = `${DEFAULT.uid}:${DEFAULT.uid}`;
const HOME = DEFAULT.home;
const TEMPORARY = DEFAULT.temporary;
/** Podman's own default allows programs; without a size it would be half of the host's memory. */
const TMPFS = "rw,noexec,nosuid,nodev,size=";

/** The part of a plan that shapes a container. */
export type RunPlan = Pick<ContainerPlan, "limits" | "network" | "volumes" | "extraArgs">;

/** What a run needs to know; everything is decided before. */
export interface RunInput {
  readonly engine: Engine;
  readonly image: string;
  readonly plan: RunPlan;
  /** What follows the image's entry. */
  readonly args: readonly Text[];
  readonly identity: SessionIdentity;
  /** At most what the engine's host has (docker refuses more). */
  readonly cpus: string;
  /** The server's variables with their values. */
  readonly env: Readonly<Record<string, string>>;
}

/** The container of one session, attached to standard input, output and error. */
export function runCommand(input: RunInput): Command {
  const { engine, plan, identity } = input;
  const dialect = dialectOf(engine);
  const variables = serverEnv(input.env);
  const args: Arg[] = [
    "run",
    // Gone when it ends, whoever ends it.
    "--rm",
    // Standard input stays open.
    "-i",
    // A real first process: it forwards signals and reaps, so that a server without handlers ends at once.
    "--init",
    // A missing image is an error of argus, never a download.
    "--pull=never",
    // What kill and rm need, known before the container exists.
    ...["--name", identity.container],
    ...runLabels(identity),
    // Nothing of the image can be changed.
    "--read-only",
    ...tmpfs(plan, TEMPORARY, DEFAULT.temporarySize),
    ...tmpfs(plan, HOME, DEFAULT.homeSize),
    ...["--cap-drop", "ALL"],
    ...["--security-opt", "no-new-privileges"],
    ...["--memory", plan.limits.memory],
    // Equal to --memory: the limit holds with swap, too.
    ...["--memory-swap", plan.limits.memory],
    ...["--cpus", input.cpus],
    ...["--pids-limit", String(DEFAULT.pids)],
    ...["--user", USER],
    ...["--network", plan.network],
    // The default drivers write every byte of the conversation to a file.
    ...["--log-driver", "none"],
    ...dialect.run,
    ...(plan.volumes.some((volume) => volume.kind === "path") ? dialect.hostFolders : []),
    ...plan.volumes.flatMap((volume) => volumeFlags(engine, volume)),
    ...homeVariables(input.env).flatMap(([name, value]) => ["-e", `${name}=${value}`]),
    ...Object.keys(variables.byName).flatMap((name) => ["-e", name]),
    ...(variables.file === "" ? [] : ["--env-file", EXTRA_INPUT_PATH]),
    // A name that its program does not have itself: none of its proxies, and what the file above says stays.
    ...(engine.handsProxies === true ? PROXY_NAMES.flatMap((name) => ["-e", name]) : []),
    // Last, so that they win, as their author expects.
    ...plan.extraArgs,
    input.image,
    ...input.args,
  ];
  return {
    bin: engine.bin,
    args,
    env: { ...variables.byName, ...engine.env },
    ...(engine.handsProxies === true ? { unset: PROXY_NAMES.filter((name) => !passes(plan.extraArgs, name)) } : {}),
    ...(variables.file === "" ? {} : { extraInput: { fd: 3, text: variables.file } }),
  };
}

/** The same container without its client: what the engine says when it cannot start it comes to argus. */
export function detachedCommand(run: Command): Command {
  return { ...run, args: run.args.with(run.args.indexOf("-i"), "-d") };
}

/**
 * Prints the starts of a container, also of one that is gone.
 *
 * @param until Seconds since the epoch up to which the engine is asked, for without an end it goes on listening.
 */
export function startEventsCommand(engine: Engine, container: string, until: number): Command {
  const filters = ["--filter", `container=${container}`, "--filter", "event=start"];
  // Podman that has to stop at a moment which is over when it begins stops before it has read anything.
  const end = engine.name === "podman" ? ["--stream=false"] : ["--until", String(until)];
  return engineCommand(engine, ["events", "--since", "10m", ...end, ...filters]);
}

/** What a build needs to know. */
export interface BuildInput {
  readonly engine: Engine;
  readonly image: string;
  readonly dockerfile: string;
  /** Absolute folder of the build context; undefined = an empty one. */
  readonly context?: string | undefined;
  /** What stands in the context's ignore file as the build is to see it; undefined = what is there. */
  readonly ignore?: string | undefined;
  /** The Dockerfile itself may take files of the context. Default false. */
  readonly takesFiles?: boolean | undefined;
  /** Where {@link ignorePlace} is a folder: the one with the files `Dockerfile` and `Dockerfile.dockerignore`. */
  readonly files?: string;
  /** "legacy": a docker without BuildKit, which knows no mounts and no secrets. Podman ignores it. Default "buildkit". */
  readonly builder?: "buildkit" | "legacy";
  /** A PEM file that the build may trust in addition (secret `ca`). */
  readonly caFile?: string | undefined;
  readonly labels?: Readonly<Record<string, string>>;
  /** Values that steps of the build read (secret `build-values`); without BuildKit a build argument. */
  readonly values?: string | undefined;
  /** Steps fetch over ssh: they get the ssh agent of whoever builds. */
  readonly ssh?: boolean | undefined;
  /** Names of variables that the build gets from the environment, such as proxies. */
  readonly buildArgs?: readonly string[];
  readonly extraArgs?: readonly string[];
  readonly noCache?: boolean;
  /** Ask the registry for newer base images. */
  readonly pull?: boolean;
}

/** What brings BuildKit to a docker without it, by the one who packs it. */
export const BUILDX_PACKAGE = "docker-buildx-plugin or docker-buildx";

/**
 * Where a build reads `ignore`: docker in a folder, beside its Dockerfile, podman from a descriptor; undefined = nowhere.
 *
 * @throws ArgusError `build/no-buildkit` where docker's old builder, which reads it nowhere, would take what is to stay out.
 */
export function ignorePlace(input: BuildInput): "folder" | "descriptor" | undefined {
  const { engine, ignore, builder, takesFiles, image } = input;
  if (ignore === undefined) return undefined;
  if (engine.name === "podman") return "descriptor";
  if (builder !== "legacy") return "folder";
  // What a base image takes by ONBUILD nobody can see here.
  if (takesFiles !== true) return undefined;
  throw new ArgusError(
    "build/no-buildkit",
    `${image} could hold the config of its folder, which only a docker with BuildKit leaves out by itself`,
    {
      hint: `put ${ignore.split("\n")[0]} into .dockerignore, or install its plugin (package ${BUILDX_PACKAGE})`,
    },
  );
}

/**
 * The build of one image; the Dockerfile travels on standard input, unless {@link ignorePlace} is a folder.
 *
 * @throws ArgusError `build/no-buildkit` for ssh without it, and as {@link ignorePlace}.
 */
export function buildCommand(input: BuildInput): Command {
  const { engine } = input;
  const dialect = dialectOf(engine);
  const docker = engine.name === "docker";
  const buildkit = docker && input.builder !== "legacy";
  if (input.ssh === true && docker && !buildkit) {
    throw new ArgusError(
      "build/no-buildkit",
      `${input.image} is fetched over ssh, which takes a docker with BuildKit`,
      {
        hint: `install its plugin (package ${BUILDX_PACKAGE})`,
      },
    );
  }
  const place = ignorePlace(input);
  // No Dockerfile of a user's own has values.
  const extra = place === "descriptor" ? input.ignore : input.values;
  const file = place === "folder" ? `${input.files}/Dockerfile` : "-";
  const args: Arg[] = [
    "build",
    ...["-t", input.image],
    // One line a step, with or without a terminal; the other builders print nothing else.
    ...(buildkit ? ["--progress=plain"] : []),
    // Docker's old builder keeps the container of a step that failed; the others have none, or remove it unasked.
    ...(docker && !buildkit ? ["--force-rm"] : []),
    ...dialect.build,
    ...labelFlags({ [LABEL.version]: VERSION, ...input.labels }),
    ...(input.noCache === true ? ["--no-cache"] : []),
    ...(input.pull === true ? [dialect.buildPull] : []),
    ...(input.caFile !== undefined && (buildkit || !docker) ? ["--secret", `id=ca,src=${input.caFile}`] : []),
    ...valuesFlags(input, buildkit),
    ...(input.ssh === true ? ["--ssh", "default"] : []),
    ...(input.buildArgs ?? []).flatMap((name) => ["--build-arg", name]),
    ...(input.extraArgs ?? []),
    // A single dash: the Dockerfile on standard input is the whole context.
    ...(place === "descriptor" ? ["--ignorefile", EXTRA_INPUT_PATH] : []),
    ...(input.context === undefined ? ["-"] : ["-f", file, input.context]),
  ];
  return {
    bin: engine.bin,
    args,
    env: {
      ...engine.env,
      // Docker before 23 needs the variable to use BuildKit, later ones need it to be sure not to.
      ...(docker ? { DOCKER_BUILDKIT: buildkit ? "1" : "0" } : {}),
      ...(docker && input.values !== undefined ? { [BUILD_VALUES.variable]: input.values } : {}),
    },
    ...(file === "-" ? { input: input.dockerfile } : {}),
    ...(docker || extra === undefined ? {} : { extraInput: { fd: 3, text: extra } }),
  };
}

/**
 * One variable of one name for all of them, so that none can steer the engine's program. Podman reads a file instead:
 * its client for a machine elsewhere sends no variable (containers/podman issue 28012), and a docker on macOS reads the
 * secret anew for each step, which a descriptor there allows only once.
 */
function valuesFlags({ engine, values }: BuildInput, buildkit: boolean): string[] {
  const { secret, variable } = BUILD_VALUES;
  if (values === undefined) return [];
  if (engine.name === "podman") return ["--secret", `id=${secret},src=${EXTRA_INPUT_PATH}`];
  return buildkit ? ["--secret", `id=${secret},env=${variable}`] : ["--build-arg", variable];
}

/** Prints id and bytes of each image; {@link parseInspected} reads it. */
export function imageInspectCommand(engine: Engine, ...images: readonly string[]): Command {
  return engineCommand(engine, ["image", "inspect", "--format", "{{.Id}}\t{{.Size}}", ...images]);
}

/** Prints all images of argus, one a line; {@link parseImages} reads it. */
export function imageListCommand(engine: Engine): Command {
  const format = "{{.Repository}}:{{.Tag}}\t{{.ID}}";
  return engineCommand(engine, ["image", "ls", "--no-trunc", "--filter", `label=${LABEL.inputs}`, "--format", format]);
}

/** Removes images by name or id; one that a container uses stays. */
export function imageRemoveCommand(engine: Engine, images: readonly string[]): Command {
  return engineCommand(engine, ["image", "rm", ...images]);
}

/** Prints all containers of argus, running or not; {@link parseContainers} reads it. */
export function containerListCommand(engine: Engine): Command {
  const labels = [LABEL.backend, LABEL.owner].map(dialectOf(engine).label);
  const format = ["{{.ID}}", "{{.Names}}", "{{.Image}}", "{{.CreatedAt}}", ...labels].join("\t");
  return engineCommand(engine, ["ps", "-a", "--no-trunc", "--filter", `label=${LABEL.owner}`, "--format", format]);
}

/** Ends the server of a session at once. */
export function killCommand(engine: Engine, container: string): Command {
  return engineCommand(engine, ["kill", "--signal", "KILL", container]);
}

/** Removes containers whatever their state. */
export function removeCommand(engine: Engine, containers: readonly string[]): Command {
  return engineCommand(engine, [...dialectOf(engine).remove, ...containers]);
}

function runLabels(identity: SessionIdentity): string[] {
  return labelFlags({
    [LABEL.backend]: identity.backend,
    [LABEL.session]: identity.container,
    [LABEL.owner]: ownerText(identity.owner),
    [LABEL.version]: VERSION,
  });
}

/** True when the user's own arguments give the server a variable of this machine. */
function passes(extraArgs: readonly Text[], name: string): boolean {
  return extraArgs.some(({ value }) => [name, `-e${name}`, `--env=${name}`].includes(value));
}

/** A mount of the user's over the same folder replaces ours: the engines refuse two of them. */
function tmpfs(plan: RunPlan, target: string, size: string): string[] {
  const taken = plan.volumes.some((volume) => volume.target === target);
  return taken ? [] : ["--tmpfs", `${target}:${TMPFS}${size}`];
}

/** One build: the command, its steps as they come, and its failure as one error. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Settings } from "../config/settings.ts";
import { type Command, shortLine } from "../engine/command.ts";
import type { Engine } from "../engine/engine.ts";
import { explainEngine } from "../engine/explain.ts";
import { buildCommand, ignorePlace, imageInspectCommand } from "../engine/oci.ts";
import { type FoundImage, parseInspected } from "../engine/parse.ts";
import { plainLine } from "../engine/plain_line.ts";
import { ArgusError } from "../errors.ts";
import { builderOf } from "../host/engines.ts";
import { isReadable, statOf } from "../host/files.ts";
import { run } from "../host/spawn.ts";
import { inLargeTempFolder } from "../host/temp.ts";
import type { Image } from "../image/image.ts";
import { isVerbose, log } from "../ui/log.ts";
import { typedLine } from "./describe.ts";
import { proxyNames } from "./proxy_names.ts";

export interface BuildOptions {
  readonly settings: Settings;
  /** A backend of the config that needs the image, for what to type next; absent in an ad hoc run. */
  readonly backend?: string | undefined;
  /** Ignore what the engine cached. */
  readonly noCache?: boolean;
  /** Ask for newer base images. */
  readonly pull?: boolean;
  /** Called with each step that begins, for people. */
  readonly onStep?: (step: string) => void;
  /** Ends the build. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Builds an image and returns what the engine knows about it.
 *
 * @throws ArgusError `build/…` with the last lines of the engine.
 */
export async function buildImage(engine: Engine, image: Image, options: BuildOptions): Promise<FoundImage> {
  const { settings } = options;
  const caFile = settings.caBundle;
  const wrong = caFile === undefined ? undefined : bundleProblem(caFile);
  if (wrong !== undefined) throw noBundle(`the CA bundle ${caFile} ${wrong}`);
  if (image.ssh === true && !hasAgent()) throw noAgent(image.name);
  const builder = await builderOf(engine);
  const text = builder === "legacy" ? image.plainDockerfile : image.dockerfile;
  const ignore = image.ignore?.[engine.name];
  const input = {
    engine,
    image: image.name,
    dockerfile: text,
    context: image.context,
    ignore,
    takesFiles: image.takesFiles,
    builder,
    caFile,
    labels: image.labels,
    values: image.values,
    ssh: image.ssh,
    buildArgs: proxyNames(process.env),
    extraArgs: image.buildExtraArgs,
    noCache: options.noCache === true,
    pull: options.pull === true,
  };
  if (ignorePlace(input) !== "folder") return await carryOut(buildCommand(input), engine, image, options);
  return await inLargeTempFolder(async (files) => {
    writeFileSync(join(files, "Dockerfile"), text);
    writeFileSync(join(files, "Dockerfile.dockerignore"), ignore!);
    return await carryOut(buildCommand({ ...input, files }), engine, image, options);
  });
}

async function carryOut(command: Command, engine: Engine, image: Image, options: BuildOptions): Promise<FoundImage> {
  const lines: string[] = [];
  if (isVerbose()) log.debug(`builds with: ${typedLine(command)}`);
  const result = await run(command, {
    signal: options.signal,
    onLine(line) {
      lines.push(line);
      const step = stepOf(plainLine(line));
      if (step !== undefined) options.onStep?.(step);
    },
  });
  if (result.code !== 0) {
    throw explainEngine({
      engine: engine.name,
      phase: "build",
      output: lines.join("\n"),
      command: shortLine(command),
      backend: options.backend,
      caGiven: options.settings.caBundle !== undefined,
    });
  }
  const found = await findImage(engine, image.name);
  if (found !== undefined) return found;
  throw new ArgusError("build/no-image", `${engine.name} ended the build well, and ${image.name} is not there`, {
    hint: `${engine.name} image ls`,
  });
}

/** The image of that name; undefined when the engine has none. */
export async function findImage(engine: Engine, name: string): Promise<FoundImage | undefined> {
  const { code, stdout } = await run(imageInspectCommand(engine, name), { timeoutMs: 60_000 });
  return code === 0 ? parseInspected(stdout)[0] : undefined;
}

/** What a line of the engine says about its progress: `[build 2/4] RUN …` or `STEP 2/4: RUN …`. */
function stepOf(line: string): string | undefined {
  return /^#\d+ (\[.*)$/.exec(line)?.[1] ?? /^(?:\[.*\] )?(?:STEP|Step) (\d+\/\d+ ?: .*)$/.exec(line)?.[1];
}

/** A folder or a pipe would be read as nothing, and the engines' --secret has no way to write a comma. */
function bundleProblem(file: string): string | undefined {
  if (!isReadable(file)) return "cannot be read";
  if (statOf(file)?.isFile() !== true) return "is no file";
  return file.includes(",") ? "has a comma in its path, which no engine takes" : undefined;
}

/** On Windows the agent is a pipe of a fixed name, which the engines know. */
function hasAgent(): boolean {
  return process.platform === "win32" || (process.env.SSH_AUTH_SOCK ?? "") !== "";
}

function noAgent(image: string): ArgusError {
  return new ArgusError("build/no-agent", `${image} is fetched over ssh, and there is no ssh agent to log in with`, {
    hint: "start one and add a key (`eval $(ssh-agent)`, `ssh-add`), so that SSH_AUTH_SOCK names it",
  });
}

function noBundle(message: string): ArgusError {
  return new ArgusError("config/no-ca-bundle", message, {
    hint: "set ARGUS_CA_BUNDLE to a file of PEM certificates",
  });
}

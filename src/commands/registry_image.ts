/** An image on its way into a registry, and from there into an engine. */
import { type Command, shortLine } from "../engine/command.ts";
import type { Engine } from "../engine/engine.ts";
import { imageRemoveCommand } from "../engine/oci.ts";
import type { FoundImage } from "../engine/parse.ts";
import { plainLine } from "../engine/plain_line.ts";
import {
  architectureCommand,
  digestCommand,
  manifestCommand,
  parseDigest,
  pullCommand,
  pushCommand,
  saysNoManifest,
  tagCommand,
} from "../engine/registry.ts";
import { ArgusError } from "../errors.ts";
import { askRegistry } from "../host/registry.ts";
import { run } from "../host/spawn.ts";
import { inLargeTempFolder } from "../host/temp.ts";
import type { Image } from "../image/image.ts";
import { log } from "../ui/log.ts";
import { findImage } from "./build_image.ts";

/** Whether the registry has an image, as far as this machine can tell. */
export interface Published {
  readonly state: "present" | "absent" | "unknown";
  readonly digest?: string | undefined;
}

/** A question takes a second; a hanging registry must not hold a session up for long. */
const ASK_TIMEOUT = 20_000;

/** Asks without a login, and where the registry wants one, with that of the engine that `engine` finds. */
export async function publishedAs(
  ref: string,
  engine: () => Promise<Engine | undefined>,
  signal?: AbortSignal,
): Promise<Published> {
  const answer = await askRegistry(ref, signal);
  if (answer.state === "present" || answer.state === "absent") return answer;
  if (signal?.aborted === true) return { state: "unknown" };
  const found = await engine().catch(() => undefined);
  if (found === undefined) return { state: "unknown" };
  const { code, stderr } = await run(manifestCommand(found, ref), { timeoutMs: ASK_TIMEOUT, signal });
  if (code === 0) return { state: "present" };
  return { state: saysNoManifest(stderr) ? "absent" : "unknown" };
}

/**
 * Gives an image that the engine has its name in the registry and sends it there; returns its digest.
 *
 * @throws ArgusError `registry/push` with the engine's last lines.
 */
export async function publish(
  engine: Engine,
  image: string,
  ref: string,
  signal?: AbortSignal,
): Promise<string | undefined> {
  for (const command of [tagCommand(engine, image, ref), pushCommand(engine, ref)]) {
    const ran = await run(command, { signal });
    if (ran.code !== 0) throw notPushed(engine, ref, `${ran.stdout}${ran.stderr}`, shortLine(command));
  }
  // The registry's own word: an engine may know the image under the digest of another one as well.
  const answer = await askRegistry(ref, signal);
  if (answer.state === "present" && answer.digest !== undefined) return answer.digest;
  const { stdout } = await run(digestCommand(engine, ref), { timeoutMs: ASK_TIMEOUT, signal });
  return parseDigest(stdout, ref);
}

/** Why an image was not pulled. */
export interface NotPulled {
  /** The registry answers, and has no such image for this machine. */
  readonly absent: boolean;
  /** The engine's own reason, one line. */
  readonly why: string;
  /** What to do about a registry that does not answer, or refuses. */
  readonly hint: string;
}

/**
 * Fetches an image from its registry and gives it its local name. A registry that does not answer is not asked for it: an
 * engine would wait for minutes.
 */
export async function pull(
  engine: Engine,
  image: Image,
  ref: string,
  signal?: AbortSignal,
): Promise<FoundImage | NotPulled> {
  // An engine elsewhere has its own way to it.
  const answer = engine.remote === true ? undefined : await askRegistry(ref, signal);
  goOn(signal);
  if (answer?.state === "silent") return notPulled(engine, ref, answer.reason, pullCommand(engine, ref));
  const plainly = () => pullWith(engine, image, ref, signal);
  if (engine.name !== "podman" || process.platform !== "linux") return await plainly();
  // Podman that is interrupted leaves what it has fetched, which may be as large as the image. Without a folder it has its
  // own words for that.
  return await inLargeTempFolder((folder) => {
    return pullWith({ ...engine, env: { ...engine.env, TMPDIR: folder } }, image, ref, signal);
  }, plainly);
}

async function pullWith(
  engine: Engine,
  image: Image,
  ref: string,
  signal?: AbortSignal,
): Promise<FoundImage | NotPulled> {
  const command = pullCommand(engine, ref);
  const fetched = await run(command, { signal });
  goOn(signal);
  if (fetched.code !== 0) return notPulled(engine, ref, fetched.stderr, command);
  const foreign = await foreignProcessor(engine, image, ref);
  if (foreign !== undefined) {
    // Under its local name it would be taken for the image that runs here.
    await run(imageRemoveCommand(engine, [ref]), { timeoutMs: ASK_TIMEOUT });
    log.warn(`${ref} is for ${foreign.has}, and this machine is ${foreign.wants}: it counts as absent in its registry`);
    return { absent: true, why: `it is for ${foreign.has}`, hint: "a registry path of its own for each processor" };
  }
  const named = tagCommand(engine, ref, image.name);
  const { code, stderr } = await run(named, { signal });
  goOn(signal);
  if (code !== 0) return notPulled(engine, ref, stderr, named);
  const silence = "it ended the pull well, and the image is not there";
  return (await findImage(engine, image.name)) ?? notPulled(engine, ref, silence, command);
}

/** What a pulled image is for, where that is not this machine, and nobody asked for it. */
async function foreignProcessor(
  engine: Engine,
  image: Image,
  ref: string,
): Promise<{ readonly has: string; readonly wants: string } | undefined> {
  const wants = PROCESSORS[process.arch];
  if (engine.remote === true || wants === undefined || choosesPlatform(image)) return undefined;
  const { stdout } = await run(architectureCommand(engine, ref), { timeoutMs: ASK_TIMEOUT });
  const has = stdout.trim();
  return has === wants || !/^[a-z0-9]+$/.test(has) ? undefined : { has, wants };
}

/** Go's names for the runtimes'. */
const PROCESSORS: Readonly<Record<string, string>> = {
  x64: "amd64",
  arm64: "arm64",
  arm: "arm",
  ia32: "386",
  ppc64: "ppc64le",
  s390x: "s390x",
  riscv64: "riscv64",
  loong64: "loong64",
};

/** The user builds it for a platform of their choice: by a word of the build, of a FROM line, or docker's variable. */
function choosesPlatform({ buildExtraArgs, dockerfile }: Image): boolean {
  const texts = [...buildExtraArgs, dockerfile];
  return (process.env.DOCKER_DEFAULT_PLATFORM ?? "") !== "" || texts.some((text) => text.includes("--platform"));
}

/** @throws ArgusError `build/interrupted` where the signal says so. */
function goOn(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new ArgusError("build/interrupted", "interrupted");
}

function notPulled(engine: Engine, ref: string, output: string, command: Command): NotPulled {
  const line = plainLine(linesOf(output).at(-1) ?? "it says no reason");
  const why = line.replace(/^(?:Error response from daemon: |Error: )+/, "");
  const hint = hintFor(output, engine, ref) ?? `\`${shortLine(command)}\` must work first`;
  return { absent: saysNoManifest(output), why, hint };
}

function notPushed(engine: Engine, ref: string, output: string, command: string): ArgusError {
  return new ArgusError("registry/push", `${engine.name} could not push ${ref}`, {
    hint: hintFor(output, engine, ref) ?? `\`${command}\` must work first; \`registry\` names the registry`,
    command,
    output: linesOf(output).slice(-10).join("\n"),
  });
}

function linesOf(output: string): string[] {
  return output.split(/\r?\n/).filter((line) => line.trim() !== "");
}

function hintFor(output: string, { name }: Engine, ref: string): string | undefined {
  return HINTS.find(([pattern]) => pattern.test(output))?.[1](name, ref.split("/")[0]!);
}

const HINTS: readonly (readonly [RegExp, (engine: string, host: string) => string])[] = [
  [
    /denied|unauthorized|authentication required|no basic auth/i,
    (engine, host) => `\`${engine} login ${host}\`, with an account that may do so`,
  ],
  [
    /server gave HTTP response to HTTPS client|x509|certificate/i,
    (engine, host) =>
      `${engine} does not trust ${host}: add its certificate, or make it an insecure registry of ${engine}`,
  ],
  [
    /connection refused|no such host|i\/o timeout|no route to host|no answer/i,
    (_, host) => `${host} must answer this machine`,
  ],
];

/** An image on its way into a registry. */
import { pasteable } from "../engine/command.ts";
import type { Engine } from "../engine/engine.ts";
import {
  digestCommand,
  manifestCommand,
  parseDigest,
  pushCommand,
  saysNoManifest,
  tagCommand,
} from "../engine/registry.ts";
import { ArgusError } from "../errors.ts";
import { askRegistry } from "../host/registry.ts";
import { run } from "../host/spawn.ts";

/** Whether the registry has an image, as far as this machine can tell. */
export interface Published {
  readonly state: "present" | "absent" | "unknown";
  readonly digest?: string | undefined;
}

/** A question takes a second; a hanging registry must not hold a session up for long. */
const ASK_TIMEOUT = 20_000;

/** Asks without a login, and where the registry wants one, with that of the engine that `engine` finds. */
export async function publishedAs(ref: string, engine: () => Promise<Engine | undefined>): Promise<Published> {
  const answer = await askRegistry(ref);
  if (answer.state !== "unknown") return answer;
  const found = await engine().catch(() => undefined);
  if (found === undefined) return { state: "unknown" };
  const { code, stderr } = await run(manifestCommand(found, ref), { timeoutMs: ASK_TIMEOUT });
  if (code === 0) return { state: "present" };
  return { state: saysNoManifest(stderr) ? "absent" : "unknown" };
}

/**
 * Gives an image that the engine has its name in the registry and sends it there; returns its digest.
 *
 * @throws ArgusError `kubernetes/push` with the engine's last lines.
 */
export async function publish(
  engine: Engine,
  image: string,
  ref: string,
  signal?: AbortSignal,
): Promise<string | undefined> {
  for (const command of [tagCommand(engine, image, ref), pushCommand(engine, ref)]) {
    const ran = await run(command, signal === undefined ? {} : { signal });
    if (ran.code !== 0) throw notPushed(engine, ref, `${ran.stdout}${ran.stderr}`, pasteable(command));
  }
  // The registry's own word: an engine may know the image under the digest of another one as well.
  const answer = await askRegistry(ref);
  if (answer.state === "present" && answer.digest !== undefined) return answer.digest;
  return parseDigest((await run(digestCommand(engine, ref), { timeoutMs: ASK_TIMEOUT })).stdout, ref);
}

function notPushed({ name }: Engine, ref: string, output: string, where: string): ArgusError {
  const lines = output.split(/\r?\n/).filter((line) => line.trim() !== "");
  const host = ref.split("/")[0]!;
  const hint = HINTS.find(([pattern]) => pattern.test(output))?.[1](name, host);
  return new ArgusError("kubernetes/push", `${name} could not push ${ref}`, {
    hint: hint ?? `\`${where}\` must work first; \`kubernetes.registry\` names the registry`,
    where,
    output: lines.slice(-10).join("\n"),
  });
}

const HINTS: readonly (readonly [RegExp, (engine: string, host: string) => string])[] = [
  [
    /denied|unauthorized|authentication required|no basic auth/i,
    (engine, host) => `\`${engine} login ${host}\`, with an account that may push there`,
  ],
  [
    /server gave HTTP response to HTTPS client|x509|certificate/i,
    (engine, host) =>
      `${engine} does not trust ${host}: add its certificate, or make it an insecure registry of ${engine}`,
  ],
  [
    /connection refused|no such host|i\/o timeout|no route to host/i,
    (_, host) => `${host} must answer this machine as well as the cluster`,
  ],
];

/** One question to a registry: has it an image? Asked without a login, so that "login" is a usual answer. */
import { isDockerHub } from "../config/rules/registry.ts";
import { isLoopback } from "../engine/registry.ts";

/** What the registry says. */
export type RegistryAnswer =
  | { readonly state: "present"; readonly digest: string | undefined }
  | { readonly state: "absent" }
  /** It tells that to whom it knows only. */
  | { readonly state: "login"; readonly reason: string }
  /** Somebody is there, and says something else, or speaks no TLS that is trusted here. */
  | { readonly state: "unclear"; readonly reason: string }
  /** Nobody is there, as far as this machine can tell: a cluster may still reach it. */
  | { readonly state: "silent"; readonly reason: string };

/** Every form in which an image may be stored: one that is not accepted would look absent. */
const ACCEPT = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.docker.distribution.manifest.v2+json",
].join(", ");

/** For all addresses together. */
const TIMEOUT_MS = 5000;

/**
 * Asks for the manifest of `host[:port]/path:tag`. Plain HTTP for registries of this machine only, as docker does.
 * Source: https://github.com/opencontainers/distribution-spec/blob/main/spec.md#checking-if-content-exists-in-the-registry
 */
export async function askRegistry(ref: string, signal?: AbortSignal): Promise<RegistryAnswer> {
  const match = /^([^/]+)\/(.+):([^:/]+)$/.exec(ref);
  if (match === null) return { state: "unclear", reason: `${ref} names no registry` };
  const [, host = "", path = "", tag = ""] = match;
  const limit = AbortSignal.timeout(TIMEOUT_MS);
  let answer: RegistryAnswer | undefined;
  for (const address of addressesOf(host)) {
    try {
      const response = await fetch(`${address}/v2/${path}/manifests/${tag}`, {
        method: "HEAD",
        headers: { accept: ACCEPT },
        signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
      });
      if (response.ok) return { state: "present", digest: digestIn(response.headers.get("docker-content-digest")) };
      if (response.status === 404) return { state: "absent" };
      const reason = `it answers ${response.status} ${response.statusText}`.trim();
      if (response.status === 401 || response.status === 403) return { state: "login", reason };
      answer = { state: "unclear", reason };
      // A server that speaks TLS answers so to plain HTTP.
      if (response.status !== 400) return answer;
    } catch (error) {
      const reason = reasonOf(error);
      const silence = limit.aborted ? `no answer in ${TIMEOUT_MS / 1000} s` : silenceOf(reason);
      // Who has answered one address is there.
      if (silence === undefined) answer = { state: "unclear", reason };
      else answer ??= { state: "silent", reason: silence };
    }
  }
  return answer!;
}

/** That nobody took the connection, in the same words under all runtimes; undefined = somebody did. */
function silenceOf(reason: string): string | undefined {
  return SILENCES.find(([pattern]) => pattern.test(reason))?.[1];
}

const SILENCES: readonly (readonly [RegExp, string])[] = [
  [/ECONNREFUSED|connection refused/i, "connection refused"],
  [/ENOTFOUND|EAI_\w+|dns error|failed to lookup/i, "no such host"],
  [/E(?:HOST|NET)UNREACH|no route to host|network is unreachable/i, "no route to host"],
  [/ETIMEDOUT|CONNECT_TIMEOUT/i, "no answer"],
];

function addressesOf(host: string): string[] {
  // What is called docker.io is a site for people.
  if (isDockerHub(host)) return ["https://registry-1.docker.io"];
  return isLoopback(`${host}/`) ? [`http://${host}`, `https://${host}`] : [`https://${host}`];
}

function digestIn(header: string | null): string | undefined {
  return header !== null && /^sha256:[0-9a-f]{64}$/.test(header) ? header : undefined;
}

/** The runtimes put the system's word for it into the code or the message, of the error or of its cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error as { cause?: unknown };
  const { message, code } = (cause instanceof Error ? cause : error) as Error & { code?: unknown };
  const line = message.trim();
  return typeof code === "string" && !line.includes(code) ? `${code} ${line}`.trim() : line;
}

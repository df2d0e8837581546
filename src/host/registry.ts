/** One question to a registry: has it an image? Asked without a login, so that "unknown" is a usual answer. */
import { isDockerHub } from "../config/rules/registry.ts";
import { isLoopback } from "../engine/registry.ts";

/** What the registry says. */
export type RegistryAnswer =
  | { readonly state: "present"; readonly digest: string | undefined }
  | { readonly state: "absent" }
  /** It wants a login, or does not answer this machine: the cluster may still reach it. */
  | { readonly state: "unknown"; readonly reason: string };

/** Every form in which an image may be stored: one that is not accepted would look absent. */
const ACCEPT = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.docker.distribution.manifest.v2+json",
].join(", ");

const TIMEOUT_MS = 5000;

/**
 * Asks for the manifest of `host[:port]/path:tag`. Plain HTTP for registries of this machine only, as docker does.
 * Source: https://github.com/opencontainers/distribution-spec/blob/main/spec.md#checking-if-content-exists-in-the-registry
 */
export async function askRegistry(ref: string): Promise<RegistryAnswer> {
  const match = /^([^/]+)\/(.+):([^:/]+)$/.exec(ref);
  if (match === null) return { state: "unknown", reason: `${ref} names no registry` };
  const [, host = "", path = "", tag = ""] = match;
  const addresses = addressesOf(host);
  let reason = "";
  for (const address of addresses) {
    try {
      const response = await fetch(`${address}/v2/${path}/manifests/${tag}`, {
        method: "HEAD",
        headers: { accept: ACCEPT },
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      if (response.ok) return { state: "present", digest: digestIn(response.headers.get("docker-content-digest")) };
      if (response.status === 404) return { state: "absent" };
      // A server that speaks TLS answers so to plain HTTP.
      if (response.status !== 400 || address.startsWith("https:")) {
        return { state: "unknown", reason: `it answers ${response.status} ${response.statusText}`.trim() };
      }
    } catch (error) {
      reason = reasonOf(error);
    }
  }
  return { state: "unknown", reason };
}

function addressesOf(host: string): string[] {
  // What is called docker.io is a site for people.
  if (isDockerHub(host)) return ["https://registry-1.docker.io"];
  return isLoopback(`${host}/`) ? [`http://${host}`, `https://${host}`] : [`https://${host}`];
}

function digestIn(header: string | null): string | undefined {
  return header !== null && /^sha256:[0-9a-f]{64}$/.test(header) ? header : undefined;
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error as { cause?: unknown };
  return cause instanceof Error && cause.message !== "" ? cause.message : error.message;
}

/** A registry with or without a path: an image's reference without its last part. */
import { imageReferenceProblem } from "./image_reference.ts";
import type { RuleProblem } from "./rule.ts";

export function registryProblem(value: string): RuleProblem | undefined {
  const hint = 'such as "registry.example.com/mcp" or "localhost:5000"';
  if (/^[A-Za-z][\w+.-]*:\/\//.test(value)) return { message: "must not start with a scheme", hint };
  const prefix = value.replace(/\/$/, "");
  const [host = ""] = prefix.split("/");
  if (prefix === host && (isDockerHub(host) || SHARED.test(host))) {
    const named = isDockerHub(host) ? "docker.io" : host;
    // Without one, images would be those of the account "argus", which is a stranger's.
    return { message: "must name an account of a registry that many share", hint: `such as "${named}/ACCOUNT"` };
  }
  const named = /[.:[]/.test(host) || host === "localhost";
  if (named && imageReferenceProblem(`${prefix}/argus/x:1`) === undefined) return undefined;
  return { message: "must be a registry, with or without a path", hint };
}

/** Registries other than Docker Hub where anybody may open an account, which is the first part of a path. */
const SHARED = /^(?:ghcr\.io|quay\.io|(?:[a-z]+\.)?gcr\.io|public\.ecr\.aws|registry\.gitlab\.com)(?::\d+)?$/i;

/** Whether a host is one of Docker Hub's names. */
export function isDockerHub(host: string): boolean {
  return /^(?:(?:(?:index|registry-1)\.)?docker\.io|registry\.hub\.docker\.com)(?::\d+)?$/i.test(host);
}

/** A registry with or without a path: an image's reference without its last part. */
import { imageReferenceProblem } from "./image_reference.ts";
import type { RuleProblem } from "./rule.ts";

export function registryProblem(value: string): RuleProblem | undefined {
  const hint = 'such as "registry.example.com/mcp" or "localhost:5000"';
  if (/^[A-Za-z][\w+.-]*:\/\//.test(value)) return { message: "must not start with a scheme", hint };
  const prefix = value.replace(/\/$/, "");
  const [host = ""] = prefix.split("/");
  const named = /[.:[]/.test(host) || host === "localhost";
  if (named && imageReferenceProblem(`${prefix}/argus/x:1`) === undefined) return undefined;
  return { message: "must be a registry, with or without a path", hint };
}

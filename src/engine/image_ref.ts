/** An image as a registry names it. */
import { isDockerHub } from "../config/rules/registry.ts";
import { NO_REGISTRY } from "../plan/image_name.ts";

/**
 * `localhost/argus/npx-x:abc` under a registry's prefix: `registry.example.com/mcp/argus/npx-x:abc`, or by digest when
 * that is known. Without a registry it has its local name only.
 */
export function imageRef(registry: string | undefined, image: string, digest?: string): string {
  const name = registry === undefined ? image : nameIn(registry, image.slice(NO_REGISTRY.length));
  return digest === undefined ? name : `${name.replace(/:[^:/]*$/, "")}@${digest}`;
}

function nameIn(registry: string, image: string): string {
  const prefix = registry.replace(/\/+$/, "");
  const [host = "", account, ...rest] = prefix.split("/");
  if (!isDockerHub(host) || account === undefined) return `${prefix}/${image}`;
  // Docker Hub knows an account and one name below it.
  return `docker.io/${account}/${[...rest, image].join("/").replaceAll("/", "-")}`;
}

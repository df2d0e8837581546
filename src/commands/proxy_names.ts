import type { Env } from "../config/config.ts";

/** The variables that a build needs behind a proxy; engines hide their values from the image's history. */
const NAMES = ["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY"].flatMap((name) => [name, name.toLowerCase()]);

/** Those of them that are set. */
export function proxyNames(env: Env): string[] {
  return NAMES.filter((name) => env[name] !== undefined);
}

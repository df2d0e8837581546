/** Where a config is looked for when none is named. */
import { posix, win32 } from "node:path";
import type { Env } from "./config.ts";

/**
 * Candidates in order: the working directory, then the user's own folder, because desktop clients start argus in an
 * arbitrary directory.
 *
 * @param platform As `process.platform` names it.
 * @param home The user's home.
 */
export function configCandidates(env: Env, platform: string, home: string): string[] {
  return ["config.yaml", "config.yml", ...userFolders(env, platform, home)];
}

function userFolders(env: Env, platform: string, home: string): string[] {
  if (platform === "win32") {
    return [win32.join(env.APPDATA || win32.join(home, "AppData", "Roaming"), "argus", "config.yaml")];
  }
  const xdg = posix.join(env.XDG_CONFIG_HOME || posix.join(home, ".config"), "argus", "config.yaml");
  if (platform !== "darwin") return [xdg];
  return [posix.join(home, "Library", "Application Support", "argus", "config.yaml"), xdg];
}

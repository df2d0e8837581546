/** What helps a user who may not use an engine's socket. */
import type { OciName } from "./engine.ts";

/** What to do about it. Podman is only asked through a socket where CONTAINER_HOST names one. */
export function permissionHint(engine: OciName): string {
  return engine === "docker"
    ? "add the user to the group docker and log in again (`sudo usermod -aG docker $USER`), or use podman (ARGUS_RUNTIME=podman)"
    : "unset CONTAINER_HOST, or name a socket of this user there (on Linux `systemctl --user start podman.socket` makes one)";
}

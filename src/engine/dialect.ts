/** What differs between the engines' command lines, each difference with its reason. */
import { DEFAULT } from "../plan/defaults.ts";
import type { Engine, OciName } from "./engine.ts";

/** The part of an engine that decides how its command line is written. */
export type EngineKind = Pick<Engine, "name" | "rootless">;

/** One engine's way to say things. */
export interface Dialect {
  /** Flags of every run that only this engine knows. */
  readonly run: readonly string[];
  /** Flags of a run that mounts host folders. */
  readonly hostFolders: readonly string[];
  /** Flags of every build that only this engine knows. */
  readonly build: readonly string[];
  /** The flag that fetches a newer base image. */
  readonly buildPull: string;
  /** What follows `rm`, so that a container goes at once, whatever it does. */
  readonly remove: readonly string[];
  /** A label's value in the template of `ps --format`. */
  label(name: string): string;
}

/** The dialect of an engine. */
export function dialectOf(engine: EngineKind): Dialect {
  if (engine.name === "docker") return DIALECTS.docker;
  return engine.rootless ? ROOTLESS_PODMAN : DIALECTS.podman;
}

const DIALECTS: Readonly<Record<OciName, Dialect>> = {
  docker: {
    run: [],
    hostFolders: [],
    build: [],
    buildPull: "--pull",
    // Anonymous volumes of the image's VOLUME lines go with it.
    remove: ["rm", "-f", "-v"],
    label: (name) => `{{.Label "${name}"}}`,
  },
  podman: {
    run: [
      // A read-only root makes podman add /run, /tmp and /var/tmp as writable folders without noexec.
      "--read-only-tmpfs=false",
      // Podman copies the proxy variables of the host into every container, credentials included.
      "--http-proxy=false",
    ],
    hostFolders: [],
    // SHELL and HEALTHCHECK of a user's Dockerfile have no effect in the default format.
    build: ["--format", "docker"],
    buildPull: "--pull=always",
    // Without -t 0 it waits 10 s for a server that ignores SIGTERM.
    remove: ["rm", "-f", "-v", "-t", "0"],
    label: (name) => `{{index .Labels "${name}"}}`,
  },
};

const ROOTLESS_PODMAN: Dialect = {
  ...DIALECTS.podman,
  // The user's own files belong to nobody's id in the container otherwise. Only with host folders: a server without any
  // stays under a subordinate id that owns nothing, and no image has to be copied for the mapping (3 s at its first run).
  hostFolders: [`--userns=keep-id:uid=${DEFAULT.uid},gid=${DEFAULT.uid}`],
};

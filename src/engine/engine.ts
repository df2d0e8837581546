/** A container engine that was found on this machine, and whose its containers are. */

/** The engines that are driven through an OCI command line, in the order in which they are looked for. */
export const OCI_NAMES = ["docker", "podman"] as const;
export type OciName = (typeof OCI_NAMES)[number];

/** Where an engine is and what it can do. */
export interface Engine {
  readonly name: OciName;
  /** Absolute path of its command-line program. */
  readonly bin: string;
  /** Variables that its program needs to reach the endpoint that was found (DOCKER_HOST, XDG_RUNTIME_DIR …). */
  readonly env: Readonly<Record<string, string>>;
  /** Podman without root: identity mapping and limits differ. */
  readonly rootless: boolean;
  /** Its containers surely run on another machine, which has its own files and CPUs. Default false. */
  readonly remote?: boolean;
  /** Its program gives every container the proxies of its own settings. Default false. */
  readonly handsProxies?: boolean;
}

/** Who owns a container: the argus process, precisely enough that a reused pid is not mistaken for it. */
export interface Owner {
  readonly pid: number;
  /** Start time of the process in clock ticks since boot (field 22 of /proc/PID/stat), or ms since the epoch elsewhere. */
  readonly started: string;
  /** /proc/sys/kernel/random/boot_id, or "" where there is none. */
  readonly boot: string;
  readonly host: string;
  readonly uid: number;
}

/** The name and owner of one session, decided before anything is started. */
export interface SessionIdentity {
  readonly backend: string;
  /** `argus-<backend>-<12 hex>`, unique. */
  readonly container: string;
  readonly owner: Owner;
}

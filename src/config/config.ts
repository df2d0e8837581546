/** The config as the rest of argus sees it: valid, expanded, with a place for everything. */
import type { Volume } from "./rules/volume.ts";
import type { ContainerFields, KubernetesFields } from "./schema.ts";
import type { Text } from "./text.ts";
import type { Path } from "./yaml.ts";

/** The environment that variables are read from. */
export type Env = Readonly<Record<string, string | undefined>>;

/** `file:line:col` of a path in a backend: `where(["container", "volumes", 0])`. */
export type Where = (path: Path) => string;

export interface Config {
  /** As errors print it. */
  readonly file: string;
  /** Folder of the file, which `dockerfile` is relative to. */
  readonly folder: string;
  readonly flags: {
    readonly containerIsolation?: boolean | undefined;
    readonly requireIsolation?: boolean | undefined;
  };
  readonly policy: { readonly allowWeakening: boolean };
  /** Of the file, else `ARGUS_REGISTRY`; undefined = images are built where they run. */
  readonly registry?: string | undefined;
  /** The global `kubernetes:` section, its registry by default the one above. */
  readonly kubernetes: KubernetesFields;
  /** The backends that are valid, in the order of the file. */
  readonly backends: ReadonlyMap<string, Backend>;
}

export type Backend = StdioBackend | RemoteBackend;

/** A backend that argus starts. */
export interface StdioBackend {
  readonly type: "stdio";
  readonly name: string;
  readonly command: Text;
  readonly args: readonly Text[];
  readonly env: Readonly<Record<string, Text>>;
  readonly container: ContainerOptions;
  readonly session: SessionOptions;
  /** A variable in `command`, `args` or `container` is unset (only with `unset: "allow"`): its reference stands there. */
  readonly unresolved: boolean;
  readonly where: Where;
}

export interface SessionOptions {
  /** Milliseconds of silence after EOF before the stop ladder; undefined = never. Default 3000. */
  readonly eofGraceMs?: number;
  /** "strict": lines on stdout that are not JSON-RPC go to stderr. Default "raw". */
  readonly stdout: "raw" | "strict";
}

/** A backend that runs elsewhere. */
export interface RemoteBackend {
  readonly type: "sse" | "streamable-http";
  readonly name: string;
  /** As written: argus does not connect, so no variable is expanded. */
  readonly url: string;
  readonly where: Where;
}

/** `container:` with the keys of the file; lists and mappings are there even when the file has none. */
export interface ContainerOptions extends Omit<ContainerFields, "volumes" | ListField | "build_env" | "kubernetes"> {
  readonly volumes: readonly Volume[];
  /** They may hold secrets, as `args` may. */
  readonly extra_args: readonly Text[];
  readonly system_deps: readonly string[];
  readonly build_system_deps: readonly string[];
  readonly additional_packages: readonly string[];
  readonly build_steps: readonly Text[];
  readonly build_env: Readonly<Record<string, Text>>;
  /** The global section with the backend's own on top. */
  readonly kubernetes: KubernetesFields;
}

type ListField = "extra_args" | "system_deps" | "build_system_deps" | "additional_packages" | "build_steps";

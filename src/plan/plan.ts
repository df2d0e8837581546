/**
 * The plan: what argus would do for one backend, as plain data that `plan` prints, `build` and `run` consume, and the
 * golden tests hold. It knows no engine and touches no machine.
 */
import type { SessionOptions } from "../config/config.ts";
import type { Volume } from "../config/rules/volume.ts";
import type { RuntimeName } from "../config/settings.ts";
import type { Text } from "../config/text.ts";

/** Something that the user should know and that stops nothing. */
export interface Notice {
  /** `area/what`, stable for scripts. */
  readonly code: string;
  readonly message: string;
  /** What to type in its place, for `validate`: a run says one line. */
  readonly hint?: string;
  /** `file:line:col` when it comes from a place in the config. */
  readonly where?: string;
}

export type Plan = ContainerPlan | BarePlan | PassthroughPlan | RemotePlan;

/** The backend runs in a container that argus builds and locks down. */
export interface ContainerPlan {
  readonly kind: "container";
  readonly backend: string;
  readonly image: ImagePlan;
  /** What follows the image's own entry: the server's arguments. */
  readonly args: readonly Text[];
  /** The server's environment. */
  readonly env: Readonly<Record<string, Text>>;
  readonly limits: Limits;
  /** "none", "bridge" or a network's name. */
  readonly network: string;
  readonly volumes: readonly Volume[];
  /** Passed as they are before the image's name. Spec: "Volume Mounts and Extra Arguments". */
  readonly extraArgs: readonly Text[];
  /** Isolation that cannot be had is an error. */
  readonly requireIsolation: boolean;
  /** The runtime that the config or `ARGUS_RUNTIME` names; undefined = detect. */
  readonly runtime?: RuntimeName;
  /** `session.eof_grace` and `stdout` of this backend. */
  readonly session: SessionOptions;
  readonly warnings: readonly Notice[];
}

/** The backend runs as a bare process: the switch is off, no recipe fits, or no engine is installed. */
export interface BarePlan {
  readonly kind: "bare";
  readonly backend: string;
  readonly reason: string;
  readonly command: Text;
  readonly args: readonly Text[];
  readonly env: Readonly<Record<string, Text>>;
  readonly session: SessionOptions;
  readonly warnings: readonly Notice[];
}

/** The command is a container call of the user's own; argus passes it through untouched. */
export interface PassthroughPlan extends Omit<BarePlan, "kind"> {
  readonly kind: "passthrough";
}

/** The backend is remote: nothing to build or run. */
export interface RemotePlan {
  readonly kind: "remote";
  readonly backend: string;
  readonly reason: string;
  readonly warnings: readonly Notice[];
}

export interface Limits {
  /** Docker size syntax: "512m". */
  readonly memory: string;
  /** A positive decimal: "1", "0.5". */
  readonly cpus: string;
}

export type ImagePlan = UvxImage | NpxImage | GoImage | SourceImage | DockerfileImage;

/** What every generated image has. */
export interface ImageBase {
  /** The package's, repository's or Dockerfile's own name, for the image's name: `[a-z0-9._-]`, no version. */
  readonly name: string;
  /** Base image of the (builder) stage: `builder_image` or the recipe's default. */
  readonly base: string;
  /** OS packages of the final stage. */
  readonly systemDeps: readonly string[];
  /** OS packages of the builder stage only. */
  readonly buildSystemDeps: readonly string[];
  /** Language-level packages installed beside the server. */
  readonly additionalPackages: readonly string[];
  /** Variables of the builder stage only. */
  readonly buildEnv: Readonly<Record<string, Text>>;
  /** The builder needs git (a VCS package or a source build). */
  readonly git: boolean;
  /** It fetches a repository over ssh: it needs a client, and the ssh agent of whoever builds. */
  readonly ssh?: true;
}

/** A Python server. */
export interface UvxImage extends ImageBase {
  readonly recipe: "uvx";
  readonly install:
    | {
        /** `uv tool install SPEC --with …`; the entry is the executable `binary`. */
        readonly kind: "tool";
        /** PEP 508 requirement or VCS URL. */
        readonly spec: string;
        readonly with: readonly string[];
        readonly binary: string;
      }
    | {
        /** A venv with `distribution`, installed only if `module` is not importable after additionalPackages. */
        readonly kind: "module";
        readonly module: string;
        readonly distribution: string;
      };
  /** `--python` of uv: a version or undefined. */
  readonly python?: string;
  /** Options of uv that steer the installation, as words: ["--index-url", "https://…"]. Values proven safe. */
  readonly installOptions: readonly string[];
}

/** A Node server. */
export interface NpxImage extends ImageBase {
  readonly recipe: "npx";
  /** npm specs to install, the server's own first. */
  readonly packages: readonly string[];
  /** What runs a file of the packages, in their folder; undefined = an executable of the first package runs itself. */
  readonly runner?: "node" | "tsx";
  /** The executable that the command names; undefined = npm's rule for the first package. */
  readonly binary?: string;
}

/** A Go server. */
export interface GoImage extends ImageBase {
  readonly recipe: "go";
  /** Module path with version: "github.com/x/y@latest". */
  readonly module: string;
  /** Runtime base. Default alpine:3.21. */
  readonly runtimeBase: string;
}

/** A server built from a git repository. */
export interface SourceImage extends ImageBase {
  readonly recipe: "source";
  readonly url: string;
  readonly ref?: string;
  readonly steps: readonly Text[];
  readonly entrypoint: readonly string[];
  /** What the server is built and run with; when "unknown", the build sets Python up where the base has it. */
  readonly language: "node" | "python" | "unknown";
}

/** The user's own Dockerfile. */
export interface DockerfileImage {
  readonly recipe: "dockerfile";
  readonly name: string;
  /** Relative to the config file's folder, as written. */
  readonly path: string;
  /** `[command, ...args]` of the backend: what remains of it after the entry is decided once the Dockerfile is read. */
  readonly words: readonly Text[];
}

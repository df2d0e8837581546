/** The image of a plan: its name, how it is built, and what follows its name when it runs. */
import type { Settings } from "../config/settings.ts";
import type { Text } from "../config/text.ts";
import { plain } from "../config/text.ts";
import { ArgusError } from "../errors.ts";
import { addedTo, serverArgs } from "../plan/entry.ts";
import { imageName } from "../plan/image_name.ts";
import { LABEL } from "../plan/labels.ts";
import type { DockerfileImage, ImagePlan, Notice } from "../plan/plan.ts";
import { type DockerfileEntry, type Invocation, readDockerfile } from "./dockerfile.ts";
import { entryOf } from "./entry.ts";
import { hashOf, slowHash } from "./hash.ts";
import { inputsOf, renderDockerfile, valuesOf } from "./render.ts";
import { takesFiles } from "./taken.ts";

/** An image as data. */
export interface Image {
  /** `localhost/argus/<recipe>-<name>:<12 hex>`. */
  readonly name: string;
  /** The Dockerfile's text, for a builder that knows `RUN --mount`. */
  readonly dockerfile: string;
  /** The same for a builder that does not. */
  readonly plainDockerfile: string;
  /** Absolute folder of the build context; undefined = an empty one. */
  readonly context?: string;
  readonly ignore?: IgnoreTexts | undefined;
  /** The Dockerfile itself may take files of its context. Default false: only its base image may, by ONBUILD. */
  readonly takesFiles?: boolean;
  /** Values of variables that the build needs, for a POSIX shell; they stand in no Dockerfile. */
  readonly values?: string;
  /** The build needs the ssh agent of whoever builds. */
  readonly ssh?: true;
  /** More words of the engine's build. */
  readonly buildExtraArgs: readonly string[];
  /** Hash of everything that shapes the image, also its label. */
  readonly inputs: string;
  /** What `build` adds as labels: those that the Dockerfile does not hold itself. */
  readonly labels: Readonly<Record<string, string>>;
  /** What follows the image's name, when the Dockerfile decides it; undefined = the plan's `args`. */
  readonly args?: readonly Text[];
  /**
   * The program that the image runs, with all words before `args`, where it is known and the image surely has /bin/sh:
   * something may then be put in front of it. undefined = the image's own entry is to be left alone.
   */
  readonly entry?: readonly string[] | undefined;
  readonly notices: readonly Notice[];
}

/** What the user adds to every build. */
export type BuildArguments = Pick<Settings, "buildExtraArgs" | "buildShape">;

/** For each engine, what stands in place of the context's own ignore file; undefined = that one will do. */
export interface IgnoreTexts {
  readonly docker: string | undefined;
  readonly podman: string | undefined;
}

/** A user's Dockerfile and its folder. */
export interface UserDockerfile {
  readonly text: string;
  /** Absolute folder of the build context. */
  readonly context: string;
  /** Absolute path of the Dockerfile. */
  readonly file: string;
  /** Hash of the context's files. */
  readonly digest: string;
  /** Where the context's own ignore files would let the config in use through. */
  readonly ignore?: IgnoreTexts;
}

/** The image of a plan; `file` is what a dockerfile plan names. */
export function imageOf(plan: ImagePlan, build: BuildArguments, file?: UserDockerfile): Image {
  if (plan.recipe === "dockerfile") return userImage(plan, build, file);
  const inputs = withArguments(inputsOf(plan), build);
  const values = valuesOf(plan)?.script;
  return {
    ...(values === undefined ? {} : { values }),
    ...(plan.ssh === undefined ? {} : { ssh: plan.ssh }),
    name: imageName(plan.recipe, plan.name, inputs),
    // Rendered when asked for: a run needs the name alone.
    get dockerfile() {
      return renderDockerfile(plan, { mounts: true, inputs });
    },
    get plainDockerfile() {
      return renderDockerfile(plan, { mounts: false, inputs });
    },
    buildExtraArgs: build.buildExtraArgs,
    inputs,
    labels: {},
    // Each template uses a shell in its last stage.
    entry: entryOf(plan),
    notices: [],
  };
}

function withArguments(inputs: string, { buildShape }: BuildArguments): string {
  return buildShape.length === 0 ? inputs : hashOf(inputs, slowHash(buildShape.join("\0"), "argus build arguments"));
}

function userImage(plan: DockerfileImage, build: BuildArguments, file: UserDockerfile | undefined): Image {
  if (file === undefined) {
    throw new ArgusError("image/no-dockerfile", `the Dockerfile ${plan.path} has not been read`);
  }
  const takes = takesFiles(file.text, build.buildShape);
  const inputs = withArguments(hashOf(file.text, takes ? file.digest : ""), build);
  const entry = readDockerfile(file.text);
  const { args, notices } = argsOf(entry, plan);
  return {
    name: imageName("dockerfile", plan.name, inputs),
    dockerfile: file.text,
    plainDockerfile: file.text,
    context: file.context,
    ignore: file.ignore,
    takesFiles: takes,
    buildExtraArgs: build.buildExtraArgs,
    inputs,
    labels: { [LABEL.recipe]: "dockerfile", [LABEL.inputs]: inputs },
    args,
    entry: startOf(entry, args),
    notices,
  };
}

/** What the image runs before `args`; without any, the CMD that the Dockerfile adds to its ENTRYPOINT is part of it. */
function startOf({ entrypoint, cmd, shell }: DockerfileEntry, args: readonly Text[]): readonly string[] | undefined {
  // Without an ENTRYPOINT of its own the image has that of its base, which is not known here.
  if (entrypoint === undefined) return undefined;
  const defaults = entrypoint.form === "exec" && args.length === 0 ? cmd : undefined;
  const isShell = entrypoint.form === "exec" && /^(?:\/bin\/)?sh$/.test(entrypoint.words[0] ?? "");
  if (shell !== true && (!isShell || defaults?.form === "shell")) return undefined;
  return [...fullWordsOf(entrypoint), ...(defaults === undefined ? [] : fullWordsOf(defaults))];
}

function fullWordsOf(invocation: Invocation): readonly string[] {
  return invocation.form === "exec" ? invocation.words : ["/bin/sh", "-c", invocation.line];
}

/**
 * What follows the image's name. The Dockerfile's ENTRYPOINT stays, and the backend's words add to it; a CMD is repeated
 * where they add to it, because words after the name replace it; with neither, the backend's words are all there is.
 */
function argsOf({ entrypoint, cmd }: DockerfileEntry, plan: DockerfileImage): Following {
  const { words } = plan;
  // An ENTRYPOINT that is a shell line hears no CMD.
  const heard = entrypoint?.form === "shell" ? undefined : cmd;
  if (heard !== undefined) {
    // The ENTRYPOINT, the Dockerfile's or its base's, may be a mere wrapper or the program to which CMD is an argument.
    const added =
      addedTo(wordsOf(heard), words) ?? (entrypoint === undefined ? serverArgs(wordsOf(heard), words) : undefined);
    if (added !== undefined) return following("CMD", heard, added, plan);
  }
  if (entrypoint === undefined) return { args: words, notices: [] };
  return following("ENTRYPOINT", entrypoint, serverArgs(wordsOf(entrypoint), words), plan);
}

interface Following {
  readonly args: readonly Text[];
  readonly notices: readonly Notice[];
}

function following(
  instruction: "CMD" | "ENTRYPOINT",
  invocation: Invocation,
  added: readonly Text[],
  plan: DockerfileImage,
): Following {
  if (added.length === 0) return { args: [], notices: [] };
  if (invocation.form === "shell") return { args: [], notices: [unheard(instruction, added, plan)] };
  return { args: instruction === "CMD" ? [...invocation.words.map(plain), ...added] : added, notices: [] };
}

function wordsOf(invocation: Invocation): readonly string[] {
  if (invocation.form === "exec") return invocation.words;
  return invocation.line.replace(/^exec\s+/, "").split(/\s+/);
}

function unheard(instruction: string, rest: readonly Text[], plan: DockerfileImage): Notice {
  const words = rest.map((word) => word.shown).join(" ");
  return {
    code: "image/shell-form",
    message:
      `the server will not get ${words}: ${instruction} of ${plan.path} is a shell line, which takes no arguments; ` +
      `write it as a list: ${instruction} ["program", "argument"]`,
  };
}

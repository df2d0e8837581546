/** Images that the config describes itself, whatever the command is: a Dockerfile, or a build from source. */
import type { StdioBackend } from "../config/config.ts";
import type { Text } from "../config/text.ts";
import { ArgusError } from "../errors.ts";
import { additionalPackages, needSsh } from "./additional_packages.ts";
import { DEFAULT } from "./defaults.ts";
import { serverArgs } from "./entry.ts";
import { imageInstead } from "./passthrough.ts";
import type { DockerfileImage, ImagePlan, Notice, SourceImage } from "./plan.ts";
import { plainName, repositoryOf } from "./specs.ts";

/**
 * The image of `dockerfile` or `source_url` and what follows its entry; undefined when the config has neither.
 *
 * @throws ArgusError `config/container-call` for a Dockerfile whose server would get the words of `docker run`.
 */
export function describedImage(
  backend: StdioBackend,
  words: readonly [Text, ...Text[]],
  warnings: Notice[],
): { image: ImagePlan; args: readonly Text[] } | undefined {
  const { container } = backend;
  if (container.dockerfile !== undefined) {
    refuseContainerCall(backend, container.dockerfile, words);
    // Only the Dockerfile's text tells its entry, so what remains of the words is decided once that is read.
    return { image: dockerfileImage(backend, container.dockerfile, words), args: [] };
  }
  if (container.source_url === undefined) return undefined;
  warnings.push(...productionWarning(backend));
  const image = sourceImage(backend, container.source_url);
  return { image, args: serverArgs(image.entrypoint, words) };
}

function refuseContainerCall({ where }: StdioBackend, file: string, words: readonly [Text, ...Text[]]): void {
  const instead = imageInstead(words, file);
  if (instead === undefined) return;
  const message =
    "with container.dockerfile args are the server's own, and these would give it the words of a container call";
  throw new ArgusError("config/container-call", message, { hint: `write ${instead}`, where: where(["args"]) });
}

function dockerfileImage(backend: StdioBackend, path: string, words: readonly Text[]): DockerfileImage {
  // A folder that is only called after the tool says nothing about the server.
  const parts = path.split("/").filter((part) => !/^(\.?|\.?docker)$/i.test(part));
  const file = parts.at(-1) ?? path;
  const own = file.replace(/^(dockerfile|containerfile)\.?/i, "").replace(/\.(dockerfile|containerfile)$/i, "");
  return { recipe: "dockerfile", name: plainName(own || parts.at(-2) || backend.name), path, words };
}

function sourceImage(backend: StdioBackend, url: string): SourceImage {
  const { container } = backend;
  const entrypoint = container.entrypoint ?? [];
  const language = languageOf(backend);
  const packages = additionalPackages(backend, language === "node" ? "node" : "python");
  return {
    recipe: "source",
    name: plainName(repositoryOf(url) ?? "source"),
    base: container.builder_image ?? (language === "node" ? DEFAULT.nodeImage : DEFAULT.pythonImage),
    systemDeps: container.system_deps,
    buildSystemDeps: container.build_system_deps,
    additionalPackages: packages,
    buildEnv: container.build_env,
    git: true,
    ...needSsh([url, ...packages]),
    url,
    ...(container.source_ref === undefined ? {} : { ref: container.source_ref }),
    steps: container.build_steps,
    entrypoint,
    language,
  };
}

/** Spec: "Base image selection". A base of the user's own may be for any language, and its name does not tell which. */
function languageOf({ container }: StdioBackend): SourceImage["language"] {
  const { builder_image, build_steps, entrypoint = [], additional_packages } = container;
  if ([...build_steps.map(({ value }) => value), ...entrypoint].some(namesNode)) return "node";
  return builder_image === undefined || additional_packages.length > 0 ? "python" : "unknown";
}

/** Whole words only, for `pip install nodeenv` names no Node tool; a program that npm has linked runs on Node. */
function namesNode(text: string): boolean {
  return /(?<![\w.-])(npm|npx|node|yarn|pnpm)(?![\w.-])|node_modules\/\.bin\//.test(text);
}

/** Package managers leave devDependencies out when NODE_ENV says so, and most TypeScript builds need them. */
function productionWarning(backend: StdioBackend): Notice[] {
  const { build_env, build_steps } = backend.container;
  if (build_env.NODE_ENV?.value !== "production") return [];
  const installs = build_steps.some(
    ({ value }) =>
      /(?<![\w.-])(npm|yarn|pnpm)(?![\w.-])/.test(value) &&
      !/--(include[= ]dev|production[= ]false|prod[= ]false)\b/.test(value),
  );
  if (!installs) return [];
  return [
    {
      code: "plan/production-build",
      message: "NODE_ENV=production in build_env makes npm, yarn and pnpm skip devDependencies, which most builds need",
      where: backend.where(["container", "build_env", "NODE_ENV"]),
    },
  ];
}

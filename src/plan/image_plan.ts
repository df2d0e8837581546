/** The image of a package: what the command line asks for, with the config's own options on top. */
import type { StdioBackend } from "../config/config.ts";
import type { Text } from "../config/text.ts";
import { additionalPackages, needGit, needSsh } from "./additional_packages.ts";
import { DEFAULT } from "./defaults.ts";
import type { ImageBase, ImagePlan } from "./plan.ts";
import type { KnownTool } from "./recipe.ts";
import { plainName } from "./specs.ts";
import type { Use } from "./tools/use.ts";

/** Puts a command line's use and the backend's `container:` together. */
export function imagePlan(backend: StdioBackend, use: Use, tool: KnownTool | undefined): ImagePlan {
  const { container } = backend;
  const additional = additionalPackages(backend, LANGUAGES[use.recipe]);
  const common: Omit<ImageBase, "base"> = {
    name: plainName(use.name),
    systemDeps: container.system_deps,
    buildSystemDeps: container.build_system_deps,
    additionalPackages: additional,
    buildEnv: { ...use.buildEnv, ...container.build_env, ...bothGoFlags(use, container.build_env) },
    git: use.git || needGit(additional),
    ...needSsh([...specsOf(use), ...additional]),
  };
  if (use.recipe === "npx") {
    return {
      recipe: "npx",
      ...common,
      base: container.builder_image ?? DEFAULT.nodeImage,
      packages: use.packages,
      ...(use.binary === undefined ? {} : { binary: use.binary }),
      ...(use.runner === undefined ? {} : { runner: use.runner }),
    };
  }
  if (use.recipe === "go") {
    return {
      recipe: "go",
      ...common,
      base: container.builder_image ?? DEFAULT.goImage,
      module: use.module,
      runtimeBase: DEFAULT.goRuntimeImage,
    };
  }
  const python = use.python ?? tool?.python;
  return {
    recipe: "uvx",
    ...common,
    additionalPackages: [...(use.extraPackages ?? []), ...additional],
    ...pythonBase(container.builder_image, python),
    install: use.install,
    installOptions: use.installOptions,
  };
}

/** GOFLAGS holds several options: those of the command line stay beside those of the config, which win. */
function bothGoFlags({ buildEnv }: Use, { GOFLAGS: own }: Readonly<Record<string, Text>>): { GOFLAGS?: Text } {
  const given = buildEnv?.GOFLAGS;
  if (given === undefined || own === undefined) return {};
  return { GOFLAGS: { shown: `${given.shown} ${own.shown}`, value: `${given.value} ${own.value}` } };
}

/** What the command line has installed, as its installer wants it. */
function specsOf(use: Use): readonly string[] {
  if (use.recipe === "npx") return use.packages;
  if (use.recipe === "go") return [use.module];
  const { install, extraPackages = [] } = use;
  return install.kind === "tool" ? [install.spec, ...install.with] : [install.distribution, ...extraPackages];
}

/**
 * The base image that carries the wanted Python. An image of that very version is asked for nothing more; any other
 * wish (a range, PyPy, a base of the user's own) is left to uv, which fetches an interpreter when the base has another.
 */
function pythonBase(builderImage: string | undefined, python: string | undefined): { base: string; python?: string } {
  const wish = python === undefined ? {} : { python };
  if (builderImage !== undefined) return { base: builderImage, ...wish };
  if (python !== undefined && /^3\.\d+(\.\d+)?$/.test(python)) return { base: `python:${python}-slim`, ...wish };
  return { base: DEFAULT.pythonImage, ...wish };
}

const LANGUAGES = { uvx: "python", npx: "node", go: "go" } as const;

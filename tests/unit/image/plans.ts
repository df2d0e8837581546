import { readSettings } from "../../../src/config/settings.ts";
import { plain } from "../../../src/config/text.ts";
import { type GeneratedImage, inputsOf, renderDockerfile } from "../../../src/image/render.ts";
import type { DockerfileImage, GoImage, NpxImage, SourceImage, UvxImage } from "../../../src/plan/plan.ts";

/** One small plan a recipe, for tests to vary. */
const base = { systemDeps: [], buildSystemDeps: [], additionalPackages: [], buildEnv: {}, git: false };

export const uvx: UvxImage = {
  ...base,
  recipe: "uvx",
  name: "mcp-server-time",
  base: "python:3.13-slim",
  install: { kind: "tool", spec: "mcp-server-time", with: [], binary: "mcp-server-time" },
  installOptions: [],
};

export const uvxModule: UvxImage = {
  ...uvx,
  install: { kind: "module", module: "mcp_server_time", distribution: "mcp-server-time" },
};

export const npx: NpxImage = {
  ...base,
  recipe: "npx",
  name: "server-everything",
  base: "node:22-alpine",
  packages: ["@modelcontextprotocol/server-everything"],
};

export const go: GoImage = {
  ...base,
  recipe: "go",
  name: "everything",
  base: "golang:1.24-alpine",
  module: "github.com/mark3labs/mcp-go/examples/everything@v0.43.2",
  runtimeBase: "alpine:3.21",
};

export const source: SourceImage = {
  ...base,
  recipe: "source",
  name: "mcp-source",
  git: true,
  base: "node:22-alpine",
  url: "https://github.com/owner/mcp-source.git",
  steps: [plain("npm install"), plain("npm run build")],
  entrypoint: ["node", "dist/index.js"],
  language: "node",
};

export const dockerfile: DockerfileImage = {
  recipe: "dockerfile",
  name: "custom",
  path: "custom.dockerfile",
  words: [plain("python"), plain("-m"), plain("my_server")],
};

export const generated = { uvx, uvxModule, npx, go, source };

/** The settings of a user who has set nothing. */
export const NOTHING_SET = readSettings({});

/** The Dockerfile for a builder that knows mounts, or for one that does not. */
export function textOf(plan: GeneratedImage, mounts = true): string {
  return renderDockerfile(plan, { mounts, inputs: inputsOf(plan) });
}

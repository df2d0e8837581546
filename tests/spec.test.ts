/**
 * The manual page "Container Isolation", sentence by sentence, as far as config and plan decide it. Each row is a
 * sentence (or the part of one that says something) and the check that holds argus to it; the examples are as printed.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Config, StdioBackend } from "../src/config/config.ts";
import { parseConfig } from "../src/config/parse.ts";
import type { Problem } from "../src/config/problem.ts";
import { readSettings } from "../src/config/settings.ts";
import { plain } from "../src/config/text.ts";
import type { BarePlan, ContainerPlan, Plan } from "../src/plan/plan.ts";
import { planBackend } from "../src/plan/plan_backend.ts";

const ENV = { HOME: "/home/me" };

/** The sections of the page; each row is a test. */
const PAGE: Readonly<Record<string, readonly Row[]>> = {
  "Container Isolation": [
    [
      "No configuration is needed -- container isolation is applied by default",
      () => isContainer("command: uvx\nargs: [x]"),
    ],
    [
      "Resources: --memory 512m --cpus 1",
      () => assert.deepEqual(container("command: uvx\nargs: [x]").limits, { memory: "512m", cpus: "1" }),
    ],
  ],
  "Image Building Pipeline": [
    ["uvx → uvx, python:3.13-slim", () => hasBase("command: uvx\nargs: [x]", "uvx", "python:3.13-slim")],
    ["uv → uvx", () => hasBase("command: uv\nargs: [tool, run, x]", "uvx", "python:3.13-slim")],
    ["python → uvx", () => hasBase("command: python\nargs: [-m, x]", "uvx", "python:3.13-slim")],
    ["python3 → uvx", () => hasBase("command: python3\nargs: [-m, x]", "uvx", "python:3.13-slim")],
    ["npx → npx, node:22-alpine", () => hasBase("command: npx\nargs: [-y, x]", "npx", "node:22-alpine")],
    [
      "node → npx, for a file of additional_packages",
      () =>
        hasBase(
          "command: node\nargs: [node_modules/x/index.js]\ncontainer: {additional_packages: [x]}",
          "npx",
          "node:22-alpine",
        ),
    ],
    [
      "tsx → npx, for a file of additional_packages",
      () =>
        hasBase(
          "command: tsx\nargs: [node_modules/x/index.ts]\ncontainer: {additional_packages: [x]}",
          "npx",
          "node:22-alpine",
        ),
    ],
    [
      "go → go, golang:1.24-alpine",
      () => hasBase("command: go\nargs: [run, example.com/x/y@latest]", "go", "golang:1.24-alpine"),
    ],
    [
      "the command has no recognized template mapping: falls back to a bare subprocess",
      () => has(plan("command: my-server"), { kind: "bare", reason: 'no recipe for the command "my-server"' }),
    ],
  ],
  "Per-Backend Container Options": [
    [
      "the example",
      () =>
        accepts(`
backends:
  my-backend:
    type: stdio
    command: npx
    args: ["-y", "my-mcp-server"]
    container:
      enabled: true               # default: inherits global flag
      builder_image: "node:22-alpine"   # override base image
      system_deps: ["curl", "jq"]       # additional OS packages
      additional_packages: []           # extra language-level packages
`),
    ],
    [
      "Using the old flat field names will have no effect (and is warned about)",
      () => {
        const flat = "container_isolation: false\nbuilder_image: alpine\nsystem_deps: [curl]";
        const { problems } = parse(`command: uvx\nargs: [x]\n${flat}`);
        assert.deepEqual(codes(problems), ["config/legacy-field", "config/legacy-field", "config/legacy-field"]);
        assert.deepEqual(plan(`command: uvx\nargs: [x]\n${flat}`), plan("command: uvx\nargs: [x]"));
      },
    ],
  ],
  "Disabling Container Isolation": [
    [
      "Globally via environment variable: ARGUS_CONTAINER_ISOLATION=false",
      () => isBare("", { ARGUS_CONTAINER_ISOLATION: "false" }),
    ],
    ["Or the feature flag in your config", () => isBare("", {}, "feature_flags:\n  container_isolation: false\n")],
    ["Or per-backend", () => isBare("container:\n  enabled: false")],
    [
      "enabled inherits the global flag by default, and wins over it",
      () => isContainer("command: uvx\nargs: [x]\ncontainer:\n  enabled: true", { ARGUS_CONTAINER_ISOLATION: "false" }),
    ],
  ],
  "Pre-Building Images": [
    [
      "By default Argus builds the container image automatically",
      () => assert.equal(readSettings({}).buildIfMissing, true),
    ],
    [
      "ARGUS_CONTAINER_BUILD_IF_MISSING=false",
      () => assert.equal(readSettings({ ARGUS_CONTAINER_BUILD_IF_MISSING: "false" }).buildIfMissing, false),
    ],
  ],
  "Resource Limits and Runtime": [
    ...["docker", "podman", "kubernetes", "null"].map(
      (name): Row => [
        `runtime: ${name}`,
        () => assert.equal(options(`runtime: ${name}`).runtime, name === "null" ? undefined : name),
      ],
    ),
    ["runtime: another word", () => rejects("runtime: containerd", "config/bad-runtime")],
    ...["512m", "1g", "2048m"].map(
      (size): Row => [
        `memory: ${size}`,
        () => assert.equal(container(`command: uvx\nargs: [x]\ncontainer: {memory: ${size}}`).limits.memory, size),
      ],
    ),
    [
      "memory: null is 512m",
      () => assert.equal(container("command: uvx\nargs: [x]\ncontainer: {memory: null}").limits.memory, "512m"),
    ],
    ["memory: no size", () => rejects("memory: plenty", "config/bad-memory")],
    ...["0.5", "1", "2"].map(
      (count): Row => [
        `cpus: ${count}, as text or number`,
        () => {
          assert.equal(options(`cpus: ${count}`).cpus, count);
          assert.equal(options(`cpus: "${count}"`).cpus, count);
        },
      ],
    ),
    ["cpus: no number", () => rejects("cpus: all", "config/bad-cpus")],
    ["network: null is bridge", () => assert.equal(container("command: uvx\nargs: [x]").network, "bridge")],
    ["Use none to fully isolate the container", () => assert.equal(options("network: none").network, "none")],
    [
      "the example",
      () =>
        accepts(`
backends:
  my-backend:
    type: stdio
    command: npx
    args: ["-y", "my-mcp-server"]
    container:
      runtime: "docker"      # explicitly use Docker, not auto-detect
      memory: "1g"           # increase for memory-intensive servers
      cpus: "2"              # allow 2 CPUs
      network: "none"        # fully isolate from network
`),
    ],
  ],
  "Volume Mounts and Extra Arguments": [
    [
      "host_path:container_path:mode, Supports ${HOME}",
      () =>
        assert.deepEqual(options('volumes: ["${HOME}/x:/data:ro"]').volumes, [
          { source: "/home/me/x", kind: "path", target: "/data", mode: "ro" },
        ]),
    ],
    [
      "and other env var expansions",
      () => assert.equal(options('volumes: ["$HOME/x:/data"]').volumes[0]?.source, "/home/me/x"),
    ],
    ["Mode is rw (read-write)", () => assert.equal(options('volumes: ["/x:/data:rw"]').volumes[0]?.mode, "rw")],
    ["another mode", () => rejects('volumes: ["/x:/data:wr"]', "config/bad-volumes")],
    [
      "extra_args: Additional arguments passed directly",
      () =>
        assert.deepEqual(
          container(
            "command: uvx\nargs: [x]\ncontainer: {extra_args: [--device=/dev/fuse, --cap-add, SYS_PTRACE]}",
          ).extraArgs.map(({ value }) => value),
          ["--device=/dev/fuse", "--cap-add", "SYS_PTRACE"],
        ),
    ],
    [
      "the examples",
      () => {
        const config = accepts(`
backends:
  sqlite-db:
    type: stdio
    command: uvx
    args:
      - "mcp-server-sqlite"
      - "--db-path"
      - "/data/db.sqlite"
    container:
      network: none
      volumes:
        - "\${HOME}/.mcp-data:/data:rw"   # persist database file on host

  git-server:
    type: stdio
    command: uvx
    args: ["mcp-server-git", "--repository", "/workspace"]
    container:
      network: none
      volumes:
        - "\${HOME}/projects:/workspace:ro"   # read-only workspace mount
      extra_args:
        - "--device=/dev/fuse"               # pass host device into container
`);
        assert.deepEqual([...config.backends.keys()], ["sqlite-db", "git-server"]);
      },
    ],
  ],
  "Build Customization": [
    [
      "the example",
      () => {
        const config = accepts(`
backends:
  my-compiled-server:
    type: stdio
    command: python
    args: ["-m", "my_server"]
    container:
      system_deps:
        - "libssl3"         # needed at runtime
      build_system_deps:
        - "gcc"             # needed to compile C extension during build
        - "python3-dev"     # needed for build only
`);
        const { image } = only(config) as ContainerPlan;
        has(image, { systemDeps: ["libssl3"], buildSystemDeps: ["gcc", "python3-dev"] });
      },
    ],
  ],
  "Source Build Pattern": [
    [
      "Omitting build_steps will cause a validation error",
      () => rejects(source({ build_steps: undefined }), "config/missing"),
    ],
    [
      "Omitting entrypoint will cause a validation error",
      () => rejects(source({ entrypoint: undefined }), "config/missing"),
    ],
    ["Must use https://", () => accepted(source({}))],
    ["or git+ssh://", () => accepted(source({ source_url: '"git+ssh://git@github.com/owner/server.git"' }))],
    ...[
      "http://github.com/o/r",
      "ssh://git@github.com/o/r",
      "git://github.com/o/r",
      "git@github.com:o/r.git",
      "file:///srv/r",
    ].map((url): Row => [`not ${url}`, () => rejects(source({ source_url: `"${url}"` }), "config/bad-source-url")]),
    ...[
      "127.0.0.1",
      "10.0.0.1",
      "172.16.0.1",
      "192.168.1.1",
      "[::1]",
      "169.254.169.254",
      "2130706433",
      "localhost",
    ].map(
      (host): Row => [
        `Private/loopback IPs are rejected: ${host}`,
        () => rejects(source({ source_url: `"https://${host}/o/r.git"` }), "config/bad-source-url"),
      ],
    ),
    ...["echo `id`", "echo $(id)", "(cd x)", "f() { true; }"].map(
      (step): Row => [
        `build_steps: Cannot contain backtick, $(), or (): ${step}`,
        () => rejects(source({ build_steps: JSON.stringify([step]) }), "config/bad-build-steps"),
      ],
    ),
    [
      "build_steps: a chain without them is accepted",
      () => accepted(source({ build_steps: '["npm ci && npm run build"]' })),
    ],
    ...[..."; & | ` $ ( ) { } [ ] < > ! # ~ \\".split(" ")].map(
      (character): Row => [
        `entrypoint: Cannot contain ${character}`,
        () => rejects(source({ entrypoint: JSON.stringify(["node", `a${character}b`]) }), "config/bad-entrypoint"),
      ],
    ),
    ["source_ref null", () => accepted(source({ source_ref: "null" }))],
    ...["main", "v1.2.0", "feature/x", "0123456789abcdef0123456789abcdef01234567"].map(
      (ref): Row => [
        `source_ref: branch, tag, or commit SHA: ${ref}`,
        () => assert.equal(options(source({ source_ref: ref })).source_ref, ref),
      ],
    ),
    ...["npm install", "npx tsc", "node build.js", "yarn", "pnpm install"].map(
      (step): Row => [
        `If any build step contains it, Argus uses node:22-alpine: ${step}`,
        () =>
          hasBase(
            inContainer(source({ build_steps: JSON.stringify([step]), entrypoint: "[./server]" })),
            "source",
            "node:22-alpine",
          ),
      ],
    ),
    [
      "If any entrypoint element contains it",
      () =>
        hasBase(inContainer(source({ build_steps: "[make]", entrypoint: "[node, x.js]" })), "source", "node:22-alpine"),
    ],
    [
      "Otherwise it uses python:3.13-slim",
      () =>
        hasBase(
          inContainer(source({ build_steps: "[make]", entrypoint: "[python, x.py]" })),
          "source",
          "python:3.13-slim",
        ),
    ],
    [
      "the example",
      () => {
        const config = accepts(`
backends:
  my-github-server:
    type: stdio
    command: node
    args: ["dist/index.js"]
    container:
      network: bridge
      source_url: https://github.com/owner/my-mcp-server.git
      source_ref: "v1.2.0"          # pin to a release tag
      build_steps:
        - "npm install"
        - "npm run build"            # each step is a separate list entry
      entrypoint:
        - "node"
        - "dist/index.js"
      build_env:
        NODE_ENV: "production"       # only set during build
`);
        has((only(config) as ContainerPlan).image, {
          recipe: "source",
          ref: "v1.2.0",
          steps: [plain("npm install"), plain("npm run build")],
          entrypoint: ["node", "dist/index.js"],
          buildEnv: { NODE_ENV: plain("production") },
        });
      },
    ],
    [
      "Wrong -- validator will reject this",
      () =>
        rejects(source({ build_steps: '["VERSION=$(cat package.json | grep version)"]' }), "config/bad-build-steps"),
    ],
    ["Correct -- use separate steps", () => accepted(source({ build_steps: '["npm install", "npm run build"]' }))],
  ],
  "Go Transport Pattern": [
    ...["uvx", "npx", "go"].map(
      (name): Row => [
        `transport: ${name}`,
        () =>
          assert.equal(
            options(`transport: ${name}\n${name === "go" ? "go_package: github.com/o/r" : ""}`).transport,
            name,
          ),
      ],
    ),
    ["transport: another word", () => rejects("transport: cargo", "config/bad-transport")],
    ["go_package: Required when transport: go", () => rejects("transport: go", "config/missing")],
    [
      "the example",
      () => {
        const config = accepts(`
backends:
  kubernetes:
    type: stdio
    command: mcp-k8s     # binary name after go install
    container:
      transport: go
      go_package: github.com/strowk/mcp-k8s-go
      network: bridge
      volumes:
        - "\${HOME}/.kube:/home/nonroot/.kube:ro"   # kubeconfig mount
`);
        has((only(config) as ContainerPlan).image, {
          recipe: "go",
          base: "golang:1.24-alpine",
          module: "github.com/strowk/mcp-k8s-go@latest",
        });
      },
    ],
  ],
  "Custom Dockerfile Pattern": [
    ...["/etc/Dockerfile", "../Dockerfile", "a/../../Dockerfile", "a/.."].map(
      (path): Row => [
        `The validator rejects absolute paths and any path containing ..: ${path}`,
        () => rejects(`dockerfile: ${path}`, "config/bad-dockerfile"),
      ],
    ),
    [
      "in the same directory as (or a subdirectory of) the config",
      () => accepted("dockerfile: images/server.dockerfile"),
    ],
    [
      "the example",
      () => {
        const config = accepts(`
backends:
  my-custom-server:
    type: stdio
    command: python
    args: ["-m", "my_server"]
    container:
      dockerfile: my-custom-server.dockerfile   # co-located with this YAML
      network: none
      volumes:
        - "\${HOME}/data:/data:ro"
`);
        has((only(config) as ContainerPlan).image, {
          recipe: "dockerfile",
          path: "my-custom-server.dockerfile",
        });
      },
    ],
  ],
};

type Row = readonly [sentence: string, check: () => unknown];

for (const [section, rows] of Object.entries(PAGE)) {
  for (const [sentence, check] of rows) test(`spec: ${section}: ${sentence}`, () => void check());
}

/** A file whose one backend `it` has these fields. */
function parse(fields: string, top = ""): { config: Config; problems: readonly Problem[] } {
  return parseConfig(`${top}backends:\n  it:\n${indented(fields, 4)}`, "config.yaml", { env: ENV });
}

function indented(text: string, by: number): string {
  return text.replaceAll(/^(?=.)/gm, " ".repeat(by));
}

function codes(problems: readonly Problem[]): string[] {
  return problems.map(({ code }) => code);
}

function inContainer(fields: string): string {
  return `command: uvx\nargs: [x]\ncontainer:\n${indented(fields, 2)}`;
}

/** The fields of a good source build, some replaced or (undefined) left out. */
function source(changes: Readonly<Record<string, string | undefined>>): string {
  const good = {
    source_url: "https://github.com/owner/server.git",
    build_steps: '["npm install"]',
    entrypoint: '["node", "dist/index.js"]',
  };
  return Object.entries({ ...good, ...changes })
    .flatMap(([key, value]) => (value === undefined ? [] : [`${key}: ${value}`]))
    .join("\n");
}

function plan(fields: string, env: Readonly<Record<string, string>> = {}, top = ""): Plan {
  const { config, problems } = parse(fields, top);
  assert.deepEqual(errors(problems), []);
  return only(config, env);
}

function only(config: Config, env: Readonly<Record<string, string>> = {}): Plan {
  const [backend] = config.backends.values();
  return planBackend(backend!, { config, settings: readSettings(env) });
}

function container(fields: string, env: Readonly<Record<string, string>> = {}): ContainerPlan {
  const made = plan(fields, env);
  assert.equal(made.kind, "container");
  return made as ContainerPlan;
}

function isContainer(fields: string, env: Readonly<Record<string, string>> = {}): void {
  container(fields, env);
}

function isBare(fields: string, env: Readonly<Record<string, string>> = {}, top = ""): void {
  const made = plan(`command: uvx\nargs: [x]\n${fields}`, env, top);
  assert.equal(made.kind, "bare");
  assert.match((made as BarePlan).reason, /^switched off by /);
}

function hasBase(fields: string, recipe: string, base: string): void {
  has(container(fields).image, { recipe, base });
}

function options(fields: string): StdioBackend["container"] {
  const { config, problems } = parse(inContainer(fields));
  assert.deepEqual(errors(problems), []);
  return (config.backends.get("it") as StdioBackend).container;
}

function accepted(fields: string): void {
  plan(inContainer(fields));
}

/** An example as printed: no problem at all, and every backend can be planned. */
function accepts(example: string): Config {
  const { config, problems } = parseConfig(example, "config.yaml", { env: ENV });
  assert.deepEqual(problems, []);
  for (const backend of config.backends.values()) planBackend(backend, { config, settings: readSettings({}) });
  return config;
}

function rejects(fields: string, code: string): void {
  const { config, problems } = parse(inContainer(fields));
  assert.ok(errors(problems).includes(code), `expected ${code}, found ${JSON.stringify(problems)}`);
  assert.equal(config.backends.size, 0);
}

function errors(problems: readonly Problem[]): string[] {
  return codes(problems.filter(({ severity }) => severity === "error"));
}

/** Every field of the expectation is equal; the rest is not looked at. */
function has(actual: object, expected: Readonly<Record<string, unknown>>): void {
  const picked = Object.fromEntries(
    Object.keys(expected).map((key) => [key, (actual as Record<string, unknown>)[key]]),
  );
  assert.deepEqual(picked, expected);
}

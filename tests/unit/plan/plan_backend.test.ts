/** What becomes of a backend: which kind of plan, with which posture, for which reason. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ContainerOptions } from "../../../src/config/config.ts";
import { plain } from "../../../src/config/text.ts";
import type { Plan } from "../../../src/plan/plan.ts";
import { planBackend } from "../../../src/plan/plan_backend.ts";
import { argsOf, backendOf, containerOf, imageOf, type Line, planOf, refusal } from "./backends.ts";

/** Command line → kind of plan, recipe or reason. */
const KINDS: readonly (readonly [Line, Plan["kind"], string])[] = [
  ["uvx pkg", "container", "uvx"],
  ["uv tool run pkg", "container", "uvx"],
  ["python -m mod", "container", "uvx"],
  ["python3 -m mod", "container", "uvx"],
  ["pipx run pkg", "container", "uvx"],
  ["npx pkg", "container", "npx"],
  ["/usr/local/go/bin/go run github.com/o/r@v1", "container", "go"],
  ["docker run -i --rm image", "passthrough", "docker starts a container of its own"],
  ["/usr/bin/podman run image", "passthrough", "podman starts"],
  ["docker.exe run image", "passthrough", "docker starts"],
  ["docker container run image", "passthrough", "docker starts"],
  ["docker --context remote run image", "passthrough", "docker starts"],
  ["docker -H tcp://x --debug container run image", "passthrough", "docker starts"],
  ["podman --connection vm run image", "passthrough", "podman starts"],
  ["nerdctl -n k8s.io run image", "passthrough", "nerdctl starts"],
  ["cmd /c docker run image", "passthrough", "docker starts"],
  ["cmd /c my-server", "bare", 'no recipe for the command "my-server"'],
  ['cmd /c "my-server --api-key SECRET"', "bare", 'no recipe for the command "my-server …"'],
  ['cmd /c "KEY=SECRET my-server"', "bare", 'no recipe for the command "KEY= …"'],
  ["cmd my-server", "bare", 'no recipe for the command "cmd"'],
  ["docker build .", "bare", 'no recipe for the command "docker"'],
  ["docker", "bare", 'no recipe for the command "docker"'],
  ["docker exec run x", "bare", 'no recipe for the command "docker"'],
  ["docker --context run", "bare", 'no recipe for the command "docker"'],
  ["mcp-k8s", "bare", 'no recipe for the command "mcp-k8s"'],
  ["my-custom-tool run", "bare", 'no recipe for the command "my-custom-tool"'],
  ["npm start", "bare", 'no recipe for the command "npm"'],
  ["npm run x", "bare", 'no recipe for the command "npm"'],
  ["pnpm exec tool", "bare", 'no recipe for the command "pnpm"'],
  ["bun run server.ts", "bare", 'no recipe for the command "bun"'],
  ["python2 -m mod", "bare", 'no recipe for the command "python2"'],
];

for (const [line, kind, what] of KINDS) {
  test(`${line} is ${kind}: ${what}`, () => {
    const plan = planOf(line);
    assert.equal(plan.kind, kind);
    assert.ok((plan.kind === "container" ? plan.image.recipe : plan.reason).startsWith(what));
  });
}

const SOURCE = { source_url: "https://h.example/o/r.git", build_steps: [plain("true")], entrypoint: ["node"] };

/** Command line, options → whether a repository is fetched over ssh. */
const OVER_SSH: readonly (readonly [Line, Partial<ContainerOptions>, true | undefined])[] = [
  ["uvx --from git+ssh://git@h.example/o/r.git bin", {}, true],
  ["uvx --from git+https://h.example/o/r.git bin", {}, undefined],
  ['uvx --with "x @ git+ssh://git@h.example/o/r" pkg', {}, true],
  ["npx git@h.example:o/r.git", {}, true],
  ["npx -p name@git+ssh://git@h.example/o/r bin", {}, true],
  ["npx ssh", {}, undefined],
  ["npx pkg", { additional_packages: ["git+ssh://git@h.example/o/r"] }, true],
  ["python -m ssh", {}, undefined],
  ["node i.js", { ...SOURCE, source_url: "git+ssh://git@h.example/o/r.git" }, true],
  ["node i.js", SOURCE, undefined],
];

for (const [line, options, ssh] of OVER_SSH) {
  test(`${line} with ${JSON.stringify(options)} is ${ssh ? "" : "not "}fetched over ssh`, () => {
    const { image } = containerOf(line, options);
    assert.equal("ssh" in image ? image.ssh : undefined, ssh);
  });
}

test("a remote backend has nothing to run", () => {
  const remote = { type: "sse", name: "it", url: "https://mcp.example", where: () => "" } as const;
  const context = { config: { flags: {}, policy: { allowWeakening: true } }, settings: {} };
  assert.equal(planBackend(remote, context).kind, "remote");
});

/** container.enabled, ARGUS_CONTAINER_ISOLATION, feature_flags.container_isolation → the switch that turned it off. */
const SWITCHES: readonly (readonly [
  boolean | undefined,
  boolean | undefined,
  boolean | undefined,
  string | undefined,
])[] = [
  [undefined, undefined, undefined, undefined],
  [undefined, undefined, false, "feature_flags.container_isolation"],
  [undefined, false, undefined, "ARGUS_CONTAINER_ISOLATION"],
  [undefined, false, true, "ARGUS_CONTAINER_ISOLATION"],
  [undefined, true, false, undefined],
  [false, true, true, "container.enabled"],
  [true, false, false, undefined],
];

for (const [enabled, containerIsolation, flag, off] of SWITCHES) {
  test(`enabled ${enabled}, variable ${containerIsolation}, flag ${flag}: ${off ?? "isolated"}`, () => {
    const plan = planOf("uvx pkg", enabled === undefined ? {} : { enabled }, {
      config: { flags: { containerIsolation: flag }, policy: { allowWeakening: true } },
      settings: { containerIsolation },
    });
    assert.equal(plan.kind, off === undefined ? "container" : "bare");
    if (plan.kind !== "bare") return;
    assert.equal(plan.reason, `switched off by ${off}`);
  });
}

test("what is switched off is not read: a local project runs bare", () => {
  assert.equal(planOf("node dist/index.js", { enabled: false }).kind, "bare");
});

test("the posture is the manual's when the config says nothing", () => {
  const { limits, network, volumes, extraArgs, warnings, ...plan } = containerOf("uvx pkg");
  assert.deepEqual(
    [limits, network, volumes, extraArgs, warnings],
    [{ memory: "512m", cpus: "1" }, "bridge", [], [], []],
  );
  assert.ok(!("runtime" in plan));
});

test("the posture is the config's own where it says something", () => {
  const { limits, network } = containerOf("uvx pkg", { memory: "1g", cpus: "0.5", network: "none" });
  assert.deepEqual([limits, network], [{ memory: "1g", cpus: "0.5" }, "none"]);
});

test("container.runtime wins over ARGUS_RUNTIME", () => {
  const runtime = (own: ContainerOptions["runtime"], setting: ContainerOptions["runtime"]) => {
    const plan = planOf("uvx pkg", own === undefined ? {} : { runtime: own }, { settings: { runtime: setting } });
    return plan.kind === "container" ? plan.runtime : "not a container";
  };
  assert.equal(runtime("podman", "docker"), "podman");
  assert.equal(runtime(undefined, "kubernetes"), "kubernetes");
  assert.equal(runtime(undefined, undefined), undefined);
});

test("options of the image reach it", () => {
  const image = imageOf("uvx", "uvx pkg", {
    builder_image: "python:3.12",
    system_deps: ["git"],
    build_system_deps: ["gcc"],
    additional_packages: ["other @ git+https://host.example/o/r"],
    build_env: { A: plain("b") },
  });
  assert.deepEqual(
    [image.base, image.systemDeps, image.buildSystemDeps, image.additionalPackages, image.buildEnv, image.git],
    ["python:3.12", ["git"], ["gcc"], ["other @ git+https://host.example/o/r"], { A: plain("b") }, true],
  );
});

/** Command line → a package that its language cannot install. */
const FOREIGN: readonly (readonly [Line, string])[] = [
  ["uvx pkg", "@scope/name"],
  ["uvx pkg", "--index-url=https://h.example"],
  ["npx pkg", "a>=1"],
  ["go run github.com/o/r@v1", "requests"],
];

for (const [line, additional] of FOREIGN) {
  test(`${line} cannot have ${additional} beside it`, () => {
    const error = refusal(line, {
      additional_packages: [additional],
    });
    assert.equal(error.code, "config/bad-package");
    assert.match(error.where ?? "", /container\.additional_packages\.0$/);
  });
}

/** transport, command line → recipe, package, the server's arguments. */
const TRANSPORTS: readonly (readonly ["uvx" | "npx", Line, string, string])[] = [
  ["uvx", "my-server --x", "my-server", "--x"],
  ["uvx", "/opt/bin/my-server --x", "my-server", "--x"],
  ["npx", "my-server --x", "my-server", "--x"],
  ["npx", "pnpm dlx my-server --x", "my-server", "--x"],
  ["uvx", "npx my-server --x", "my-server", "--x"],
  ["npx", "uvx my-server --x", "my-server", "--x"],
];

for (const [transport, line, name, args] of TRANSPORTS) {
  test(`transport ${transport} makes ${line} the package ${name}`, () => {
    const plan = containerOf(line, { transport });
    assert.ok(plan.image.recipe !== "dockerfile");
    assert.deepEqual([plan.image.recipe, plan.image.name, argsOf(plan)], [transport, name, args]);
  });
}

/** Build steps, entrypoint → base image. Spec: "Base image selection". */
const LANGUAGES: readonly (readonly [readonly string[], readonly string[], string])[] = [
  [["npm install", "npm run build"], ["node", "dist/index.js"], "node:22-alpine"],
  [["yarn"], ["./run"], "node:22-alpine"],
  [["pip install ."], ["npx", "x"], "node:22-alpine"],
  [["corepack enable pnpm"], ["./run"], "node:22-alpine"],
  [["true"], ["/usr/local/bin/node", "x.js"], "node:22-alpine"],
  [["pip install ."], ["python", "-m", "x"], "python:3.13-slim"],
  [["pip install nodeenv"], ["python", "-m", "x"], "python:3.13-slim"],
  [["rm -rf node_modules"], ["python", "node.py"], "python:3.13-slim"],
  [["make"], ["./node_modules/.bin/server"], "node:22-alpine"],
  [["make my-node"], ["./run"], "python:3.13-slim"],
];

for (const [build_steps, entrypoint, base] of LANGUAGES) {
  test(`${build_steps.join("; ")} with ${entrypoint.join(" ")} builds on ${base}`, () => {
    const image = imageOf("source", "x", {
      source_url: "https://github.com/o/r.git",
      build_steps: build_steps.map(plain),
      entrypoint: [...entrypoint],
    });
    assert.equal(image.base, base);
  });
}

/** Base image, build steps, entrypoint, additional packages → the language that the image is made for. */
const OWN_BASES: readonly (readonly [string, string, string, readonly string[], string])[] = [
  ["golang:1.24-alpine", "go build -o srv .", "./srv", [], "unknown"],
  ["oven/bun:1", "bun install", "bun index.ts", [], "unknown"],
  ["registry.example.com/base:1", "poetry install --only main", "srv", [], "unknown"],
  ["registry.example.com/python:1", "make install", "python3 -m srv", [], "unknown"],
  ["golang:1.24-alpine", "npm install", "./srv", [], "node"],
  ["registry.example.com/base:1", "npm install", "./srv", ["tsx"], "node"],
  ["registry.example.com/base:1", "make install", "./srv", ["rich"], "python"],
];

for (const [builder_image, step, entry, additional_packages, language] of OWN_BASES) {
  test(`${step} with ${entry} and ${additional_packages.join() || "nothing"} on ${builder_image} is ${language}`, () => {
    const image = imageOf("source", "x", {
      ...SOURCE,
      builder_image,
      additional_packages,
      build_steps: [plain(step)],
      entrypoint: entry.split(" "),
    });
    assert.deepEqual([image.base, image.language], [builder_image, language]);
  });
}

test("a source build carries address, ref, steps and entry, and only the arguments that the entry lacks", () => {
  const container = {
    source_url: "https://github.com/owner/My-MCP-server.git",
    source_ref: "v1.2.0",
    build_steps: [plain("npm install"), plain("npm run build")],
    entrypoint: ["node", "dist/index.js"],
  };
  const plan = containerOf("node dist/index.js --port 1", container);
  assert.deepEqual(plan.image, {
    recipe: "source",
    name: "my-mcp-server",
    base: "node:22-alpine",
    systemDeps: [],
    buildSystemDeps: [],
    additionalPackages: [],
    buildEnv: {},
    git: true,
    url: container.source_url,
    ref: "v1.2.0",
    steps: container.build_steps,
    entrypoint: container.entrypoint,
    language: "node",
  });
  assert.equal(argsOf(plan), "--port 1");
});

/** Build steps → whether NODE_ENV=production is warned about. */
const PRODUCTION: readonly (readonly [string, boolean])[] = [
  ["npm install", true],
  ["yarn", true],
  ["pnpm install --frozen-lockfile", true],
  ["npm ci --include=dev", false],
  ["yarn install --production=false", false],
  ["pip install .", false],
];

for (const [step, warned] of PRODUCTION) {
  test(`NODE_ENV=production with ${step} is ${warned ? "" : "not "}warned about`, () => {
    const plan = containerOf("x", {
      source_url: "https://h.example/r",
      build_steps: [plain(step)],
      entrypoint: ["x"],
      build_env: { NODE_ENV: plain("production") },
    });
    assert.deepEqual(
      plan.warnings.map(({ code }) => code),
      warned ? ["plan/production-build"] : [],
    );
  });
}

/** Path of the Dockerfile → name of the image. */
const DOCKERFILES: readonly (readonly [string, string])[] = [
  ["my-custom-server.dockerfile", "my-custom-server"],
  ["Dockerfile.github", "github"],
  ["servers/github/Dockerfile", "github"],
  ["docker/Dockerfile", "it"],
  ["./Dockerfile", "it"],
  ["Containerfile", "it"],
  ["images/slack.Dockerfile", "slack"],
];

for (const [dockerfile, name] of DOCKERFILES) {
  test(`the image of ${dockerfile} is named ${name}`, () => {
    const plan = containerOf("python -m my_server", { dockerfile });
    assert.ok(plan.image.recipe === "dockerfile");
    assert.deepEqual([plan.image.name, plan.image.path], [name, dockerfile]);
    assert.equal(plan.image.words.map(({ value }) => value).join(" "), "python -m my_server");
  });
}

test("a Dockerfile wins over whatever the command is", () => {
  assert.equal(containerOf("docker x", { dockerfile: "a.dockerfile" }).image.recipe, "dockerfile");
  assert.equal(containerOf("node dist/index.js", { dockerfile: "a.dockerfile" }).image.recipe, "dockerfile");
});

/** container: → codes of the warnings. */
const WARNINGS: readonly (readonly [string, Partial<ContainerOptions>, readonly string[]])[] = [
  ["network host", { network: "host" }, ["config/shared-network"]],
  ["another container's network", { network: "container:x" }, ["config/shared-network"]],
  ["no network", { network: "none" }, []],
  ["a network of the user's", { network: "hosts" }, []],
  ["Docker's socket", { volumes: [mount("/var/run/docker.sock", "/var/run/docker.sock")] }, ["config/engine-socket"]],
  ["Podman's socket", { volumes: [mount("/run/user/1000/podman/podman.sock", "/s")] }, ["config/engine-socket"]],
  ["Docker's pipe", { volumes: [mount("\\\\.\\pipe\\docker_engine", "/s")] }, ["config/engine-socket"]],
  ["a socket of something else", { volumes: [mount("/run/postgres.sock", "/s")] }, []],
  ["a mount over /tmp", { volumes: [mount("/srv", "/tmp")] }, ["config/replaced-tmpfs"]],
  ["a mount over the home", { volumes: [mount("/srv", "/home/nonroot")] }, ["config/replaced-tmpfs"]],
  ["a device", { extra_args: ["--device=/dev/fuse"].map(plain) }, ["config/weakening"]],
  [
    "a capability and a user",
    { extra_args: ["--cap-add", "SYS_ADMIN", "-u", "0"].map(plain) },
    ["config/weakening", "config/weakening"],
  ],
  ["a name in the network", { extra_args: ["--hostname", "me"].map(plain) }, []],
  ["a mount below the home", { volumes: [mount("/srv", "/home/nonroot/.kube")] }, []],
];

for (const [what, container, codes] of WARNINGS) {
  test(`${what}: ${codes.join(", ") || "no warning"}`, () => {
    const { warnings } = containerOf("uvx pkg", container);
    assert.deepEqual(
      warnings.map(({ code }) => code),
      codes,
    );
  });
}

/** Options that weaken the isolation outside of extra_args. */
const FORBIDDEN: readonly (readonly [Partial<ContainerOptions>, string, string])[] = [
  [{ network: "host" }, "config/shared-network", "network"],
  [{ network: "container:db" }, "config/shared-network", "network"],
  [{ volumes: [mount("/srv", "/x"), mount("/run/docker.sock", "/s")] }, "config/engine-socket", "volumes.1"],
  [{ volumes: [mount("/var/run", "/x")] }, "config/wide-mount", "volumes.0"],
];

for (const [container, code, place] of FORBIDDEN) {
  test(`policy.allow_weakening: false refuses ${JSON.stringify(container)}`, () => {
    const context = { config: { flags: {}, policy: { allowWeakening: false } } };
    const error = refusal("uvx pkg", container, context);
    assert.equal(error.code, code);
    assert.equal(error.where, `config.yaml:container.${place}`);
    assert.match(error.message, /, which policy\.allow_weakening: false forbids$/);
    assert.equal(planOf("uvx pkg", container).kind, "container");
  });
}

test("policy.allow_weakening: false refuses what is else warned about", () => {
  const context = { config: { flags: {}, policy: { allowWeakening: false } } };
  const fine = { network: "mine", volumes: [mount("/srv", "/tmp")] };
  assert.equal(planOf("uvx pkg", fine, context).kind, "container");
  const error = refusal("uvx pkg", { extra_args: ["--hostname", "me", "--privileged"].map(plain) }, context);
  assert.equal(error.code, "config/weakening");
  assert.equal(error.where, "config.yaml:container.extra_args.2");
  assert.equal(planOf("uvx pkg", { extra_args: ["--hostname", "me"].map(plain) }, context).kind, "container");
});

test("each warning about the isolation says what to type in its place", () => {
  const volumes = [
    mount("/etc", "/x"),
    mount("/run/docker.sock", "/s"),
    mount("/var/run/docker", "/d"),
    mount("/srv", "/tmp"),
  ];
  const { warnings } = planOf("uvx pkg", { network: "host", volumes, extra_args: [plain("--privileged")] });
  assert.equal(warnings.length, 6);
  for (const { hint, message } of warnings) assert.ok(hint, message);
});

test("policy.allow_weakening: false refuses all at once", () => {
  const context = { config: { flags: {}, policy: { allowWeakening: false } } };
  const container = {
    network: "host",
    volumes: [mount("/etc", "/x"), mount("/", "/y")],
    extra_args: ["--privileged", "--pid=host"].map(plain),
  };
  const { where, others } = refusal("uvx pkg", container, context);
  assert.deepEqual(
    [where, ...others.map((other) => other.where)],
    ["network", "volumes.0", "volumes.1", "extra_args.0", "extra_args.1"].map(
      (place) => `config.yaml:container.${place}`,
    ),
  );
});

test("a word of extra_args that would become the image is refused", () => {
  assert.equal(refusal("uvx pkg", { extra_args: ["alpine"].map(plain) }).code, "config/extra-args");
});

test("the value of a variable is in the server's arguments and in no error or warning", () => {
  const secret = { shown: "${TOKEN}", value: "s3cret" };
  const plan = containerOf(["uvx", "pkg", "--token", secret]);
  assert.deepEqual(plan.args[1], secret);
  assert.equal(plan.warnings.length, 0);
  const lines = [
    ["uvx", "--index-url", secret, "pkg"],
    ["uvx", "--from", { shown: "git+https://${TOKEN}@h.example/r", value: "git+https://s3cret@h.example/r" }, "x"],
    ["uvx", { shown: "--${TOKEN}", value: "--s3cret" }, "pkg"],
    ["python", { shown: "-m${TOKEN}", value: "-ms3cret/x" }],
    ["npx", "-p", "pkg", { shown: "${TOKEN}", value: "s3cret!" }],
    ["npx", { shown: "./${TOKEN}", value: "./s3cret" }],
    ["go", { shown: "${TOKEN}", value: "s3cret" }],
  ] as const;
  for (const line of lines)
    assert.ok(!JSON.stringify([refusal(line).message, refusal(line).hint]).includes("s3cret"), String(line[0]));
});

test("a variable in a package's name is said to become part of the image", () => {
  const { warnings } = containerOf(["npx", "-y", { shown: "pkg@${VERSION}", value: "pkg@1" }]);
  assert.deepEqual(
    warnings.map(({ code, where }) => [code, where]),
    [["plan/variable-in-image", "config.yaml:args.1"]],
  );
});

test("a variable is said to become part of the image once for each word", () => {
  const { warnings } = containerOf(["uvx", "--with", { shown: "${A},${B}", value: "a,b" }, "pkg"]);
  assert.deepEqual(
    warnings.map(({ where }) => where),
    ["config.yaml:args.1"],
  );
});

test("a variable in an option of npm is not said to become part of the image", () => {
  for (const start of [["npx"], ["npm", "exec"], ["pnpm", "dlx"], ["bunx"]]) {
    const address = { shown: "https://npm.example/${TOKEN}", value: "https://npm.example/s3cret" };
    const plan = containerOf([...start, "--registry", address, "pkg"]);
    assert.deepEqual(plan.warnings, [], start.join(" "));
  }
});

test("a variable that is not set stands as its reference", () => {
  const backend = { ...backendOf(["npx", "-y", plain("${PACKAGE}")]), unresolved: true };
  const context = { config: { flags: {}, policy: { allowWeakening: true } }, settings: {} };
  assert.equal(planBackend(backend, context).kind, "container");
});

test("the same backend gives the same plan", () => {
  assert.deepEqual(containerOf("uvx --with a pkg"), containerOf("uvx --with a pkg"));
});

test("planning leaves the backend as it is", () => {
  const backend = backendOf("uvx --with a pkg");
  const before = JSON.stringify(backend);
  planBackend(backend, { config: { flags: {}, policy: { allowWeakening: true } }, settings: {} });
  assert.equal(JSON.stringify(backend), before);
});

function mount(source: string, target: string) {
  return { source, target, kind: "path", mode: "rw" } as const;
}

/** Command line with a variable that is not set, where its value decides. */
const UNSET: readonly Line[] = [
  ["uvx", "--python", "${X}", "pkg"],
  ["uvx", "--index-url=${X}", "pkg"],
  ["uvx", "${X}"],
  ["uvx", "--from", "pkg", "${X}"],
  ["npx", "-p", "pkg", "${X}"],
  ["npx", "--registry", "https://a.example/${X}", "pkg"],
  ["go", "run", "-tags", "${X}", "example.com/a/b"],
  ["python", "-m", "${X}"],
];

for (const line of UNSET) {
  test(`${JSON.stringify(line)} says that the variable is not set`, () => {
    const backend = { ...backendOf(line), unresolved: true };
    const context = { config: { flags: {}, policy: { allowWeakening: true } }, settings: {} };
    assert.throws(() => planBackend(backend, context), { code: "config/unset-variable", message: /\$\{X\}/ });
  });
}

test("a reference to the original Argus' store of secrets is text, which is said without its name", () => {
  const env = { A: plain("secret:gh"), B: plain("top secret:gh"), C: plain("secret: x") };
  const context = { config: { flags: {}, policy: { allowWeakening: true } }, settings: {} };
  const { warnings } = planBackend({ ...backendOf("uvx pkg"), env }, context);
  assert.deepEqual(
    warnings.map(({ code, where, message }) => [code, where, message.includes("gh")]),
    [["config/secret-reference", "config.yaml:env.A", false]],
  );
});

test("a variable of env without braces is text, which is said without its name", () => {
  const texts = ["$TOKEN", "$_A1", "${TOKEN}", "$ecret", "$2y$10", "$TOKEN/x", "$", "$$TOKEN"];
  const env = Object.fromEntries(texts.map((text, index) => [`V${index}`, plain(text)]));
  const context = { config: { flags: {}, policy: { allowWeakening: true } }, settings: {} };
  for (const container of [{}, { enabled: false }]) {
    const { warnings } = planBackend({ ...backendOf("uvx pkg", container), env }, context);
    assert.deepEqual(
      warnings.map(({ code, message }) => [code, message.slice(0, "env.V0".length)]),
      ["env.V0", "env.V1"].map((label) => ["config/bare-variable", label]),
    );
    assert.doesNotMatch(JSON.stringify(warnings), /TOKEN|_A1/);
  }
});

/** Container call → what to write in its place. */
const INSTEAD: readonly (readonly [Line, string])[] = [
  [
    "docker run -i --rm -e FOO mcp/fetch",
    "FROM mcp/fetch and the ENTRYPOINT that `docker image inspect -f '{{json .Config.Entrypoint}}' mcp/fetch` shows, " +
      "and args: []; -e becomes env",
  ],
  [
    [
      "podman.exe",
      "run",
      "-it",
      "-v=/a:/b",
      "--net",
      "none",
      { shown: "i:${TAG}", value: "i:SECRET" },
      "x y",
      "-e",
      "z",
    ],
    "FROM i:${TAG} and the ENTRYPOINT that `podman image inspect -f '{{json .Config.Entrypoint}}' i:${TAG}` shows, " +
      "and args: […]; -v becomes container.volumes, --network becomes container.network",
  ],
  [
    "docker run --entrypoint a b stdio --token SECRET",
    'FROM b and the --entrypoint as its ENTRYPOINT [...], and args: ["stdio", …]',
  ],
  [
    "docker run --entrypoint a mcp/postgres postgresql://u:SECRET@h/db",
    "FROM mcp/postgres and the --entrypoint as its ENTRYPOINT [...], and args: […]",
  ],
  ["cmd /c docker container run --entrypoint a b", "FROM b and the --entrypoint as its ENTRYPOINT [...], and args: []"],
  ["docker run --unknown b c", "FROM IMAGE and its ENTRYPOINT [...], and only what follows IMAGE as args"],
  ["docker run --rm", "FROM IMAGE and its ENTRYPOINT [...], and only what follows IMAGE as args"],
];

test("a container call beside a Dockerfile is an error with what to keep of it, for the server would get its words", () => {
  for (const [line, hint] of INSTEAD) {
    const error = refusal(line, { dockerfile: "x/Dockerfile" });
    assert.deepEqual(
      [error.code, error.hint, error.where],
      ["config/container-call", `write x/Dockerfile with ${hint}`, "config.yaml:args"],
    );
  }
  assert.equal(planOf("docker stdio", { dockerfile: "x/Dockerfile" }).kind, "container");
  assert.equal(planOf("docker", { dockerfile: "x/Dockerfile" }).kind, "container");
});

test("argus' own entry in a client's config is no server: an error that says what stands here", () => {
  const own = 'write the server\'s own command, such as command: uvx, args: ["mcp-server-time"]';
  for (const [line, hint] of [
    ["/usr/local/bin/argus run time", own],
    ["cmd /c argus.exe --config x run time", own],
    ["argus run time --", own],
    ["argus-mcp run --network none -- my-server --token SECRET", "write what follows the -- as command and args"],
  ] as const) {
    const error = refusal(line);
    assert.deepEqual([error.code, error.hint, error.where], ["config/own-entry", hint, "config.yaml:command"]);
  }
  assert.equal(refusal("argus run time", {}, { adHoc: true }).hint, "leave one of the two out");
  assert.equal(planOf("argus serve").kind, "bare");
  assert.equal(planOf("argus serve -- run").kind, "bare");
  assert.equal(planOf("argus run time", { enabled: false }).kind, "bare");
  assert.equal(containerOf("argus run", { transport: "uvx" }).image.name, "argus");
});

/**
 * Hostile input in every text of a config: it is refused at its own place, or it changes nothing but its own argument in
 * the Dockerfile and in the command lines, compared with the same config that holds a harmless value there.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import type { Backend, Config } from "../../src/config/config.ts";
import { parseConfig } from "../../src/config/parse.ts";
import type { Problem } from "../../src/config/problem.ts";
import { readSettings } from "../../src/config/settings.ts";
import { realArgs } from "../../src/engine/command.ts";
import type { Engine } from "../../src/engine/engine.ts";
import { buildCommand, runCommand } from "../../src/engine/oci.ts";
import { ArgusError } from "../../src/errors.ts";
import { imageOf } from "../../src/image/image.ts";
import type { ContainerPlan } from "../../src/plan/plan.ts";
import { planBackend } from "../../src/plan/plan_backend.ts";
import { PRIVATE_HOSTS } from "./config/rules/hosts.ts";
import { shown } from "./config/rules/table.ts";

/** One text of the config. */
interface Field {
  readonly name: string;
  /** A value that is fine and stands nowhere else. */
  readonly harmless: string;
  /** The config with a value in that place. */
  readonly config: (value: string) => unknown;
  /** Values that are hostile to this field alone. */
  readonly own?: readonly string[];
  /** What of the harmless value shows in the arguments, when that is not all of it. */
  readonly marker?: string;
  /** The config without the value: some values are as good as none, or are options. */
  readonly absent?: unknown;
  /** The value is a name, which errors may repeat. */
  readonly key?: true;
  /** The place is a line of its own in the Dockerfile: a command of the user's. */
  readonly line?: true;
}

const HOSTILE: readonly string[] = [
  ...[
    "x\nUSER root",
    "x\r\nRUN id",
    "x\rRUN id",
    "\nRUN id",
    "x\n",
    "x\\\nRUN id",
    "x\u2028RUN id",
    "x\u2029RUN id",
    "x\u0085RUN id",
  ],
  ...["x\0y", "\0", "x\u001b[2Jy", "x\u007fy", "\ufeffx", "\u202ex", "x\u2066y", "x\u200by", "\ud800", "x\udfffy"],
  ...[
    "$(id)",
    "x$(touch /pwned)",
    "`id`",
    "x;id",
    "x && id",
    "x|id",
    "x>y",
    "<x",
    "x\\",
    "\\",
    "$IFS",
    "$$",
    "x'y",
    "'",
    'x"y',
    '"',
    "'\"'\"'",
  ],
  ...['", "sh", "-c", "id', "<<EOF", "x <<-EOF", "# x", "x # y", "x y", " x", "x ", "\t", "", " "],
  ...["-x", "--", "--privileged", "--network=host", "--mount=type=bind,source=/,target=/x", "-v/:/x", "-"],
  ...["../x", "..\\x", "a/../../x", "/etc/passwd", "C:\\Windows", "\\\\srv\\x", "~/x", "file:///etc/passwd", "./x"],
  ...[
    "__proto__",
    "constructor",
    "toString",
    "hasOwnProperty",
    "<%= it.base %>",
    "{{.Config.Env}}",
    "%s%n",
    "*",
    "?",
    "[a-z]",
    "!x",
    "{a,b}",
  ],
  ...[
    "x".repeat(20_000),
    "ｘ；ｉｄ",
    "аlpine",
    "x\ttab",
    "FROM scratch",
    "AS build",
    "@x",
    "x@",
    ":",
    "=",
    "x=y",
    ",",
    "x,y=z",
  ],
  ...["https://s3cret@example.com/x", "https://u:s3cret@127.0.0.1/x"],
];

const container = (recipe: Recipe, fields: Record<string, unknown>) =>
  backend({ ...RECIPES[recipe], container: { ...BASE[recipe], ...fields } });
const backend = (fields: Record<string, unknown>) => ({ backends: { one: fields } });
/** Object.fromEntries makes `__proto__` a key like any other. */
const keyed = (key: string, value: unknown) => Object.fromEntries([[key, value]]);

type Recipe = "uvx" | "npx" | "go" | "source" | "dockerfile";
const RECIPES: Readonly<Record<Recipe, Record<string, unknown>>> = {
  uvx: { command: "uvx", args: ["some-server", "--port", "1"] },
  npx: { command: "npx", args: ["-y", "some-server", "--port", "1"] },
  go: { command: "some-server" },
  source: { command: "node", args: ["dist/index.js"] },
  dockerfile: { command: "some-server", args: ["--port", "1"] },
};
const BASE: Readonly<Record<Recipe, Record<string, unknown>>> = {
  uvx: {},
  npx: {},
  go: { transport: "go", go_package: "example.com/some/server" },
  source: {
    source_url: "https://example.com/some/server",
    build_steps: ["npm install"],
    entrypoint: ["node", "dist/index.js"],
  },
  dockerfile: { dockerfile: "some.dockerfile" },
};
const GENERATED = ["uvx", "npx", "go", "source"] as const;

const FIELDS: readonly Field[] = [
  {
    name: "a backend's name",
    harmless: "harmless",
    key: true,
    config: (value) => ({ backends: keyed(value, RECIPES.npx) }),
  },
  { name: "type", harmless: "stdio", config: (value) => backend({ ...RECIPES.npx, type: value }) },
  { name: "command", harmless: "harmless", config: (value) => backend({ command: value, args: ["x"] }) },
  {
    name: "an argument of a bare server",
    harmless: "harmless",
    config: (value) => backend({ command: "bare", args: [value] }),
  },
  ...(["uvx", "npx", "dockerfile"] as const).map(
    (recipe): Field => ({
      name: `an argument of a server (${recipe})`,
      harmless: "harmless",
      config: (value) => {
        const { command, args } = RECIPES[recipe] as { command: string; args: string[] };
        return backend({ command, args: [...args, value], container: BASE[recipe] });
      },
    }),
  ),
  {
    name: "the package of uvx",
    absent: backend({ command: "uvx", args: ["arg"] }),
    harmless: "harmless",
    config: (value) => backend({ command: "uvx", args: [value, "arg"] }),
    own: [
      "-r /etc/passwd",
      "x --index-url https://a.b",
      "x @ file:///x",
      "git+https://s3cret@a.b/c",
      "x\n--pre",
      "x[;]",
      ".",
    ],
  },
  {
    name: "uvx --from",
    harmless: "harmless",
    config: (value) => backend({ command: "uvx", args: ["--from", value, "run-it", "arg"] }),
  },
  {
    name: "the program of uvx --from",
    harmless: "harmless",
    config: (value) => backend({ command: "uvx", args: ["--from", "pkg", value] }),
  },
  {
    name: "uvx --with",
    absent: backend({ command: "uvx", args: ["pkg", "arg"] }),
    harmless: "harmless",
    config: (value) => backend({ command: "uvx", args: ["--with", value, "pkg", "arg"] }),
  },
  {
    name: "uvx --python",
    harmless: "3.12",
    config: (value) =>
      backend({ command: "uvx", args: ["--python", value, "pkg", "arg"], container: { builder_image: "base:1" } }),
  },
  {
    name: "uvx --index-url",
    harmless: "https://harmless.example/simple",
    config: (value) => backend({ command: "uvx", args: ["--index-url", value, "pkg", "arg"] }),
  },
  {
    name: "the module of python -m",
    harmless: "harmless",
    config: (value) => backend({ command: "python", args: ["-m", value, "arg"] }),
  },
  {
    name: "the package of npx",
    absent: backend({ command: "npx", args: ["-y", "arg"] }),
    harmless: "harmless",
    config: (value) => backend({ command: "npx", args: ["-y", value, "arg"] }),
    own: ["x --registry https://a.b", "file:../x", "git+ssh://-oProxyCommand=id/x", "x@$(id)", "owner/../x", "link:x"],
  },
  {
    name: "npx --package",
    harmless: "harmless",
    config: (value) => backend({ command: "npx", args: ["-p", value, "run-it", "arg"] }),
  },
  {
    name: "the program of npx --package",
    harmless: "harmless",
    config: (value) => backend({ command: "npx", args: ["-p", "pkg", value] }),
  },
  {
    name: "a variable's name",
    key: true,
    harmless: "HARMLESS",
    config: (value) => backend({ ...RECIPES.npx, env: keyed(value, "x") }),
  },
  {
    name: "a variable's value",
    harmless: "harmless",
    config: (value) => backend({ ...RECIPES.npx, env: { NAME: value } }),
  },
  {
    name: "memory",
    harmless: "777m",
    config: (value) => container("npx", { memory: value }),
    own: ["512m --privileged", "-512m", "1e9g", "0x10m", "1t", "5m", "512m\n", "５１２m"],
  },
  {
    name: "cpus",
    harmless: "1.25",
    config: (value) => container("npx", { cpus: value }),
    own: ["-1", "0", "1e3", "Infinity", "NaN", "1 --privileged", "0.0000000001"],
  },
  {
    name: "network",
    harmless: "harmless",
    config: (value) => container("npx", { network: value }),
    own: ["host --privileged", "container:", "ns:/proc/1/ns/net", "none,host", "bridge:ip=1", "name=host"],
  },
  {
    name: "volumes",
    harmless: "/harmless:/target:ro",
    marker: "/harmless",
    config: (value) => container("npx", { volumes: [value] }),
    own: [
      "/a:/",
      "/a:/../b",
      "/a:/b:ro,exec,x",
      "/a:/b --privileged",
      "a/b:/c",
      "/a:/b/../..",
      "/a:/b:rw:Z",
      "/a,readonly=false:/b",
      '/a":/b',
    ],
  },
  {
    name: "extra_args",
    harmless: "--label=harmless",
    config: (value) => container("npx", { extra_args: [value] }),
    own: [
      "alpine",
      "--rm=false",
      "-d",
      "-it",
      "--name=x",
      "--label=argus.owner=x",
      "--device",
      "-v",
      "--pull=always",
      "--log-driver=syslog",
    ],
  },
  {
    name: "the value of an extra flag",
    harmless: "harmless",
    config: (value) => container("npx", { extra_args: ["--env", value] }),
  },
  ...GENERATED.flatMap((recipe): Field[] => [
    {
      name: `builder_image (${recipe})`,
      harmless: "harmless:1",
      config: (value) => container(recipe, { builder_image: value }),
      own: [
        "alpine AS build",
        "--platform=x alpine",
        "alpine\nRUN id",
        "build",
        "scratch",
        "${BASE}",
        "UPPER",
        "a:b:c",
        "http://a/b",
      ],
    },
    {
      name: `system_deps (${recipe})`,
      harmless: "harmless",
      config: (value) => container(recipe, { system_deps: [value] }),
      own: ["git-", "./x.deb", "git=1", "git:amd64", "git/sid", "--allow-unauthenticated", "two words"],
    },
    {
      name: `build_system_deps (${recipe})`,
      harmless: "harmless",
      config: (value) => container(recipe, { build_system_deps: [value] }),
    },
    {
      name: `additional_packages (${recipe})`,
      harmless: recipe === "go" ? "example.com/harmless@v1" : "harmless",
      config: (value) => container(recipe, { additional_packages: [value] }),
      own: [
        "-r/etc/passwd",
        "--index-url=https://a.b",
        "--registry=https://a.b",
        "x --pre",
        "file:x",
        "x @ file:///x",
        "git+file:///x",
      ],
    },
    {
      name: `a name in build_env (${recipe})`,
      key: true,
      harmless: "HARMLESS",
      config: (value) => container(recipe, { build_env: keyed(value, "x") }),
      own: ["PATH", "HOME", "LD_PRELOAD", "UV_TOOL_DIR", "A B"],
    },
    {
      name: `a value in build_env (${recipe})`,
      harmless: "harmless",
      config: (value) => container(recipe, { build_env: { NAME: value } }),
    },
  ]),
  {
    name: "source_url",
    harmless: "https://example.com/harmless",
    config: (value) => container("source", { source_url: value }),
    own: [
      ...PRIVATE_HOSTS.map((host) => `https://${host}/o/r`),
      "https://a.b/x;id",
      "https://a.b/x\nRUN id",
      "git+ssh://-oProxyCommand=id/x",
      "ext::sh -c id",
    ],
  },
  {
    name: "source_ref",
    harmless: "harmless",
    config: (value) => container("source", { source_ref: value }),
    own: ["--upload-pack=id", "a..b", "a@{1}", "a.lock", "HEAD^", "a:b"],
  },
  {
    name: "build_steps",
    harmless: "npm harmless",
    line: true,
    config: (value) => container("source", { build_steps: [value] }),
    own: ["echo $((1))", "(id)", "--security=insecure id", "id \\", "cat <<EOF", "id\nUSER root"],
  },
  {
    name: "entrypoint",
    harmless: "harmless",
    config: (value) => container("source", { entrypoint: ["node", value] }),
    own: ["a]b", '"]\nUSER root', "a}b", "a~b"],
  },
  { name: "transport", harmless: "npx", config: (value) => container("npx", { transport: value }) },
  {
    name: "go_package",
    harmless: "example.com/harmless",
    config: (value) => container("go", { go_package: value }),
    own: ["-toolexec=id", "a.b/c@-x", "a.b/...", "./cmd", "a.b/../c", "https://a.b/c", "a.b/c d"],
  },
  {
    name: "dockerfile",
    harmless: "harmless.dockerfile",
    config: (value) => container("dockerfile", { dockerfile: value }),
    own: ["..", "a/..", "a\\..\\..\\x", "c:x", ".. /x", "sub/", "-", "\\x"],
  },
  { name: "enabled", harmless: "true", config: (value) => container("npx", { enabled: value }) },
  { name: "runtime", harmless: "docker", config: (value) => container("npx", { runtime: value }) },
  { name: "stdout", harmless: "raw", config: (value) => backend({ ...RECIPES.npx, stdout: value }) },
  { name: "eof_grace", harmless: "3s", config: (value) => backend({ ...RECIPES.npx, session: { eof_grace: value } }) },
  ...["context", "namespace", "registry", "image_pull_secret", "service_account", "runtime_class", "deadline"].map(
    (key): Field => ({
      name: `kubernetes.${key}`,
      harmless: { deadline: "5m", registry: "registry.example.com/mcp" }[key] ?? "harmless",
      config: (value) => container("npx", { kubernetes: { [key]: value } }),
    }),
  ),
  {
    name: "a label's name",
    key: true,
    harmless: "harmless",
    config: (value) => container("npx", { kubernetes: { labels: keyed(value, "x") } }),
  },
  {
    name: "a label's value",
    harmless: "harmless",
    config: (value) => container("npx", { kubernetes: { labels: { name: value } } }),
  },
  { name: "version", harmless: "1", config: (value) => ({ version: value, ...backend(RECIPES.npx) }) },
  {
    name: "feature_flags",
    harmless: "true",
    config: (value) => ({ feature_flags: { container_isolation: value }, ...backend(RECIPES.npx) }),
  },
  {
    name: "policy",
    harmless: "true",
    config: (value) => ({ policy: { allow_weakening: value }, ...backend(RECIPES.npx) }),
  },
  {
    name: "a remote url",
    harmless: "https://harmless.example",
    config: (value) => backend({ type: "sse", url: value }),
  },
  {
    name: "a remote header",
    harmless: "harmless",
    config: (value) => backend({ type: "sse", url: "https://a.b", headers: { name: value } }),
  },
  {
    name: "a key of a backend",
    harmless: "group",
    key: true,
    config: (value) => backend(Object.fromEntries([...Object.entries(RECIPES.npx), [value, "x"]])),
  },
  {
    name: "a key of container",
    harmless: "memory",
    key: true,
    config: (value) => container("npx", keyed(value, "512m")),
  },
];

/** Everything that argus would do with a config, as lists of words. */
interface Outcome {
  readonly kind: string;
  /** Both Dockerfiles. */
  readonly dockerfiles: readonly string[];
  readonly words: readonly string[];
  readonly variables: readonly string[];
}

/** Why a config does not get that far. */
interface Refusal {
  readonly places: readonly string[];
  readonly text: string;
}

const FILE = "config.yaml";
const ENGINES: readonly Engine[] = [
  { name: "docker", bin: "docker", env: {}, rootless: false },
  { name: "podman", bin: "podman", env: {}, rootless: true },
];

function outcomeOf(config: unknown): Outcome | Refusal {
  const { config: parsed, problems } = parseConfig(JSON.stringify(config, null, 1), FILE, { env: {} });
  const errors = problems.filter(({ severity }) => severity === "error");
  if (errors.length > 0) return { places: errors.map(placeOf), text: errors.map(textOf).join("\n") };
  const [backend] = parsed.backends.values();
  assert.ok(backend !== undefined, "a config without an error has its backend");
  try {
    return outcomeOfBackend(backend, parsed);
  } catch (error) {
    // Anything else is a bug: a user would see a stack trace.
    if (!(error instanceof ArgusError)) throw error;
    return { places: [error.where ?? ""], text: `${error.message}\n${error.hint ?? ""}` };
  }
}

function outcomeOfBackend(backend: Backend, config: Config): Outcome {
  const plan = planBackend(backend, { config, settings: {} });
  if (plan.kind === "remote") return { kind: plan.kind, dockerfiles: [], words: [], variables: [] };
  const variables = Object.entries(plan.env).flatMap(([name, { value }]) => [name, value]);
  if (plan.kind !== "container") {
    const words = [plan.command, ...plan.args].map(({ value }) => value);
    return { kind: plan.kind, dockerfiles: [], words, variables };
  }
  const image = imageOf(plan.image, readSettings({}), USER_DOCKERFILE);
  const env = Object.fromEntries(Object.entries(plan.env).map(([name, { value }]) => [name, value]));
  const commands = ENGINES.flatMap((engine) => [
    runCommand({
      engine,
      image: image.name,
      plan,
      args: image.args ?? plan.args,
      identity: identityOf(plan),
      cpus: plan.limits.cpus,
      env,
    }),
    buildCommand({
      engine,
      image: image.name,
      dockerfile: image.dockerfile,
      context: image.context,
      labels: image.labels,
    }),
  ]);
  return {
    kind: `${plan.kind} ${plan.image.recipe}`,
    dockerfiles: [image.dockerfile, image.plainDockerfile].map(masked),
    words: commands.flatMap((command) => [...realArgs(command).map(masked), ...Object.entries(command.env).flat()]),
    variables,
  };
}

const USER_DOCKERFILE = {
  text: 'FROM scratch\nENTRYPOINT ["server"]\n',
  context: "/folder",
  file: "/folder/Dockerfile",
  digest: "0",
};

function identityOf(plan: ContainerPlan) {
  const owner = { pid: 1, started: "1", boot: "boot", host: "host", uid: 1000 };
  return { backend: plan.backend, container: `argus-${plan.backend}-0123456789ab`, owner };
}

/** Without hashes of the content, and without the image's own name, which has an alphabet of its own. */
function masked(text: string): string {
  return text
    .replace(/\blocalhost\/argus\/[a-z0-9._-]+:[0-9a-f]{12}\b/g, "<image>")
    .replace(/(argus\.inputs=)"?[0-9a-f]+"?/g, "$1<hash>")
    .replace(/(org\.opencontainers\.image\.title=)"[a-z0-9._-]+"/g, "$1<title>");
}

function placeOf({ file, line, column }: Problem): string {
  return `${file}:${line}:${column}`;
}

function textOf({ message, hint }: Problem): string {
  return `${message}\n${hint ?? ""}`;
}

/** Lines of the config that differ from the harmless one: where the value stands. */
function placesOfValue(field: Field, value: string): Set<number> {
  const text = (each: string) => JSON.stringify(field.config(each), null, 1).split("\n");
  const hostile = text(value);
  const harmless = text(field.harmless);
  return new Set(hostile.flatMap((line, index) => (line === harmless[index] ? [] : [index + 1])));
}

function holdRefusal(refusal: Refusal, field: Field, value: string): void {
  const lines = placesOfValue(field, value);
  // What a list or an option needs as a whole is told where that starts.
  const near = (line: number) => [...lines].some((each) => line <= each && line >= each - NEAR);
  assert.ok(
    refusal.places.some((place) => near(Number(/^config\.yaml:(\d+):\d+$/.exec(place)?.[1]))),
    `told at ${refusal.places.join(", ")}, but it stands in line ${[...lines].join(", ")}: ${refusal.text.slice(0, 300)}`,
  );
  assert.ok(field.key === true || !refusal.text.includes("s3cret"), refusal.text);
  assert.ok(!/\n\s+at .*[.:]\d+/.test(refusal.text), "a stack trace");
}
const NEAR = 4;

/** Word by word: equal, or the harmless word with the value in place of the harmless one. */
function holdWords(hostile: readonly string[], harmless: readonly string[], field: Field, value: string): void {
  assert.equal(hostile.length, harmless.length, `words: ${JSON.stringify(hostile).slice(0, 500)}`);
  const marker = field.marker ?? field.harmless;
  for (const [index, word] of hostile.entries()) {
    const expected = harmless[index]!;
    if (word === expected) continue;
    assert.ok(
      expected.includes(marker),
      `${JSON.stringify(word.slice(0, 200))} in place of ${JSON.stringify(expected)}`,
    );
    // A part of the value at most (a package's name), and nothing that argus did not write or the value does not hold.
    const [before = "", after = ""] = [
      expected.slice(0, expected.indexOf(marker)),
      expected.slice(expected.lastIndexOf(marker) + marker.length),
    ];
    if (field.marker !== undefined) continue;
    assert.ok(
      word.startsWith(before) && word.endsWith(after),
      `${JSON.stringify(word.slice(0, 200))} around ${JSON.stringify(expected)}`,
    );
    const own = word.slice(before.length, word.length - after.length);
    const pieces = marker === expected ? [own] : own.split(after === "" ? "\0" : after);
    assert.ok(
      pieces.every((piece) => derived(piece, value)),
      `${JSON.stringify(own.slice(0, 200))} from ${shown(value)}`,
    );
  }
}

/** What argus may make of a value: a part of it, its name in lower case, a version written as pip wants it. */
function derived(piece: string, value: string): boolean {
  const plain = (text: string) => text.replace(/@latest$|[-_.=@\s]/g, "").toLowerCase();
  // A list in the Dockerfile spells a tab as JSON does.
  return [value, JSON.stringify(value)].some((each) => plain(each).includes(plain(piece)));
}

function holdDockerfile(hostile: string, harmless: string, field: Field, value: string): void {
  assert.equal(linesOf(hostile).length, linesOf(harmless).length, `lines:\n${hostile.slice(0, 2000)}`);
  if (field.line === true)
    assert.equal(
      hostile,
      harmless.replaceAll(field.harmless, () => value),
    );
  else holdWords(wordsOf(hostile), wordsOf(harmless), field, value);
}

/** As any reader of the text could split it. */
function linesOf(text: string): string[] {
  return text.split(/\r\n|[\n\r\u0085\u2028\u2029]/);
}

/** The words of a Dockerfile as a shell, or the builder for its lists, reads them; operators and line ends are words too. */
function wordsOf(text: string): string[] {
  const joined = text.replace(/^#.*\n/gm, "").replaceAll("\\\n", "");
  const words: string[] = [];
  const parts = joined.matchAll(/\n|\s+|[;&|<>()]|((?:'[^']*'|"(?:[^"\\]|\\.)*"|\\.|[^\s'"\\;&|<>()])+)|(.)/gsu);
  for (const [whole, word, odd] of parts) {
    assert.equal(odd, undefined, `an open quote or a stray backslash: ${text.slice(0, 300)}`);
    if (word !== undefined) words.push(word.replace(/'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)/gsu, unquoted));
    else if (whole.trim() !== "" || whole === "\n") words.push(whole);
  }
  return words;
}

function unquoted(_: string, single?: string, double?: string, escaped?: string): string {
  return single ?? double?.replace(/\\([\\"$`])/g, "$1") ?? escaped ?? "";
}

/** The work is short; the machine may be busy. */
const PATIENT = { timeout: 120_000 };

for (const field of FIELDS) {
  const values = [...new Set([...HOSTILE, ...(field.own ?? [])])];
  test(`${field.name}: ${values.length} hostile values are refused or harmless`, PATIENT, () => {
    const harmless = outcomeOf(field.config(field.harmless));
    assert.ok("kind" in harmless, "text" in harmless ? harmless.text : "");
    const failures = values.flatMap((value) => failureOf(() => hold(field, value, harmless), value));
    assert.equal(failures.join("\n"), "");
  });
}

/** All of a field's failures are told at once: one by one they would take as many runs. */
function failureOf(check: () => void, value: string): string[] {
  try {
    check();
    return [];
  } catch (error) {
    return [`${shown(value)}: ${error instanceof Error ? error.message : String(error)}`];
  }
}

function hold(field: Field, value: string, harmless: Outcome): void {
  const hostile = outcomeOf(field.config(value));
  if ("text" in hostile) holdRefusal(hostile, field, value);
  else if (field.absent === undefined || !isDeepStrictEqual(hostile, outcomeOf(field.absent))) {
    assert.equal(hostile.kind, harmless.kind);
    for (const [index, text] of hostile.dockerfiles.entries())
      holdDockerfile(text, harmless.dockerfiles[index]!, field, value);
    holdWords(hostile.words, harmless.words, field, value);
    holdWords(hostile.variables, harmless.variables, field, value);
  }
}

/** Pieces that mean something to one of the readers, and anything else. */
const TEXTS = fc
  .array(
    fc.oneof(
      fc.constantFrom(...HOSTILE.filter((each) => each.length < 100)),
      fc.string({ unit: "binary", maxLength: 8 }),
      fc.string({ maxLength: 8 }),
    ),
    {
      minLength: 1,
      maxLength: 4,
    },
  )
  .map((pieces) => pieces.join(""));

/** Printed with a failure, too, so that a run can be repeated. */
const SEED = 20_260_101;

test("random texts in any field throw nothing but errors for users, and add no line to a Dockerfile", PATIENT, () => {
  const harmless = new Map<Field, Outcome | Refusal>();
  const property = fc.property(fc.constantFrom(...FIELDS), TEXTS, (field, value) => {
    const hostile = outcomeOf(field.config(value));
    if (!harmless.has(field)) harmless.set(field, outcomeOf(field.config(field.harmless)));
    const expected = harmless.get(field)!;
    if ("text" in hostile || "text" in expected) return;
    const counts = ({ dockerfiles }: Outcome) => dockerfiles.map((text) => linesOf(text).length);
    assert.deepEqual(counts(hostile), counts(expected));
  });
  fc.assert(property, { seed: SEED, numRuns: 1_000 });
});

test("there are enough hostile values", () => {
  assert.ok(new Set([...HOSTILE, ...FIELDS.flatMap(({ own }) => own ?? [])]).size >= 300);
});

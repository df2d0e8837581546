import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { StdioBackend } from "../../../src/config/config.ts";
import { type ParsedConfig, type ParseOptions, parseConfig } from "../../../src/config/parse.ts";
import { holdsVariable } from "../../../src/config/variables.ts";

const ENV = { HOME: "/home/me", TOKEN: "s3cret-canary" };

function parse(text: string, options: Partial<ParseOptions> = {}): ParsedConfig {
  return parseConfig(text, "conf/config.yaml", { env: ENV, ...options });
}

function backend(text: string, options: Partial<ParseOptions> = {}): StdioBackend {
  const { config, problems } = parse(text, options);
  assert.deepEqual(
    problems.filter(({ severity }) => severity === "error"),
    [],
  );
  return config.backends.values().next().value as StdioBackend;
}

test("a valid backend, with everything that was left out", () => {
  const { where, ...rest } = backend("backends:\n  a:\n    command: uvx\n");
  assert.deepEqual(rest, {
    type: "stdio",
    name: "a",
    command: { shown: "uvx", value: "uvx" },
    args: [],
    env: {},
    container: {
      volumes: [],
      extra_args: [],
      system_deps: [],
      build_system_deps: [],
      additional_packages: [],
      build_steps: [],
      build_env: {},
      kubernetes: {},
    },
    session: { stdout: "raw", eofGraceMs: 3000 },
    unresolved: false,
  });
  assert.equal(where(["command"]), "conf/config.yaml:3:14");
  assert.equal(where(["container", "memory"]), "conf/config.yaml:2:3");
});

test("a client's JSON is read with its comments, its last commas and its own words for remote servers", () => {
  const text = `// of a client
{
\t/* servers */ "backends": {
\t\t"files": { // "local"
\t\t\t"command": "npx", "args": ["-y", "https://example.com/x//y", "/* no comment */",],
\t\t\t"env": {"A": "\${env:TOKEN}", "B": "\${env:NOPE:-b}"},
\t\t},
\t\t"http": {"type": "http", "url": "https://example.com"},
\t\t"camel": {"type": "streamableHttp", "url": "https://example.com"},
\t\t"sse": {"type": "sse", "url": "https://example.com"},
\t\t"untyped": {"url": "https://example.com"},
\t\t"windsurf": {"serverUrl": "https://example.com"},
\t},
}`;
  const { config, problems } = parse(text);
  assert.deepEqual(problems, []);
  const { args, env, where } = config.backends.get("files") as StdioBackend;
  assert.deepEqual(
    args.map(({ value }) => value),
    ["-y", "https://example.com/x//y", "/* no comment */"],
  );
  assert.deepEqual([env.A?.value, env.B?.value], ["s3cret-canary", "b"]);
  assert.equal(where(["command"]), "conf/config.yaml:5:15");
  const remote = [...config.backends.values()].slice(1).map((each) => each.type !== "stdio" && [each.type, each.url]);
  const http = ["streamable-http", "https://example.com"];
  assert.deepEqual(remote, [http, http, ["sse", "https://example.com"], http, http]);
});

test("two slashes in YAML that begins like JSON are text", () => {
  const text = "{backends: {a: {command: uvx, args: [https://example.com/x, a /* b */ c]}}}";
  assert.deepEqual(
    backend(text).args.map(({ value }) => value),
    ["https://example.com/x", "a /* b */ c"],
  );
});

test("a variable of the server with the name of a field is a variable like any other", () => {
  const text =
    "backends:\n  a:\n    command: uvx\n    env: {volumes: $HOME/x, extra_args: '${TOKEN}', source_url: '${TOKEN}'}\n";
  assert.equal(backend(text).env.volumes?.value, "$HOME/x");
  assert.deepEqual(parse(text).problems, []);
});

test("go_package needs no transport where the command is go, however it is written", () => {
  const problems = (command: string, args: string) =>
    parse(`backends:\n  a: {command: '${command}', args: ${args}, container: {go_package: github.com/o/r}}\n`).problems;
  const go: [string, string][] = [
    ["go", "[run, github.com/o/r]"],
    ["C:\\Go\\bin\\GO.EXE", "[run, github.com/o/r]"],
    ["cmd", "[/d, /c, go, run, github.com/o/r]"],
  ];
  for (const [command, args] of go) assert.deepEqual(problems(command, args), [], command);
  const others: [string, string][] = [
    ["cmd", "[go]"],
    ["cmd", "[/c, gone]"],
    ["cmd", "[/c]"],
    ["cmd", "{/c: go}"],
    ["gone", "[]"],
  ];
  for (const [command, args] of others) {
    assert.ok(
      problems(command, args).some(({ code }) => code === "config/conflict"),
      args,
    );
  }
});

test("a comma after a value without quotes is told, where it is likely one of JSON", () => {
  const commas = (env: string) => {
    const { problems } = parse(`backends:\n  a:\n    command: uvx\n    env:\n      ${env}\n`);
    return problems.map(({ code, severity, line, column }) => [code, severity, line, column]);
  };
  for (const text of ["A: b,", "A: /a/b,", "A: ${HOME},", "A: b,  # c"]) {
    assert.deepEqual(commas(text), [["config/trailing-comma", "warning", 5, 10]], text);
  }
  const meant = ["A: 'b,'", 'A: "b,"', "A: ','", "A: a,b,", "A: a=,", "A: b", "A: |-\n        b,", "A: >-\n        b,"];
  for (const text of meant) assert.deepEqual(commas(text), [], text);
  const { problems } = parse("backends: {a: {command: uvx, args: [-d,], env: {A: b, C: d,}}}");
  assert.deepEqual(problems, []);
  assert.deepEqual(parse("backends:\n  a:\n    command: uvx\n    args:\n      - -d,\n").problems, []);
});

test("numbers and switches reach argus as they were written", () => {
  const it = backend(
    "backends:\n  a:\n    command: uvx\n    args: [8080, 1.10, 0755, true, 1e3]\n    env: {PORT: 8080, OFF: no, V: 1.50}\n" +
      "    container: {enabled: no, cpus: 1.50, source_ref: 1234567e8}\n",
  );
  assert.deepEqual(
    it.args.map(({ value }) => value),
    ["8080", "1.10", "0755", "true", "1e3"],
  );
  assert.deepEqual(
    Object.values(it.env).map(({ value }) => value),
    ["8080", "no", "1.50"],
  );
  assert.deepEqual([it.container.enabled, it.container.cpus, it.container.source_ref], [false, "1.50", "1234567e8"]);
});

test("an empty optional field counts as absent", () => {
  const it = backend(
    "version:\nfeature_flags:\nbackends:\n  a:\n    type:\n    command: uvx\n    args:\n    env:\n    container:\n      memory:\n      volumes: null\n      runtime: ~\n    session:\n",
  );
  assert.deepEqual([it.args, it.env, it.container.memory, it.container.volumes], [[], {}, undefined, []]);
});

test("command, args and env keep what plans show apart from what the server gets", () => {
  const it = backend(
    'backends:\n  a:\n    command: "${HOME}/bin/x"\n    args: ["--t=${TOKEN}"]\n    env: {T: "${TOKEN}", D: "${NOPE:-d}"}\n',
  );
  assert.deepEqual(it.command, { shown: "${HOME}/bin/x", value: "/home/me/bin/x" });
  assert.deepEqual(it.args, [{ shown: "--t=${TOKEN}", value: "--t=s3cret-canary" }]);
  assert.deepEqual(it.env, {
    T: { shown: "${TOKEN}", value: "s3cret-canary" },
    D: { shown: "${NOPE:-d}", value: "d" },
  });
});

test("what escapes a variable is no part of the text, which plans print as the server gets it", () => {
  const it = backend("backends:\n  a: {command: uvx, args: ['$${HOME}', '$${A}${TOKEN}']}\n");
  assert.deepEqual(it.args, [
    { shown: "${HOME}", value: "${HOME}", literal: true },
    { shown: "$${A}${TOKEN}", value: "${A}s3cret-canary" },
  ]);
  assert.deepEqual(it.args.map(holdsVariable), [false, true]);
});

test("an escaped ${input:…} is text, and an escaped reference of a build no value", () => {
  const it = backend(
    "backends:\n  a:\n    command: x\n    env: {A: '$${input:x}'}\n    container:\n" +
      "      source_url: https://example.com/x.git\n      entrypoint: [node, x.js]\n" +
      "      build_steps: ['echo $${HOME}', 'echo ${HOME}', 'echo ${NOPE}']\n      build_env: {A: '$${HOME}', B: '${HOME}'}\n",
    { unset: "allow" },
  );
  assert.equal(it.env.A?.value, "${input:x}");
  assert.deepEqual(it.container.build_steps.map(holdsVariable), [false, true, true]);
  assert.deepEqual(Object.values(it.container.build_env).map(holdsVariable), [false, true]);
});

test("unset variables stop a backend, unless they are allowed", () => {
  const text =
    'backends:\n  a:\n    command: uvx\n    args: ["${NOPE}"]\n    container: {memory: "${NOPE}", enabled: "no", volumes: ["${NOPE}:/x"]}\n' +
    '  b:\n    command: uvx\n    env: {A: "${NOPE}"}\n  c:\n    type: sse\n    url: "https://${NOPE}/"\n';
  const strict = parse(text);
  assert.deepEqual([...strict.config.backends.keys()], ["c"]);
  assert.deepEqual(
    strict.problems.filter(({ severity }) => severity === "error").map(({ backend: name, code }) => [name, code]),
    [
      ["a", "config/unset-variable"],
      ["a", "config/unset-variable"],
      ["a", "config/unset-variable"],
      ["b", "config/unset-variable"],
    ],
  );
  const { config, problems } = parse(text, { unset: "allow" });
  assert.deepEqual(
    problems.map(({ code }) => code),
    ["config/secret-in-args", "config/no-effect"],
  );
  const [a, b] = [config.backends.get("a") as StdioBackend, config.backends.get("b") as StdioBackend];
  assert.deepEqual([a.unresolved, b.unresolved], [true, false]);
  assert.deepEqual([a.args[0]?.value, a.container.memory, a.container.enabled], ["${NOPE}", undefined, false]);
});

test("a variable cannot slip past a rule, whatever it holds", () => {
  const hostile = ["x\nRUN id", "${NOPE}; id", "$(id)", "a b", "--privileged", "", "\0"];
  for (const value of hostile) {
    for (const unset of ["error", "allow"] as const) {
      const text =
        'backends:\n  a:\n    command: uvx\n    container: {system_deps: ["${EVIL}"], builder_image: "${EVIL}", memory: "${EVIL}"}\n';
      const { config } = parse(text, { env: { EVIL: value }, unset });
      assert.equal(config.backends.size, 0, JSON.stringify(value));
    }
  }
});

test("a variable of a server cannot be lost by its name", () => {
  for (const name of ["__proto__", "constructor", "prototype", "toString", "hasOwnProperty"]) {
    const { config, problems } = parse(`backends:\n  a: {command: uvx, env: {${name}: x}}\n`);
    const it = config.backends.get("a") as StdioBackend | undefined;
    assert.ok(it === undefined ? problems.length === 1 : Object.hasOwn(it.env, name), name);
  }
});

test("one broken backend does not take the others away", () => {
  const { config, problems } = parse("backends:\n  a: {command: uvx, nope: 1}\n  b: {command: uvx}\n  c:\n");
  assert.deepEqual([...config.backends.keys()], ["b"]);
  assert.deepEqual(
    problems.map(({ backend: name }) => name),
    ["a", "c"],
  );
});

test("problems come in the order of the file", () => {
  const { problems } = parse("backends:\n  a: {command: uvx, x: 1, container: {y: 1, memory: q}}\n  b: {z: 1}\nq: 1\n");
  const places = problems.map(({ line, column }) => line * 1000 + column);
  assert.ok(places.length >= 6);
  assert.deepEqual(
    places,
    places.toSorted((a, b) => a - b),
  );
});

test("kubernetes: a backend's own settings win over the global ones", () => {
  const it = backend(
    "kubernetes: {namespace: all, context: c}\nbackends:\n  a:\n    command: uvx\n    container: {kubernetes: {namespace: own, deadline: 1h, allow_host_path: yes}}\n",
  );
  assert.deepEqual(it.container.kubernetes, {
    context: "c",
    namespace: "own",
    deadline: 3_600_000,
    allow_host_path: true,
  });
});

test("session and stdout", () => {
  const session = (fields: string) => backend(`backends:\n  a:\n    command: uvx\n    ${fields}\n`).session;
  assert.deepEqual(session("session: {eof_grace: 500ms}"), { stdout: "raw", eofGraceMs: 500 });
  assert.deepEqual(session("session: {eof_grace: never}"), { stdout: "raw" });
  assert.deepEqual(session("stdout: strict"), { stdout: "strict", eofGraceMs: 3000 });
});

test("flags and policy of the file", () => {
  const { config } = parse(
    "feature_flags: {container_isolation: off, require_isolation: 1}\npolicy: {allow_weakening: no}\nbackends: {a: {command: uvx}}\n",
  );
  assert.deepEqual(config.flags, { containerIsolation: false, requireIsolation: true });
  assert.deepEqual([config.policy.allowWeakening, config.file, config.folder], [false, "conf/config.yaml", "conf"]);
  assert.equal(parse("backends: {a: {command: uvx}}\n").config.policy.allowWeakening, true);
});

const FRAGMENTS = [
  "backends:",
  "\n",
  "  ",
  "a:",
  "command:",
  "uvx",
  "- ",
  "[",
  "]",
  "{",
  "}",
  '"',
  "'",
  "${",
  "}",
  "*x",
  "&x",
  "!t ",
  "|",
  "?",
  ": ",
  ",",
  "container:",
  "env:",
  "args:",
  "volumes:",
  "source_url:",
  "https://",
  "__proto__:",
  "\t",
  "\0",
  "\uFEFF",
  "#",
  "---",
  "null",
  "~",
  "<<: ",
  "é",
  "😀",
];

test("no text makes the parser throw, and every problem has a place in the file", () => {
  const words = fc.array(fc.constantFrom(...FRAGMENTS), { maxLength: 40 }).map((parts) => parts.join(""));
  fc.assert(
    fc.property(fc.oneof(words, fc.string({ unit: "binary", maxLength: 60 })), (text) => {
      const { config, problems } = parse(text);
      const lines = text.split("\n").length;
      for (const { line, column } of problems) assert.ok(line >= 1 && line <= lines + 1 && column >= 1);
      assert.ok(config.backends.size > 0 || problems.some(({ severity }) => severity === "error"));
    }),
    { numRuns: 500, seed: 20261128 },
  );
});

test("no problem shows a value, wherever it stands", () => {
  const fields = [
    "type",
    "command",
    "args",
    "env",
    "stdout",
    "session",
    "container.enabled",
    "container.runtime",
    "container.memory",
    "container.cpus",
    "container.network",
    "container.volumes",
    "container.extra_args",
    "container.builder_image",
    "container.system_deps",
    "container.build_system_deps",
    "container.additional_packages",
    "container.source_url",
    "container.source_ref",
    "container.build_steps",
    "container.entrypoint",
    "container.build_env",
    "container.transport",
    "container.go_package",
    "container.dockerfile",
    "container.kubernetes",
    "container.kubernetes.deadline",
    "container.kubernetes.tolerations",
  ];
  const values = ["hunter2 $(`\\", "${TOKEN} $(`\\", "https://user:hunter2@10.0.0.1/x", "/etc/../hunter2", "-hunter2"];
  for (const field of fields) {
    for (const value of values) {
      for (const shape of [(text: string) => text, (text: string) => `[${text}]`, (text: string) => `{A: ${text}}`]) {
        const path = field.split(".");
        const inner = path.reduceRight((text, key) => `{${key}: ${text}}`, shape(JSON.stringify(value)));
        const { problems } = parse(`backends:\n  a: ${inner}\n`);
        const told = JSON.stringify(problems);
        assert.ok(!told.includes("hunter2") && !told.includes("canary"), `${field}: ${told}`);
      }
    }
  }
});

const OWN = "container: {kubernetes: {registry: own.example.com}}";
for (const [about, head, more, registry, ofCluster] of [
  ["nobody", "", "", "var.example.com", "var.example.com"],
  ["the file", "registry: file.example.com\n", "", "file.example.com", "file.example.com"],
  [
    "the global section",
    "registry: file.example.com\nkubernetes: {registry: all.example.com}\n",
    "",
    "file.example.com",
    "all.example.com",
  ],
  ["the backend", "kubernetes: {registry: all.example.com}\n", OWN, "var.example.com", "own.example.com"],
] as const) {
  test(`the registry where ${about} names one beside the variable`, () => {
    const text = `${head}backends:\n  a:\n    command: uvx\n    ${more}\n`;
    assert.equal(parse(text, { registry: "var.example.com" }).config.registry, registry);
    assert.equal(backend(text, { registry: "var.example.com" }).container.kubernetes.registry, ofCluster);
  });
}

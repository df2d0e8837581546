/** Isolated, or loudly not: whatever goes wrong, the server's command never runs on the host unasked. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fakeEngines } from "../support/fake_engine.ts";
import { argus, cleanEnv } from "../support/proc.ts";
import { withTmp, writeTree } from "../support/tmp.ts";

/** A command that argus has a recipe for, and that leaves a file behind when it runs on the host. */
function hostileServer(folder: string): { config: string; ran: () => boolean; path: string } {
  const proof = join(folder, "ran-on-the-host");
  writeTree(folder, "path/uvx", `#!/bin/sh\necho ran >'${proof}'\n`, 0o755);
  writeTree(folder, "path/my-own-tool", `#!/bin/sh\necho ran >'${proof}'\necho hello\nexit 7\n`, 0o755);
  const config = writeTree(
    folder,
    "config.yaml",
    `backends:
  known: { command: uvx, args: [mcp-server-time] }
  own: { command: my-own-tool }
  off: { command: my-own-tool, container: { enabled: false } }
`,
  );
  return { config, ran: () => existsSync(proof), path: `${join(folder, "path")}:${process.env.PATH ?? ""}` };
}

const ABSENT = { code: 1, stderr: "Error response from daemon: No such image: x\n" };
const UNREACHABLE = 'error during connect: Get "http://x/_ping": command [ssh -- x] has exited with exit status 255\n';
const NOT_RUN = { code: 125, stderr: "docker: Error response from daemon: No such image: x\n" };

type Engines = Parameters<typeof fakeEngines>[1];
interface Row {
  readonly name: string;
  readonly engines: Engines;
  readonly words: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly exit: number;
  readonly code: string;
}

const CLOSED: readonly Row[] = [
  {
    name: "the daemon is dead",
    engines: { docker: {} },
    env: { DOCKER_HOST: "unix:///nonexistent/argus-test.sock" },
    words: ["run", "known"],
    exit: 3,
    code: "engine/not-running",
  },
  {
    name: "the address of the daemon leads nowhere",
    engines: { docker: {} },
    env: { DOCKER_HOST: "bogus.invalid" },
    words: ["run", "known"],
    exit: 3,
    code: "engine/not-running",
  },
  {
    name: "the daemon on another machine is not reached by a build",
    engines: { docker: { "image ls": { code: 1, stderr: UNREACHABLE } } },
    words: ["build", "known"],
    exit: 3,
    code: "engine/not-running",
  },
  {
    name: "the daemon on another machine is not reached by a run",
    engines: { docker: { run: { code: 125, stderr: `docker: ${UNREACHABLE}` }, rm: { code: 1, stderr: UNREACHABLE } } },
    words: ["run", "known"],
    exit: 3,
    code: "engine/not-running",
  },
  {
    name: "the build fails",
    engines: { docker: { run: NOT_RUN, "image inspect": ABSENT, build: { code: 1, stderr: "it broke\n" } } },
    words: ["run", "known"],
    exit: 1,
    code: "engine/build-failed",
  },
  {
    name: "the image is absent and building is switched off by the variable",
    engines: { docker: { run: NOT_RUN, "image inspect": ABSENT } },
    env: { ARGUS_CONTAINER_BUILD_IF_MISSING: "false" },
    words: ["run", "known"],
    exit: 3,
    code: "absent/image",
  },
  {
    name: "the image is absent and building is switched off by the flag",
    engines: { docker: { run: NOT_RUN, "image inspect": ABSENT } },
    words: ["run", "known", "--no-build"],
    exit: 3,
    code: "absent/image",
  },
  {
    name: "isolation is required by the flag and no engine is installed",
    engines: {},
    words: ["run", "known", "--require-isolation"],
    exit: 3,
    code: "absent/isolation",
  },
  {
    name: "isolation is required by the variable and there is no recipe",
    engines: { docker: {} },
    env: { ARGUS_REQUIRE_ISOLATION: "1" },
    words: ["run", "own"],
    exit: 3,
    code: "absent/isolation",
  },
  {
    name: "isolation is required and switched off for the backend",
    engines: { docker: {} },
    env: { ARGUS_REQUIRE_ISOLATION: "1" },
    words: ["run", "off"],
    exit: 3,
    code: "absent/isolation",
  },
  {
    name: "the engine that is named is not installed",
    engines: { docker: {} },
    words: ["run", "known", "--runtime", "podman"],
    exit: 3,
    code: "absent/engine",
  },
];

for (const row of CLOSED) {
  test(`fails closed when ${row.name}`, async () => {
    await withTmp(async (folder) => {
      const { config, ran, path } = hostileServer(folder);
      const engines = fakeEngines(folder, row.engines);
      const env = cleanEnv({ ...engines.env, PATH: path, ...row.env });
      const ended = await argus([...row.words, "--config", config], { env });
      assert.equal(ended.code, row.exit, ended.stderr);
      assert.ok(ended.stderr.includes(`[${row.code}]`), ended.stderr);
      assert.equal(ended.stdout, "");
      assert.ok(!ran(), "the command ran on the host");
    });
  });
}

for (const [how, words, variables] of [
  ["the flag", ["--no-build"], {}],
  ["the variable", [], { ARGUS_CONTAINER_BUILD_IF_MISSING: "false" }],
] as const) {
  test(`an ad hoc run is told to drop ${how} that switches building off, not to build what no config names`, async () => {
    await withTmp(async (folder) => {
      const { path } = hostileServer(folder);
      const engines = fakeEngines(folder, { docker: { run: NOT_RUN, "image inspect": ABSENT } });
      const env = cleanEnv({ ...engines.env, PATH: path, ...variables });
      const { code, stderr } = await argus(["run", ...words, "--", "uvx", "x"], { env });
      assert.equal(code, 3);
      assert.match(
        stderr,
        /\n {2}hint: drop --no-build or ARGUS_CONTAINER_BUILD_IF_MISSING=false, and the run builds it\n$/,
      );
      assert.doesNotMatch(stderr, /argus (build|plan)/);
    });
  });
}

test("a first use explains the engine's own error about the image in the next line", async () => {
  await withTmp(async (folder) => {
    const { config, path } = hostileServer(folder);
    const { env } = fakeEngines(folder, { docker: { run: NOT_RUN, "image inspect": ABSENT, build: { code: 1 } } });
    const { stderr } = await argus(["run", "known", "--config", config], { env: cleanEnv({ ...env, PATH: path }) });
    const explained =
      /^docker: .*No such image.*\nargus: first use of "known": docker has no image for it yet, .* building /;
    assert.match(stderr, explained);
    assert.equal(stderr.match(/\bbuilding\b/g)?.length, 1, stderr);
  });
});

const OPEN: readonly Omit<Row, "exit" | "code">[] = [
  { name: "no engine is installed", engines: {}, words: ["run", "own"] },
  { name: "there is no recipe", engines: { docker: {} }, words: ["run", "own"] },
  { name: "the backend is switched off", engines: { docker: {} }, words: ["run", "off"] },
  {
    name: "the variable switches isolation off",
    engines: { docker: {} },
    env: { ARGUS_CONTAINER_ISOLATION: "off" },
    words: ["run", "own"],
  },
];

for (const row of OPEN) {
  test(`runs bare, with a warning that names the reason, when ${row.name}`, async () => {
    await withTmp(async (folder) => {
      const { config, ran, path } = hostileServer(folder);
      const engines = fakeEngines(folder, row.engines);
      const env = cleanEnv({ ...engines.env, PATH: path, ...row.env });
      const ended = await argus([...row.words, "--config", config], { env });
      assert.deepEqual([ended.code, ended.stdout, ran()], [7, "hello\n", true], ended.stderr);
      assert.match(
        ended.stderr,
        /^argus: warning: backend "(own|off)" runs WITHOUT isolation, with all your rights: .+/m,
      );
    });
  });
}

test("a bare run and its refusal say what to write instead, but not where it was switched off", async () => {
  await withTmp(async (folder) => {
    const { config, path } = hostileServer(folder);
    const env = cleanEnv({ ...fakeEngines(folder, { docker: {} }).env, PATH: path });
    const saidBy = async (...words: string[]) => (await argus(["run", ...words], { env })).stderr;
    const way = "name a package with uvx, npx or go run, ";
    assert.match(await saidBy("own", "--config", config), new RegExp(`"my-own-tool"; ${way}bring an image`));
    assert.match(await saidBy("--", "my-own-tool"), new RegExp(`"my-own-tool"; ${way}or write a config`));
    const refused = await saidBy("own", "--config", config, "--require-isolation");
    assert.match(refused, new RegExp(`hint: ${way}.*; isolation is required by`));
    assert.doesNotMatch(await saidBy("off", "--config", config), /name a package/);
    const shell = await saidBy("--require-isolation", "--", "bash", "-c", "cd x && npx -y foo");
    assert.match(shell, /written as command: npx, args: \["-y", "foo"\]; isolation is required/);
  });
});

test("no engine at all: a backend with a recipe runs bare with the warning", async () => {
  await withTmp(async (folder) => {
    const { config, ran, path } = hostileServer(folder);
    const engines = fakeEngines(folder, {});
    const ended = await argus(["run", "known", "--config", config], { env: cleanEnv({ ...engines.env, PATH: path }) });
    assert.deepEqual([ended.code, ran()], [0, true], ended.stderr);
    assert.match(ended.stderr, /WITHOUT isolation.*no container engine is installed/);
  });
});

test("a bare run names the variable that may have been meant to prevent it", async () => {
  await withTmp(async (folder) => {
    const { config, path } = hostileServer(folder);
    const env = cleanEnv({ ...fakeEngines(folder, {}).env, PATH: path, ARGUS_REQUIRED_ISOLATION: "1" });
    const { stderr } = await argus(["run", "known", "--config", config], { env });
    assert.match(stderr, /argus does not read ARGUS_REQUIRED_ISOLATION: rename it to ARGUS_REQUIRE_ISOLATION/);
  });
});

for (const [name, what, said] of [
  ["absent.pem", undefined, "cannot be read"],
  ["folder", "folder", "is no file"],
  ["a,b.pem", "file", "has a comma in its path"],
] as const) {
  test(`a CA bundle that ${said} is an error before the engine is asked`, async () => {
    await withTmp(async (folder) => {
      const { config, ran, path } = hostileServer(folder);
      const engines = fakeEngines(folder, { docker: { run: NOT_RUN, "image inspect": ABSENT } });
      const bundle = join(folder, "pem", name);
      if (what !== undefined) writeTree(folder, what === "folder" ? `pem/${name}/x` : `pem/${name}`, "x");
      const env = cleanEnv({ ...engines.env, PATH: path, ARGUS_CA_BUNDLE: bundle });
      const ended = await argus(["run", "known", "--config", config], { env });
      assert.deepEqual([ended.code, ended.stdout, ran()], [2, "", false], ended.stderr);
      assert.ok(ended.stderr.includes(`the CA bundle ${bundle} ${said}`), ended.stderr);
      assert.match(ended.stderr, /\[config\/no-ca-bundle\]/);
    });
  });
}

test("build: a failed backend makes exit code 1, and the others are still built", async () => {
  await withTmp(async (folder) => {
    const config = writeTree(
      folder,
      "config.yaml",
      "backends:\n  one: { command: uvx, args: [mcp-server-time] }\n  remote: { type: sse, url: https://example.com/sse }\n",
    );
    const engines = fakeEngines(folder, { docker: { build: { code: 1, stderr: "it broke\n" } } });
    const ended = await argus(["build", "--json", "--config", config], { env: cleanEnv(engines.env) });
    assert.equal(ended.code, 1, ended.stderr);
    const { results } = JSON.parse(ended.stdout);
    assert.deepEqual(
      results.map(({ backend, status }: { backend: string; status: string }) => [backend, status]),
      [
        ["one", "failed"],
        ["remote", "skipped"],
      ],
    );
    assert.equal(results[0].error.code, "engine/build-failed");
    assert.deepEqual(results[0].error.log, ["it broke"]);
  });
});

test("build --allow-unset needs no secret of a server, and a variable of its image nevertheless", async () => {
  await withTmp(async (folder) => {
    const text = `backends:
  a: { command: uvx, args: [x], env: { TOKEN: "\${NOPE}" } }
  b: { command: uvx, args: [x], container: { builder_image: "\${NOPE}" } }
`;
    const config = writeTree(folder, "config.yaml", text);
    const fakes = fakeEngines(folder, { docker: { "image inspect": { stdout: "sha256:1\t1\n" } } });
    const build = (...words: string[]) =>
      argus(["build", "--json", "--force", "--config", config, ...words], { env: cleanEnv(fakes.env) });
    assert.equal((await build("a")).code, 2);
    const { code, stdout, stderr } = await build("--allow-unset");
    const { results } = JSON.parse(stdout) as { results: { status: string; error?: { code: string } }[] };
    assert.deepEqual(
      results.map(({ status, error }) => [status, error?.code]),
      [
        ["built", undefined],
        ["failed", "config/unset-variable"],
      ],
      stderr,
    );
    assert.equal(code, 1);
  });
});

test("build: what to type next names the backend", async () => {
  await withTmp(async (folder) => {
    const { config } = hostileServer(folder);
    const engines = fakeEngines(folder, { docker: { build: { code: 1, stderr: "dockerfile parse error line 2\n" } } });
    const ended = await argus(["build", "known", "--config", config], { env: cleanEnv(engines.env) });
    assert.match(ended.stderr, /argus plan known --dockerfile/);
  });
});

for (const flag of ["--force", "--no-cache", "--pull"]) {
  test(`build ${flag} builds what is present, too`, async () => {
    await withTmp(async (folder) => {
      const { config } = hostileServer(folder);
      const planned = await argus(["plan", "known", "--json", "--config", config]);
      const [{ image }] = JSON.parse(planned.stdout);
      const docker = {
        "image ls": { stdout: `${image}\tsha256:aa\n` },
        "image inspect": { stdout: "sha256:aa\t1000\n" },
      };
      const engines = fakeEngines(folder, { docker });
      const ended = await argus(["build", "known", flag, "--config", config], { env: cleanEnv(engines.env) });
      assert.equal(ended.code, 0, ended.stderr);
      const builds = engines.calls().filter(({ args }) => args[0] === "build");
      assert.deepEqual(
        builds.map(({ args }) => flag === "--force" || args.includes(flag)),
        [true],
      );
    });
  });
}

/** One backend on podman, and one on whatever there is. */
const TWO_ENGINES = `backends:
  other: { command: uvx, args: [mcp-server-time], container: { runtime: podman } }
  one: { command: uvx, args: [mcp-server-time] }
`;
const TIME_PRESENT = { "image inspect": { stdout: "sha256:aa\t1000\n" } };

/** What a build of which something fails comes to for each backend: the error's code, or the status. */
async function buildOutcomes(config: string, env: Readonly<Record<string, string>>): Promise<string[]> {
  const built = await argus(["build", "--json", "--config", config], { env: cleanEnv(env) });
  assert.equal(built.code, 1, built.stderr);
  const { results } = JSON.parse(built.stdout) as { results: { status: string; error?: { code: string } }[] };
  return results.map(({ status, error }) => error?.code ?? status);
}

test("build: an engine that one backend names and that is absent stops no other", async () => {
  await withTmp(async (folder) => {
    const config = writeTree(folder, "config.yaml", TWO_ENGINES);
    const { env } = fakeEngines(folder, { docker: TIME_PRESENT });
    assert.deepEqual(await buildOutcomes(config, env), ["absent/engine", "present"]);
    const alone = await argus(["build", "other", "--config", config], { env: cleanEnv(env) });
    assert.equal(alone.code, 3, alone.stderr);
    assert.match(alone.stderr, /podman is asked for and not installed/);
  });
});

test("build: an engine that cannot list its images stops no backend of another", async () => {
  await withTmp(async (folder) => {
    const config = writeTree(folder, "config.yaml", TWO_ENGINES);
    const podman = { "image ls": { code: 1, stderr: UNREACHABLE } };
    const { env } = fakeEngines(folder, { docker: TIME_PRESENT, podman });
    const more = { CONTAINER_HOST: "ssh://fake.invalid" };
    assert.deepEqual(await buildOutcomes(config, { ...env, ...more }), ["engine/not-running", "present"]);
  });
});

test("build: what is wrong with a backend is told with its place and hint, as text and as JSON", async () => {
  await withTmp(async (folder) => {
    writeTree(folder, "folder/file", "");
    const config = writeTree(
      folder,
      "config.yaml",
      `backends:
  local: { command: node, args: [server.js] }
  unfit: { command: sh, container: { dockerfile: folder } }
`,
    );
    const { env } = fakeEngines(folder, { docker: {} });
    const told = await argus(["build", "--config", config], { env: cleanEnv(env) });
    assert.equal(told.code, 1, told.stderr);
    for (const [line, code] of [
      [2, "config/local-project"],
      [3, "config/dockerfile-absent"],
    ] as const) {
      const report = new RegExp(`^argus: error: ${config}:${line}:\\d+: .* \\[${code}\\]\n  hint: .+$`, "m");
      assert.match(told.stderr, report);
    }
    const { results } = JSON.parse(
      (await argus(["build", "--json", "--config", config], { env: cleanEnv(env) })).stdout,
    );
    const places = results.map(({ error }: { error: { where: string } }) => error.where.replace(/:\d+$/, ""));
    assert.deepEqual(places, [`${config}:2`, `${config}:3`]);
  });
});

test("a build that fails names the backend's place and the command in keys of their own, and people see the command", async () => {
  await withTmp(async (folder) => {
    const { config } = hostileServer(folder);
    const answers = { "image inspect": ABSENT, build: { code: 1, stderr: "it broke\n" } };
    const env = cleanEnv(fakeEngines(folder, { docker: answers }).env);
    const json = await argus(["build", "known", "--json", "--config", config], { env });
    const { error } = JSON.parse(json.stdout).results[0];
    assert.equal(error.code, "engine/build-failed");
    assert.equal(error.where, `${config}:2:3`);
    assert.match(error.command, /^\S+\/bin\/docker build /);
    const told = await argus(["build", "known", "--config", config], { env });
    assert.match(
      told.stderr,
      /^argus: error: \S+\/bin\/docker build .*: docker build failed \[engine\/build-failed\]$/m,
    );
  });
});

test("run warns when the config of the working folder, maybe a stranger's, stands before the user's own", async () => {
  await withTmp(async (folder) => {
    const config = "backends:\n  b: { command: echo }\n";
    const own = writeTree(folder, "own/argus/config.yaml", config);
    const env = cleanEnv({ XDG_CONFIG_HOME: join(folder, "own") });
    const run = (words: readonly string[]) => argus(["run", "b", ...words], { env, cwd: folder });
    assert.doesNotMatch((await run([])).stderr, /of this folder/);
    const here = writeTree(folder, "config.yaml", config);
    assert.ok((await run([])).stderr.includes(`config.yaml of this folder is used, not your ${own}; --config chooses`));
    assert.doesNotMatch((await run(["--config", here])).stderr, /of this folder/);
  });
});

/** What `--verbose` adds: on stderr alone, before the server starts, and never with a value of a variable. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import process from "node:process";
import { test } from "node:test";
import { fakeEngines } from "../support/fake_engine.ts";
import { argus, cleanEnv } from "../support/proc.ts";
import { withTmp, writeTree } from "../support/tmp.ts";

const CONFIG = `backends:
  time: { command: uvx, args: [mcp-server-time, "\${WORD}"], env: { TOKEN: "\${SECRET}" } }
  own: { command: cat, args: ["\${WORD}"], container: { enabled: false } }
  far: { type: sse, url: "https://example.com/sse" }
`;
const VALUES = { SECRET: "hunter2", WORD: "/dev/null" };
const ABSENT = { code: 1, stderr: "Error response from daemon: No such image: x\n" };
const NOT_RUN = { code: 125, stderr: "docker: Error response from daemon: No such image: x\n" };

test("run --verbose tells the engine, the image and the command before the server's own words", () =>
  withTmp(async (folder) => {
    writeTree(folder, "config.yaml", CONFIG);
    const { env } = fakeEngines(folder, { docker: { run: { stdout: "out\n", stderr: "server\n" } }, podman: {} });
    const run = (runtime: string, ...words: string[]) =>
      argus(["run", "time", ...words], {
        cwd: folder,
        env: cleanEnv({ ...env, ...VALUES, ARGUS_RUNTIME: runtime }),
      });
    const told = await run("docker", "--verbose");
    assert.deepEqual([told.code, told.stdout], [0, "out\n"]);
    const lines = told.stderr
      .trimEnd()
      .split("\n")
      .filter((line) => !/^config.yaml:.* warning: |^ {2}hint: /.test(line));
    assert.equal(lines[0], `argus: "time" runs on docker: ${folder}/bin/docker, fd://fake (DOCKER_HOST)`);
    assert.match(lines[1]!, /^argus: its image is localhost\/argus\/uvx-mcp-server-time:[0-9a-f]{12}$/);
    assert.match(lines[2]!, /^argus: it is started with: .*\/bin\/docker run --rm .* -e TOKEN .* '\$\{WORD\}'$/);
    assert.equal(lines[3], "server");
    assert.doesNotMatch(told.stderr, /hunter2/);
    assert.match((await run("podman", "--verbose")).stderr, /^argus: "time" runs on podman: .*\/bin\/podman$/m);
    assert.equal((await run("docker")).stderr, "server\n");
  }));

test("run --verbose of an absent image also tells how it is built, and each step", () =>
  withTmp(async (folder) => {
    writeTree(folder, "config.yaml", CONFIG);
    const build = { code: 1, stderr: "#1 [build 1/2] FROM x\nit broke\n" };
    const { env } = fakeEngines(folder, { docker: { run: NOT_RUN, "image inspect": ABSENT, build } });
    const ended = await argus(["run", "time", "--verbose"], { cwd: folder, env: cleanEnv({ ...env, ...VALUES }) });
    assert.equal(ended.code, 1, ended.stderr);
    assert.match(ended.stderr, /^argus: it is started with: .*\n(?:.*\n)*argus: builds with: .*\/bin\/docker build /m);
    assert.match(ended.stderr, /^argus: time: \[build 1\/2\] FROM x$/m);
    assert.doesNotMatch(ended.stderr, /hunter2/);
  }));

test("run --verbose on a cluster tells the place in it, the image and both commands", () =>
  withTmp(async (folder) => {
    const head = "kubernetes: { context: mine, registry: registry.invalid/mcp }\n";
    writeTree(folder, "config.yaml", head + CONFIG);
    writeTree(folder, "bin/kubectl", "#!/bin/sh\necho 'error: (Unauthorized)' >&2; exit 1\n", 0o755);
    const env = cleanEnv({ ...VALUES, ARGUS_ENGINE_PATH: `${folder}/bin`, ARGUS_RUNTIME: "kubernetes" });
    const ended = await argus(["run", "time", "--verbose"], { cwd: folder, env });
    assert.deepEqual([ended.code, ended.stdout], [3, ""]);
    assert.ok(
      ended.stderr.includes(
        `argus: "time" runs on kubernetes: ${folder}/bin/kubectl, context mine, namespace (the context's)\n`,
      ),
      ended.stderr,
    );
    assert.match(
      ended.stderr,
      /^argus: its image is registry\.invalid\/mcp\/argus\/uvx-mcp-server-time:[0-9a-f]{12}$/m,
    );
    assert.match(ended.stderr, /^argus: its Pod is made with: .*\/kubectl create .*--context=mine /m);
    assert.match(
      ended.stderr,
      /^argus: it is reached with: .*\/kubectl attach --context=mine .*argus-time-[0-9a-f]{12}/m,
    );
    assert.doesNotMatch(ended.stderr, /hunter2/);
  }));

test("run --verbose without a container tells the command", () =>
  withTmp(async (folder) => {
    writeTree(folder, "config.yaml", CONFIG);
    const ended = await argus(["run", "own", "--verbose"], { cwd: folder, env: cleanEnv(VALUES) });
    assert.deepEqual([ended.code, ended.stdout], [0, ""]);
    assert.match(ended.stderr, /^argus: it is started with: cat '\$\{WORD\}'$/m);
  }));

test("validate --verbose tells what each backend becomes, and its stdout stays as it is", () =>
  withTmp(async (folder) => {
    writeTree(folder, "config.yaml", CONFIG);
    const validate = (env: Record<string, string>, ...words: string[]) =>
      argus(["validate", "--verbose", ...words], { cwd: folder, env: cleanEnv({ ...VALUES, ...env }) });
    const image = "image localhost/argus/uvx-mcp-server-time:[0-9a-f]{12}";
    const told = await validate({});
    assert.equal(told.stdout, "");
    assert.match(told.stderr, new RegExp(`^argus: "time": container on docker or podman, recipe uvx, ${image}$`, "m"));
    assert.match(told.stderr, /^argus: "own": bare, .*enabled/m);
    assert.match(told.stderr, /^argus: "far": remote, /m);
    const named = await validate({ ARGUS_RUNTIME: "podman" }, "--json");
    assert.match(named.stderr, new RegExp(`^argus: "time": container on podman, recipe uvx, ${image}$`, "m"));
    assert.equal(JSON.parse(named.stdout).ok, true);
  }));

test("validate --verbose tells why an image has no name", { skip: process.platform !== "linux" }, () =>
  withTmp(async (folder) => {
    writeTree(folder, "config.yaml", "backends: { own: { command: x, container: { dockerfile: own.dockerfile } } }\n");
    writeTree(folder, "own.dockerfile", "FROM x\nCOPY . .\n");
    execFileSync("sh", ["-c", "touch \"$0/$(printf 'a\\377')\"", folder]);
    const { stderr } = await argus(["validate", "--verbose"], { cwd: folder, env: cleanEnv() });
    assert.match(stderr, /^argus: "own": the folder of own\.dockerfile holds a file whose name is no UTF-8: /m);
  }),
);

test("ps --verbose tells where it looks", () =>
  withTmp(async (folder) => {
    const { env } = fakeEngines(folder, { docker: {}, podman: {} });
    const ended = await argus(["ps", "--verbose"], { cwd: folder, env: cleanEnv(env) });
    assert.equal(ended.stderr, "argus: sessions are looked for on docker, podman\nargus: no sessions\n");
  }));

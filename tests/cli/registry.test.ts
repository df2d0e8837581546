/** Images that a registry has, on a fake engine: when they are pulled and pushed, and what is told where that fails. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import process from "node:process";
import { test } from "node:test";
import { type Answers, type Call, fakeEngines } from "../support/fake_engine.ts";
import { argus, cleanEnv, type Ended } from "../support/proc.ts";
import { nowhere, registryThat } from "../support/registry.ts";
import { withTmp, writeTree } from "../support/tmp.ts";

const POSIX = { skip: process.platform === "win32" ? "the fakes are shell scripts" : false };

const LINUX = { skip: process.platform === "linux" ? false : "elsewhere podman pulls in a machine of its own" };

/** It wants a login, so that argus asks docker about it. */
const HOST = await registryThat(401);
const REGISTRY = `${HOST}/mcp`;
const HEAD = `registry: ${REGISTRY}\n`;
const BACKENDS = "backends:\n  time: { command: uvx, args: [mcp-server-time] }\n";

const PRESENT = { stdout: "sha256:aa\t1000\n" };
const ABSENT = { code: 1, stderr: "Error response from daemon: No such image: x\n" };
const NOT_RUN = { code: 125, stderr: "docker: Error response from daemon: No such image: x\n" };
const LACKS = { code: 1, stderr: "Error response from daemon: manifest for x not found: manifest unknown\n" };
const REFUSES = { code: 1, stderr: "Error response from daemon: Get https://x/v2/: unauthorized: no basic auth\n" };
const SILENT = { code: 1, stderr: "Error response from daemon: dial tcp 127.0.0.1:1: connect: connection refused\n" };

/** An engine without the image, which has it after a subcommand. */
function without(subcommand: string): Answers {
  return {
    run: { ...NOT_RUN, after: { [subcommand]: { stdin: "echo" } } },
    "image inspect": { ...ABSENT, after: { [subcommand]: PRESENT } },
  };
}

interface Outcome extends Ended {
  readonly image: string;
  readonly ref: string;
  /** What the engine was told, but for looks at what it has. */
  readonly calls: readonly Call["args"][];
}

async function outcome(
  words: readonly string[],
  docker: (image: string) => Answers,
  {
    env = {},
    head = HEAD,
    registry = REGISTRY,
  }: { env?: Record<string, string>; head?: string; registry?: string } = {},
): Promise<Outcome> {
  return await withTmp(async (folder) => {
    const config = writeTree(folder, "config.yaml", head + BACKENDS);
    const [{ image }] = JSON.parse((await argus(["plan", "--json", "--config", config], { env: cleanEnv() })).stdout);
    const fakes = fakeEngines(folder, { docker: docker(image) });
    const ended = await argus([...words, "--config", config], {
      env: cleanEnv({ ...fakes.env, ...env }),
      input: "hello\n",
    });
    const calls = fakes.calls().map(({ args }) => args);
    const told = calls.filter(
      ([first = "", second]) =>
        ["run", "pull", "tag", "push", "build"].includes(first) || (first === "image" && second === "rm"),
    );
    return { ...ended, image, ref: image.replace("localhost", registry), calls: told };
  });
}

function firstWords({ calls }: Outcome): string[] {
  return calls.map(([first = ""]) => first);
}

const NO_BUILD = { ARGUS_CONTAINER_BUILD_IF_MISSING: "false" };

test(
  "run pulls an absent image, gives it its local name, and the server gets what the client has said",
  POSIX,
  async () => {
    const ended = await outcome(["run", "time"], () => without("tag"), { env: NO_BUILD });
    assert.deepEqual([ended.code, ended.stdout], [0, "hello\n"], ended.stderr);
    const { image, ref } = ended;
    assert.deepEqual(firstWords(ended), ["run", "pull", "tag", "run"]);
    assert.deepEqual(ended.calls.slice(1, 3), [
      ["pull", ref],
      ["tag", ref, image],
    ]);
    for (const call of [ended.calls[0]!, ended.calls[3]!])
      assert.ok(call.includes("--pull=never") && call.includes(image));
  },
);

for (const [about, head, registry] of [
  ["the variable's where the config names none", "", `${HOST}/from/variable`],
  ["the config's before the variable's", HEAD, REGISTRY],
] as const) {
  test(`run pulls from ${about}`, POSIX, async () => {
    const env = { ...NO_BUILD, ARGUS_REGISTRY: `${HOST}/from/variable` };
    const ended = await outcome(["run", "time"], () => without("tag"), { head, env, registry });
    assert.equal(ended.code, 0, ended.stderr);
    assert.deepEqual(ended.calls[1], ["pull", ended.ref]);
  });
}

test("run pulls nothing without a registry", POSIX, async () => {
  const ended = await outcome(["run", "time"], () => without("build"), { head: "" });
  assert.equal(ended.code, 0, ended.stderr);
  assert.deepEqual(firstWords(ended), ["run", "build", "run"]);
});

test("run builds what the registry lacks, without a warning", POSIX, async () => {
  const ended = await outcome(["run", "time"], () => ({ ...without("build"), pull: LACKS }));
  assert.deepEqual([ended.code, ended.stdout], [0, "hello\n"], ended.stderr);
  assert.deepEqual(firstWords(ended), ["run", "pull", "build", "run"]);
  assert.doesNotMatch(ended.stderr, /warning/);
});

test("run that may not build what the registry lacks says where it is absent and what to type", POSIX, async () => {
  const ended = await outcome(["run", "time"], () => ({ ...without("build"), pull: LACKS }), { env: NO_BUILD });
  assert.deepEqual([ended.code, ended.stdout], [3, ""], ended.stderr);
  assert.ok(ended.stderr.includes(`the image ${ended.image} of backend "time" is absent in docker`), ended.stderr);
  assert.ok(ended.stderr.includes(`its registry has no ${ended.ref} [absent/image]`), ended.stderr);
  assert.match(ended.stderr, /hint: `argus build time --push`/);
});

for (const [about, pull, reason, hint] of [
  ["refuses", REFUSES, "unauthorized: no basic auth", `docker login ${HOST}`],
  ["does not answer", SILENT, "dial tcp 127.0.0.1:1: connect: connection refused", "must answer this machine"],
  ["gives nothing", {}, "the image is not there", "must work first"],
] as const) {
  test(`run builds with one warning where the registry ${about}`, POSIX, async () => {
    const ended = await outcome(["run", "time"], () => ({ ...without("build"), pull }));
    assert.deepEqual([ended.code, ended.stdout], [0, "hello\n"], ended.stderr);
    const [warning = "", ...others] = ended.stderr.split("\n").filter((line) => line.includes("warning"));
    assert.deepEqual(others, []);
    assert.ok(warning.includes(ended.ref) && warning.includes(reason), ended.stderr);
  });

  test(`run that may not build is an error with the reason where the registry ${about}`, POSIX, async () => {
    const ended = await outcome(["run", "time"], () => ({ ...without("build"), pull }), { env: NO_BUILD });
    assert.deepEqual([ended.code, ended.stdout], [3, ""], ended.stderr);
    assert.match(ended.stderr, /\[absent\/image\]/);
    for (const part of [ended.image, '"time"', reason, hint]) assert.ok(ended.stderr.includes(part), ended.stderr);
    assert.doesNotMatch(ended.stderr, /warning/);
  });
}

test(
  "nothing is pulled from a registry that nobody answers for: the engine would wait for minutes",
  POSIX,
  async () => {
    const registry = await nowhere();
    const docker = () => ({ ...without("build"), pull: { hangs: true } });
    const given = { head: `registry: ${registry}\n`, registry };
    for (const words of [["run", "time"], ["build"]]) {
      const ended = await outcome(words, docker, given);
      assert.equal(ended.code, 0, ended.stderr);
      assert.ok(!firstWords(ended).includes("pull"));
      const warnings = ended.stderr.split("\n").filter((line) => line.includes("warning"));
      assert.equal(warnings.length, 1, ended.stderr);
      assert.ok(warnings[0]?.includes(`could not pull ${ended.ref}: connection refused; building`), ended.stderr);
    }
    const ended = await outcome(["run", "time"], docker, { ...given, env: NO_BUILD });
    assert.equal(ended.code, 3, ended.stderr);
    assert.ok(ended.stderr.includes(`${ended.ref} could not be pulled: connection refused`), ended.stderr);
    assert.ok(ended.stderr.includes(`hint: ${registry} must answer this machine`), ended.stderr);
  },
);

test("an engine on another machine pulls from a registry that does not answer this one", POSIX, async () => {
  const registry = await nowhere();
  const env = { ...NO_BUILD, DOCKER_HOST: "ssh://elsewhere.invalid" };
  const ended = await outcome(["run", "time"], () => without("tag"), {
    head: `registry: ${registry}\n`,
    registry,
    env,
  });
  assert.equal(ended.code, 0, ended.stderr);
  assert.ok(firstWords(ended).includes("pull"));
});

/** An engine that pulls an image for another processor. */
const foreign: Answers = {
  run: { ...NOT_RUN, after: { build: { stdin: "echo" } } },
  "image inspect": { ...ABSENT, after: { pull: { stdout: "mips64le\n" }, tag: PRESENT } },
};

test("an image for another processor is absent in the registry, with one warning that names both", POSIX, async () => {
  for (const words of [["run", "time"], ["build"]]) {
    const ended = await outcome(words, () => foreign);
    assert.equal(ended.code, 0, ended.stderr);
    assert.deepEqual(
      firstWords(ended).filter((word) => word !== "run"),
      ["pull", "image", "build"],
    );
    assert.ok(ended.calls.some((call) => call.join(" ") === `image rm ${ended.ref}`));
    const [warning = "", ...others] = ended.stderr.split("\n").filter((line) => line.includes("warning"));
    assert.deepEqual(others, []);
    assert.match(warning, /is for mips64le, and this machine is (amd64|arm64)\b/);
    assert.ok(warning.includes(ended.ref));
  }
  const ended = await outcome(["run", "time"], () => foreign, { env: NO_BUILD });
  assert.deepEqual([ended.code, ended.stdout], [3, ""], ended.stderr);
  assert.match(ended.stderr, /is for mips64le[\s\S]*its registry has no .* \[absent\/image\]/);
});

test("an image for the processor that the user builds for is taken", POSIX, async () => {
  for (const env of [
    { ARGUS_BUILD_EXTRA_ARGS: "--platform=linux/mips64le" },
    { DOCKER_DEFAULT_PLATFORM: "linux/mips64le" },
  ]) {
    const ended = await outcome(["build"], () => foreign, { env });
    assert.equal(ended.code, 0, ended.stderr);
    assert.deepEqual(firstWords(ended), ["pull", "tag"]);
  }
});

test("podman pulls in a folder of its own, which is gone with all that an interrupted pull leaves", LINUX, () =>
  withTmp(async (folder) => {
    const config = writeTree(folder, "config.yaml", HEAD + BACKENDS);
    const fakes = fakeEngines(folder, { podman: { ...without("tag"), pull: LACKS } });
    const env = cleanEnv({ ...fakes.env, ...NO_BUILD, CONTAINER_HOST: "ssh://fake.invalid", TMPDIR: folder });
    const ended = await argus(["run", "time", "--config", config], { env });
    assert.equal(ended.code, 3, ended.stderr);
    const pull = fakes.calls().find(({ args }) => args[0] === "pull");
    const own = pull?.env.TMPDIR ?? "";
    assert.ok(own.startsWith(`${folder}/argus-`), own);
    assert.ok(!existsSync(own));
  }),
);

/** The one result of a build. */
function resultOf({ stdout }: Outcome): { status: string; pushed?: string } {
  const [{ status, pushed }] = JSON.parse(stdout).results;
  return { status, ...(pushed === undefined ? {} : { pushed }) };
}

const UNPUBLISHED = { code: 1, stderr: "no such manifest: x\n" };
const listed = (image: string): Answers => ({
  "image ls": { stdout: `${image}\tsha256:aa\n` },
  "image inspect": PRESENT,
});

test("build --push sends what is present and the registry lacks", POSIX, async () => {
  const ended = await outcome(["build", "--push", "--json"], (image) => ({ ...listed(image), manifest: UNPUBLISHED }));
  assert.equal(ended.code, 0, ended.stderr);
  const { image, ref } = ended;
  assert.deepEqual(ended.calls, [
    ["tag", image, ref],
    ["push", ref],
  ]);
  assert.deepEqual(resultOf(ended), { status: "present", pushed: ref });
});

test("build says what it does with each image, and which are in the registry", POSIX, async () => {
  const pushing = await outcome(["build", "--push"], (image) => ({ ...listed(image), manifest: UNPUBLISHED }));
  const took = (text: string) => text.replace(/\d+(\.\d+)? s\b/g, "0 s");
  const { image, ref } = pushing;
  const table = (status: string, time: string, size: string) => [
    `backend  status${" ".repeat(status.length - 6)}  time  size  image`,
    `time     ${status}  ${time.padEnd(4)}  ${size}  ${image}`,
  ];
  assert.deepEqual(took(pushing.stderr).trimEnd().split("\n"), [
    `argus: time: pushing ${ref}`,
    `argus: time: present ${image}, pushed in 0 s`,
    ...table("present, pushed", "-", "0 MB"),
  ]);
  const building = await outcome(["build"], () => ({ ...without("build"), pull: LACKS }));
  assert.deepEqual(took(building.stderr).trimEnd().split("\n").slice(0, 3), [
    `argus: time: pulling ${ref}`,
    "argus: time: building",
    `argus: time: built ${image} in 0 s`,
  ]);
  const present = await outcome(["build"], listed);
  assert.deepEqual(present.stderr.trimEnd().split("\n"), table("present", "-", "-   "));
});

test("build --push sends nothing that the registry has", POSIX, async () => {
  const ended = await outcome(["build", "--push", "--json"], listed);
  assert.deepEqual([ended.code, ended.calls], [0, []], ended.stderr);
  assert.deepEqual(resultOf(ended), { status: "present", pushed: ended.ref });
});

test("build --push builds and sends what neither has", POSIX, async () => {
  const ended = await outcome(["build", "--push", "--json"], () => ({ ...without("build"), pull: LACKS }));
  assert.equal(ended.code, 0, ended.stderr);
  assert.deepEqual(firstWords(ended), ["pull", "build", "tag", "push"]);
  assert.deepEqual(resultOf(ended), { status: "built", pushed: ended.ref });
});

test("build --force --push asks no registry and replaces what it has", POSIX, async () => {
  const ended = await outcome(["build", "--force", "--push", "--json"], listed);
  assert.equal(ended.code, 0, ended.stderr);
  assert.deepEqual(firstWords(ended), ["build", "tag", "push"]);
  assert.equal(resultOf(ended).status, "built");
});

for (const push of [[], ["--push"]]) {
  test(`build ${push.join("")} takes from the registry what it has, instead of building it anew`, POSIX, async () => {
    const ended = await outcome(["build", "--json", ...push], () => without("tag"));
    assert.equal(ended.code, 0, ended.stderr);
    assert.deepEqual(firstWords(ended), ["pull", "tag"]);
    assert.deepEqual(resultOf(ended), { status: "present", ...(push.length > 0 ? { pushed: ended.ref } : {}) });
  });
}

test("build makes an image that backends share once, and sends it to the registry of each that wants it", POSIX, () =>
  withTmp(async (folder) => {
    const other = `${HOST}/other`;
    const config = writeTree(
      folder,
      "config.yaml",
      `registry: ${REGISTRY}
backends:
  here: { command: uvx, args: [mcp-server-time] }
  there: { command: uvx, args: [mcp-server-time], container: { runtime: kubernetes } }
  away: { command: uvx, args: [mcp-server-time], container: { runtime: kubernetes, kubernetes: { registry: ${other} } } }
`,
    );
    const fakes = fakeEngines(folder, { docker: { ...without("build"), pull: LACKS } });
    const ended = await argus(["build", "--json", "--config", config], { env: cleanEnv(fakes.env) });
    assert.equal(ended.code, 0, ended.stderr);
    const { results } = JSON.parse(ended.stdout) as {
      results: { backend: string; status: string; image: string; pushed?: string }[];
    };
    const image = results[0]?.image ?? "";
    const [mine, theirs] = [REGISTRY, other].map((registry) => image.replace("localhost", registry));
    assert.deepEqual(
      results.map(({ backend, status, pushed }) => [backend, status, pushed]),
      [
        ["here", "built", undefined],
        ["there", "built", mine],
        ["away", "built", theirs],
      ],
    );
    const told = fakes.calls().map(({ args }) => args);
    const calls = (word: string) => told.filter(([first]) => first === word);
    assert.equal(calls("build").length, 1);
    assert.deepEqual(
      calls("pull").map((args) => args.at(-1)),
      [mine, theirs],
    );
    assert.deepEqual(
      calls("push").map((args) => args.at(-1)),
      [mine, theirs],
    );
  }),
);

test("build --push asks the registry for many images at once", POSIX, () =>
  withTmp(async (folder) => {
    let open = 0;
    let most = 0;
    const server = createServer((_, response) => {
      open += 1;
      most = Math.max(most, open);
      setTimeout(() => {
        open -= 1;
        response.writeHead(200).end();
      }, 300);
    }).unref();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const names = Array.from({ length: 12 }, (_, index) => `mcp-server-${index}`);
    const lines = names.map((name) => `  ${name}: { command: uvx, args: [${name}] }\n`);
    const config = writeTree(folder, "config.yaml", `registry: 127.0.0.1:${port}/mcp\nbackends:\n${lines.join("")}`);
    const plans = JSON.parse((await argus(["plan", "--json", "--config", config], { env: cleanEnv() })).stdout);
    const stdout = plans.map(({ image }: { image: string }) => `${image}\tsha256:aa\n`).join("");
    const fakes = fakeEngines(folder, { docker: { "image ls": { stdout } } });
    const ended = await argus(["build", "--push", "--json", "--config", config], { env: cleanEnv(fakes.env) });
    assert.equal(ended.code, 0, ended.stderr);
    const { results } = JSON.parse(ended.stdout) as { results: { backend: string; status: string }[] };
    assert.deepEqual(
      results.map(({ backend, status }) => [backend, status]),
      names.map((name) => [name, "present"]),
    );
    assert.ok(most > 4 && most <= 8, `${most} at once`);
  }),
);

test("build without --push sends nothing", POSIX, async () => {
  const ended = await outcome(["build", "--json"], () => ({ ...without("build"), pull: LACKS }));
  assert.equal(ended.code, 0, ended.stderr);
  assert.deepEqual([firstWords(ended), resultOf(ended)], [["pull", "build"], { status: "built" }]);
});

test("build --push that is refused fails with what to do about it", POSIX, async () => {
  const ended = await outcome(["build", "--push"], (image) => ({
    ...listed(image),
    manifest: UNPUBLISHED,
    push: REFUSES,
  }));
  assert.equal(ended.code, 1, ended.stderr);
  assert.match(ended.stderr, /docker could not push .* \[registry\/push\]/);
  assert.ok(ended.stderr.includes(`hint: \`docker login ${HOST}\``), ended.stderr);
});

test("build --push without a registry is one usage error that says what to write", POSIX, async () => {
  for (const more of [[], ["--runtime", "kubernetes"]]) {
    const ended = await outcome(["build", "--push", ...more], listed, { head: "" });
    assert.deepEqual([ended.code, ended.calls], [2, []], ended.stderr);
    assert.match(ended.stderr, /^argus: error: .*\[usage\/no-registry\]\n {2}hint: .*registry: .*ARGUS_REGISTRY\n$/);
  }
});

test("plan shows where an image is pulled from, and its name is the same with a registry and without", POSIX, () =>
  withTmp(async (folder) => {
    writeTree(folder, "config.yaml", BACKENDS);
    const plan = async (env: Record<string, string>, ...words: string[]) =>
      (await argus(["plan", ...words], { cwd: folder, env: cleanEnv(env) })).stdout;
    const env = { ARGUS_REGISTRY: REGISTRY };
    const [alone] = JSON.parse(await plan({}, "--json"));
    const [planned] = JSON.parse(await plan(env, "--json"));
    const { pull, ...rest } = planned;
    assert.deepEqual(rest, alone);
    const ref = alone.image.replace("localhost", REGISTRY);
    assert.deepEqual(pull.command, ["docker", "pull", ref]);
    assert.ok((await plan(env)).includes(`  pull     docker pull ${ref}\n`));
    assert.ok((await plan(env, "--runtime", "kubernetes")).includes(`docker push ${ref}\n`));
  }),
);

/** What doctor says about the registry, without what follows the colon. */
async function doctorSays(registry: string): Promise<string[]> {
  const { stdout } = await outcome(["doctor", "--json"], () => ({}), { head: `registry: ${registry}\n`, registry });
  const checks = JSON.parse(stdout).checks.filter(({ name }: { name: string }) => name === "registry");
  return checks.flatMap(({ status, message }: { status: string; message: string }) => [status, message.split(": ")[0]]);
}

test("doctor warns of a registry that does not answer, and not of one that wants a login", POSIX, async () => {
  for (const registry of [await nowhere(), await registryThat(503)]) {
    assert.deepEqual(await doctorSays(registry), ["warn", registry]);
  }
  for (const registry of [await registryThat(401), await registryThat(403)]) {
    assert.deepEqual(await doctorSays(registry), ["ok", `${registry} answers, and wants a login`]);
  }
});

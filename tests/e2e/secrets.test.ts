/**
 * A secret of a config shows in no argument, label, image, log or error: looked for byte by byte, while its server runs
 * and afterwards. The one place where an engine keeps it is `Config.Env` of the running container: a process must get
 * its variables from somewhere, and who may ask the engine may do everything anyway.
 */
import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";
import { after, test } from "node:test";
import { gunzipSync } from "node:zlib";
import { buildVariables, engineVariables } from "../support/argus_world.ts";
import { engineCall, type World, worlds } from "../support/engines.ts";
import { argusBinary, BINARY, cleanEnv, type Ended, run } from "../support/proc.ts";
import { tmpFolder, withTmp, writeTree } from "../support/tmp.ts";

/** Long, because only a hang should ever meet it. */
const TEST_MS = 14 * 60_000;
const BUILD_MS = 10 * 60_000;

const CANARY = `canary-${process.pid}-${Date.now()}`;
/** Another one in every run, for a step that is taken from the cache was given nothing. */
const BUILD_CANARY = `build-${CANARY}`.replace("canary", "yellow");
/** What the steps of the source build make of it, in every way that it came. */
const SEEN = [BUILD_CANARY, BUILD_CANARY.repeat(2), BUILD_CANARY].map((text) => `${sha256(text)}  -\n`).join("");
const MARKER = `marker-${process.pid}-${Date.now()}`;
/** Hashes say that a value arrived, without saying it. */
const HASH = sha256(CANARY);

/** Tells what it got, then lives as long as its input. */
const SERVER = `#!/bin/sh
hash() { printf %s "$1" | sha256sum | cut -d ' ' -f 1; }
echo "TOKEN $(hash "$TOKEN") HTTPS_PROXY $(hash "$HTTPS_PROXY")"
echo "server: started" >&2
exec cat
`;
const DOCKERFILE = 'FROM alpine:3.21\nCOPY server.sh /server.sh\nENTRYPOINT ["/bin/sh", "/server.sh"]\n';
/** Counts the marker in the bundle that the build was given; the pattern does not hold the marker. */
const BUNDLE_DOCKERFILE = `FROM alpine:3.21
RUN --mount=type=secret,id=ca,target=/run/secrets/ca.pem grep -c '${MARKER.replace("marker", "[m]arker")}' /run/secrets/ca.pem >/seen
ENTRYPOINT ["cat", "/seen"]
`;

const BACKEND = `secrets-${process.pid}`;
const ENV = { TOKEN: "${CANARY}", HTTPS_PROXY: "${CANARY}" };
const OWN = { dockerfile: "secretive/Dockerfile", network: "none" };

/** A build from source whose one step fails. */
const STEPS = {
  source_url: process.env.ARGUS_TEST_GIT_URL,
  build_steps: ["false"],
  entrypoint: ["cat"],
};

const folder = tmpFolder();
writeTree(folder, "secretive/server.sh", SERVER, 0o755);
writeTree(folder, "secretive/Dockerfile", DOCKERFILE);
writeTree(folder, "bundle/Dockerfile", BUNDLE_DOCKERFILE);
writeTree(folder, "proxied/Dockerfile", 'FROM alpine:3.21\nENTRYPOINT ["env"]\n');
writeTree(folder, "broken/Dockerfile", "FROM alpine:3.21\nRUN echo this build fails && false\n");
const config = written("config.yaml", {
  [BACKEND]: { command: "server", env: ENV, container: OWN },
  source: {
    command: "cat",
    env: ENV,
    container: {
      network: "none",
      source_url: process.env.ARGUS_TEST_GIT_URL,
      source_ref: "v1.0.0",
      // Small: all of it is looked through.
      builder_image: "alpine:3.21",
      // The names would change what the engine's own program does.
      build_env: { NO_PROXY: "${BUILD_CANARY}", DOCKER_HOST: "${BUILD_CANARY}", XDG_RUNTIME_DIR: "${BUILD_CANARY}" },
      build_steps: [
        "echo node is named, so that nothing of Python is made ready",
        'printf %s "$NO_PROXY" | sha256sum >/app/seen',
        'printf %s "$DOCKER_HOST$XDG_RUNTIME_DIR" | sha256sum >>/app/seen',
        "printf %s '${BUILD_CANARY}' | sha256sum >>/app/seen",
      ],
      entrypoint: ["cat", "/app/seen"],
    },
  },
  proxied: {
    command: "env",
    env: { HTTP_PROXY: "http://own.example.com:1" },
    container: { dockerfile: "proxied/Dockerfile", network: "none" },
  },
  bundle: { command: "cat", env: ENV, container: { dockerfile: "bundle/Dockerfile", network: "none" } },
});

/** Commands that print or fail while they know the secret; all must end, and say nothing of it. */
const TALK: readonly (readonly [words: readonly string[], backends: object])[] = [
  [["plan"], { a: { command: "server", env: ENV, container: OWN } }],
  [["plan", "--json"], { a: { command: "server", env: ENV, container: OWN } }],
  [["plan", "--json"], { a: { command: "uvx", args: ["x", "${CANARY}"], env: ENV } }],
  [["plan"], { a: { command: "uvx", args: ["x", "--key=${CANARY}"], env: ENV } }],
  ...[["plan"], ["plan", "--json"], ["plan", "a", "--dockerfile"], ["validate", "--json"]].flatMap(
    (words): [string[], object][] => [
      [words, { a: { command: "npx", args: ["-y", "x"], container: { build_env: { A: "${CANARY}" } } } }],
      [words, { a: { command: "cat", container: { ...STEPS, build_steps: ["echo ${CANARY}"] } } }],
    ],
  ),
  [["build"], { a: { command: "cat", container: { ...STEPS, build_steps: ["false ${CANARY}"] } } }],
  [["validate"], { a: { command: "server", env: ENV, container: OWN } }],
  [["validate", "--json"], { a: { command: "uvx", args: ["x", "${CANARY}"], env: ENV } }],
  [["validate", "--json"], { a: { command: "server", env: ENV, container: { ...OWN, memory: "${CANARY}" } } }],
  [["validate"], { a: { command: "server", env: ENV, container: { ...OWN, cpus: "${CANARY}" } } }],
  [["validate"], { a: { command: "server", env: ENV, container: { ...OWN, network: "${CANARY} x" } } }],
  [["validate"], { a: { command: "server", env: ENV, container: { ...OWN, volumes: ["${CANARY}"] } } }],
  [["validate"], { a: { command: "server", env: { ...ENV, "a=b": "${CANARY}" }, container: OWN } }],
  [["validate"], { a: { command: "${CANARY}", env: ENV } }],
  [["build", "--json"], { a: { command: "server", env: ENV, container: { dockerfile: "broken/Dockerfile" } } }],
  [["build"], { a: { command: "server", env: ENV, container: { dockerfile: "absent/Dockerfile" } } }],
  [["run", "a", "--no-build"], { a: { command: "server", env: ENV, container: { dockerfile: "broken/Dockerfile" } } }],
  [["run", "a"], { a: { command: "server", env: ENV, container: { dockerfile: "broken/Dockerfile" } } }],
  [["run", "a"], { a: { command: "server", env: ENV, container: { ...OWN, volumes: ["/no/such/folder:/x"] } } }],
  [["run", "a"], { a: { command: "server", env: ENV, container: { ...OWN, network: "no-such-network" } } }],
  [["run", "a"], { a: { command: "server", env: ENV, container: { ...OWN, extra_args: ["--no-such-flag"] } } }],
  [["run", "a"], { a: { command: "server", env: { ...ENV, NO_PROXY: "${CANARY}\nx" }, container: OWN } }],
  [["run", "a"], { a: { command: "server", env: { ...ENV, OTHER: "${NOT_SET_BY_THE_TEST}" }, container: OWN } }],
];

const engines = worlds().filter(({ prefix }) => prefix.length === 0);

for (const world of engines) {
  test(`${world.name}: a secret of a live session is in no argument, label or log`, { timeout: TEST_MS }, async () => {
    await build(world, BACKEND);
    const session = spawn(BINARY, ["run", BACKEND, "--config", config, "--verbose"], {
      env: environment(world),
      stdio: ["pipe", "pipe", "pipe"],
    });
    try {
      const said = collect(session);
      assert.equal(await firstLine(session), `TOKEN ${HASH} HTTPS_PROXY ${HASH}`);
      holdsNone("ps", processes());
      inspectsClean(world);
      session.stdin.end();
      const [code] = await once(session, "close");
      assert.equal(code, 0, said());
      holdsNone("output of run", said());
    } finally {
      session.stdin.end();
      if (session.exitCode === null) session.kill();
    }
    await imageIsClean(world, await imageOf(world, BACKEND), [CANARY]);
  });

  test(`${world.name}: what argus prints and how it fails says no secret`, { timeout: TEST_MS }, async () => {
    for (const [words, backends] of TALK) {
      const file = written("talk.yaml", backends);
      const ended = await argusBinary([...words, "--config", file], {
        env: environment(world),
        timeoutMs: BUILD_MS,
      });
      const label = `${words.join(" ")} of ${JSON.stringify(backends)}`;
      assert.ok(`${ended.stdout}${ended.stderr}` !== "", `${label} says something`);
      holdsNone(label, `${ended.stdout}\n${ended.stderr}`);
    }
  });

  test(`${world.name}: an argument that the engine refuses and quotes is told with its reference`, {
    timeout: TEST_MS,
  }, async () => {
    const container = { ...OWN, extra_args: ["--device=/dev/${CANARY}"] };
    const file = written("device.yaml", { [BACKEND]: { command: "server", env: ENV, container } });
    const { code, stderr } = await argusBinary(["run", BACKEND, "--config", file], {
      env: environment(world),
      timeoutMs: BUILD_MS,
    });
    const own = stderr.split("\n").filter((line) => line.startsWith("argus:"));
    assert.match(own.join("\n"), /^argus: error: .*\/dev\/\$\{CANARY\}/m, stderr);
    holdsNone("what argus says of it", own.join("\n"));
    assert.equal(code, 1);
  });

  test(`${world.name}: build_env and the CA bundle reach the build and not the image`, {
    timeout: TEST_MS,
  }, async () => {
    const env = withBuildKit(world);
    const bundle = writeTree(folder, "ca.pem", `# ${MARKER}\n${certificates()}`);
    // --no-cache: a step that is taken from the cache was given nothing.
    for (const [backend, ...flags] of [["bundle", "--force", "--no-cache"], ["source"]] as const) {
      const ended = await built(world, backend, [...flags, "--json"], { ...env, ARGUS_CA_BUNDLE: bundle });
      holdsNone(`output of build ${backend}`, `${ended.stdout}${ended.stderr}`);
      const image = await imageOf(world, backend);
      await imageIsClean(world, image, [CANARY, BUILD_CANARY, MARKER]);
    }
    // The bundle was really there: its marker is counted in the build.
    const seen = engineCall(world, ["run", "--rm", "--network=none", await imageOf(world, "bundle")]);
    assert.deepEqual(seen, { code: 0, stdout: "1\n" });
    sawValues(world, await imageOf(world, "source"));
    // Podman keeps what the first stages were made of.
    if (world.engine === "podman") holdsNone("an image in between", allImages(world, await imageOf(world, "source")));
  });
}

for (const world of engines) {
  test(`${world.name}: the proxies of the machine and of docker's settings reach no server`, {
    timeout: TEST_MS,
  }, async () => {
    const proxies = { httpProxy: CANARY, httpsProxy: CANARY, ftpProxy: CANARY, noProxy: CANARY, allProxy: CANARY };
    writeTree(folder, "settings/config.json", JSON.stringify({ proxies: { default: proxies } }));
    const machine = { HTTP_PROXY: CANARY, https_proxy: CANARY };
    const env = { ...environment(world), ...machine, DOCKER_CONFIG: join(folder, "settings") };
    const { code, stdout, stderr } = await argusBinary(["run", "proxied", "--config", config], {
      env,
      timeoutMs: BUILD_MS,
    });
    assert.equal(code, 0, stderr);
    assert.deepEqual(stdout.match(/^.*proxy.*$/gim), ["HTTP_PROXY=http://own.example.com:1"]);
    holdsNone("what the server found", stdout);
  });
}

for (const world of engines.filter(({ engine }) => engine === "docker")) {
  test(`${world.name} without BuildKit: build_env reaches the build and not the image`, {
    timeout: TEST_MS,
  }, async () => {
    const ended = await built(world, "source", ["--force", "--json"], {});
    holdsNone("output of build source", `${ended.stdout}${ended.stderr}`);
    const image = await imageOf(world, "source");
    sawValues(world, image);
    await imageIsClean(world, image, [BUILD_CANARY]);
  });
}

after(() => {
  for (const world of engines) {
    const { stdout } = engineCall(world, ["image", "ls", "--format", "{{.Repository}}:{{.Tag}}"]);
    const made = /^localhost\/argus\/(dockerfile-(secretive|bundle|broken|proxied)|source-mcp-source):/;
    const ours = stdout.split("\n").filter((name) => made.test(name));
    if (ours.length > 0) engineCall(world, ["image", "rm", "-f", ...ours]);
  }
});

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function written(name: string, backends: object): string {
  return writeTree(folder, name, JSON.stringify({ backends }));
}

function environment(world: World, more: Readonly<Record<string, string>> = {}): Record<string, string> {
  return cleanEnv({
    ...engineVariables(),
    ...buildVariables(),
    ARGUS_RUNTIME: world.engine,
    CANARY,
    BUILD_CANARY,
    ...more,
  });
}

async function build(world: World, backend: string): Promise<void> {
  const { stdout, stderr } = await built(world, backend, ["--json"], {});
  holdsNone(`output of build ${backend}`, `${stdout}${stderr}`);
}

/** Builds may need a registry that hiccups: two tries. */
async function built(world: World, backend: string, flags: string[], more: Record<string, string>): Promise<Ended> {
  const words = ["build", backend, "--config", config, ...flags];
  const once = () => argusBinary(words, { env: environment(world, more), timeoutMs: BUILD_MS });
  const first = await once();
  const ended = first.code === 0 ? first : await once();
  assert.equal(ended.code, 0, `${ended.stdout}\n${ended.stderr}`);
  return ended;
}

async function imageOf(world: World, backend: string): Promise<string> {
  const { stdout } = await argusBinary(["plan", backend, "--json", "--config", config], { env: environment(world) });
  const image = /localhost\/argus\/[\w.-]+:[0-9a-f]{12}/.exec(stdout)?.[0];
  assert.ok(image !== undefined, stdout);
  return image;
}

/** Docker gives secrets to a build by a plugin, or by itself before version 23; podman always does. */
function withBuildKit(world: World): Record<string, string> {
  if (world.engine !== "docker") return {};
  const plugin = process.env.ARGUS_TEST_BUILDX;
  if (plugin !== undefined && spawnSync(plugin, ["docker-cli-plugin-metadata"]).status === 0) {
    const plugins = join(folder, "docker", "cli-plugins");
    mkdirSync(plugins, { recursive: true });
    symlinkSync(plugin, join(plugins, "docker-buildx"));
    return { DOCKER_CONFIG: join(folder, "docker") };
  }
  const own = process.env.ARGUS_TEST_DOCKER_DISTRIBUTION_CLI;
  return own === undefined ? {} : { ARGUS_ENGINE_PATH: dirname(own) };
}

function certificates(): string {
  const file = process.env.SSL_CERT_FILE ?? "/etc/ssl/certs/ca-certificates.crt";
  const gitHost = process.env.ARGUS_TEST_GIT_CA;
  return [file, ...(gitHost === undefined ? [] : [gitHost])].map((each) => readFileSync(each, "utf8")).join("\n");
}

/** Arguments of every process on this machine; the test's own programs get the secret by their environment only. */
function processes(): string {
  const { stdout, status } = spawnSync("ps", ["-ww", "-eo", "args"], { encoding: "utf8", maxBuffer: 64 * 1024 * 1024 });
  assert.equal(status, 0);
  assert.match(stdout, new RegExp(`run ${BACKEND}`));
  return stdout;
}

/** Everything that the engine knows about the container, but for the variables themselves. */
function inspectsClean(world: World): void {
  const list = engineCall(world, ["ps", "-q", "--filter", `label=argus.backend=${BACKEND}`]);
  const [container = ""] = list.stdout.trim().split("\n");
  const { stdout } = engineCall(world, ["container", "inspect", container]);
  const [inspected] = JSON.parse(stdout) as { Config: { Env: string[]; Labels: object }; HostConfig: object }[];
  assert.ok(inspected !== undefined);
  const { Env, ...rest } = inspected.Config;
  assert.deepEqual(
    Env.filter((line) => line.endsWith(CANARY)).sort(),
    [`HTTPS_PROXY=${CANARY}`, `TOKEN=${CANARY}`],
    "this is where an engine keeps variables, so that the search below is known to see them",
  );
  holdsNone(`inspect on ${world.name}`, JSON.stringify({ ...inspected, Config: rest }));
}

/** Looks for texts in what the engine says about an image, and in every file of every layer. */
async function imageIsClean(world: World, image: string, secrets: readonly string[]): Promise<void> {
  for (const words of [
    ["image", "inspect", image],
    ["history", "--no-trunc", image],
  ]) {
    const { code, stdout } = engineCall(world, words);
    assert.equal(code, 0);
    assert.ok(
      !secrets.some((secret) => stdout.includes(secret)),
      `${words.join(" ")} on ${world.name} holds it:\n${stdout}`,
    );
  }
  await withTmp(async (place) => {
    const archive = join(place, "image.tar");
    const tree = join(place, "tree");
    mkdirSync(tree);
    assert.equal(engineCall(world, ["save", "-o", archive, image], BUILD_MS).code, 0);
    assert.equal((await run("tar", ["-xf", archive, "-C", tree])).code, 0);
    // Layers are archives within the archive; their files stand in them as they are, once nothing is compressed.
    const files = readdirSync(tree, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    assert.ok(files.length >= 3, `${files.length} files in the image's archive`);
    for (const entry of files) {
      const bytes = readFileSync(join(entry.parentPath, entry.name));
      const plain = bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes;
      assert.ok(!secrets.some((secret) => plain.includes(secret)), `${image} on ${world.name}: ${entry.name} holds it`);
    }
  });
}

/** The steps of the source build had the values. */
function sawValues(world: World, image: string): void {
  const seen = engineCall(world, ["run", "--rm", "--network=none", image]);
  assert.deepEqual(seen, { code: 0, stdout: SEEN });
}

/** All that the engine knows of its images; one that somebody removes meanwhile is left out, `surely` is there. */
function allImages(world: World, surely: string): string {
  const ids = engineCall(world, ["image", "ls", "-a", "-q", "--no-trunc"]).stdout.trim().split("\n");
  const { stdout } = engineCall(world, ["image", "inspect", ...new Set(ids)]);
  assert.ok(stdout.includes(surely), `${surely} is not among ${ids.length} images`);
  return stdout;
}

function holdsNone(what: string, text: string): void {
  for (const secret of [CANARY, BUILD_CANARY]) {
    const at = text.indexOf(secret);
    assert.ok(at === -1, `${what} holds the secret: …${text.slice(Math.max(0, at - 300), at + 80)}`);
  }
}

function collect(child: ChildProcess): () => string {
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (bytes: Uint8Array) => {
      said += String(bytes);
    });
  }
  return () => said;
}

async function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    createInterface({ input: child.stdout! }).once("line", resolve);
    child.once("close", (code) => reject(new Error(`argus ended with code ${code} before the first line`)));
  });
}

/** `argus clean --images` on a fake engine: what it must never remove, and what it should. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { fakeEngines } from "../support/fake_engine.ts";
import { argus, cleanEnv } from "../support/proc.ts";
import { withTmp, writeTree } from "../support/tmp.ts";

const OLD = "0123456789ab";

/** The images that `argus clean --images` removes of those that the engine lists. */
async function removedOf(
  folder: string,
  backends: string,
  images: (planned: readonly string[]) => readonly string[],
  client: Readonly<Record<string, string>> = {},
  shell: Readonly<Record<string, string>> = {},
  head = "",
): Promise<string[]> {
  const config = writeTree(folder, "config.yaml", `${head}backends:\n${backends}`);
  const planned = await argus(["plan", "--json", "--config", config], { env: cleanEnv(client) });
  const names = (JSON.parse(planned.stdout) as { image: string }[]).map(({ image }) => image);
  const stdout = images(names)
    .map((name, index) => `${name}\tsha256:${index}\n`)
    .join("");
  const fakes = fakeEngines(folder, { docker: { "image ls": { stdout } } });
  const ended = await argus(["clean", "--images", "--json", "--config", config], {
    env: cleanEnv({ ...fakes.env, ...shell }),
  });
  assert.equal(ended.code, 0, ended.stderr);
  const removed = fakes.calls().filter(({ args }) => args[0] === "image" && args[1] === "rm");
  const told = JSON.parse(ended.stdout) as { images: { image: string }[] };
  assert.deepEqual(
    told.images.map(({ image }) => image),
    removed.map(({ args }) => args.at(-1)),
  );
  return removed.map(({ args }) => args.at(-1)!);
}

const TIME = "  time: { command: uvx, args: [mcp-server-time] }\n";

test("clean --images removes what no backend uses and keeps what one does, also under a registry's prefix", () =>
  withTmp(async (folder) => {
    const old = [`localhost/argus/uvx-mcp-server-time:${OLD}`, `registry.example.com/mcp/argus/npx-x:${OLD}`];
    const removed = await removedOf(folder, TIME, ([used = ""]) => [
      used,
      used.replace("localhost", "registry.example.com/mcp"),
      ...old,
    ]);
    assert.deepEqual(removed, old);
  }));

test("clean --images leaves a user's own image alone, which inherits the labels of the one it is built from", () =>
  withTmp(async (folder) => {
    const others = ["acme/own-tool:1.0", "localhost/argus/uvx-mcp-server-time:mine", `localhost/notargus/npx-x:${OLD}`];
    assert.deepEqual(await removedOf(folder, TIME, () => others), []);
  }));

test("clean --images keeps every image of a backend whose variables are not set in this shell", () =>
  withTmp(async (folder) => {
    const backends = `${TIME}  secret:
    command: npx
    args: ["-y", "pkg"]
    container: { build_env: { NPM_TOKEN: "\${TOK}" } }
  built:
    command: uvx
    args: [tool]
    container:
      source_url: "\${REPOSITORY}"
      build_steps: [pip install .]
      entrypoint: [tool]
`;
    const client = { TOK: "s3cret", REPOSITORY: "https://github.com/owner/tool.git" };
    const old = `localhost/argus/uvx-mcp-server-time:${OLD}`;
    const removed = await removedOf(folder, backends, (used) => [...used, old], client);
    assert.deepEqual(removed, [old]);
  }));

test("clean --images keeps the image of a backend that only this shell switches off", () =>
  withTmp(async (folder) => {
    const old = `localhost/argus/uvx-mcp-server-time:${OLD}`;
    const off = { ARGUS_CONTAINER_ISOLATION: "false" };
    assert.deepEqual(await removedOf(folder, TIME, (used) => [...used, old], {}, off), [old]);
  }));

test("clean --images cleans beside a local server that is switched off, which no container could run", () =>
  withTmp(async (folder) => {
    const old = `localhost/argus/uvx-mcp-server-time:${OLD}`;
    const off = { ARGUS_CONTAINER_ISOLATION: "false" };
    const local = `${TIME}  local: { command: node, args: [server.js] }\n`;
    assert.deepEqual(await removedOf(folder, local, () => [old], off, off), [old]);
  }));

test("clean --images cleans beside what no container can run, and keeps what a Dockerfile that is not there may have made", () =>
  withTmp(async (folder) => {
    const old = `localhost/argus/uvx-mcp-server-time:${OLD}`;
    const fakes = fakeEngines(folder, { docker: { "image ls": { stdout: `${old}\tsha256:0\n` } } });
    const clean = async (backends: string) => {
      const config = writeTree(folder, "config.yaml", `backends:\n${backends}`);
      return await argus(["clean", "--images", "--config", config], { env: cleanEnv(fakes.env) });
    };
    const own = await clean(`${TIME}  own: { command: own, container: { dockerfile: Dockerfile } }\n`);
    assert.deepEqual([own.code, own.stdout], [2, ""]);
    const local = await clean(`${TIME}  local: { command: node, args: [server.js] }\n`);
    assert.deepEqual([local.code, local.stdout], [0, `removed image ${old} (docker)\n`], local.stderr);
  }));

test("clean --images keeps the image of a backend that only this shell switches on", () =>
  withTmp(async (folder) => {
    const old = `localhost/argus/uvx-mcp-server-time:${OLD}`;
    const on = { ARGUS_CONTAINER_ISOLATION: "true" };
    const head = "feature_flags: { container_isolation: false }\n";
    assert.deepEqual(await removedOf(folder, TIME, (used) => [...used, old], on, on, head), [old]);
  }));

test("clean --images says which engine did not list its images, and fails", () =>
  withTmp(async (folder) => {
    const config = writeTree(folder, "config.yaml", `backends:\n${TIME}`);
    const fakes = fakeEngines(folder, {
      docker: { "image ls": { code: 1, stderr: "Error: no space left on device\n" } },
    });
    const ended = await argus(["clean", "--images", "--config", config], { env: cleanEnv(fakes.env) });
    assert.equal(ended.code, 1);
    assert.match(ended.stderr, /images of docker: it did not list them/);
  }));

/** An image goes from the machine that builds it to one that may not build, through a real registry, on every engine. */
import assert from "node:assert/strict";
import process from "node:process";
import { test } from "node:test";
import { readableByAll, runIn } from "../support/argus_world.ts";
import { engineCall, type World, worlds } from "../support/engines.ts";
import { tmpFolder, writeTree } from "../support/tmp.ts";

const REGISTRY = process.env.ARGUS_TEST_REGISTRY;
const OPTIONS = {
  timeout: 600_000,
  skip: REGISTRY === undefined ? "ARGUS_TEST_REGISTRY is not set: scripts/testbed up --registry" : false,
};

const REQUEST = '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{}}\n';
const ANSWER = '{"jsonrpc":"2.0","id":1,"result":{"serverInfo":{"name":"own","version":"1"}}}';

const folder = readableByAll(tmpFolder());

for (const world of worlds()) {
  const id = `registry-${process.pid}-${world.name}`;
  // An image of this test's own, so that nobody misses it while it is away.
  writeTree(
    folder,
    `${id}/Dockerfile`,
    `FROM alpine:3.21\nLABEL test=${id}\nENTRYPOINT ["sh", "-c", "read -r line && echo '${ANSWER.replaceAll('"', '\\"')}'"]\n`,
  );
  const config = writeTree(
    folder,
    `${id}.yaml`,
    JSON.stringify({
      registry: `${REGISTRY}/argus-e2e`,
      backends: { [id]: { command: "sh", container: { network: "none", dockerfile: `${id}/Dockerfile` } } },
    }),
  );

  test(`${world.name}: what build --push sends is what run pulls where nothing may be built`, OPTIONS, async () => {
    const built = await runIn(world, ["build", id, "--push", "--json", "--config", config]);
    assert.equal(built.code, 0, `${built.stdout}\n${built.stderr}`);
    const [{ status, image, pushed }] = JSON.parse(built.stdout).results;
    const names: [string, string] = [image, pushed];
    try {
      assert.deepEqual([status, pushed], ["built", image.replace("localhost", `${REGISTRY}/argus-e2e`)]);
      forget(world, names);
      const ran = await runWithoutBuild(world, config, id);
      assert.deepEqual([ran.code, ran.stdout], [0, `${ANSWER}\n`], ran.stderr);
      for (const name of names) assert.equal(engineCall(world, ["image", "inspect", name]).code, 0, name);
      const again = await runWithoutBuild(world, config, id);
      assert.deepEqual([again.code, again.stdout], [0, `${ANSWER}\n`], again.stderr);
      assert.doesNotMatch(again.stderr, /pull/);
    } finally {
      engineCall(world, ["image", "rm", ...names]);
    }
  });

  test(`${world.name}: what the registry lacks, and one that does not answer, are told apart`, OPTIONS, async () => {
    writeTree(folder, `${id}/Dockerfile.absent`, `FROM alpine:3.21\nLABEL test=${id}-absent\nENTRYPOINT ["cat"]\n`);
    for (const [registry, said] of [
      [`${REGISTRY}/argus-e2e`, /its registry has no \S+ \[absent\/image\]/],
      ["127.0.0.1:9/mcp", /could not be pulled: connection refused/],
    ] as const) {
      const dockerfile = `${id}/Dockerfile.absent`;
      const text = JSON.stringify({ registry, backends: { [id]: { command: "cat", container: { dockerfile } } } });
      const ran = await runWithoutBuild(world, writeTree(folder, `${id}-absent.yaml`, text), id);
      assert.deepEqual([ran.code, ran.stdout], [3, ""], ran.stderr);
      assert.match(ran.stderr, said);
    }
  });
}

function runWithoutBuild(world: World, config: string, id: string) {
  const env = { ARGUS_CONTAINER_BUILD_IF_MISSING: "false" };
  return runIn(world, ["run", id, "--config", config], { env, input: REQUEST });
}

/** Removes an image under all of its names, and makes sure of it. */
function forget(world: World, names: readonly string[]): void {
  assert.equal(engineCall(world, ["image", "rm", ...names]).code, 0);
  for (const name of names) assert.notEqual(engineCall(world, ["image", "inspect", name]).code, 0, name);
}

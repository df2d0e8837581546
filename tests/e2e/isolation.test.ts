/** The posture as a server finds it: read from inside a running container, on every engine, never from the command line. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { after, test } from "node:test";
import { readableByAll, runIn } from "../support/argus_world.ts";
import {
  argusOn,
  folder as clusterFolder,
  clusterTest,
  configOf,
  onCluster,
  withId,
} from "../support/cluster_session.ts";
import { engineCall, type World, worlds } from "../support/engines.ts";
import { assertPosture, type Facts, factRows, factsIn, writeProbe } from "../support/posture.ts";
import { tmpFolder, writeTree } from "../support/tmp.ts";

const folder = readableByAll(tmpFolder());
writeProbe(folder);
const config = writeTree(
  folder,
  "config.yaml",
  `backends:
  posture: { command: probe, container: { dockerfile: probe/Dockerfile, network: none, cpus: "0.5" } }
  network: { command: probe, container: { dockerfile: probe/Dockerfile } }
`,
);

for (const world of worlds()) {
  test(`${world.name}: a server finds the whole posture`, async () => {
    const facts = await factsOf(world, "posture");
    assertPosture(facts, factRows("container", limitsHold(world)), world.name);
  });

  test(`${world.name}: the default network is a bridge`, async () => {
    assert.match((await factsOf(world, "network")).interfaces ?? "", /\beth0\b|\btap0\b/);
  });

  if (!limitsHold(world)) {
    test(`${world.name}: where limits cannot hold, doctor says so`, async () => {
      const { stdout } = await runIn(world, ["doctor", "--json", "--config", config]);
      const { checks } = JSON.parse(stdout) as { checks: { status: string; message: string }[] };
      const told = checks.filter(({ status, message }) => status === "warn" && /limit/i.test(message));
      assert.ok(told.length > 0, stdout);
    });
  }
}

onCluster("the posture in a Pod", () => {
  clusterTest("kubernetes: a server finds the whole posture, but for what a Pod cannot have", () => {
    writeProbe(clusterFolder);
    return withId(async (id) => {
      const container = { dockerfile: "probe/Dockerfile", network: "none", cpus: "0.5" };
      const { code, stdout, stderr } = await argusOn([
        "run",
        id,
        "--config",
        configOf(id, { command: "probe", container }),
      ]);
      assert.equal(code, 0, stderr);
      assertPosture(factsIn(stdout), factRows("pod"), "kubernetes");
      assert.match(stderr, /^argus: warning: network: none: this cluster does not enforce it/m);
    });
  });

  clusterTest("kubernetes: a network that the cluster does not cut off is an error where isolation is required", () => {
    writeProbe(clusterFolder);
    return withId(async (id) => {
      const container = { dockerfile: "probe/Dockerfile", network: "none", cpus: "0.5" };
      const config = configOf(id, { command: "probe", container });
      const { code, stdout, stderr } = await argusOn(["run", id, "--config", config, "--require-isolation"]);
      assert.deepEqual([code, stdout], [3, ""]);
      assert.match(
        stderr,
        /^argus: error: network: none: .* the server is not started \[absent\/isolation\]\n {2}hint: /m,
      );
    });
  });
});

after(() => {
  for (const world of worlds()) {
    const { stdout } = engineCall(world, ["image", "ls", "--format", "{{.Repository}}:{{.Tag}}"]);
    const ours = stdout.split("\n").filter((name) => name.startsWith("localhost/argus/dockerfile-probe:"));
    if (ours.length > 0) engineCall(world, ["image", "rm", "-f", ...ours]);
  }
});

/** Rootless engines get no limits on cgroup v1: the engine says so and starts without them. */
function limitsHold(world: World): boolean {
  return world.name !== "rootless" || existsSync("/sys/fs/cgroup/cgroup.controllers");
}

async function factsOf(world: World, backend: string): Promise<Facts> {
  const ended = await runIn(world, ["run", backend, "--config", config]);
  assert.equal(ended.code, 0, ended.stderr);
  return factsIn(ended.stdout);
}

/**
 * The whole kill matrix: every end × every server × every moment, on each engine, in an order that chance decides once.
 * ARGUS_MATRIX_PART ("2/8") runs a part of it, ARGUS_MATRIX_SHARE ("0.1") a share, ARGUS_MATRIX_AT_ONCE so many at once
 * (4); ARGUS_MATRIX_REPORT names a file of JSON lines that every outcome is added to, and whose cases do not run again.
 */
import assert from "node:assert/strict";
import process from "node:process";
import { test } from "node:test";
import { clusterWorlds, publishImage } from "../support/cluster.ts";
import { withCluster } from "../support/cluster_lock.ts";
import { compileDriver } from "../support/driver.ts";
import { worlds } from "../support/engines.ts";
import { noPrivateDocker, withPrivateDocker } from "../support/private_docker.ts";
import { allCases, type Case, shuffled } from "./cases.ts";
import { runDaemonMatrix, runMatrix } from "./run_matrix.ts";
import { IMAGE } from "./servers.ts";

const OPTIONS = { timeout: 24 * 3_600_000 };
const [part = 1, parts = 1] = (process.env.ARGUS_MATRIX_PART ?? "1/1").split("/").map(Number);
const share = Number(process.env.ARGUS_MATRIX_SHARE ?? 1);

function selected(cases: readonly Case[]): Case[] {
  return shuffled(cases, 1)
    .filter((_, index) => index % parts === part - 1)
    .filter((_, index, all) => index < all.length * share);
}

compileDriver();

for (const world of worlds()) {
  test(`nothing is left on ${world.name}, whatever ends a session`, OPTIONS, async () => {
    assert.deepEqual(await runMatrix(world, selected(allCases(world.engine))), []);
  });
}

test(
  "nothing is left on kubernetes, whatever ends a session",
  { ...OPTIONS, skip: clusterWorlds().length === 0 && "ARGUS_TEST_KUBECONFIG is not set: no cluster" },
  () =>
    withCluster("shared", async () => {
      publishImage(IMAGE);
      for (const world of clusterWorlds()) {
        assert.deepEqual(await runMatrix(world, selected(allCases(world.engine))), []);
      }
    }),
);

test(
  "nothing is left when a daemon is ended under its sessions and comes back",
  {
    ...OPTIONS,
    skip: worlds().every(({ name }) => name !== "docker") ? "Docker is not among the engines" : noPrivateDocker(),
  },
  () =>
    withPrivateDocker(IMAGE, async (docker) => {
      assert.deepEqual(await runDaemonMatrix(docker), []);
    }),
);

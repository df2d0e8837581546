/** A selection of the kill matrix on a real cluster; tests/matrix has the whole. Skipped aloud without ARGUS_TEST_KUBECONFIG. */
import assert from "node:assert/strict";
import process from "node:process";
import { someCases } from "../matrix/cases.ts";
import { runMatrix } from "../matrix/run_matrix.ts";
import { IMAGE } from "../matrix/servers.ts";
import { clusterWorlds, publishImage } from "../support/cluster.ts";
import { clusterTest, onCluster } from "../support/cluster_session.ts";
import { compileDriver } from "../support/driver.ts";

/** Every end and every server once, and a few more. */
const CASES = 20;
const SEED = Number(process.env.ARGUS_MATRIX_SEED ?? 1);

onCluster("the kill matrix on kubernetes", () => {
  compileDriver();
  for (const world of clusterWorlds()) {
    clusterTest(`a session in a Pod leaves nothing, however it ends (seed ${SEED})`, async () => {
      publishImage(IMAGE);
      assert.deepEqual(await runMatrix(world, someCases(world.engine, CASES, SEED)), []);
    });
  }
});

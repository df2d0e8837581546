/** A selection of the kill matrix on each engine; tests/matrix has the whole. */
import assert from "node:assert/strict";
import process from "node:process";
import { test } from "node:test";
import { someCases } from "../matrix/cases.ts";
import { runDaemonMatrix, runMatrix } from "../matrix/run_matrix.ts";
import { IMAGE } from "../matrix/servers.ts";
import { compileDriver } from "../support/driver.ts";
import { worlds } from "../support/engines.ts";
import { noPrivateDocker, withPrivateDocker } from "../support/private_docker.ts";

/** Every end and every server once, and more. */
const CASES = 28;
const SEED = Number(process.env.ARGUS_MATRIX_SEED ?? 1);

compileDriver();

const OPTIONS = { timeout: 1_200_000 };

for (const world of worlds()) {
  test(`a session on ${world.name} leaves nothing, however it ends (seed ${SEED})`, OPTIONS, async () => {
    assert.deepEqual(await runMatrix(world, someCases(world.engine, CASES, SEED)), []);
  });
}

test(
  "sessions leave nothing when their daemon is ended and comes back",
  {
    ...OPTIONS,
    skip: worlds().every(({ name }) => name !== "docker") ? "Docker is not among the engines" : noPrivateDocker(),
  },
  () =>
    withPrivateDocker(IMAGE, async (docker) => {
      assert.deepEqual(await runDaemonMatrix(docker, ["steady"]), []);
    }),
);

/** A selection of the kill matrix on each engine; tests/matrix has the whole. */
import assert from "node:assert/strict";
import process from "node:process";
import { test } from "node:test";
import { someCases } from "../matrix/cases.ts";
import { runMatrix } from "../matrix/run_matrix.ts";
import { compileDriver } from "../support/driver.ts";
import { worlds } from "../support/engines.ts";

/** Every end and every server once, and more. */
const CASES = 28;
const SEED = Number(process.env.ARGUS_MATRIX_SEED ?? 1);

compileDriver();

for (const world of worlds()) {
  test(`a session on ${world.name} leaves nothing, however it ends (seed ${SEED})`, {
    timeout: 1_200_000,
  }, async () => {
    assert.deepEqual(await runMatrix(world, someCases(world.engine, CASES, SEED)), []);
  });
}

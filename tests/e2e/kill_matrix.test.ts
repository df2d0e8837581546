/** A selection of the kill matrix on each engine; tests/matrix has the whole. */
import assert from "node:assert/strict";
import process from "node:process";
import { test } from "node:test";
import { someCases } from "../matrix/cases.ts";
import { runCase } from "../matrix/run_case.ts";
import { worlds } from "../support/engines.ts";

/** Far beyond the promise of 5 s: a busy machine is no leftover. Milliseconds. */
const LIMIT = 60_000;
/** Every end and every server once. */
const CASES = 14;
const SEED = Number(process.env.ARGUS_MATRIX_SEED ?? 1);

for (const world of worlds()) {
  test(`a session on ${world.name} leaves nothing, however it ends (seed ${SEED})`, {
    timeout: 1_200_000,
  }, async () => {
    const failures: string[] = [];
    const cases = someCases(world.engine, CASES, SEED);
    for (const item of cases) {
      const { name, leftovers } = await runCase(world, item, LIMIT);
      if (leftovers.length > 0) failures.push(`${name}: ${leftovers.join(", ")}`);
    }
    console.error(`kill matrix, ${world.name}: ${cases.length} cases, ${failures.length} with leftovers`);
    assert.deepEqual(failures, []);
  });
}

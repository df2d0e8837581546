/**
 * The whole kill matrix, for hours on a quiet machine: every end × every server × every moment, on each engine.
 * ARGUS_MATRIX_PART ("2/8") runs a part of it, ARGUS_MATRIX_SHARE ("0.1") a share by seed.
 */
import assert from "node:assert/strict";
import process from "node:process";
import { test } from "node:test";
import { TIMING } from "../../src/session/ladder.ts";
import { worlds } from "../support/engines.ts";
import { allCases, generator } from "./cases.ts";
import { runCase } from "./run_case.ts";

/** What the README promises. Milliseconds. */
const PROMISE = 5000;
/** The end of input alone: a silent server is not cut before the session is this old. */
const GRACE = TIMING.start;

const [part = 1, parts = 1] = (process.env.ARGUS_MATRIX_PART ?? "1/1").split("/").map(Number);
const share = Number(process.env.ARGUS_MATRIX_SHARE ?? 1);

for (const world of worlds()) {
  test(`nothing is left on ${world.name}, whatever ends a session`, { timeout: 24 * 3_600_000 }, async () => {
    const random = generator(1);
    const cases = allCases(world.engine)
      .filter((_, index) => index % parts === part - 1)
      .filter(() => random() < share);
    const failures: string[] = [];
    for (const item of cases) {
      const limit = PROMISE + (item.end.startsWith("eof") ? GRACE : 0);
      const { name, leftovers } = await runCase(world, item, limit);
      if (leftovers.length > 0) failures.push(`${name}: ${leftovers.join(", ")}`);
    }
    console.error(`kill matrix, ${world.name}: ${cases.length} cases, ${failures.length} with leftovers`);
    assert.deepEqual(failures, []);
  });
}

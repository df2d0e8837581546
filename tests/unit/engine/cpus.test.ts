import assert from "node:assert/strict";
import { test } from "node:test";
import { clampCpus } from "../../../src/engine/cpus.ts";

test("a limit above the machine's CPUs is lowered, with a note", () => {
  assert.deepEqual(clampCpus("1", 2), { cpus: "1" });
  assert.deepEqual(clampCpus("2", 2), { cpus: "2" });
  assert.deepEqual(clampCpus("0.5", 1), { cpus: "0.5" });
  assert.deepEqual(clampCpus("8", 2), {
    cpus: "2",
    notice: { code: "engine/cpus-clamped", message: "cpus: 8 is more than this machine has; the limit is 2" },
  });
});

test("an unknown machine takes what is asked for", () => {
  assert.deepEqual(clampCpus("64", 0), { cpus: "64" });
});

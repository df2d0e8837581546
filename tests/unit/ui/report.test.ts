/** Failures as scripts get them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ArgusError } from "../../../src/errors.ts";
import { errorJson } from "../../../src/ui/report.ts";

test("the log of a failure ends with its last line", () => {
  const logOf = (output?: string) => errorJson(new ArgusError("engine/x", "it failed", { output })).log;
  assert.deepEqual(logOf("  one\n\ntwo\n\n"), ["  one", "", "two"]);
  assert.equal(logOf(), undefined);
});

/** Failures as scripts get them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ArgusError, checkAll, throwAll } from "../../../src/errors.ts";
import { errorJson } from "../../../src/ui/report.ts";

test("the log of a failure ends with its last line", () => {
  const logOf = (output?: string) => errorJson(new ArgusError("engine/x", "it failed", { output })).log;
  assert.deepEqual(logOf("  one\n\ntwo\n\n"), ["  one", "", "two"]);
  assert.equal(logOf(), undefined);
});

test("scripts get every error where several were found, and a stack shows where the first was made", () => {
  const errors = ["a", "b", "c"].map((code) => new ArgusError(`config/${code}`, code, { where: code }));
  const thrown = thrownBy(() => throwAll([new ArgusError("config/a", "a", { others: errors.slice(1) })]));
  assert.deepEqual(errorJson(thrown).others, errors.slice(1).map(errorJson));
  assert.equal(errorJson(errors[0]!).others, undefined);
  assert.equal(thrownBy(() => throwAll(errors)).cause, errors[0]);
  assert.equal(
    thrownBy(() => throwAll(errors.slice(2))),
    errors[2],
  );
  throwAll([]);
});

test("every check is made, and gives what it found", () => {
  assert.deepEqual(checkAll([() => 1, () => "x"]), [1, "x"]);
  const fail = (code: string) => () => {
    throw new ArgusError(code, code);
  };
  const { code, others } = thrownBy(() => checkAll([fail("a"), () => 1, fail("b")]));
  assert.deepEqual([code, ...others.map((other) => other.code)], ["a", "b"]);
  assert.throws(() => checkAll([fail("a"), () => assert.fail("a defect")]), /a defect/);
});

function thrownBy(act: () => unknown): ArgusError {
  try {
    act();
  } catch (error) {
    assert.ok(error instanceof ArgusError);
    return error;
  }
  return assert.fail("nothing was thrown");
}

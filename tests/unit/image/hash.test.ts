import assert from "node:assert/strict";
import { test } from "node:test";
import { hashOf } from "../../../src/image/hash.ts";

test("a hash keeps its parts apart", () => {
  assert.notEqual(hashOf("a", "bc"), hashOf("ab", "c"));
  assert.match(hashOf("a"), /^[0-9a-f]{64}$/);
});

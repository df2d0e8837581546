import assert from "node:assert/strict";
import { test } from "node:test";
import { hashOf, imageName } from "../../../src/image/tag.ts";

test("an image is named after its recipe, what is in it and what shapes it", () => {
  const inputs = hashOf("x");
  assert.equal(imageName("npx", "my_server.v2", inputs), `localhost/argus/npx-my_server.v2:${inputs.slice(0, 12)}`);
});

test("a hash keeps its parts apart", () => {
  assert.notEqual(hashOf("a", "bc"), hashOf("ab", "c"));
  assert.match(hashOf("a"), /^[0-9a-f]{64}$/);
});

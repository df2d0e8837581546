import assert from "node:assert/strict";
import { test } from "node:test";
import { imageName, ownImageName, RECIPES } from "../../../src/plan/image_name.ts";

for (const recipe of RECIPES) {
  test(`a ${recipe} image is named after its recipe, what is in it and what shapes it, and known by that name`, () => {
    const name = imageName(recipe, "my_server.v2", "0123456789abcdef");
    assert.equal(name, `localhost/argus/${recipe}-my_server.v2:0123456789ab`);
    assert.equal(ownImageName(name), `argus/${recipe}-my_server.v2:0123456789ab`);
  });
}

for (const [name, own] of [
  ["registry.example.com/mcp/argus/go-a.b_c:0123456789ab", "argus/go-a.b_c:0123456789ab"],
  ["me/argus-uvx-x-y:0123456789ab", "argus/uvx-x-y:0123456789ab"],
  ["docker.io/me/team-argus-npx-x:0123456789ab", "argus/npx-x:0123456789ab"],
  ["localhost/argus/npx-x:latest", undefined],
  ["acme/my-argus/npx-x:0123456789ab", undefined],
  ["acme/notargus-npx-x:0123456789ab", undefined],
  ["acme/tool:0123456789ab", undefined],
] as const) {
  test(`${name} is ${own === undefined ? "another's image" : "an image of argus"}`, () =>
    assert.equal(ownImageName(name), own));
}

import assert from "node:assert/strict";
import { test } from "node:test";
import { hashOf, imageName } from "../../../src/image/tag.ts";

const inputs = hashOf("x");

const NAMES: [name: string, repository: string][] = [
  ["mcp-server-time", "mcp-server-time"],
  ["@upstash/context7-mcp", "upstash-context7-mcp"],
  ["My_Server.V2", "my_server.v2"],
  ["a__b..c--d", "a-b-c-d"],
  ["-x-", "x"],
  ["é", "server"],
  ["a".repeat(200), "a".repeat(100)],
];

for (const [name, repository] of NAMES) {
  test(`the image of ${name.slice(0, 30)}`, () => {
    assert.equal(imageName("npx", name, inputs), `localhost/argus/npx-${repository}:${inputs.slice(0, 12)}`);
  });
}

test("a hash keeps its parts apart", () => {
  assert.notEqual(hashOf("a", "bc"), hashOf("ab", "c"));
  assert.match(hashOf("a"), /^[0-9a-f]{64}$/);
});

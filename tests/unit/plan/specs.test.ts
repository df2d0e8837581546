/** What a package or repository is called in the name of its image. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { plainName } from "../../../src/plan/specs.ts";

/** A name → what registries accept of it. */
const NAMES: readonly (readonly [string, string])[] = [
  ["mcp-server-time", "mcp-server-time"],
  ["@upstash/context7-mcp", "upstash-context7-mcp"],
  ["My_Server.V2", "my_server.v2"],
  ["a__b..c--d", "a-b-c-d"],
  ["-x-", "x"],
  ["é", "server"],
  ["a".repeat(200), "a".repeat(100)],
  [`${"a".repeat(99)}-b`, "a".repeat(99)],
];

for (const [name, plain] of NAMES) {
  test(`the image of ${name.slice(0, 30)} is named after ${plain.slice(0, 30)}`, () => {
    assert.equal(plainName(name), plain);
  });
}

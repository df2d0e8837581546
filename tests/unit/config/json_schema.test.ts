import assert from "node:assert/strict";
import { test } from "node:test";
import { fieldRows, jsonSchema } from "../../../src/config/json_schema.ts";
import { parseConfig } from "../../../src/config/parse.ts";
import { parseVolume } from "../../../src/config/rules/volume.ts";
import { DEFAULT } from "../../../src/plan/defaults.ts";

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly anyOf?: readonly Schema[];
  readonly required?: readonly string[];
  readonly description?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
}

const SCHEMA = jsonSchema() as Schema;
const [STDIO, REMOTE] = (SCHEMA.properties!.backends!.additionalProperties as Schema).anyOf!;
const CONTAINER = STDIO!.properties!.container!;

test("unknown keys are refused at every level, as argus does", () => {
  for (const level of [SCHEMA, STDIO!, REMOTE!, CONTAINER]) assert.equal(level.additionalProperties, false);
});

test("the key that points an editor at the schema may stand in the file, and only there", () => {
  assert.deepEqual(SCHEMA.properties!.$schema?.type, ["string", "number", "boolean", "null"]);
  const { problems } = parseConfig(
    '{"$schema": "./argus.schema.json", "backends": {"a": {"command": "uvx", "args": ["x"], "$schema": "x"}}}',
    "config.yaml",
    { env: {} },
  );
  assert.deepEqual(
    problems.map(({ code, message }) => [code, message]),
    [["config/unknown-key", 'unknown key "$schema" in backend "a"']],
  );
});

test("every field has a description", () => {
  for (const { field, description } of fieldRows()) assert.notEqual(description, "", field);
});

test("what the manual calls required is required", () => {
  assert.deepEqual([SCHEMA.required, STDIO!.required, REMOTE!.required], [["backends"], ["command"], ["url"]]);
});

test("an editor accepts what argus accepts: numbers, switches, nothing", () => {
  assert.deepEqual(CONTAINER.properties!.memory!.type, ["string", "number", "boolean", "null"]);
  assert.deepEqual(CONTAINER.properties!.enabled!.type, ["boolean", "string", "integer", "null"]);
  assert.deepEqual(CONTAINER.properties!.runtime!.enum, ["docker", "podman", "kubernetes", null]);
  assert.deepEqual(SCHEMA.properties!.version!.enum, ["1", 1, null]);
});

test("the table shows the defaults that plans use", () => {
  const rows = new Map(fieldRows().map((row) => [row.field, row.default]));
  for (const name of ["memory", "cpus", "network"] as const) {
    assert.equal(rows.get(`backends.<name>.container.${name}`), DEFAULT[name]);
  }
});

test("the mode of a mount that names none is the one that its description says", () => {
  const { description } = fieldRows().find(({ field }) => field === "backends.<name>.container.volumes")!;
  const mode = /`(\w+)` \(the default\)/.exec(description)?.[1];
  const volume = parseVolume("/a:/b");
  assert.equal("mode" in volume && volume.mode, mode);
});

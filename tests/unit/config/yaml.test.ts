import assert from "node:assert/strict";
import { test } from "node:test";
import { keyOffsetOf, nodeAt, offsetOf, type Path, placesOf, readYaml } from "../../../src/config/yaml.ts";

const FILE = `# servers
backends:
  "a b":
    command: 'uvx'
    args:
      - first
      - {k: "v", n: [1, two]}
    env:
      EMPTY:
  plain: |
    block
`;

const PLACES: readonly [path: Path, value: string, key: string][] = [
  [["backends"], "2:1", "2:1"],
  [["backends", "a b"], "3:3", "3:3"],
  [["backends", "a b", "command"], "4:14", "4:5"],
  [["backends", "a b", "args"], "5:5", "5:5"],
  [["backends", "a b", "args", 0], "6:9", "6:9"],
  [["backends", "a b", "args", 1, "k"], "7:13", "7:10"],
  [["backends", "a b", "args", 1, "n", 1], "7:25", "7:25"],
  [["backends", "a b", "env", "EMPTY"], "9:7", "9:7"],
  // What is not there is told at the nearest thing around it.
  [["backends", "a b", "env", "NOPE"], "8:5", "8:5"],
  [["backends", "nope", "args", 3], "2:1", "2:1"],
];

test("every key and value has its place", () => {
  const { root, problems } = readYaml(FILE);
  assert.deepEqual(problems, []);
  const place = placesOf(FILE);
  const show = (offset: number) => `${place(offset).line}:${place(offset).column}`;
  for (const [path, value, key] of PLACES) {
    assert.equal(show(offsetOf(root!, path)), value, `value of ${path.join(".")}`);
    assert.equal(show(keyOffsetOf(root!, path)), key, `key of ${path.join(".")}`);
  }
});

test("scalars stay as written; only nothing, ~ and null are null", () => {
  const written = [
    "1.10",
    "0755",
    "1e3",
    "0x10",
    "true",
    "No",
    "12:30",
    "2024-01-01",
    '"null"',
    "'~'",
    '""',
    "~",
    "null",
    "Null",
    "",
  ];
  const texts = written.map((text) => {
    const node = nodeAt(readYaml(`a: ${text}\n`).root!, ["a"]);
    return node?.kind === "text" ? node.text : null;
  });
  const expected = [
    "1.10",
    "0755",
    "1e3",
    "0x10",
    "true",
    "No",
    "12:30",
    "2024-01-01",
    "null",
    "~",
    "",
    null,
    null,
    null,
    null,
  ];
  assert.deepEqual(texts, expected);
});

test("a column counts characters, not halves of them", () => {
  const text = '{"😀😀": 1, b: 2}';
  const place = placesOf(text);
  assert.deepEqual(place(text.indexOf("b")), { line: 1, column: 11 });
});

test("deep nesting is one error, not an overflow", () => {
  const { root, problems } = readYaml("[".repeat(50_000));
  assert.equal(root, undefined);
  assert.equal(problems.length, 1);
});

/** What follows an image's entry: what `command` and `args` repeat of it is dropped. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { plain } from "../../../src/config/text.ts";
import { serverArgs } from "../../../src/plan/entry.ts";

/** Entry, command line → the server's arguments. */
const ROWS: readonly (readonly [string, string, string])[] = [
  ["node dist/index.js", "node dist/index.js", ""],
  ["node dist/index.js", "node dist/index.js --port 1", "--port 1"],
  ["node dist/index.js", "/usr/bin/node dist/index.js a", "a"],
  ["/usr/local/bin/node dist/index.js", "node.exe dist/index.js a", "a"],
  ["node dist/index.js", "node --port 1", "--port 1"],
  ["node dist/index.js", "my-server --port 1", "--port 1"],
  ["my-server a", "other-server a b", "a b"],
  ["python -m my_server", "python -m my_server a", "a"],
  ["python -m my_server", "python3 -m my_server a", "a"],
  ["python3.12 -m my_server", "python -m my_server", ""],
  ["my-server", "my-server a b", "a b"],
  ["my-server --fixed", "my-server", ""],
  // A wrapper in front of the program.
  ["tini -- node i.js", "node i.js", ""],
  ["tini -- node i.js", "/usr/bin/node i.js --x", "--x"],
  ["tini -- node", "node i.js --x", "i.js --x"],
  ["env A=1 python -m srv", "python3 -m srv a", "a"],
  ["tini -- node i.js", "node other.js", "other.js"],
  ["tini -- node i.js", "tini -- node i.js --x", "--x"],
  ["python -m srv", "srv --x", "--x"],
  ["", "my-server a", "a"],
  ["my-server a a", "my-server a a a", "a"],
];

for (const [entry, line, expected] of ROWS) {
  test(`[${entry}] and ${line}: ${expected || "no arguments"}`, () => {
    const args = serverArgs(entry.split(" ").filter(Boolean), line.split(" ").map(plain));
    assert.equal(args.map(({ value }) => value).join(" "), expected);
  });
}

test("an argument keeps its reference beside its value", () => {
  const secret = { shown: "${TOKEN}", value: "s3cret" };
  assert.deepEqual(serverArgs(["x"], [plain("x"), secret]), [secret]);
});

import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { test } from "node:test";
import fc from "fast-check";
import { lineSorter } from "../../../src/session/output.ts";

const MESSAGE = '{"jsonrpc":"2.0","id":1,"result":{}}';

/** What passes and what is refused of a text that comes in pieces. */
function sort(text: string | Uint8Array, size = 7): { passed: string; refused: string[] } {
  const bytes = Buffer.from(text);
  const refused: string[] = [];
  const sorter = lineSorter((line) => refused.push(line));
  const passed: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += size) passed.push(sorter.take(bytes.subarray(at, at + size)));
  passed.push(sorter.rest());
  return { passed: Buffer.concat(passed).toString("utf8"), refused };
}

const CASES: readonly [about: string, text: string, passed: string, refused: string[]][] = [
  ["a message", `${MESSAGE}\n`, `${MESSAGE}\n`, []],
  ["a message with CRLF", `${MESSAGE}\r\n`, `${MESSAGE}\r\n`, []],
  ["a message without a newline at the end", MESSAGE, MESSAGE, []],
  ["a batch", `[${MESSAGE},${MESSAGE}]\n`, `[${MESSAGE},${MESSAGE}]\n`, []],
  ["spaces as the server wrote them", `{ "jsonrpc" : "2.0" }\n`, `{ "jsonrpc" : "2.0" }\n`, []],
  ["a log line", "listening on 8080\n", "", ["listening on 8080"]],
  ["a log line between messages", `${MESSAGE}\nhi\n${MESSAGE}\n`, `${MESSAGE}\n${MESSAGE}\n`, ["hi"]],
  ["JSON that is no message", '{"level":"info"}\n[]\n42\nnull\n', "", ['{"level":"info"}', "[]", "42", "null"]],
  ["an empty line", "\n\n", "", []],
  ["half a message at the end", '{"jsonrpc":"2.0"', "", ['{"jsonrpc":"2.0"']],
  ["numbers beyond 2^53", '{"jsonrpc":"2.0","id":9007199254740993}\n', '{"jsonrpc":"2.0","id":9007199254740993}\n', []],
];

for (const [about, text, passed, refused] of CASES) {
  test(`strict stdout: ${about}`, () => {
    assert.deepEqual(sort(text), { passed, refused });
  });
}

test("strict stdout: messages pass byte for byte, however they are cut", () => {
  const message = fc
    .record({ jsonrpc: fc.constant("2.0"), params: fc.jsonValue() })
    .map((value) => JSON.stringify(value));
  fc.assert(
    fc.property(fc.array(message), fc.integer({ min: 1, max: 50 }), (messages, size) => {
      const text = messages.map((line) => `${line}\n`).join("");
      assert.deepEqual(sort(text, size), { passed: text, refused: [] });
    }),
  );
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { secretWords } from "../../../src/config/secret_words.ts";

/** Words → which of them are secrets. */
const ROWS: readonly (readonly [words: string, secrets: readonly number[]])[] = [
  ["--figma-api-key=figd_x --stdio", [0]],
  ["pkg --api-key sk-x", [2]],
  ["pkg -token x --PASSWORD y", [2, 4]],
  ["--client-secret=x", [0]],
  ["--api-key ${KEY} --token=${TOKEN}", []],
  ["--token=Bearer-${TOKEN}", []],
  ["--token --verbose", []],
  ["--password", []],
  ["--password=", []],
  ["--key /run/key.pem --secret=~/s --token C:\\t", []],
  ["--use-token true", []],
  ["--key-file x --tokens 5 token x", []],
];

for (const [words, secrets] of ROWS) {
  test(`secrets of ${words}`, () => assert.deepEqual(secretWords(words.split(" ")), secrets));
}

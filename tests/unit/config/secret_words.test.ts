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
  ["--key x --app_key=y --APIKEY z --client-private-key=a", [1, 2, 4, 5]],
  ["--sort-key name --public-key abc --primary-key=id --partition-key id --monkey x", []],
  ["--api-key YOUR_TOKEN --token=<your-token> --secret=$TOKEN", []],
  ["--header Authorization:x -H X-Api-Key:y --header=api-token:z", [1, 3, 4]],
  ["--header Accept:x -H Authorization: -h Authorization:x", []],
  ["--header Authorization:${TOKEN} -H X-Token:YOUR_TOKEN", []],
];

for (const [words, secrets] of ROWS) {
  test(`secrets of ${words}`, () => assert.deepEqual(secretWords(words.split(" ")), secrets));
}

test("secrets of a header with blanks", () => {
  assert.deepEqual(secretWords(["--header", "Authorization: Bearer x", "--header=X-Auth-Token: y"]), [1, 2]);
  assert.deepEqual(secretWords(["-H", "Authorization: Bearer ${TOKEN}", "-H", "Authorization: Bearer YOUR_TOKEN"]), []);
});

/**
 * Error cases: a config with something wrong, and every problem that argus finds, one a line:
 * `line:column severity code message | hint`. Drop a pair here and it is a test.
 *
 * The only variables are HOME and TOKEN. `ARGUS_UPDATE_ERRORS=1` writes the .out files; the diff is the review.
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { parseConfig } from "../../src/config/parse.ts";

const FOLDER = dirname(fileURLToPath(import.meta.url));
const CASES = readdirSync(FOLDER)
  .filter((file) => file.endsWith(".yaml"))
  .map((file) => file.slice(0, -".yaml".length))
  .sort();
const SECRET = "s3cret-canary";
const ENV = { HOME: "/home/me", TOKEN: SECRET };

for (const name of CASES) {
  test(`config errors: ${name}`, () => {
    const found = problemsOf(readFileSync(join(FOLDER, `${name}.yaml`), "utf8"));
    const out = join(FOLDER, `${name}.out`);
    if (process.env.ARGUS_UPDATE_ERRORS === "1") writeFileSync(out, found);
    assert.equal(found, readFileSync(out, "utf8"));
  });
}

test("every error case has problems", () => {
  for (const name of CASES) assert.notEqual(readFileSync(join(FOLDER, `${name}.out`), "utf8"), "", name);
});

test("no error shows a value", () => {
  for (const name of CASES) {
    const out = readFileSync(join(FOLDER, `${name}.out`), "utf8");
    assert.ok(!out.includes(SECRET) && !out.includes("hunter2"), name);
  }
});

function problemsOf(text: string): string {
  return parseConfig(text, "config.yaml", { env: ENV })
    .problems.map(({ line, column, severity, code, message, hint }) => {
      const tail = hint === undefined ? "" : ` | ${hint}`;
      return `${line}:${column} ${severity} ${code} ${message}${tail}\n`;
    })
    .join("");
}

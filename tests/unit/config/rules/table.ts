/** Table tests of rules: what a rule takes, and what it refuses. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Rule } from "../../../../src/config/rules/rule.ts";

/** One test a row. No refusal may repeat a value that could hold a secret: `secret` in a row is looked for. */
export function table(name: string, rule: Rule, rows: { fine: readonly string[]; refused: readonly string[] }): void {
  for (const value of rows.fine) {
    test(`${name} takes ${shown(value)}`, () => assert.equal(rule(value), undefined));
  }
  for (const value of rows.refused) {
    test(`${name} refuses ${shown(value)}`, () => {
      const problem = rule(value);
      assert.ok(problem !== undefined && problem.message !== "");
      assert.ok(!`${problem.message}${problem.hint ?? ""}`.includes("s3cret"), problem.message);
    });
  }
}

/** What no field of one line takes. */
export const UNSEEN = [
  "a\nb",
  "a\rb",
  "a\0b",
  "a\u2028b",
  "a\u0085b",
  "a\u202eb",
  "a\u200bb",
  "a\u001bb",
  "a\ud800b",
  "a\n",
];

export function shown(value: string): string {
  const text = JSON.stringify(value).replace(
    /[\u0080-\uffff]/g,
    (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return text.length > 70 ? `${text.slice(0, 60)}… (${value.length})` : text;
}

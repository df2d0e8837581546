import assert from "node:assert/strict";
import { test } from "node:test";
import { assignment, execForm, shellLine, shellWord } from "../../../src/image/quote.ts";

const HOSTILE = [
  "a b",
  "'",
  '"',
  "$HOME",
  "$(id)",
  "`id`",
  "\\",
  "a\\",
  "a;b",
  "a&&b",
  "a|b",
  "#x",
  "<<EOF",
  "*",
  "~",
  "!",
  "é",
];
const BROKEN = ["a\nUSER root", "a\rb", "a\0b", "\n", "a\u2028b"];

test("plain words need no quotes", () => {
  for (const word of ["mcp-server-time", "@scope/pkg@1.2.3", "pkg==1.0", "https://host/x.git", "a,b:c+d%"]) {
    assert.equal(shellWord(word), word);
  }
});

test("every other word stays one word of a shell", () => {
  for (const word of [...HOSTILE, ""]) assert.equal(unquotedByShell(shellWord(word)), word);
});

test("every value of ENV and LABEL stays one value", () => {
  for (const value of [...HOSTILE, ""]) {
    const written = assignment("A", value);
    assert.match(written, /^A="(?:[^"\\$]|\\["\\$])*"$/);
    assert.equal(written.slice(3, -1).replace(/\\(["\\$])/g, "$1"), value);
  }
});

test("every entry stays one JSON list", () => {
  assert.deepEqual(JSON.parse(execForm(HOSTILE)), HOSTILE);
  assert.equal(execForm(["node", "dist/index.js"]), '["node", "dist/index.js"]');
});

test("a value that would leave its line is refused", () => {
  for (const value of BROKEN) {
    for (const write of [
      shellWord,
      shellLine,
      (text: string) => assignment("A", text),
      (text: string) => execForm([text]),
    ]) {
      assert.throws(() => write(value), { code: "image/unsafe-value" }, JSON.stringify(value));
    }
  }
});

test("a step that would reach into the next line is refused", () => {
  for (const step of ["echo a \\", "echo a \\  ", "cat <<EOF", "cat <<-'EOF' >x"]) {
    assert.throws(() => shellLine(step), { code: "image/unsafe-value" }, step);
  }
  assert.equal(shellLine("npm ci && npm run build"), "npm ci && npm run build");
});

/** What a POSIX shell makes of one word of single-quoted and escaped pieces. */
function unquotedByShell(word: string): string {
  assert.match(word, /^(?:[\w@%+=:,./-]|'[^']*'|\\')+$/);
  return word.replace(/'([^']*)'|\\(')/g, (_, quoted?: string, escaped?: string) => quoted ?? escaped ?? "");
}

/** Words of the command line on their way through the parser. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { argusCommand, marked, splitWords, unknownFlag, unmarked } from "../../src/argv.ts";

test("the first -- parts argus' own words from the others", () => {
  assert.deepEqual(splitWords(["run", "a", "--", "b", "--", "c"]), { own: ["run", "a"], rest: ["b", "--", "c"] });
  assert.deepEqual(splitWords(["run"]), { own: ["run"], rest: [] });
});

/** What is typed, and what the parser gets, with ^ for the mark. */
const WORDS: readonly [typed: string, got: readonly string[]][] = [
  ["run", ["run"]],
  ["-", ["^-"]],
  ["", ["^"]],
  ["1.10", ["^1.10"]],
  ["-1", ["^-1"]],
  ["0x10", ["^0x10"]],
  ["--memory=1e3", ["--memory=^1e3"]],
  ["--config=", ["--config=^"]],
  ["--env=A=B", ["--env=^A=B"]],
  ["-c", ["-c"]],
  ["-chome.yaml", ["--config=^home.yaml"]],
  ["-c=home.yaml", ["--config=^home.yaml"]],
  ["-c1.10", ["--config=^1.10"]],
  ["-qchome\nx", ["-q", "--config=^home\nx"]],
  ["-qc", ["-qc"]],
  ["-config", ["--config"]],
  ["-config=home.yaml", ["--config=^home.yaml"]],
  ["-config.yaml", ["--config=^onfig.yaml"]],
  ["-qV", ["-qV"]],
];

test("words are marked so that the parser leaves them as they are", () => {
  for (const [typed, got] of WORDS) {
    assert.deepEqual(
      marked([typed]).map((word) => word.replace("\u0001", "^")),
      got,
      typed,
    );
    assert.equal(unmarked(marked([typed])[0]).includes("\u0001"), false);
  }
});

test("a flag that is not known is found as it was typed", () => {
  const known = ["-c", "--config", "-q", "--no-build"];
  assert.equal(unknownFlag(["run", "-q", "-qc", "--config=x", "--no-build", "\u0001-1"], known), undefined);
  assert.equal(unknownFlag(["--no-config"], known), "--no-config");
  assert.equal(unknownFlag(["--x=SECRET"], known), "--x");
  assert.equal(unknownFlag(["-qx"], known), "-x");
});

test("a command to paste is quoted, and shows no value that could be a secret", () => {
  assert.equal(argusCommand("run", "--", "uvx", "a b", "TOKEN=x\ny"), "argus run -- uvx 'a b' 'TOKEN=…'");
});

/** Words of the command line on their way through the parser. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { argusCommand, camelCased, marked, splitWords, unknownFlag, unmarked, valuedSwitch } from "../../src/argv.ts";

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
  ["-c", ["--config"]],
  ["-c=", ["--config=^"]],
  ["-chome.yaml", ["--config=^home.yaml"]],
  ["-c=home.yaml", ["--config=^home.yaml"]],
  ["-c1.10", ["--config=^1.10"]],
  ["-qchome\nx", ["-q", "--config=^home\nx"]],
  ["-qc", ["-q", "--config"]],
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

test("a switch that is given a value is found by the name that was typed", () => {
  const switches = ["-q", "--quiet", "--no-build"];
  assert.equal(valuedSwitch(["a=b", "--quiet", "--config=x", "--no-build", "-q", "\u0001-q=1"], switches), undefined);
  assert.equal(valuedSwitch(["--no-build=false"], switches), "--no-build");
  assert.equal(valuedSwitch(["--config=x", "--quiet="], switches), "--quiet");
  assert.equal(valuedSwitch(["-Vq=a=b"], switches), "-q");
});

test("a flag of two words gets the name by which the parser knows it", () => {
  for (const [typed, got] of [
    ["--require-isolation", "--requireIsolation"],
    ["--require-isolation=a-b", "--requireIsolation=a-b"],
    ["--no-build", "--no-build"],
    ["--no-such-flag", "--no-such-flag"],
    ["-a-b", "-a-b"],
    ["a--b-c", "a--b-c"],
  ] as const) {
    assert.equal(camelCased(typed), got);
  }
});

test("a command to paste is quoted, and shows no value that could be a secret", () => {
  assert.equal(argusCommand("run", "--", "uvx", "a b", "TOKEN=x\ny"), "argus run -- uvx 'a b' 'TOKEN=…'");
});

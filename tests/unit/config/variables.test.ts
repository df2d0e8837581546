import assert from "node:assert/strict";
import { test } from "node:test";
import { expand, expandVolume } from "../../../src/config/variables.ts";

const ENV = { HOME: "/home/me", A: "1", EMPTY: "", REF: "${A}", DOLLAR: "$&$1" };

const EVERYWHERE: readonly [written: string, value: string, unset?: readonly string[]][] = [
  ["plain", "plain"],
  ["${A}", "1"],
  ["x${A}y${A}z", "x1y1z"],
  ["${EMPTY}", ""],
  ["${A:-d}", "1"],
  ["${EMPTY:-d}", "d"],
  ["${NOPE:-d}", "d"],
  ["${NOPE:-}", ""],
  ["${NOPE:-a b:c/d}", "a b:c/d"],
  ["${NOPE}", "${NOPE}", ["NOPE"]],
  ["${NOPE}${NADA}", "${NOPE}${NADA}", ["NOPE", "NADA"]],
  // What a variable holds is text: it is not expanded again.
  ["${REF}", "${A}"],
  ["${DOLLAR}", "$&$1"],
  // No reference, so it stays.
  ["$A", "$A"],
  ["$$", "$$"],
  ["$$A", "$$A"],
  ["$${A}", "${A}"],
  ["$${NOPE:-x}", "${NOPE:-x}"],
  ["$${A}${A}", "${A}1"],
  ["$$${A}", "$${A}"],
  ["pa$${", "pa${"],
  ["${env:A}", "1"],
  ["${env:NOPE}", "${env:NOPE}", ["NOPE"]],
  ["${}", "${}"],
  ["${1A}", "${1A}"],
  ["${A", "${A"],
  ["~/x", "~/x"],
  ["${NOPE:-$5}", "$5"],
  ["${NOPE:-${A}", "${NOPE:-1"],
];

test("${VAR} and ${VAR:-default} expand textually", () => {
  for (const [written, value, unset = []] of EVERYWHERE) {
    const expanded = expand(written, ENV);
    assert.deepEqual([expanded.value, expanded.unset, expanded.shown], [value, unset, written], written);
  }
});

const VOLUMES: readonly [written: string, value: string, unset?: readonly string[]][] = [
  ["${HOME}/a:/b", "/home/me/a:/b"],
  ["$HOME/a:/b", "/home/me/a:/b"],
  ["~/a:/b", "/home/me/a:/b"],
  ["~:/b", "/home/me:/b"],
  ["~other/a:/b", "~other/a:/b"],
  ["/a/~/b:/c", "/a/~/b:/c"],
  ["$NOPE/a:/b", "$NOPE/a:/b", ["NOPE"]],
  ["$A$A:/b", "11:/b"],
];

test("volumes also expand $VAR and ~", () => {
  for (const [written, value, unset = []] of VOLUMES) {
    const expanded = expandVolume(written, ENV);
    assert.deepEqual([expanded.value, expanded.unset, expanded.shown], [value, unset, written], written);
  }
  assert.equal(expandVolume("~/a:/b", { USERPROFILE: "C:\\Users\\me" }).value, "C:\\Users\\me/a:/b");
  assert.deepEqual(expandVolume("~/a:/b", {}).unset, ["HOME"]);
});

test("what VS Code asks its user for is noticed, unless it is escaped", () => {
  for (const written of ["${input:x}", "a$${input:x}${input:y}"])
    assert.equal(expand(written, ENV).asks, true, written);
  for (const written of ["$${input:x}", "${input}", "$${A}"]) assert.equal(expand(written, ENV).asks, false, written);
});

test("a long text of open references is read at once", () => {
  const began = performance.now();
  assert.equal(expand("${A:-".repeat(20_000), ENV).odd, true);
  assert.ok(performance.now() - began < 2000, "10 s when each of them looks through the rest");
});

test("a ${ that starts no reference is noticed", () => {
  const odd = ["${}", "${1A}", "${A", "${A:-${HOME}}", "${A?x}"];
  for (const written of odd) assert.equal(expand(written, ENV).odd, true, written);
  for (const written of ["${A}", "$A", "${A:-x}", "{A}", "$"]) assert.equal(expand(written, ENV).odd, false, written);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { takenPaths } from "../../../src/image/taken.ts";

const NOTHING = [
  "FROM a",
  "# syntax=docker/dockerfile:1.7\nFROM a\nRUN pip install x",
  'FROM a AS build\nRUN make\nFROM b\nCOPY --chown=1 --from=build /a /b\ncopy --from=0 ["/a", "/b"]',
  "FROM a\nCOPY --from=build \\\n  # a comment\n  /a \\\n  /b",
  "FROM a\nCOPY <<EOF /x\nhello\nEOF\nCOPY --chmod=755 <<'A' <<-\"B\" /y/\na\nA\n\tb\n\tB\nRUN ls",
  "FROM a\nRUN <<EOF\nmake\nEOF",
  "FROM a\nRUN --mount=type=cache,target=/root/.npm --mount=type=secret,id=ca --network=none npm ci",
  "FROM a\nRUN --mount=type=bind,from=build,source=/a,target=/b ls\nRUN --mount=from=build,target=/b ls",
  'ARG BASE=node:22\nFROM --platform=linux/amd64 ${BASE} AS x\nENV A=b\nENTRYPOINT ["a"]\n# COPY . .\n',
  "\uFEFFFROM a\r\nRUN ls\r\n",
];

const SOMETHING: readonly (readonly [text: string, paths?: readonly string[]])[] = [
  ["FROM a\nCOPY . .", ["."]],
  ["FROM a\ncopy a b /x/", ["a", "b"]],
  ["FROM a\nADD https://example.com/a /a", ["https://example.com/a"]],
  ['FROM a\nCOPY ["a b", "/x"]', ["a b"]],
  ["FROM a\nCOPY \\\n\n# from=x\n a /x", ["a"]],
  ["FROM a\nCOPY a <<EOF /x/\nhello\nEOF", ["a"]],
  ["FROM a\nCOPY $X /x"],
  ["FROM a\nCOPY --from=$X . /x", ["."]],
  ["FROM a\nCOPY --from= . /x", ["."]],
  ["FROM a\nCOPY --from=a --from=$B . /x", ["."]],
  ["FROM a\nONBUILD COPY . ."],
  ["FROM a\nONBUILD RUN ls"],
  ["FROM a\nRUN --mount=target=/x ls"],
  ["FROM a\nRUN --mount=type=bind,target=/x ls"],
  ["FROM a\nRUN --mount=type=cache,type=bind,target=/x ls"],
  ["FROM a\nRUN --mount=type=cache,TYPE=bind,target=/x ls"],
  ["FROM a\nRUN --mount=from=,target=/x ls"],
  ['FROM a\nRUN --mount="type=bind",target=/x ls'],
  ["FROM a\nRUN \\\n  --mount=type=bind,target=/x ls"],
  ["FROM a\nRUN --mount=type=$T,target=/x ls"],
  ["FROM a\nRUN --other=1 ls"],
  ["FROM a\nINCLUDE x"],
  ["FROM a\n=COPY"],
  ["FROM oci-archive:./a.tar"],
  ["# syntax=example.com/other\nFROM a"],
  ["# Syntax = docker/dockerfile:1-labs\nFROM a"],
  ["#!/usr/bin/x\n// syntax=x\nFROM a"],
  ['{"syntax": "x"}\nFROM a'],
  ["# escape=`\nFROM a\nRUN a \\\nCOPY . ."],
  ["FROM a\nRUN cat <<EOF\nCOPY . .\nEOF"],
  ["FROM a\rCOPY . ."],
  ["FROM a\nCOPY\u00a0. ."],
  ["FROM a\nRUN ls\u0085COPY . ."],
];

test("a Dockerfile that surely takes nothing of its folder", () => {
  for (const text of NOTHING) assert.deepEqual(takenPaths(text), [], text);
});

test("what a Dockerfile takes, which is anything where it is not sure", () => {
  for (const [text, paths] of SOMETHING) assert.deepEqual(takenPaths(text), paths, text);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { takesFiles } from "../../../src/image/taken.ts";

const NOTHING = [
  "FROM a",
  'ARG BASE=node:22\nFROM --platform=linux/amd64 ${BASE} AS x\nENV A=b\nENTRYPOINT ["a"]\n# COPY . .\n  # ADD . .\n',
  "FROM a\nRUN apk add git && \\\n  # a comment\n\n  add-user copy\n",
  "\uFEFFFROM a\r\nRUN apk \\\r\n  add git\r\n",
  "FROM a\nRUN <<EOF\nmake\nEOF",
  "FROM a\nCOPY --from=b /a /b",
  "FROM a AS b\nFROM a\ncopy --link --chown=1:1 \\\n  --from=b /a /b",
  "FROM a\nRUN --mount=type=cache,target=/x --mount=type=secret,id=x ls",
];

const SOMETHING = [
  "FROM a\nCOPY . .",
  "FROM a\n  add a /x",
  "FROM a\nCOPY --from=b /a /b\nCOPY . .",
  "FROM a\nCOPY --from= /a /b",
  "FROM a\nCOPY --from=${A} /a /b",
  "FROM a\nCOPY ./--from=b /a",
  "FROM a\nCOPY --from=dir:a /a /b",
  "FROM a\nCO\\\n\n# a comment\nPY . .",
  "FROM a\nONBUILD RUN ls",
  "FROM a\nRUN --mount=target=/x ls",
  "FROM a\nRUN --mount=type=cache,target=/y --mount=type=bind,target=/x ls",
  "FROM a\nRUN --mount=type=cache,type=bind,target=/x ls",
  "FROM a\nRUN --network=none \\\n  --mo\\\r\nunt=type=bind,target=/x ls",
  "FROM a\nRUN cat <<EOF\nCOPY . .\nEOF",
  "# a comment \\\nCOPY . .",
  "FROM a\nCOPY\u00a0. .",
  "FROM a\n\u0085COPY . .",
  "FROM oci-archive:a.tar",
  "# syntax=docker/dockerfile:1\nFROM a",
  "#!/usr/bin/x\n// Syntax = x\nFROM a",
  '{"syntax": "x"}\nFROM a',
  "# escape=`\nFROM a",
];

test("a Dockerfile that surely takes nothing of its folder, and one that may", () => {
  for (const text of NOTHING) assert.ok(!takesFiles(text, []), text);
  for (const text of SOMETHING) assert.ok(takesFiles(text, []), text);
  assert.ok(takesFiles("FROM a", ["--build-arg", "BUILDKIT_SYNTAX=x"]), "another program reads it");
  const copies = "FROM a\nCOPY --from=b /a /b";
  assert.ok(takesFiles(copies, ["--build-context", "b=."]), "a name that is the folder");
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { DockerfileParser } from "dockerfile-ast";
import { type DockerfileEntry, readDockerfile } from "../../../src/image/dockerfile.ts";

const exec = (...words: string[]) => ({ form: "exec", words }) as const;
const shell = (line: string) => ({ form: "shell", line }) as const;

const CASES: [name: string, text: string, entry: DockerfileEntry][] = [
  ["nothing", "", {}],
  ["no entry at all", "FROM alpine", {}],
  ["exec form", 'FROM a\nENTRYPOINT ["python", "-m", "srv"]', { entrypoint: exec("python", "-m", "srv") }],
  ["shell form", "FROM a\nENTRYPOINT python -m srv", { entrypoint: shell("python -m srv") }],
  [
    "lower case, CRLF and a BOM",
    '\uFEFFfrom a\r\nentrypoint ["x"]\r\ncmd ["y"]\r\n',
    { entrypoint: exec("x"), cmd: exec("y") },
  ],
  ["entry and arguments", 'FROM a\nENTRYPOINT ["x"]\nCMD ["y"]', { entrypoint: exec("x"), cmd: exec("y") }],
  ["arguments before the entry", 'FROM a\nCMD ["y"]\nENTRYPOINT ["x"]', { entrypoint: exec("x"), cmd: exec("y") }],
  ["the last one wins", 'FROM a\nCMD ["1"]\nCMD ["2"]', { cmd: exec("2") }],
  ["a list with single quotes is a shell line", "FROM a\nCMD ['x']", { cmd: shell("['x']") }],
  ["an empty list takes back", 'FROM a AS b\nENTRYPOINT ["x"]\nFROM b\nENTRYPOINT []', {}],
  ["only the last stage counts", 'FROM a AS one\nENTRYPOINT ["x"]\nFROM b\nCMD ["y"]', { cmd: exec("y") }],
  ["a stage below", 'FROM a AS Base\nENTRYPOINT ["x"]\nFROM base\nRUN true', { entrypoint: exec("x"), shell: true }],
  ["a stage two below", 'FROM a AS b\nCMD ["x"]\nFROM b AS c\nFROM c', { cmd: exec("x") }],
  [
    "a new entry drops the arguments below",
    'FROM a AS b\nCMD ["x"]\nFROM b\nENTRYPOINT ["y"]',
    { entrypoint: exec("y") },
  ],
  ["a stage by argument", 'ARG BASE=b\nFROM a AS b\nCMD ["x"]\nFROM ${BASE}', { cmd: exec("x") }],
  ["open references", `FROM ${"${A:-".repeat(20_000)}\nCMD ["x"]`, { cmd: exec("x") }],
  ["a stage by an argument's fallback", 'FROM a AS b\nCMD ["x"]\nFROM ${BASE:-b}', { cmd: exec("x") }],
  ["a platform", 'FROM --platform=linux/amd64 a AS b\nCMD ["x"]\nFROM --platform=$P b', { cmd: exec("x") }],
  ["continued lines", 'FROM a\nENTRYPOINT ["x", \\\n  # why\n\n  "y"]', { entrypoint: exec("x", "y") }],
  ["a continuation with trailing blanks", 'FROM a\nENTRYPOINT \\  \n["x"]', { entrypoint: exec("x") }],
  ["another escape", '# escape=`\nFROM a\nRUN dir c:\\\nENTRYPOINT `\n["x"]', { entrypoint: exec("x"), shell: true }],
  ["escape below a comment is a comment", '# hello\n# escape=`\nFROM a\nRUN x \\\nCMD ["y"]', { shell: true }],
  ["what continues a line is no instruction", 'FROM a\nRUN echo \\\nENTRYPOINT ["x"]', { shell: true }],
  ["comments are no instructions", 'FROM a\n# ENTRYPOINT ["x"]\n  # CMD ["y"]', {}],
  ["a trigger is for others", 'FROM a\nONBUILD ENTRYPOINT ["x"]', {}],
  ["a here-document", 'FROM a\nRUN <<EOF\nCMD ["x"]\nEOF\nCMD ["y"]', { cmd: exec("y") }],
  [
    "two here-documents",
    "FROM a\nCOPY <<ONE <<-'TWO' /x/\nENTRYPOINT 1\nONE\nENTRYPOINT 2\n\tTWO\nCMD 3",
    { cmd: shell("3") },
  ],
  [
    "shift operators in quotes are no here-document",
    'FROM a\nRUN echo "a <<b c"\nCMD ["y"]',
    { cmd: exec("y"), shell: true },
  ],
  ["a line for the shell", "FROM a\nRUN --mount=type=cache,target=/x [ -e /x ] && true", { shell: true }],
  ["a list that needs no shell", 'FROM a\nRUN --network=none ["/bin/true", "x"]', {}],
  ["a shell in a stage that is only copied from", "FROM a AS b\nRUN true\nFROM scratch\nCOPY --from=b /x /x", {}],
  ["a shell of its own", 'FROM a\nRUN true\nSHELL ["/bin/bash", "-c"]\nRUN true', {}],
];

for (const [name, text, entry] of CASES) {
  test(`a Dockerfile with ${name}`, () => {
    assert.deepEqual(defined(readDockerfile(text)), entry);
  });
}

test("another parser reads the same instructions", () => {
  for (const [name, text] of CASES) {
    // It knows neither here-documents nor what a stage takes from another.
    if (text.includes("<<") || (text.match(/^from /gim) ?? []).length !== 1) continue;
    const own = readDockerfile(text);
    const other = DockerfileParser.parse(text.replace(/^\uFEFF/, ""));
    const count = (keyword: string) => other.getInstructions().filter((each) => each.getKeyword() === keyword).length;
    assert.equal(own.cmd !== undefined, count("CMD") > 0, name);
    assert.equal(own.entrypoint !== undefined, count("ENTRYPOINT") > 0, name);
  }
});

function defined(entry: DockerfileEntry): DockerfileEntry {
  return Object.fromEntries(Object.entries(entry).filter(([, value]) => value !== undefined));
}

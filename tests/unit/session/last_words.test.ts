import assert from "node:assert/strict";
import { test } from "node:test";
import { type Ending, lastWords } from "../../../src/session/last_words.ts";

const ENDING: Ending = {
  backend: "fetch",
  code: 0,
  stopped: false,
  inputEnded: false,
  lived: 1500,
  removal: undefined,
  started: false,
};
const engine = { name: "docker", bin: "/usr/bin/docker", env: {}, rootless: false } as const;
const CONTAINED = { engine, image: "localhost/argus/uvx-fetch:0123456789ab", memory: "512m", configured: "fetch" };

const CASES: readonly [about: string, ending: Partial<Ending>, words: RegExp | undefined][] = [
  ["a good end", {}, undefined],
  ["a good end after the end of input", { inputEnded: true }, undefined],
  ["a server that fails by itself", { code: 1 }, /^server: .*"fetch".*exit code 1 after 1\.5 s/],
  ["a server that fails after the end of input has nothing to explain", { code: 1, inputEnded: true }, undefined],
  ["a session that the client ended", { code: 143, stopped: true }, undefined],
  ["an engine that fails", { code: 125 }, /^engine: docker .*argus doctor/],
  ["a program that cannot be executed", { code: 126 }, /^entry: .*cannot be executed.*argus plan fetch/],
  ["a program that is not in the image", { code: 127 }, /^entry: .*is not in the image.*argus plan fetch/],
  ["a killed server", { code: 137, removal: "absent" }, /probably out of memory \(limit 512m\)/],
  [
    "an engine that lost what had started",
    { code: 125, started: true },
    /^engine: docker lost the session, or the server/,
  ],
  ["an engine that lost a container", { code: 125, removal: "removed" }, /^engine: docker lost the session/],
  ["an engine that is gone", { code: 1, removal: "failed" }, /^engine: docker does not answer/],
  ["an engine that took the server with it", { code: 143, removal: "failed" }, /^engine: docker does not answer/],
  ["the same of a server that did not want to go", { code: 137, removal: "failed" }, /^engine: docker does not answer/],
  ["a killed engine program", { code: 137, removal: "removed" }, /^engine: the docker command was killed/],
];

for (const [about, ending, words] of CASES) {
  test(`last words: ${about}`, () => {
    const said = lastWords({ ...ENDING, ...ending }, CONTAINED);
    if (words === undefined) assert.equal(said, undefined);
    else assert.match(said ?? "", words);
  });
}

test("last words: no plan is named of an ad hoc run, which has none", () => {
  const said = lastWords({ ...ENDING, code: 127 }, { ...CONTAINED, configured: undefined });
  assert.match(said ?? "", /is not in the image$/);
});

test("last words: a bare command that fails", () => {
  assert.match(lastWords({ ...ENDING, code: 1 }, undefined) ?? "", /exit code 1/);
  assert.equal(lastWords(ENDING, undefined), undefined);
});

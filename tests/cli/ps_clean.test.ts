/** ps and clean where engines are absent: no sessions, unless one was named. */
import assert from "node:assert/strict";
import process from "node:process";
import { test } from "node:test";
import { fakeEngines } from "../support/fake_engine.ts";
import { argus, cleanEnv } from "../support/proc.ts";
import { withTmp } from "../support/tmp.ts";

const POSIX = { skip: process.platform === "win32" };
const LISTED = "0123\tname\timage\t2026-11-28 18:50:22 +0000 UTC\ttime\t1:1::0:elsewhere\n";

test("ps and clean without any engine have nothing to do", () =>
  withTmp(async (folder) => {
    const env = cleanEnv({ ARGUS_ENGINE_PATH: folder });
    for (const [words, stdout, stderr] of [
      [["ps"], "", "argus: no sessions\n"],
      [["ps", "--json"], "[]\n", ""],
      [["clean"], "", "argus: nothing to clean\n"],
      [["clean", "--json"], '{"containers":[],"images":[],"failed":[]}\n', ""],
    ] as const) {
      const ended = await argus(words, { cwd: folder, env });
      assert.deepEqual([ended.code, ended.stdout, ended.stderr], [0, stdout, stderr]);
    }
  }));

test("ps and clean fail where the engine that ARGUS_RUNTIME names is not installed, and ask the others", POSIX, () =>
  withTmp(async (folder) => {
    const why = "podman is asked for and not installed";
    for (const command of ["ps", "clean"]) {
      const alone = cleanEnv({ ARGUS_ENGINE_PATH: folder, ARGUS_RUNTIME: "podman" });
      const ended = await argus([command], { cwd: folder, env: alone });
      assert.deepEqual([ended.code, ended.stdout], [3, ""]);
      assert.match(ended.stderr, new RegExp(`^argus: warning: [^\n]*${why}; install podman[^\n]*\n$`));
    }
    const { env } = fakeEngines(folder, { docker: { ps: { stdout: LISTED } } });
    const beside = cleanEnv({ ...env, ARGUS_RUNTIME: "podman" });
    const ended = await argus(["ps", "--json"], { cwd: folder, env: beside });
    assert.equal(ended.code, 1);
    assert.equal(JSON.parse(ended.stdout)[0].container, "name");
    assert.ok(ended.stderr.includes(why), ended.stderr);
    assert.equal((await argus(["clean"], { cwd: folder, env: beside })).code, 1);
    assert.equal((await argus(["ps"], { cwd: folder, env: cleanEnv({ ...env, ARGUS_RUNTIME: "docker" }) })).code, 0);
  }),
);

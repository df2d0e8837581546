/** ps and clean where engines are absent: no sessions, unless one was named. */
import assert from "node:assert/strict";
import process from "node:process";
import { test } from "node:test";
import { ownerText } from "../../src/engine/owner.ts";
import { selfOwner } from "../../src/host/proc.ts";
import { fakeEngines } from "../support/fake_engine.ts";
import { argus, cleanEnv } from "../support/proc.ts";
import { withTmp, writeTree } from "../support/tmp.ts";

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

test("clean --dry-run says what would go, and removes nothing", POSIX, () =>
  withTmp(async (folder) => {
    const dead = ownerText({ ...selfOwner(), boot: "another" });
    const orphan = LISTED.replace("\tname\t", "\tgone\t").replace("1:1::0:elsewhere", dead);
    const unused = "localhost/argus/uvx-mcp-server-time:0123456789ab";
    const docker = { ps: { stdout: LISTED + orphan }, "image ls": { stdout: `${unused}\tsha256:0\n` } };
    const config = writeTree(folder, "config.yaml", "backends: { a: { url: https://x.example.com } }\n");
    const fakes = fakeEngines(folder, { docker });
    const clean = (...words: string[]) =>
      argus(["clean", "--images", "--config", config, ...words], { env: cleanEnv(fakes.env) });
    const removals = () => fakes.calls().filter(({ args }) => args.includes("rm"));
    const text = await clean("--dry-run");
    const said = `would remove container gone (docker)\nwould remove image ${unused} (docker)\n`;
    assert.deepEqual([text.code, text.stdout, text.stderr], [0, said, ""]);
    const json = await clean("--dry-run", "--json");
    const { dry_run, ...found } = JSON.parse(json.stdout);
    assert.deepEqual([json.code, dry_run, removals()], [0, true, []]);
    assert.deepEqual(JSON.parse((await clean("--json")).stdout), found);
    assert.equal(removals().length, 2);
  }),
);

test("clean --dry-run fails where an engine does not list what it has", POSIX, () =>
  withTmp(async (folder) => {
    const { env } = fakeEngines(folder, { docker: { ps: { code: 1, stderr: "it broke" } } });
    const ended = await argus(["clean", "--dry-run"], { env: cleanEnv(env) });
    assert.match(ended.stderr, /^argus: warning: could not list what docker keeps: /);
    assert.notEqual(ended.code, 0);
  }),
);

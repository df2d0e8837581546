/** Named volumes on Docker, which would give a new one to root. */
import assert from "node:assert/strict";
import { symlinkSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { test } from "node:test";
import { fakeEngines } from "../support/fake_engine.ts";
import { argus, cleanEnv } from "../support/proc.ts";
import { withTmp, writeTree } from "../support/tmp.ts";

const options = { skip: process.platform === "win32" ? "the fakes are shell scripts" : false };

/** What a run asks its engine, as the first words of each call. */
async function callsOf(folder: string, program: "docker" | "podman", there: string, container: string) {
  writeTree(folder, "own.dockerfile", 'FROM scratch\nENTRYPOINT ["server"]\n');
  const config = writeTree(
    folder,
    "config.yaml",
    `backends:\n  time: { command: uvx, args: [mcp-server-time], container: { ${container} } }\n`,
  );
  const answer = { stdout: there, code: there === "" ? 1 : 0 };
  const fakes = fakeEngines(folder, { [program]: { volume: answer } });
  const env = cleanEnv({ ...fakes.env, CONTAINER_HOST: "ssh://fake.invalid" });
  const ended = await argus(["run", "time", "--config", config], { env });
  assert.equal(ended.code, 0, ended.stderr);
  return fakes.calls().map(({ args }) => args);
}

const VOLUMES = 'volumes: ["data:/data", "old:/old:ro"]';

test("a named volume that is not there is made so that the server can write to it, before the run", options, () =>
  withTmp(async (folder) => {
    const calls = await callsOf(folder, "docker", "", VOLUMES);
    const [asked = [], made = [], removed = []] = calls;
    assert.deepEqual(asked, ["volume", "inspect", "--format", "{{.Name}}", "data"]);
    assert.deepEqual([made[0], made.at(-3), made.at(-2)], ["create", "-v", "data:/home/nonroot"]);
    assert.match(made.at(-1) ?? "", /^localhost\/argus\/uvx-mcp-server-time:/);
    // Its owner is on it, so that it is found should argus be killed now.
    assert.ok(made.some((word) => /^argus\.owner=\d+:/.test(word)));
    assert.deepEqual(removed, ["rm", "-f", "-v", made[made.indexOf("--name") + 1]]);
    const ran = calls.findIndex(([word]) => word === "run");
    assert.ok(ran > 2, String(calls));
    // By the session's own name, which its guard knows.
    assert.equal(calls[ran]![calls[ran]!.indexOf("--name") + 1], made[made.indexOf("--name") + 1]);
  }),
);

test("a volume that cannot be made is told, and what the engine made of it is removed", options, () =>
  withTmp(async (folder) => {
    const config = writeTree(
      folder,
      "config.yaml",
      "backends:\n  time: { command: uvx, args: [mcp-server-time], container: { volumes: ['data:/data'] } }\n",
    );
    const create = { stderr: "Error response from daemon: no space left on device", code: 1 };
    const fakes = fakeEngines(folder, { docker: { volume: { code: 1 }, create } });
    const ended = await argus(["run", "time", "--config", config], { env: cleanEnv(fakes.env) });
    assert.equal(ended.code, 0);
    assert.match(ended.stderr, /^argus: warning: the volume data may not be writable for the server: .*/m);
    assert.deepEqual(
      fakes
        .calls()
        .map(({ args }) => args[0])
        .filter((word) => /^(create|rm|run)$/.test(word ?? ""))
        .slice(0, 3),
      ["create", "rm", "run"],
    );
  }),
);

test("a volume that is there is left as it is", options, () =>
  withTmp(async (folder) => {
    const calls = await callsOf(folder, "docker", "data\n", VOLUMES);
    assert.ok(!calls.some(([word]) => word === "create"), String(calls));
  }),
);

for (const [about, program, container] of [
  ["without a named volume", "docker", "network: none"],
  ["with a Dockerfile of the user's own", "docker", `dockerfile: own.dockerfile, ${VOLUMES}`],
  ["on podman", "podman", VOLUMES],
] as const) {
  test(`${about} no engine is asked about volumes`, options, () =>
    withTmp(async (folder) => {
      const calls = await callsOf(folder, program, "", container);
      assert.ok(calls.some(([word]) => word === "run"));
      assert.ok(!calls.some(([word]) => word === "volume" || word === "create"), String(calls));
    }),
  );
}

test("a link to what the policy forbids to mount is refused before anything runs", options, () =>
  withTmp(async (folder) => {
    symlinkSync("/etc", join(folder, "link"));
    const backend = `{ command: uvx, args: [mcp-server-time], container: { volumes: ["${folder}/link:/l:ro"] } }`;
    const policy = "policy: { allow_weakening: false }";
    const config = writeTree(folder, "config.yaml", `${policy}\nbackends:\n  time: ${backend}\n`);
    const fakes = fakeEngines(folder, { docker: {} });
    const ended = await argus(["run", "time", "--config", config], { env: cleanEnv(fakes.env) });
    assert.equal(ended.code, 2, ended.stderr);
    assert.match(
      ended.stderr,
      /link leads to \/etc\), which policy\.allow_weakening: false forbids .*\[config\/wide-mount\]/,
    );
    assert.deepEqual(fakes.calls(), []);
  }),
);

/** Builds, pushes and pulls on an engine or a registry that hangs: a signal ends argus, and the engine's program with it. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import process from "node:process";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { isAlive } from "../../src/host/proc.ts";
import { type Answers, fakeEngines } from "../support/fake_engine.ts";
import { argusWords, cleanEnv } from "../support/proc.ts";
import { hangingRegistry, registryThat } from "../support/registry.ts";
import { withTmp, writeTree } from "../support/tmp.ts";

const ABSENT = { "image inspect": { code: 1, stderr: "No such image\n" } };
const NOT_RUN = { run: { code: 125, stderr: "docker: No such image\n" } };
const PRESENT = { "image inspect": { stdout: "sha256:1\t1\t{}\n" } };
const LACKED = { pull: { code: 1, stderr: "manifest unknown\n" } };
const UNPUBLISHED = { manifest: { code: 1, stderr: "no such manifest\n" } };

const KUBERNETES = ["--runtime", "kubernetes"];

const cases: readonly (readonly [string[], string, Answers])[] = [
  [["build", "--json"], "build", { ...ABSENT, ...LACKED, build: { hangs: true } }],
  [["build", "--json"], "pull", { ...ABSENT, pull: { hangs: true } }],
  [["build", "--json", "--push"], "push", { ...PRESENT, ...UNPUBLISHED, push: { hangs: true } }],
  [["run", "time"], "pull", { ...NOT_RUN, ...ABSENT, pull: { hangs: true } }],
  [["build", "--json", ...KUBERNETES], "push", { ...PRESENT, ...UNPUBLISHED, push: { hangs: true } }],
  [["run", "time", ...KUBERNETES], "build", { ...ABSENT, ...UNPUBLISHED, build: { hangs: true } }],
  [["run", "time", ...KUBERNETES], "manifest", { manifest: { hangs: true } }],
  [["run", "time", ...KUBERNETES], "push", { ...PRESENT, ...UNPUBLISHED, push: { hangs: true } }],
];

const BACKENDS = "backends:\n  time: { command: uvx, args: [mcp-server-time] }\n";
/** It wants a login, so that the engine is asked. */
const CONFIG = `registry: ${await registryThat(401)}/mcp\n${BACKENDS}`;

for (const [words, subcommand, answers] of cases) {
  test(`a signal ends argus ${words.join(" ")} and the engine's ${subcommand} that hangs`, () =>
    withTmp(async (folder) => {
      const fakes = fakeEngines(folder, { docker: answers });
      writeTree(folder, "bin/kubectl", "#!/bin/sh\n", 0o755);
      const config = writeTree(folder, "config.yaml", CONFIG);
      const [bin = "", ...first] = argusWords();
      const child = spawn(bin, [...first, ...words, "--config", config], {
        env: cleanEnv(fakes.env),
        stdio: ["pipe", "pipe", "pipe"],
      });
      const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
      let stdout = "";
      child.stdout.on("data", (bytes: unknown) => {
        stdout += String(bytes);
      });
      let stderr = "";
      child.stderr.on("data", (bytes: unknown) => {
        stderr += String(bytes);
      });
      const hanging = () => fakes.calls().find(({ args }) => args[0] === subcommand);
      while (hanging() === undefined && child.exitCode === null) await sleep(20);
      assert.ok(isAlive(hanging()?.pid ?? 0), `docker ${subcommand} runs`);
      process.kill(child.pid!, "SIGTERM");
      assert.equal(await ended, 143);
      assert.ok(!isAlive(hanging()!.pid), `docker ${subcommand} is ended`);
      assert.doesNotMatch(stderr, /could not|failed:/);
      if (words[0] === "run") return;
      const { results } = JSON.parse(stdout) as { results: { status: string; error: { code: string } }[] };
      assert.deepEqual([results[0]?.status, results[0]?.error.code], ["failed", "build/interrupted"]);
    }));
}

for (const words of [
  ["run", "time"],
  ["run", "time", ...KUBERNETES],
  ["build", "--json"],
]) {
  test(`a signal ends argus ${words.join(" ")} while a registry that hangs is asked`, () =>
    withTmp(async (folder) => {
      const fakes = fakeEngines(folder, { docker: { ...NOT_RUN, ...ABSENT } });
      writeTree(folder, "bin/kubectl", "#!/bin/sh\n", 0o755);
      const { address, asked } = await hangingRegistry();
      const config = writeTree(folder, "config.yaml", `registry: ${address}/mcp\n${BACKENDS}`);
      const [bin = "", ...first] = argusWords();
      const child = spawn(bin, [...first, ...words, "--config", config], {
        env: cleanEnv(fakes.env),
        stdio: ["pipe", "ignore", "ignore"],
      });
      const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
      await asked;
      const began = performance.now();
      process.kill(child.pid!, "SIGTERM");
      assert.equal(await ended, 143);
      assert.ok(performance.now() - began < 1000, `${performance.now() - began} ms`);
      assert.ok(!fakes.calls().some(({ args }) => ["pull", "manifest"].includes(args[0] ?? "")));
    }));
}

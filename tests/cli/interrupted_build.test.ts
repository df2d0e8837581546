/** `argus build` on a fake engine that hangs: a signal ends it and the engine's program with it. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import process from "node:process";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { isAlive } from "../../src/host/proc.ts";
import { type Answers, fakeEngines } from "../support/fake_engine.ts";
import { argusWords, cleanEnv } from "../support/proc.ts";
import { withTmp, writeTree } from "../support/tmp.ts";

const ABSENT = { "image inspect": { code: 1, stderr: "No such image\n" } };
const PRESENT = { "image inspect": { stdout: "sha256:1\t1\t{}\n" } };
const UNPUBLISHED = { manifest: { code: 1, stderr: "no such manifest\n" } };

const cases: readonly (readonly [string, Answers])[] = [
  ["build", { ...ABSENT, build: { hangs: true } }],
  ["push", { ...PRESENT, ...UNPUBLISHED, push: { hangs: true } }],
];

for (const [subcommand, answers] of cases) {
  test(`a signal ends argus build and the engine's ${subcommand} that hangs`, () =>
    withTmp(async (folder) => {
      const fakes = fakeEngines(folder, { docker: answers });
      const config = writeTree(
        folder,
        "config.yaml",
        "kubernetes: { registry: 127.0.0.1:1/mcp }\nbackends:\n  time: { command: uvx, args: [mcp-server-time] }\n",
      );
      const [bin = "", ...words] = argusWords();
      const runtime = subcommand === "push" ? ["--runtime", "kubernetes"] : [];
      const child = spawn(bin, [...words, "build", "--json", "--config", config, ...runtime], {
        env: cleanEnv(fakes.env),
        stdio: ["ignore", "pipe", "ignore"],
      });
      const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
      let stdout = "";
      child.stdout.on("data", (bytes: unknown) => {
        stdout += String(bytes);
      });
      const hanging = () => fakes.calls().find(({ args }) => args[0] === subcommand);
      while (hanging() === undefined && child.exitCode === null) await sleep(20);
      assert.ok(isAlive(hanging()?.pid ?? 0), `docker ${subcommand} runs`);
      process.kill(child.pid!, "SIGTERM");
      assert.equal(await ended, 143);
      assert.ok(!isAlive(hanging()!.pid), `docker ${subcommand} is ended`);
      const { results } = JSON.parse(stdout) as { results: { status: string; error: { code: string } }[] };
      assert.deepEqual([results[0]?.status, results[0]?.error.code], ["failed", "build/interrupted"]);
    }));
}

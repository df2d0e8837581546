/** `argus build` on a fake engine that has every image: what it says of them, and how often it asks. */
import assert from "node:assert/strict";
import process from "node:process";
import { test } from "node:test";
import { fakeEngines } from "../support/fake_engine.ts";
import { argus, cleanEnv } from "../support/proc.ts";
import { withTmp, writeTree } from "../support/tmp.ts";

const BACKENDS =
  "  a: { command: uvx, args: [one] }\n  b: { command: uvx, args: [two] }\n  c: { command: uvx, args: [two] }\n";
const POSIX = { skip: process.platform === "win32" ? "the engine is a shell script" : false };

test("build --json has the bytes of what is present, from one call for all; without it none is made", POSIX, () =>
  withTmp(async (folder) => {
    const config = writeTree(folder, "config.yaml", `backends:\n${BACKENDS}`);
    const planned = await argus(["plan", "--json", "--config", config]);
    const names = (JSON.parse(planned.stdout) as { image: string }[]).map(({ image }) => image);
    const [one = "", two = ""] = names;
    const { env, calls } = fakeEngines(folder, {
      docker: {
        "image ls": { stdout: `${one}\tsha256:11\n${two}\tsha256:22\n` },
        "image inspect": { stdout: "sha256:11\t100\nsha256:22\t200\n" },
      },
    });
    const said = () => calls().map(({ args }) => args.slice(0, 2).join(" "));
    const text = await argus(["build", "--config", config], { env: cleanEnv(env) });
    assert.deepEqual([text.code, said()], [0, ["image ls"]], text.stderr);
    const json = await argus(["build", "--json", "--config", config], { env: cleanEnv(env) });
    assert.deepEqual([json.code, said()], [0, ["image ls", "image ls", "image inspect"]], json.stderr);
    assert.deepEqual(calls().at(-1)?.args.slice(-2), [one, two]);
    assert.deepEqual(JSON.parse(json.stdout).results, [
      { backend: "a", recipe: "uvx", image: one, id: "sha256:11", bytes: 100, status: "present", seconds: 0 },
      { backend: "b", recipe: "uvx", image: two, id: "sha256:22", bytes: 200, status: "present", seconds: 0 },
      { backend: "c", recipe: "uvx", image: two, id: "sha256:22", bytes: 200, status: "present", seconds: 0 },
    ]);
  }),
);

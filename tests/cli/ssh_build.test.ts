/** A repository over ssh is built with the agent of whoever builds, and refused in words where there is none. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { fakeEngines } from "../support/fake_engine.ts";
import { argus, cleanEnv } from "../support/proc.ts";
import { withTmp, writeTree } from "../support/tmp.ts";

const CONFIG = `backends:
  private: { command: uvx, args: [--from, "git+ssh://git@github.com/owner/private.git", private] }
`;
const ABSENT = { code: 1, stderr: "Error: x: image not known\n" };

/** Builds with a podman that fails every build, and tells what it was asked for. */
async function build(env: Readonly<Record<string, string>>): Promise<{ stderr: string; builds: string[] }> {
  return withTmp(async (folder) => {
    const fakes = fakeEngines(folder, { podman: { "image inspect": ABSENT, build: { code: 1, stdin: "eat" } } });
    const config = writeTree(folder, "config.yaml", CONFIG);
    const { stderr } = await argus(["build", "--config", config], { env: cleanEnv({ ...fakes.env, ...env }) });
    const builds = fakes.calls().filter(({ args }) => args[0] === "build");
    return { stderr, builds: builds.map(({ args }) => args.join(" ")) };
  });
}

test("a build over ssh gets the agent", async () => {
  const { builds } = await build({ SSH_AUTH_SOCK: "/run/agent.sock" });
  assert.equal(builds.length, 1);
  assert.match(builds[0]!, / --ssh default( |$)/);
});

test("a build over ssh without an agent is an error before the engine is asked to build", async () => {
  const { stderr, builds } = await build({ SSH_AUTH_SOCK: "" });
  assert.match(stderr, /fetched over ssh, and there is no ssh agent.* \[build\/no-agent\]\n {2}hint: /);
  assert.deepEqual(builds, []);
});

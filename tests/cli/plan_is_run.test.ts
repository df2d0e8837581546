/** What `plan` prints is what is run: the same words, but for what only a session or the machine can say. */
import assert from "node:assert/strict";
import { join } from "node:path";
import process from "node:process";
import { test } from "node:test";
import { fakeEngines } from "../support/fake_engine.ts";
import { argus, cleanEnv } from "../support/proc.ts";
import { withTmp, writeTree } from "../support/tmp.ts";

const options = { skip: process.platform === "win32" ? "the fakes are shell scripts" : false };
const NAME = "a-backend-whose-name-is-longer-than-what-stands-in-a-name";

test("plan prints the build and the run that happen, with proxies and a CA bundle of the environment", options, () =>
  withTmp(async (folder) => {
    const config = writeTree(
      folder,
      "config.yaml",
      `backends:\n  ${NAME}: { command: uvx, args: [mcp-server-time], container: { build_env: { A: "\${TOKEN}" } } }\n`,
    );
    const bundle = writeTree(folder, "ca.pem", "x");
    const inspect = { stdout: "sha256:aa\t1000\n" };
    const fakes = fakeEngines(folder, { docker: { "image inspect": inspect } });
    writeTree(folder, "docker/config.json", '{"proxies":{"default":{"httpProxy":"http://me:s3cret@p"}}}');
    const more = {
      DOCKER_CONFIG: join(folder, "docker"),
      TOKEN: "s3cret",
      ARGUS_CA_BUNDLE: bundle,
      https_proxy: "http://me:s3cret@proxy.example.com",
    };
    const env = cleanEnv({ ...fakes.env, ...more });
    const planned = await argus(["plan", NAME, "--json", "--config", config], { env });
    assert.equal(planned.code, 0, planned.stderr);
    assert.doesNotMatch(planned.stdout, /s3cret/);
    for (const command of [["build", "--force"], ["run"]]) {
      const ended = await argus([...command, NAME, "--config", config], { env });
      assert.equal(ended.code, 0, ended.stderr);
    }
    const [plan] = JSON.parse(planned.stdout);
    const called = (word: string) => fakes.calls().find(({ args }) => args[0] === word)?.args;
    assert.deepEqual(plan.build.command.slice(1), called("build"));
    const session = (words: readonly string[] = []) =>
      words.map((word) =>
        word.replace(/^argus\.owner=.*$/, "argus.owner=").replace(/(argus-[\w.-]+-)(?:SESSION|[0-9a-f]{12})$/, "$1"),
      );
    assert.deepEqual(session(plan.run.command.slice(1)), session(called("run")));
    assert.ok(called("run")?.includes("HTTP_PROXY"), String(called("run")));
    // Typed where a proxy is set, it must not reach the server either.
    const text = await argus(["plan", NAME, "--config", config], { env });
    const typed = / {2}run {6}(env (?:-u \w+ )+)docker run /.exec(text.stdout)?.[1];
    assert.ok(typed?.includes("-u https_proxy ") && typed.includes("-u HTTP_PROXY "), text.stdout);
  }),
);

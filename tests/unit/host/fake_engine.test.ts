/** A run through a fake engine: what a real one would get, byte for byte. */
import assert from "node:assert/strict";
import process from "node:process";
import { test } from "node:test";
import { runCommand } from "../../../src/engine/oci.ts";
import { builderOf, findEngine } from "../../../src/host/engines.ts";
import { run } from "../../../src/host/spawn.ts";
import { fakeEngines } from "../../support/fake_engine.ts";
import { withTmp, writeTree } from "../../support/tmp.ts";
import { sampleRun } from "../engine/samples.ts";

const options = { skip: process.platform === "win32" ? "the fakes are shell scripts" : false };

test("values reach the engine through its environment and descriptor 3", options, async () => {
  await withTmp(async (folder) => {
    const fakes = fakeEngines(folder, { docker: { run: { stdin: "echo", stderr: "hi\n", code: 5 } } });
    const engine = await findEngine({ env: fakes.env });
    assert.ok(engine);
    const env = { TOKEN: "a\nb", PATH: "/server/bin", HTTP_PROXY: "http://u:p@h" };
    const command = runCommand(sampleRun({ engine, env }));
    const ran = await run({ ...command, input: "ping\n" }, { env: { PATH: "/usr/bin:/bin", HOME: "/h" } });
    assert.deepEqual([ran.code, ran.stdout, ran.stderr], [5, "ping\n", "hi\n"]);
    const [call] = fakes.calls();
    assert.equal(call?.program, "docker");
    assert.deepEqual(call?.args, command.args);
    assert.equal(call?.env.TOKEN, "a\nb");
    assert.equal(call?.env.HTTP_PROXY, undefined);
    assert.ok(call?.env.PATH?.includes("/bin") && !call.env.PATH.includes("/server/bin"), String(call?.env.PATH));
    assert.equal(call?.extraInput, "PATH=/server/bin\nHTTP_PROXY=http://u:p@h\n");
  });
});

test("docker's settings and the machine give the server no proxy", options, async () => {
  await withTmp(async (folder) => {
    const fakes = fakeEngines(folder, { docker: {} });
    writeTree(folder, ".docker/config.json", '{"proxies":{"default":{"httpProxy":"http://u:p@h"}}}');
    const engine = await findEngine({ env: { ...fakes.env, HOME: folder } });
    assert.ok(engine);
    const command = runCommand(sampleRun({ engine, env: {} }));
    await run(command, { env: { PATH: "/usr/bin:/bin", HTTP_PROXY: "http://u:p@h", https_proxy: "http://u:p@h" } });
    const [call] = fakes.calls();
    assert.ok(call?.args.join(" ").includes(" -e HTTP_PROXY -e http_proxy -e HTTPS_PROXY -e https_proxy "));
    assert.deepEqual([call?.env.HTTP_PROXY, call?.env.https_proxy], [undefined, undefined]);
  });
});

test("the builder is found by version, then by buildx", options, async () => {
  const builder = async (answers: Parameters<typeof fakeEngines>[1]) =>
    await withTmp(async (folder) => {
      const fakes = fakeEngines(folder, answers);
      const engine = await findEngine({ env: { ...fakes.env, CONTAINER_HOST: "ssh://fake.invalid" } });
      assert.ok(engine);
      return [await builderOf(engine), fakes.calls().map(({ args }) => args.join(" "))];
    });
  const old = { stdout: "Docker version 20.10.24+dfsg1, build 297e128\n" };
  assert.deepEqual(await builder({ docker: { "--version": old } }), ["buildkit", ["--version"]]);
  assert.deepEqual(await builder({ docker: {} }), ["buildkit", ["--version", "buildx version"]]);
  assert.deepEqual(await builder({ docker: { "buildx version": { code: 1 } } }), [
    "legacy",
    ["--version", "buildx version"],
  ]);
  assert.deepEqual(await builder({ podman: {} }), ["buildkit", []]);
});

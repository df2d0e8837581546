/** `plan` and `validate` for a cluster, as a user meets them: no cluster is asked. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { loadAll } from "js-yaml";
import { argus, cleanEnv } from "../support/proc.ts";
import { withTmp, writeTree } from "../support/tmp.ts";

const CONFIG = `kubernetes: { namespace: mcp, registry: "registry.example.com/mcp" }
backends:
  time:
    command: uvx
    args: ["mcp-server-time", "--key=\${TOKEN}"]
    env: { API_TOKEN: "\${TOKEN}", LITERAL: hunter2 }
    container: { network: none }
  bare: { command: something }
`;
const FOLDER = `backends:
  files:
    command: uvx
    args: ["mcp-server-files"]
    container: { volumes: ["/srv:/srv"] }
`;

test("plan --runtime kubernetes prints what kubectl takes: the objects, and the rest as comments", () =>
  withTmp(async (folder) => {
    writeTree(folder, "config.yaml", CONFIG);
    const env = cleanEnv({ TOKEN: "s3cret-canary" });
    const { code, stdout, stderr } = await argus(["plan", "--runtime", "kubernetes"], { cwd: folder, env });
    assert.equal(code, 0, stderr);
    assert.doesNotMatch(stdout, /s3cret-canary|hunter2/);
    const kinds = loadAll(stdout).map((each) => (each as { kind?: string } | null)?.kind);
    assert.deepEqual(kinds.filter((kind) => kind !== undefined).sort(), ["NetworkPolicy", "Pod", "Secret"]);
    assert.match(stdout, /^# time: container$/m);
    assert.match(stdout, /^# {3}push +docker push registry\.example\.com\/mcp\/argus\/uvx-mcp-server-time:/m);
    assert.match(stdout, /^# {3}warning +network: none is a NetworkPolicy/m);
    assert.match(stdout, /^# bare: bare, no recipe/m);
  }));

test("plan --json holds the objects without values", () =>
  withTmp(async (folder) => {
    writeTree(folder, "config.yaml", CONFIG);
    const env = cleanEnv({ TOKEN: "s3cret-canary" });
    const words = ["plan", "time", "--runtime", "kubernetes", "--json"];
    const { code, stdout, stderr } = await argus(words, { cwd: folder, env });
    assert.equal(code, 0, stderr);
    assert.doesNotMatch(stdout, /s3cret-canary|hunter2/);
    const [plan] = JSON.parse(stdout);
    assert.deepEqual(
      [plan.kind, plan.runtime, plan.pod.kind, plan.network_policy.kind],
      ["container", "kubernetes", "Pod", "NetworkPolicy"],
    );
    assert.equal(plan.pod.spec.containers[0].image, plan.image);
    assert.deepEqual(plan.secret.stringData, { API_TOKEN: "", LITERAL: "", ARGUS_ARG_1: "" });
    assert.deepEqual(plan.run.env, ["API_TOKEN", "LITERAL"]);
    for (const name of ["build", "tag", "push", "create", "run"]) assert.ok(plan[name].command.length > 2, name);
  }));

test("what a Pod cannot do is an error of plan and of validate, with its place", () =>
  withTmp(async (folder) => {
    writeTree(folder, "config.yaml", FOLDER);
    const planned = await argus(["plan", "--runtime", "kubernetes"], { cwd: folder });
    assert.deepEqual([planned.code, planned.stdout], [2, ""]);
    assert.match(planned.stderr, /config\.yaml:5:28: the volume \/srv .*\[config\/host-path\]/);

    const anywhere = await argus(["validate"], { cwd: folder });
    assert.doesNotMatch(anywhere.stderr, /host-path/, "on docker it is fine");
    const env = cleanEnv({ ARGUS_RUNTIME: "kubernetes" });
    const { code, stderr } = await argus(["validate"], { cwd: folder, env });
    assert.equal(code, 2);
    assert.match(stderr, /config\.yaml:5:28: error: the volume \/srv .*\[config\/host-path\]/);
  }));

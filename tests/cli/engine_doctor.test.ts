import assert from "node:assert/strict";
import { join } from "node:path";
import process from "node:process";
import { test } from "node:test";
import { type Answers, fakeEngines } from "../support/fake_engine.ts";
import { argus, cleanEnv } from "../support/proc.ts";
import { withTmp, writeTree } from "../support/tmp.ts";

const INFO = '26.1.5\t2\ttrue true true\t/nonexistent/docker\t["name=seccomp,profile=builtin","name=cgroupns"]\n';
const DOCKER: Answers = { info: { stdout: INFO } };
const HARDENED = `NoNewPrivs: 1
Seccomp: 2
CapEff: 0
CapPrm: 0
CapBnd: 0
CapInh: 0
CapAmb: 0
Uid: 65532 65532 65532 65532
Gid: 65532 65532 65532 65532
root: read-only
home: writable
mount /tmp: rw,noexec,nosuid,nodev
mount /home/nonroot: rw,noexec,nosuid,nodev
memory: 536870912
pids: 256
cpu: 100000 100000
`;
const IMAGES = { "image ls": { stdout: "localhost/argus/uvx-time:0123456789ab\tsha256:aa\n" } };

interface Check {
  readonly name: string;
  readonly status: string;
  readonly message: string;
  readonly remedy?: string;
}

async function doctor(folder: string, engines: Parameters<typeof fakeEngines>[1], more: Record<string, string> = {}) {
  const fakes = fakeEngines(folder, engines);
  const ended = await argus(["doctor", "--json"], { cwd: folder, env: cleanEnv({ ...fakes.env, ...more }) });
  const { ok, checks } = JSON.parse(ended.stdout) as { ok: boolean; checks: Check[] };
  return {
    code: ended.code,
    stderr: ended.stderr,
    ok,
    checks,
    check: (name: string) => checks.find((one) => one.name === name),
    fakes,
  };
}

const options = { skip: process.platform === "win32" ? "the fakes are shell scripts" : false };

test("doctor: a good docker and a good config", options, async () => {
  await withTmp(async (folder) => {
    writeTree(folder, "config.yaml", "backends:\n  time:\n    command: uvx\n    args: [mcp-server-time]\n");
    const said = await doctor(folder, { docker: { ...DOCKER, ...IMAGES, run: { stdout: HARDENED } } });
    assert.equal(said.code, 0, said.stderr);
    assert.equal(said.ok, true);
    assert.equal(said.check("docker")?.message, `${join(folder, "bin", "docker")}, fd://fake (DOCKER_HOST)`);
    assert.deepEqual(said.check("podman"), { name: "podman", status: "ok", message: "not installed" });
    assert.equal(said.check("docker version")?.message, "26.1.5");
    assert.equal(said.check("docker builds")?.message, "BuildKit");
    assert.match(said.check("docker posture")?.message ?? "", /^all restrictions are in force .*inside a container/);
    assert.match(said.check("docker limits")?.message ?? "", /^memory, cpus and pids are limited, cgroups 2/);
    assert.deepEqual(said.check("config"), { name: "config", status: "ok", message: "config.yaml: backends: 1" });
    const [run] = said.fakes.calls().filter(({ args }) => args[0] === "run");
    assert.ok(run?.args.includes("--read-only") && run.args.includes("none"), String(run?.args));
  });
});

test(
  "doctor: what a container lacks is a failure, a missing limit and an old builder are warnings",
  options,
  async () => {
    await withTmp(async (folder) => {
      const weak = HARDENED.replace("Seccomp: 2", "Seccomp: 0").replace("pids: 256", "pids: max");
      const said = await doctor(folder, {
        docker: { ...DOCKER, ...IMAGES, run: { stdout: weak }, "buildx version": { code: 1 } },
      });
      assert.equal(said.code, 1);
      assert.equal(said.ok, false);
      assert.equal(said.check("docker posture")?.status, "fail");
      assert.match(said.check("docker posture")?.message ?? "", /^system calls are not filtered/);
      assert.equal(said.check("docker limits")?.status, "warn");
      assert.match(said.check("docker limits")?.message ?? "", /^not limited: pids/);
      assert.equal(said.check("docker builds")?.status, "warn");
    });
  },
);

test("doctor: without an image the engine's own word counts, and is called so", options, async () => {
  await withTmp(async (folder) => {
    const said = await doctor(folder, { docker: DOCKER });
    assert.match(said.check("docker posture")?.message ?? "", /^system calls are filtered .*as the engine says/);
    assert.deepEqual(
      said.fakes.calls().filter(({ args }) => args[0] === "run"),
      [],
    );
  });
});

test("doctor: no engine is exit 3", options, async () => {
  await withTmp(async (folder) => {
    const said = await doctor(folder, {});
    assert.equal(said.code, 3);
    assert.equal(said.ok, false);
    assert.equal(said.check("docker")?.status, "fail");
    assert.match(said.check("docker")?.remedy ?? "", /install docker or podman/);
  });
});

test("doctor: docker that does not answer is told; the other engine is enough", options, async () => {
  await withTmp(async (folder) => {
    const context = { DOCKER_HOST: "", DOCKER_CONFIG: join(folder, "docker"), CONTAINER_HOST: "ssh://fake.invalid" };
    writeTree(folder, "docker/config.json", '{"currentContext":"nosuch"}');
    const podmanInfo =
      '5.4.2\tv2\t["cpu","memory","pids"]\t/nonexistent/storage\t{"apparmorEnabled":false,"seccompEnabled":true,"selinuxEnabled":true}\n';
    const said = await doctor(folder, { docker: DOCKER, podman: { info: { stdout: podmanInfo } } }, context);
    assert.equal(said.code, 0, said.stderr);
    assert.equal(said.check("docker")?.status, "warn");
    assert.match(said.check("docker")?.message ?? "", /context:\/\/nosuch \(docker context nosuch\): does not answer$/);
    assert.equal(said.check("podman version")?.message, "5.4.2");
    assert.match(said.check("podman posture")?.message ?? "", /SELinux/);
  });
});

test(
  "doctor: docker that a variable names and that does not answer is a failure, unless podman is asked for",
  options,
  async () => {
    await withTmp(async (folder) => {
      const dead = { DOCKER_HOST: "unix:///nonexistent/argus.sock", CONTAINER_HOST: "ssh://fake.invalid" };
      const engines = { docker: DOCKER, podman: {} };
      assert.deepEqual((await doctor(folder, engines, dead)).check("docker"), {
        name: "docker",
        status: "fail",
        message: `${join(folder, "bin", "docker")}, ${dead.DOCKER_HOST} (DOCKER_HOST): does not answer`,
        remedy: "start it, or change or unset DOCKER_HOST, or set ARGUS_RUNTIME=podman",
      });
      const asked = await doctor(folder, engines, { ...dead, ARGUS_RUNTIME: "podman" });
      assert.equal(asked.check("docker")?.status, "warn");
    });
  },
);

test("doctor: the disk of an engine on another machine is not that of the same folder here", options, async () => {
  await withTmp(async (folder) => {
    const docker = { info: { stdout: INFO.replace("/nonexistent/docker", folder) } };
    assert.match((await doctor(folder, { docker })).check("docker disk")?.message ?? "", / GiB free at /);
    const { check } = await doctor(folder, { docker }, { DOCKER_HOST: "ssh://fake.invalid" });
    assert.deepEqual(check("docker disk"), {
      name: "docker disk",
      status: "ok",
      message: `on the engine's own machine: ${folder}`,
    });
  });
});

test("doctor: an engine that fails is explained", options, async () => {
  await withTmp(async (folder) => {
    const stderr = "Cannot connect to the Docker daemon at unix:///x.sock. Is the docker daemon running?\n";
    const said = await doctor(folder, { docker: { info: { stderr, code: 1 } } });
    assert.equal(said.code, 1);
    assert.equal(said.check("docker info")?.message, "the docker daemon at unix:///x.sock does not answer");
  });
});

test("doctor: a bad variable and a bad config are failures with a remedy", options, async () => {
  await withTmp(async (folder) => {
    writeTree(folder, "config.yaml", "backends:\n  time:\n    comand: uvx\n");
    const said = await doctor(folder, { docker: DOCKER }, { ARGUS_RUNTIME: "dokcer" });
    assert.equal(said.code, 1);
    assert.equal(said.check("variables")?.status, "fail");
    assert.equal(said.check("variables")?.remedy, "ARGUS_RUNTIME=docker");
    assert.equal(said.check("config")?.status, "fail");
    assert.equal(said.check("config")?.remedy, "argus validate");
  });
});

test("doctor: a name that is near to a variable's is a failure, any other of ARGUS_ a warning", options, async () => {
  await withTmp(async (folder) => {
    const slip = await doctor(folder, { docker: DOCKER }, { ARGUS_REQUIRE_ISOLATON: "1", ARGUS_TOKEN: "s3cret" });
    assert.equal(slip.code, 1);
    assert.deepEqual(slip.check("variables"), {
      name: "variables",
      status: "fail",
      message: "argus does not read ARGUS_REQUIRE_ISOLATON, ARGUS_TOKEN",
      remedy: "rename ARGUS_REQUIRE_ISOLATON to ARGUS_REQUIRE_ISOLATION",
    });
    const other = await doctor(folder, { docker: DOCKER }, { ARGUS_TOKEN: "s3cret" });
    assert.equal(other.code, 0);
    assert.equal(other.check("variables")?.status, "warn");
  });
});

test(
  "doctor: what backends take from variables that are not set is a warning, and all of it one line",
  options,
  async () => {
    await withTmp(async (folder) => {
      const backend = (name: string) =>
        `  ${name}: { command: uvx, args: [x], env: { A: "\${TOKEN}", B: "\${OTHER:-b}" } }\n`;
      const far = '  far: { url: "https://example.com/mcp", headers: { X: "${FAR}" } }\n';
      writeTree(folder, "config.yaml", `backends:\n${far}${["a", "b", "c", "d", "e", "f"].map(backend).join("")}`);
      const said = await doctor(folder, { docker: { ...DOCKER, ...IMAGES, run: { stdout: HARDENED } } });
      assert.deepEqual([said.code, said.check("config")?.status], [0, "ok"], said.stderr);
      assert.match(said.check("config")!.message, /: backends: 7$/);
      const { status, message, remedy } = said.check("config variables")!;
      assert.equal(status, "warn");
      assert.match(message, /^backend "a": env\.A: the variable TOKEN is not set; backend "b": .*; and 1 more$/);
      assert.doesNotMatch(message, /OTHER|FAR/);
      assert.match(remedy!, /argus validate shows where/);
      const set = await doctor(folder, { docker: DOCKER }, { TOKEN: "hunter2" });
      assert.equal(set.check("config variables"), undefined);
    });
  },
);

test("doctor: a variable that the config takes a value from needs no warning", options, async () => {
  await withTmp(async (folder) => {
    const entry =
      'command: uvx, args: [x], env: { TOKEN: "${ARGUS_TOKEN}" }, container: { volumes: ["$ARGUS_DATA:/data"] }';
    writeTree(folder, "config.yaml", `backends:\n  time: { ${entry} }\n`);
    const said = await doctor(folder, { docker: DOCKER }, { ARGUS_TOKEN: "s3cret", ARGUS_DATA: "/d" });
    assert.deepEqual([said.check("variables")?.status, said.check("config")?.status], ["ok", "ok"], said.stderr);
  });
});

const CLUSTER = `#!/bin/sh
case "$1" in
  version) echo '{"clientVersion":{"gitVersion":"v1.33.1"},"serverVersion":{"gitVersion":"v1.33.1"}}' ;;
  auth) echo yes ;;
  get) echo '{"kind":"Namespace","metadata":{"name":"mcp"}}' ;;
esac
`;

test("doctor: an absent engine is a failure only where backends need one", options, async () => {
  await withTmp(async (folder) => {
    const head = "kubernetes: { namespace: mcp }\nbackends:\n";
    const pod = "  time: { command: uvx, args: [mcp-server-time], container: { runtime: kubernetes } }\n";
    const own = "  other: { command: uvx, args: [mcp-server-time] }\n";
    for (const [backends, code, status] of [
      [pod, 0, "warn"],
      [pod + own, 1, "fail"],
    ] as const) {
      writeTree(folder, "bin/kubectl", CLUSTER, 0o755);
      writeTree(folder, "config.yaml", head + backends);
      const said = await doctor(folder, {});
      const failed = said.checks.filter((check) => check.status === "fail").map(({ name }) => name);
      assert.deepEqual(failed, status === "fail" ? ["docker", "podman"] : [], JSON.stringify(said.checks));
      assert.equal(said.check("docker")?.status, status);
      assert.equal(said.code, code);
    }
  });
});

test("doctor: text for people, one line a check and its remedy below", options, async () => {
  await withTmp(async (folder) => {
    const fakes = fakeEngines(folder, { docker: { ...DOCKER, "buildx version": { code: 1 } } });
    const ended = await argus(["doctor"], { cwd: folder, env: cleanEnv(fakes.env) });
    assert.equal(ended.code, 0, ended.stderr);
    assert.match(ended.stdout, /^ok {4}docker {10}\S+\/docker, fd:\/\/fake \(DOCKER_HOST\)$/m);
    assert.match(ended.stdout, /^warn {2}docker builds {3}no buildx: .*\n {22}install the package docker-buildx/m);
  });
});

test("ps: the label of somebody else's container is shown as text, and exact as JSON", options, async () => {
  await withTmp(async (folder) => {
    const backend = "\u001b[2Jx";
    const listed = `0123\tname\timage\t2026-11-28 18:50:22 +0000 UTC\t${backend}\t1:1::0:elsewhere\n`;
    const fakes = fakeEngines(folder, { docker: { ps: { stdout: listed } } });
    const [text, json] = await Promise.all(
      [["ps"], ["ps", "--json"]].map((words) => argus(words, { cwd: folder, env: cleanEnv(fakes.env) })),
    );
    assert.match(text!.stdout, /^\\u001b\[2Jx {2}name {7}docker {2}image {2}1 {4}2026/m);
    assert.equal(JSON.parse(json!.stdout)[0].backend, backend);
  });
});

const REFUSED = 'error during connect: Get "http://x/": command [ssh -- x] has exited with exit status 255\n';
for (const [why, engines, env, said] of [
  [
    "is not reached",
    {},
    { DOCKER_HOST: "unix:///nonexistent/argus.sock" },
    "unix:///nonexistent/argus.sock (DOCKER_HOST)",
  ],
  ["fails", { ps: { code: 1, stderr: REFUSED } }, {}, "docker's way over ssh fails: exit status 255"],
] as const) {
  test(`ps and clean: an engine that ${why} is told with its reason and what to try`, options, async () => {
    await withTmp(async (folder) => {
      const fakes = fakeEngines(folder, { docker: engines, podman: {} });
      for (const [command, refused] of [
        ["ps", "docker did not list its sessions: "],
        ["clean", "could not remove what docker keeps: "],
      ] as const) {
        const ended = await argus([command], { cwd: folder, env: cleanEnv({ ...fakes.env, ...env }) });
        assert.deepEqual([ended.code, ended.stdout], [1, ""], ended.stderr);
        assert.ok(ended.stderr.startsWith(`argus: warning: ${refused}`), ended.stderr);
        assert.ok(ended.stderr.includes(said), ended.stderr);
        assert.match(ended.stderr, /^[^\n]*argus doctor[^\n]*\n$/);
      }
    });
  });
}

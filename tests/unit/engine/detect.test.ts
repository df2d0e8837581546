import assert from "node:assert/strict";
import { test } from "node:test";
import { contextMetaPath } from "../../../src/engine/context.ts";
import {
  contextAddress,
  dialOf,
  dockerChoice,
  dockerConfigFolder,
  dockerEndpoints,
  handsProxies,
  podmanEndpoint,
  programCandidates,
  programFolders,
  remoteAddress,
  rootlessAddress,
  type Surroundings,
} from "../../../src/engine/detect.ts";

function machine(changes: Partial<Surroundings> = {}): Surroundings {
  return { platform: "linux", home: "/home/me", env: {}, uid: 1000, ...changes };
}

test("programs: PATH first, then where installers put them", () => {
  const found = programCandidates("docker", machine({ env: { PATH: "/my/bin:/usr/bin:" } }));
  assert.deepEqual(found.slice(0, 4), ["/my/bin/docker", "/usr/bin/docker", "/usr/local/bin/docker", "/bin/docker"]);
  assert.ok(found.includes("/home/me/.rd/bin/docker") && found.includes("/home/me/.orbstack/bin/docker"));
  assert.equal(new Set(found).size, found.length);
});

test("programs: a scrubbed PATH still finds the desktop products", () => {
  const mac = machine({ platform: "darwin", home: "/Users/me", env: { PATH: "/usr/bin:/bin" } });
  assert.ok(programCandidates("docker", mac).includes("/Applications/Docker.app/Contents/Resources/bin/docker"));
  assert.ok(programCandidates("docker", mac).includes("/Users/me/.docker/bin/docker"));
  assert.ok(programCandidates("podman", mac).includes("/opt/podman/bin/podman"));
  assert.ok(programCandidates("podman", mac).includes("/opt/homebrew/bin/podman"));
  const windows = machine({ platform: "win32", home: "C:\\Users\\me", env: { Path: "C:\\bin;D:\\x\\" } });
  assert.deepEqual(programCandidates("docker", windows), [
    "C:\\bin\\docker.exe",
    "D:\\x\\docker.exe",
    "C:\\Program Files\\Docker\\Docker\\resources\\bin\\docker.exe",
    "C:\\Program Files\\Rancher Desktop\\resources\\resources\\win32\\bin\\docker.exe",
  ]);
});

test("programs: kubectl is looked for where docker is, which comes with it, and where its helpers are", () => {
  const mac = machine({ platform: "darwin", home: "/Users/me", env: { PATH: "/usr/bin:/bin" } });
  const kubectl = programFolders("kubectl", mac);
  assert.deepEqual(kubectl.slice(0, 3), ["/usr/bin", "/bin", "/usr/local/bin"]);
  assert.deepEqual(
    programFolders("docker", mac).filter((folder) => !kubectl.includes(folder)),
    [],
  );
  assert.ok(kubectl.includes("/Users/me/google-cloud-sdk/bin"));
  const env = { PATH: "/usr/bin", ARGUS_ENGINE_PATH: "/a:/b" };
  assert.deepEqual(programCandidates("kubectl", machine({ env })), ["/a/kubectl", "/b/kubectl"]);
  assert.equal(programFolders("kubectl", machine({ env }))[0], "/usr/bin");
  const windows = machine({ platform: "win32", env: { Path: "C:\\bin" } });
  assert.ok(
    programCandidates("kubectl", windows).includes("C:\\Program Files\\Docker\\Docker\\resources\\bin\\kubectl.exe"),
  );
});

test("programs: ARGUS_ENGINE_PATH replaces all other places", () => {
  const env = { PATH: "/usr/bin", ARGUS_ENGINE_PATH: "/a:/b" };
  assert.deepEqual(programCandidates("podman", machine({ env })), ["/a/podman", "/b/podman"]);
});

test("docker hands out proxies when its settings name some, in any case", () => {
  for (const text of [
    '{"proxies":{"default":{"httpProxy":"http://p"}}}',
    '{"Proxies":{"tcp://h:1":{"noProxy":"x"}}}',
  ]) {
    assert.equal(handsProxies(text), true, text);
  }
  for (const text of [
    undefined,
    "",
    "{",
    "null",
    "[]",
    "{}",
    '{"proxies":null}',
    '{"proxies":{}}',
    '{"auths":{"a":{}}}',
  ]) {
    assert.equal(handsProxies(text), false, String(text));
  }
});

test("docker's endpoint is chosen as docker chooses it", () => {
  const config = '{"currentContext": "colima"}';
  assert.deepEqual(dockerChoice({ DOCKER_HOST: "tcp://h:1", DOCKER_CONTEXT: "x" }, config), {
    endpoint: { address: "tcp://h:1", env: {}, from: "DOCKER_HOST", chosenBy: "variable" },
  });
  assert.deepEqual(dockerChoice({ DOCKER_CONTEXT: "x" }, config), {
    context: { name: "x", from: "DOCKER_CONTEXT", chosenBy: "variable" },
  });
  assert.deepEqual(dockerChoice({}, config), {
    context: { name: "colima", from: "docker context colima", chosenBy: "settings" },
  });
  for (const text of [
    undefined,
    "",
    "{",
    "[]",
    "null",
    "{}",
    '{"currentContext": 1}',
    '{"currentContext": "default"}',
  ]) {
    assert.deepEqual(dockerChoice({}, text), {});
  }
  assert.deepEqual(dockerChoice({ DOCKER_CONTEXT: "default" }, config), {});
});

test("a context's address is in its meta file", () => {
  // printf colima | sha256sum
  assert.equal(
    contextMetaPath("colima"),
    "contexts/meta/f24fd3749c1368328e2b149bec149cb6795619f244c5b584e844961215dadd16/meta.json",
  );
  assert.equal(contextAddress('{"Name":"x","Endpoints":{"docker":{"Host":"unix:///a.sock"}}}'), "unix:///a.sock");
  for (const text of ["", "{}", '{"Endpoints":{}}', '{"Endpoints":{"docker":{"Host":""}}}'])
    assert.equal(contextAddress(text), undefined);
});

test("docker's settings", () => {
  assert.equal(dockerConfigFolder(machine()), "/home/me/.docker");
  assert.equal(dockerConfigFolder(machine({ env: { DOCKER_CONFIG: "/d" } })), "/d");
  assert.equal(dockerConfigFolder(machine({ platform: "win32", home: "C:\\me" })), "C:\\me\\.docker");
});

test("endpoints that nobody named: docker is told of all but its own default", () => {
  const linux = dockerEndpoints(machine());
  assert.deepEqual(linux.slice(0, 2), [
    { address: "unix:///var/run/docker.sock", env: {}, from: "docker's default" },
    {
      address: "unix:///run/user/1000/docker.sock",
      env: { DOCKER_HOST: "unix:///run/user/1000/docker.sock" },
      from: "rootless docker",
    },
  ]);
  assert.ok(linux.some(({ address }) => address === "unix:///home/me/.colima/default/docker.sock"));
  assert.equal(dockerEndpoints(machine({ env: { XDG_RUNTIME_DIR: "/r" } }))[1]?.address, "unix:///r/docker.sock");
  assert.ok(dockerEndpoints(machine({ uid: 0 })).every(({ from }) => from !== "rootless docker"));
  assert.equal(dockerEndpoints(machine({ platform: "win32" }))[0]?.address, "npipe:////./pipe/docker_engine");
});

test("podman's endpoint", () => {
  assert.equal(podmanEndpoint({}), undefined);
  assert.equal(podmanEndpoint({ CONTAINER_HOST: "unix:///p.sock" })?.address, "unix:///p.sock");
  assert.ok(rootlessAddress("ssh://me@h:22/run/user/1000/podman/podman.sock"));
  assert.ok(!rootlessAddress("unix:///run/podman/podman.sock"));
  assert.ok(!rootlessAddress("unix:///run/user/0/podman/podman.sock"));
});

test("addresses that can be dialled", () => {
  const cases: [string, ReturnType<typeof dialOf>][] = [
    ["unix:///var/run/docker.sock", { path: "/var/run/docker.sock" }],
    ["npipe:////./pipe/docker_engine", { path: "\\\\.\\pipe\\docker_engine" }],
    ["tcp://10.0.0.1:2376", { host: "10.0.0.1", port: 2376 }],
    ["tcp://[::1]:2376", { host: "::1", port: 2376 }],
    ["tcp://build", { host: "build", port: 2375 }],
    ["tcp://", { host: "localhost", port: 2375 }],
    ["build", { host: "build", port: 2375 }],
    ["build:2376/prefix", { host: "build", port: 2376 }],
    ["/var/run/docker.sock", { host: "localhost", port: 2375 }],
    ["ssh://me@host", undefined],
    ["fd://fake", undefined],
    ["context://lost", undefined],
  ];
  for (const [address, expected] of cases) assert.deepEqual(dialOf(address), expected, address);
});

test("addresses of other machines", () => {
  for (const address of ["ssh://me@build", "ssh://build:22/run/podman.sock", "tcp://10.0.0.1:2376", "build:2375"]) {
    assert.ok(remoteAddress(address), address);
  }
  const local = ["unix:///d.sock", "npipe:////./pipe/x", "tcp://127.0.0.1:2375", "tcp://[::1]:2375", "fd://fake"];
  for (const address of [...local, "ssh://core@127.0.0.1:50123/run/podman.sock", "ssh://localhost", "context://lost"]) {
    assert.ok(!remoteAddress(address), address);
  }
});

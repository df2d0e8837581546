import assert from "node:assert/strict";
import { test } from "node:test";
import type { Engine } from "../../../../src/engine/engine.ts";
import { imageRef } from "../../../../src/engine/kubernetes/image_ref.ts";
import { labelValue, podName } from "../../../../src/engine/kubernetes/names.ts";
import { parseDigest, pushCommand, saysNoManifest, tagCommand } from "../../../../src/engine/kubernetes/push.ts";
import { cpuQuantity, memoryQuantity } from "../../../../src/engine/kubernetes/quantity.ts";

for (const [size, quantity] of [
  ["512m", "512Mi"],
  ["1.5g", "1536Mi"],
  ["1g", "1Gi"],
  ["2048MB", "2Gi"],
  ["10240k", "10Mi"],
  ["6291457b", "6291457"],
  ["0.3g", "322122547"],
] as const) {
  test(`memory ${size} is ${quantity}`, () => assert.equal(memoryQuantity(size), quantity));
}

for (const [cpus, quantity] of [
  ["1", "1"],
  ["0.5", "500m"],
  ["1.25", "1250m"],
  ["2.0", "2"],
  ["0.01", "10m"],
  ["0.1", "100m"],
  ["0.0101", "11m"],
  ["1.9999", "2"],
] as const) {
  test(`cpus ${cpus} is ${quantity}`, () => assert.equal(cpuQuantity(cpus), quantity));
}

const OWNER = { pid: 1, started: "", boot: "", host: "", uid: 0 };

for (const [container, name] of [
  ["argus-time-0123456789ab", "argus-time-0123456789ab"],
  ["argus-My_Server.v2-0123456789ab", "argus-my-server-v2-0123456789ab"],
  [`argus-${"x".repeat(80)}-0123456789ab`, `${"x".repeat(50)}-0123456789ab`],
] as const) {
  test(`${container} is the Pod ${name}`, () => {
    assert.equal(podName({ backend: "b", container, owner: OWNER }), name);
    assert.ok(name.length <= 63);
  });
}

for (const [text, value] of [
  ["time", "time"],
  ["Time_Server.v2", "Time_Server.v2"],
  ["_x_", "x"],
  ["a:b c", "a-b-c"],
  ["x".repeat(80), "x".repeat(63)],
  [`${"x".repeat(62)}_y`, "x".repeat(62)],
] as const) {
  test(`${text} is the label ${value}`, () => assert.equal(labelValue(text), value));
}

const IMAGE = "localhost/argus/npx-x:0123456789ab";
const DIGEST = `sha256:${"a".repeat(64)}`;

for (const [registry, digest, ref] of [
  [undefined, undefined, IMAGE],
  ["registry.example.com/mcp", undefined, "registry.example.com/mcp/argus/npx-x:0123456789ab"],
  ["localhost:5000/", undefined, "localhost:5000/argus/npx-x:0123456789ab"],
  ["docker.io/me", undefined, "docker.io/me/argus-npx-x:0123456789ab"],
  ["index.docker.io/me/team", DIGEST, `docker.io/me/team-argus-npx-x@${DIGEST}`],
  ["localhost:5000", DIGEST, `localhost:5000/argus/npx-x@${DIGEST}`],
] as const) {
  test(`with the registry ${registry} the cluster pulls ${ref.slice(0, 60)}`, () => {
    assert.equal(imageRef(registry, IMAGE, digest), ref);
  });
}

test("an image is tagged, pushed, and known by the digest that its registry gave it", () => {
  const engine: Engine = { name: "docker", bin: "/usr/bin/docker", env: { DOCKER_HOST: "x" }, rootless: false };
  const ref = imageRef("localhost:5000", IMAGE);
  assert.deepEqual(tagCommand(engine, IMAGE, ref), { bin: engine.bin, args: ["tag", IMAGE, ref], env: engine.env });
  assert.deepEqual(pushCommand(engine, ref).args, ["push", ref]);
  const listed = JSON.stringify([`other.example.com/argus/npx-x@sha256:b`, `localhost:5000/argus/npx-x@${DIGEST}`]);
  assert.equal(parseDigest(`${listed}\n`, ref), DIGEST);
  const hub = JSON.stringify([`me/argus-npx-x@${DIGEST}`]);
  assert.equal(parseDigest(hub, "docker.io/me/argus-npx-x:0123456789ab"), DIGEST);
  assert.equal(parseDigest("[]\n", ref), undefined);
  assert.equal(parseDigest("null\n", ref), undefined);
  assert.equal(parseDigest("Error: no such image", ref), undefined);
});

test("a registry without the image is told from an engine without a login", () => {
  for (const said of [
    "no such manifest: registry.example.com/argus/npx-x:1",
    "reading manifest 1 in registry.example.com/x: manifest unknown",
    "name unknown: repository name not known to registry",
    "artifact mcp/argus/npx-x:1 not found",
  ]) {
    assert.ok(saysNoManifest(said), said);
  }
  for (const said of [
    'error getting credentials - err: exec: "docker-credential-desktop": executable file not found in $PATH, out: ``',
    "error getting credentials - err: exit status 1, out: `credentials not found in native keychain`",
    "unauthorized: authentication required",
  ]) {
    assert.ok(!saysNoManifest(said), said);
  }
});

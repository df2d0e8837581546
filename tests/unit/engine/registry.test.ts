import assert from "node:assert/strict";
import { test } from "node:test";
import type { Engine } from "../../../src/engine/engine.ts";
import { imageRef } from "../../../src/engine/image_ref.ts";
import { parseDigest, pullCommand, pushCommand, saysNoManifest, tagCommand } from "../../../src/engine/registry.ts";

const IMAGE = "localhost/argus/npx-x:0123456789ab";
const DIGEST = `sha256:${"a".repeat(64)}`;

for (const [registry, digest, ref] of [
  [undefined, undefined, IMAGE],
  ["registry.example.com/mcp", undefined, "registry.example.com/mcp/argus/npx-x:0123456789ab"],
  ["localhost:5000/", undefined, "localhost:5000/argus/npx-x:0123456789ab"],
  ["docker.io/me", undefined, "docker.io/me/argus-npx-x:0123456789ab"],
  ["registry.hub.docker.com:443/me", undefined, "docker.io/me/argus-npx-x:0123456789ab"],
  ["index.docker.io/me/team", DIGEST, `docker.io/me/team-argus-npx-x@${DIGEST}`],
  ["localhost:5000", DIGEST, `localhost:5000/argus/npx-x@${DIGEST}`],
] as const) {
  test(`with the registry ${registry} an image is ${ref.slice(0, 60)}`, () => {
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

test("only podman has to be told that a registry of this machine has no TLS", () => {
  const words = (name: Engine["name"], ref: string) => {
    const engine: Engine = { name, bin: name, env: {}, rootless: false };
    return [pushCommand, pullCommand].map((command) => command(engine, ref).args.join(" "));
  };
  const plain = "localhost:5000/argus/npx-x:1";
  assert.deepEqual(words("docker", plain), [`push ${plain}`, `pull ${plain}`]);
  assert.deepEqual(words("podman", plain), [`push --tls-verify=false ${plain}`, `pull --tls-verify=false ${plain}`]);
  const far = "registry.example.com/argus/npx-x:1";
  assert.deepEqual(words("podman", far), [`push ${far}`, `pull ${far}`]);
});

test("a registry without the image is told from an engine without a login, and from what is no registry", () => {
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
    "error parsing HTTP 404 response body: invalid character 'p' after top-level value: \"404 page not found\\n\"",
    "pinging container registry example.com: invalid status code from registry 404 (Not Found)",
  ]) {
    assert.ok(!saysNoManifest(said), said);
  }
});

import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { askRegistry, type RegistryAnswer } from "../../../src/host/registry.ts";

const DIGEST = `sha256:${"a".repeat(64)}`;

/** What argus learns from a registry on loopback that answers every question so. */
async function answer(
  status: number,
  headers: Record<string, string> = {},
): Promise<RegistryAnswer & { asked: string }> {
  let asked = "";
  const server = createServer((request, response) => {
    asked = `${request.method} ${request.url} ${String(request.headers.accept).includes("oci.image.index")}`;
    response.writeHead(status, headers).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  try {
    return { ...(await askRegistry(`127.0.0.1:${port}/mcp/argus/x:1`)), asked };
  } finally {
    await closed(server);
  }
}

function closed(server: Server): Promise<unknown> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(resolve));
}

test("a registry that has the image tells its digest", async () => {
  assert.deepEqual(await answer(200, { "docker-content-digest": DIGEST }), {
    state: "present",
    digest: DIGEST,
    asked: "HEAD /v2/mcp/argus/x/manifests/1 true",
  });
});

test("a digest that is none is left out", async () => {
  assert.deepEqual((await answer(200, { "docker-content-digest": "sha256:zz" })).state, "present");
  assert.ok(!JSON.stringify(await answer(200, { "docker-content-digest": "x@y" })).includes("x@y"));
});

test("404 is absent, and a wish for a login is not known", async () => {
  assert.equal((await answer(404)).state, "absent");
  assert.equal((await answer(401)).state, "unknown");
  assert.equal((await answer(503)).state, "unknown");
});

test("a registry that does not answer is not known", async () => {
  const { state } = await askRegistry("127.0.0.1:1/x:1");
  assert.equal(state, "unknown");
  assert.equal((await askRegistry("no-registry")).state, "unknown");
});

test("Docker Hub is asked where its registry is", async (context) => {
  const asked: string[] = [];
  context.mock.method(globalThis, "fetch", async (address: string) => {
    asked.push(address);
    return new Response(null, { status: 401 });
  });
  assert.equal((await askRegistry("docker.io/me/argus-npx-x:1")).state, "unknown");
  assert.deepEqual(asked, ["https://registry-1.docker.io/v2/me/argus-npx-x/manifests/1"]);
});

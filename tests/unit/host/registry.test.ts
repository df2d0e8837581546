import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import { type AddressInfo, createServer as createTcpServer, type Socket, type Server as TcpServer } from "node:net";
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
  const port = await listening(server);
  try {
    return { ...(await askRegistry(`127.0.0.1:${port}/mcp/argus/x:1`)), asked };
  } finally {
    await closed(server);
  }
}

async function listening(server: TcpServer): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
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

test("404 is absent, a wish for a login is told, and anything else says nothing about the image", async () => {
  assert.equal((await answer(404)).state, "absent");
  for (const status of [401, 403]) assert.equal((await answer(status)).state, "login");
  for (const status of [400, 503]) assert.equal((await answer(status)).state, "unclear");
  assert.equal((await askRegistry("no-registry")).state, "unclear");
});

test("where nobody listens, and where there is no host, the registry is silent", async () => {
  const server = createTcpServer();
  const port = await listening(server);
  await new Promise((resolve) => server.close(resolve));
  const refused = { state: "silent", reason: "connection refused" };
  assert.deepEqual(await askRegistry(`127.0.0.1:${port}/x:1`), refused);
  assert.deepEqual(await askRegistry("registry.invalid/x:1"), { state: "silent", reason: "no such host" });
});

test("a registry that takes the connection and speaks no TLS is there", async () => {
  const server = createTcpServer((socket) => socket.on("error", () => {}).end("no HTTP\n"));
  const port = await listening(server);
  try {
    assert.equal((await askRegistry(`127.0.0.1:${port}/x:1`)).state, "unclear");
  } finally {
    server.close();
  }
});

test("a registry that takes the connection and never answers is silent after 5 s, or when the signal says so", {
  timeout: 20_000,
}, async () => {
  const sockets: Socket[] = [];
  const server = createTcpServer((socket) => sockets.push(socket.on("error", () => {})));
  const port = await listening(server);
  try {
    const began = performance.now();
    await askRegistry(`127.0.0.1:${port}/x:1`, AbortSignal.timeout(50));
    assert.ok(performance.now() - began < 2000);
    assert.deepEqual(await askRegistry(`127.0.0.1:${port}/x:1`), { state: "silent", reason: "no answer in 5 s" });
    assert.ok(performance.now() - began < 7000);
  } finally {
    for (const socket of sockets) socket.destroy();
    server.close();
  }
});

test("Docker Hub is asked where its registry is", async (context) => {
  const asked: string[] = [];
  context.mock.method(globalThis, "fetch", async (address: string) => {
    asked.push(address);
    return new Response(null, { status: 401 });
  });
  assert.equal((await askRegistry("docker.io/me/argus-npx-x:1")).state, "login");
  assert.deepEqual(asked, ["https://registry-1.docker.io/v2/me/argus-npx-x/manifests/1"]);
});

/**
 * Parts of a real cluster that go away under a session, and the network between: the session goes on, or ends with one
 * clear line; nothing of it is left once the part is back. Skipped aloud without ARGUS_TEST_KUBECONFIG, and where the
 * tests may not restart the cluster's parts (ARGUS_TEST_KUBERNETES_RESTART, from `scripts/testbed env`).
 */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { readFileSync } from "node:fs";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { kill, processesOf } from "../matrix/traces.ts";
import { clusterEnv, kubectl } from "../support/cluster.ts";
import {
  argusOn,
  type Backend,
  clusterTest,
  configOf,
  folder,
  onCluster,
  open,
  shell,
  withId,
  withShell,
} from "../support/cluster_session.ts";
import { type Cuttable, cuttable } from "../support/cuttable.ts";
import { run } from "../support/proc.ts";
import { type Client, writeAll } from "../support/session_client.ts";
import { writeTree } from "../support/tmp.ts";
import { withoutSpdy } from "../support/without_spdy.ts";

const READY = "ready\n".length;
const POLITE = "echo ready; exec cat";
const DEAF = "trap '' TERM INT HUP; echo ready; cat; while :; do sleep 1000; done";

const [restartBin, ...restartArgs] = (process.env.ARGUS_TEST_KUBERNETES_RESTART ?? "").split(" ").filter(Boolean);

onCluster("kubernetes faults", () => {
  const options = {
    alone: true,
    skip: restartBin === undefined ? "ARGUS_TEST_KUBERNETES_RESTART is not set" : undefined,
  };
  for (const part of ["kubelet", "containerd", "apiserver"]) {
    for (const [name, script] of [
      ["a server that ends with its input", POLITE],
      ["a server that ignores everything", DEAF],
    ] as const) {
      clusterTest(
        `${part} is killed and comes back under ${name}`,
        () =>
          withId(async (id) => {
            const config = configOf(id, { ...shell({ network: "none" }), env: { TOKEN: "value" } });
            const client = open({ id, config }, script);
            await client.has(READY);
            await restart(part);
            if (await goesOn(client, "still here\n")) client.child.stdin!.end();
            const { code, stderr } = await client.ended;
            client.child.stdin!.destroy();
            assert.equal(stderr.match(/^argus: (?!warning: )/gm)?.length, 1, stderr);
            if (script === DEAF) assert.notEqual(code, 0, stderr);
          }),
        options,
      );
    }
  }

  clusterTest("a network that stalls for 8 s is a session that goes on", () =>
    withNetwork(async (backend, network, env) => {
      const client = open(backend, POLITE, "dev", env);
      await client.has(READY);
      network.cut();
      await writeAll(client, Buffer.from("hello\n"));
      await sleep(8000);
      network.heal();
      await client.has(READY + 6);
      client.child.stdin!.end();
      const { code, stdout, stderr } = await client.ended;
      assert.equal(stdout.toString("utf8"), "ready\nhello\n", stderr);
      assert.equal(code, 0, stderr);
    }),
  );

  clusterTest(
    "a client that is told to end while its network is cut ends in time, and its guard removes the rest",
    () =>
      withNetwork(async (backend, network, env) => {
        const client = open(backend, DEAF, "dev", env);
        await client.has(READY);
        network.cut();
        const began = performance.now();
        kill(client.child.pid!, "SIGTERM");
        const { code, stderr } = await client.ended;
        const took = performance.now() - began;
        assert.equal(code, 143, stderr);
        assert.ok(took < 4000, `${took} ms`);
        network.heal();
      }),
  );

  clusterTest("the deadline ends the Pod of a client that is cut off, which hears it when the network is back", () =>
    withNetwork(
      async (backend, network, env) => {
        const client = open(backend, DEAF, "dev", env);
        await client.has(READY);
        network.cut();
        await ends(backend.id);
        network.heal();
        const { code, stderr } = await client.ended;
        assert.notEqual(code, 0);
        assert.match(stderr, /^argus: server: the Pod reached its deadline and was ended; /m);
      },
      { deadline: "15s" },
    ),
  );

  clusterTest("where no SPDY gets through, all bytes do over WebSocket", () =>
    withShell(async (backend) => {
      const { text, server, indent, host, port } = kubeconfig();
      const proxy = await withoutSpdy(host, port);
      try {
        const ownCertificate = text.replace(/^ *certificate-authority-data: .*\n/m, "");
        const through = `${indent}server: https://127.0.0.1:${proxy.port}\n${indent}insecure-skip-tls-verify: true`;
        const file = writeTree(folder, `${proxy.port}.kubeconfig`, ownCertificate.replace(server, through));
        const client = open(backend, POLITE, "dev", { KUBECONFIG: file });
        await writeAll(client, Buffer.from("early\n"));
        await client.has(READY + 6);
        client.child.stdin!.end("late\n");
        const { code, stdout, stderr } = await client.ended;
        assert.equal(stdout.toString("utf8"), "ready\nearly\nlate\n", stderr);
        assert.equal(code, 0, stderr);
        assert.ok(proxy.refused() > 0);
      } finally {
        proxy.close();
      }
    }),
  );

  const vanished = (): Promise<void> =>
    withNetwork(
      async (backend, network, env) => {
        const { id, config } = backend;
        const client = open(backend, DEAF, "dev", env);
        await client.has(READY);
        network.cut();
        for (const { pid } of processesOf(id)) kill(pid, "SIGKILL");
        await client.ended;
        client.child.stdin!.destroy();
        await ends(id);
        const { stdout, stderr } = await argusOn(["clean", "--config", config]);
        assert.match(stdout, new RegExp(`removed container argus-${id}-`), stderr);
      },
      { deadline: "15s" },
    );
  // Any other session would remove it as well.
  clusterTest("what a machine that vanishes leaves ends by its deadline, and the next clean removes it", vanished, {
    alone: true,
  });
});

async function restart(part: string): Promise<void> {
  const ended = await run(restartBin ?? "", [...restartArgs, part], { env: { ...env() }, timeoutMs: 300_000 });
  assert.equal(ended.code, 0, ended.stderr);
}

/** True when the session still carries bytes. */
async function goesOn(client: Client, text: string): Promise<boolean> {
  const ended = client.ended.then(() => false);
  const answered = client.has(READY + text.length).then(
    () => true,
    () => false,
  );
  client.child.stdin!.write(text);
  // The end of a session that nobody told anything takes its time: it first looks whether the part comes back.
  return Promise.race([ended, answered]);
}

/** Gives a test a shell whose way to the API server can be cut; it stays open until nothing is left. */
async function withNetwork(
  use: (backend: Backend, network: Cuttable, env: Readonly<Record<string, string>>) => Promise<void>,
  kubernetes: object = {},
): Promise<void> {
  const { text, server, indent, host, port } = kubeconfig();
  const network = await cuttable(host, port);
  const through = `${indent}server: https://127.0.0.1:${network.port}\n${indent}tls-server-name: ${host}`;
  const file = writeTree(folder, `${network.port}.kubeconfig`, text.replace(server, through));
  try {
    await withShell((backend) => use(backend, network, { KUBECONFIG: file }), { network: "none" }, kubernetes);
  } finally {
    network.close();
  }
}

/** The kubeconfig of a user, and where the API server stands in it. */
function kubeconfig() {
  const text = readFileSync(clusterEnv().KUBECONFIG ?? "", "utf8");
  const server = /^( *)server: https:\/\/([\w.-]+)(?::(\d+))?$/m;
  const [, indent = "", host = "", port = "443"] = server.exec(text) ?? [];
  return { text, server, indent, host, port: Number(port) };
}

/** Waits until the Pod of a backend has ended. */
async function ends(id: string): Promise<void> {
  const phase = (): string =>
    kubectl("admin", ["get", "pods", "-l", `argus.backend=${id}`, "-o", "jsonpath={.items[*].status.phase}"]).stdout;
  for (const began = performance.now(); performance.now() - began < 90_000; await sleep(500)) {
    if (phase() === "Failed") return;
  }
  assert.equal(phase(), "Failed");
}

function env(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

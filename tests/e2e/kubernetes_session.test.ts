/**
 * Sessions on a real cluster, through the compiled binary: bytes come back unchanged, also the first words of a server
 * that speaks before it is spoken to, and however a session ends nothing of it is left. Skipped aloud without
 * ARGUS_TEST_KUBECONFIG; with it, a cluster that does not answer is a failure.
 */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { createHash, randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { kill, processesOf } from "../matrix/traces.ts";
import { kubectl, leftIn, objectsOf } from "../support/cluster.ts";
import {
  argusOn,
  type Backend,
  clusterTest,
  configOf,
  newBackend,
  onCluster,
  open,
  runOnce,
  shell,
  withId,
  withShell,
} from "../support/cluster_session.ts";
import { type Client, writeAll } from "../support/session_client.ts";

const MIB = 1 << 20;
const READY = "ready\n".length;

const hash = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

onCluster("kubernetes sessions", () => {
  clusterTest("8 MiB come back unchanged", () =>
    withShell(async (backend) => {
      const sent = randomBytes(8 * MIB);
      const client = open(backend, "exec cat");
      await writeAll(client, sent);
      client.child.stdin!.end();
      const { code, stdout, stderr } = await client.ended;
      assert.equal(code, 0, stderr);
      assert.equal(stdout.length, sent.length);
      assert.equal(hash(stdout), hash(sent));
    }),
  );

  clusterTest("what is written before the Pod exists, and the end of input, reach the server", () =>
    withShell(async (backend) => {
      const client = open(backend, "cat; echo end");
      client.child.stdin!.end("early\n");
      const { code, stdout, stderr } = await client.ended;
      assert.equal(stdout.toString("utf8"), "early\nend\n", stderr);
      assert.equal(code, 0);
    }),
  );

  clusterTest("what a server says first, on either output, reaches a client that has said nothing", () =>
    withShell(async (backend) => {
      const banner = Array.from({ length: 200 }, (_, i) => `line ${i}\n`).join("");
      const script = "i=0; while [ $i -lt 200 ]; do echo line $i; echo error $i >&2; i=$((i+1)); done; exec cat";
      const client = open(backend, script);
      await client.has(banner.length);
      await writeAll(client, Buffer.from("\nfirst word\n"));
      client.child.stdin!.end();
      const { code, stdout, stderr } = await client.ended;
      assert.equal(stdout.toString("utf8"), `${banner}\nfirst word\n`, stderr);
      assert.ok(stderr.includes(banner.replaceAll("line", "error")), stderr.slice(0, 1000));
      assert.equal(code, 0);
    }),
  );

  clusterTest("a server that speaks and ends at once is heard, without any input", () =>
    withShell(async (backend) => {
      const { code, stdout, stderr } = await runOnce(backend, "echo version 1.0; echo note >&2");
      assert.equal(stdout, "version 1.0\n", stderr);
      assert.equal(stderr, "note\n");
      assert.equal(code, 0);
    }),
  );

  clusterTest("4 MiB written at once before the end all arrive, and the exit code is the server's", () =>
    withShell(async (backend) => {
      const client = open(backend, "dd if=/dev/zero bs=65536 count=64 2>/dev/null; exit 7");
      const { code, stdout, stderr } = await client.ended;
      assert.equal(stdout.length, 4 * MIB, stderr);
      assert.equal(code, 7, stderr);
      assert.match(stderr, /^argus: server: .*exit code 7 /m);
    }),
  );

  clusterTest("stderr stays apart from stdout", () =>
    withShell(async (backend) => {
      const script = "i=0; while [ $i -lt 300 ]; do echo out$i; echo err$i >&2; i=$((i+1)); done";
      const client = open(backend, script);
      const { code, stdout, stderr } = await client.ended;
      const expected = (word: string): string => Array.from({ length: 300 }, (_, i) => `${word}${i}\n`).join("");
      assert.equal(code, 0, stderr);
      assert.equal(stdout.toString("utf8"), expected("out"));
      assert.ok(stderr.includes(expected("err")), stderr.slice(0, 1000));
    }),
  );

  clusterTest("strict stdout passes messages alone", () =>
    withId(async (id) => {
      const config = configOf(id, { ...shell(), stdout: "strict" });
      const message = '{"jsonrpc":"2.0","id":9007199254740993,"result":{}}\n';
      const client = open({ id, config }, "cat; echo noise");
      client.child.stdin!.end(message);
      const { stdout, stderr } = await client.ended;
      assert.equal(stdout.toString("utf8"), message, stderr);
      assert.match(stderr, /^noise$/m);
    }),
  );

  clusterTest("a server that ends at once is told with its code and its words", () =>
    withShell(async (backend) => {
      const { code, stdout, stderr } = await runOnce(backend, "echo no database >&2; exit 3");
      assert.equal(code, 3, stderr);
      assert.equal(stdout, "");
      assert.match(stderr, /^no database$/m);
    }),
  );

  clusterTest("variables reach the server, and no value is in the Pod or stays in the cluster", () =>
    withId(async (id) => {
      const secret = `s3cret-${id}`;
      const config = configOf(id, { ...shell(), env: { MY_TOKEN: secret } });
      const client = open({ id, config }, 'echo "$MY_TOKEN"; cat');
      await client.has(secret.length + 1);
      const pod = kubectl("admin", ["get", "pods", "-l", `argus.backend=${id}`, "-o", "json"]).stdout;
      assert.ok(pod.includes('"argus.owner"'));
      assert.ok(!pod.includes(secret));
      const kept = (): boolean => (objectsOf(id) ?? ["secret/"]).some((name) => name.startsWith("secret/"));
      for (const began = performance.now(); kept() && performance.now() - began < 60_000; ) await sleep(500);
      assert.ok(!kept(), "the Secret is still there");
      client.child.stdin!.end();
      const { stdout, stderr } = await client.ended;
      assert.equal(stdout.toString("utf8"), `${secret}\n`, stderr);
      assert.ok(!stderr.includes(secret));
    }),
  );

  clusterTest("the end of input ends a server that ignores it with every signal, and nothing is left", () =>
    withId(async (id) => {
      const config = configOf(id, { ...shell(), session: { eof_grace: "3s" } });
      const client = open({ id, config }, "trap '' TERM INT HUP; cat; while :; do sleep 1000; done");
      await writeAll(client, Buffer.from("hello\n"));
      await client.has(6);
      client.child.stdin!.end();
      const { stdout, stderr } = await client.ended;
      assert.equal(stdout.toString("utf8"), "hello\n");
      assert.match(stderr, /the input has ended and the server has not/);
    }),
  );

  const polite = "echo ready; exec cat";
  const deaf = "trap '' TERM INT HUP; echo ready; while :; do sleep 1000; done";
  const ends: readonly (readonly [
    name: string,
    script: string,
    end: (session: Client, id: string) => void,
    code?: number,
  ])[] = [
    ["the end of input", polite, ({ child }) => void child.stdin!.end(), 0],
    ["SIGTERM", polite, ({ child }) => kill(child.pid!, "SIGTERM"), 143],
    ["SIGINT to a server that ignores it", deaf, ({ child }) => kill(child.pid!, "SIGINT"), 130],
    ["SIGKILL of argus", polite, ({ child }) => kill(child.pid!, "SIGKILL")],
    ["SIGKILL of argus while the server ignores everything", deaf, ({ child }) => kill(child.pid!, "SIGKILL")],
    ["SIGKILL of kubectl", polite, (_, id) => killKubectl(id)],
  ];
  for (const [name, script, end, code] of ends) {
    clusterTest(`nothing is left after ${name}`, () =>
      withShell(
        async (backend) => {
          const client = open(backend, script);
          await client.has(READY);
          end(client, backend.id);
          const ended = await client.ended;
          if (code !== undefined) assert.equal(ended.code, code, ended.stderr);
          client.child.stdin!.destroy();
        },
        { network: "none" },
      ),
    );
  }

  for (const signal of ["SIGTERM", "SIGKILL"] as const) {
    clusterTest(`nothing is left after ${signal} at any moment of the start`, async () => {
      const backends: Backend[] = [];
      for (const delay of [0, 100, 200, 300, 450, 600, 800, 1200]) {
        const backend = newBackend({ network: "none" });
        backends.push(backend);
        const client = open(backend, "exec cat");
        await sleep(delay);
        kill(client.child.pid!, signal);
        await client.ended;
        client.child.stdin!.destroy();
      }
      // A Pod whose making was under way may come after a first look.
      await sleep(5000);
      for (const { id } of backends) assert.deepEqual(await leftIn(id), []);
      for (const { id } of backends) assert.deepEqual(processesOf(id), []);
    });
  }

  const orphan = "a Pod whose argus and guard were killed together is an orphan, which ps shows and clean removes";
  const removes = (): Promise<void> =>
    withShell(async (backend) => {
      const { id, config } = backend;
      const client = open(backend, "trap '' TERM; echo ready; while :; do sleep 1000; done");
      await client.has(READY);
      for (const { pid } of processesOf(id)) kill(pid, "SIGKILL");
      await client.ended;
      client.child.stdin!.destroy();
      const listed = await argusOn(["ps", "--json", "--config", config]);
      const rows = JSON.parse(listed.stdout) as { backend: string; orphan: boolean }[];
      const orphans = rows.filter((row) => row.backend === id).map(({ orphan }) => orphan);
      assert.deepEqual(orphans, [true], `${listed.stdout}\n${listed.stderr}`);
      const cleaned = await argusOn(["clean", "--config", config]);
      assert.match(cleaned.stdout, new RegExp(`removed container argus-${id}-`), cleaned.stderr);
    });
  // Any other session would remove it as well.
  clusterTest(orphan, removes, { alone: true });
});

function killKubectl(id: string): void {
  for (const { pid, words } of processesOf(id)) if (words.includes("attach")) kill(pid, "SIGKILL");
}

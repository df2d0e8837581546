/**
 * Sessions on a real cluster, through the compiled binary: real servers answer, the posture is read from inside, bytes
 * come back unchanged, and however a session ends nothing of it is left. Skipped aloud without ARGUS_TEST_KUBECONFIG;
 * with it, a cluster that does not answer is a failure.
 */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { createHash, randomBytes } from "node:crypto";
import process from "node:process";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { kill, processesOf } from "../matrix/traces.ts";
import {
  clusterEnv,
  KUBECONFIG,
  kubectl,
  leftIn,
  NAMESPACE,
  objectsOf,
  registry,
  sweepCluster,
  type User,
} from "../support/cluster.ts";
import { assertPosture, factsIn, LIMITS, POSTURE, type Row, writeProbe } from "../support/posture.ts";
import { BINARY, type Ended, run } from "../support/proc.ts";
import { openProcess, type Client as Session, writeAll } from "../support/session_client.ts";
import { tmpFolder, writeTree } from "../support/tmp.ts";

/** Limits against a hang, not promises: the machine may be busy with other tests. */
const BUILD_MS = 12 * 60_000;
const ANSWER_MS = 180_000;
const OPTIONS = { timeout: 15 * 60_000 };
const MIB = 1 << 20;

/** Where a Pod differs from a container, and why it cannot be otherwise. */
const DIFFERENCES: Readonly<Record<string, string | RegExp | undefined>> = {
  // An emptyDir has no `noexec`.
  "execute/tmp": undefined,
  "execute/home/nonroot": undefined,
  "mount/tmp": /^tmpfs,(?=.*\bsize=65536k\b)/,
  "mount/home/nonroot": /^tmpfs,(?=.*\bsize=65536k\b)/,
  // The first process of a Pod that shares its processes is the node's own.
  init: /^pause$/,
  // Always there; what may pass is the NetworkPolicy's business.
  interfaces: /\beth0\b/,
  // A Pod cannot set it: podPidsLimit of the kubelet does.
  pids: undefined,
};

const ROWS: readonly Row[] = [...POSTURE, ...LIMITS].flatMap(([fact, expected]): Row[] => {
  const other = fact in DIFFERENCES ? DIFFERENCES[fact] : expected;
  return other === undefined ? [] : [[fact, other]];
});

const folder = tmpFolder();
let serial = 0;

/** One test's own backend: a shell that runs what it is given as an argument. */
function newBackend(container: object = {}, kubernetes: object = {}): { id: string; config: string } {
  serial += 1;
  const id = `k8${process.pid}x${serial}`;
  return {
    id,
    config: configOf(id, { command: "sh", container: { dockerfile: "shell/Dockerfile", ...container } }, kubernetes),
  };
}

function configOf(id: string, backend: object, kubernetes: object = {}): string {
  const section = { registry: registry(), namespace: NAMESPACE, deadline: "30m", ...kubernetes };
  // Long enough for a busy cluster to bring a server the end of its input.
  const session = { eof_grace: "60s" };
  return writeTree(
    folder,
    `${id}.yaml`,
    JSON.stringify({ kubernetes: section, backends: { [id]: { session, ...backend } } }),
  );
}

function argusWords(id: string, config: string, ...words: string[]): string[] {
  return [BINARY, "run", id, "--config", config, ...(words.length === 0 ? [] : ["--", ...words])];
}

function open(id: string, config: string, script: string, user: User = "dev"): Session {
  return openProcess(argusWords(id, config, script), clusterEnv(user, { DRIVER_CASE: id }));
}

async function runOnce(id: string, config: string, script: string, user: User = "dev"): Promise<Ended> {
  const [bin = "", ...args] = argusWords(id, config, script);
  return run(bin, args, { env: clusterEnv(user), timeoutMs: ANSWER_MS });
}

/** Gives a test a backend and checks that nothing of it is left, in the cluster and on this machine. */
async function withBackend(
  use: (id: string, config: string) => Promise<void>,
  container: object = {},
  kubernetes: object = {},
): Promise<void> {
  const { id, config } = newBackend(container, kubernetes);
  await leavesNothing(id, () => use(id, config));
}

/** The same for a backend that is not a shell. */
async function withId(use: (id: string) => Promise<void>): Promise<void> {
  serial += 1;
  const id = `k8${process.pid}x${serial}`;
  await leavesNothing(id, () => use(id));
}

async function leavesNothing(id: string, use: () => Promise<void>): Promise<void> {
  try {
    await use();
    assert.deepEqual(await leftIn(id), []);
    await nothingRuns(id);
  } finally {
    for (const { pid } of processesOf(id)) kill(pid, "SIGKILL");
    sweepCluster(id);
  }
}

async function nothingRuns(id: string): Promise<void> {
  const running = (): string[] => processesOf(id).map(({ comm, words }) => `${comm} ${words.slice(0, 3).join(" ")}`);
  for (const began = performance.now(); performance.now() - began < 60_000; await sleep(500)) {
    if (running().length === 0) return;
  }
  assert.deepEqual(running(), []);
}

const hash = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
const READY = "ready\n".length;

if (KUBECONFIG === undefined) {
  test("kubernetes sessions", { skip: "ARGUS_TEST_KUBECONFIG is not set: no cluster" }, () => {});
} else {
  writeTree(folder, "shell/Dockerfile", 'FROM alpine:3.21\nENTRYPOINT ["/bin/sh", "-c"]\n');
  writeProbe(folder);

  test("the cluster answers", OPTIONS, () => {
    const { code, stderr } = kubectl("dev", ["get", "pods"]);
    assert.equal(code, 0, stderr);
  });

  test("build pushes the image that run finds in the registry", OPTIONS, async () => {
    const { id, config } = newBackend();
    const args = ["build", id, "--config", config, "--json"];
    const { code, stdout, stderr } = await run(BINARY, args, { env: clusterEnv(), timeoutMs: BUILD_MS });
    assert.equal(code, 0, `${stdout}\n${stderr}`);
    const [result] = (JSON.parse(stdout) as { results: { status: string; pushed: string }[] }).results;
    assert.match(result?.status ?? "", /^(built|present)$/);
    assert.ok(result?.pushed.startsWith(`${registry()}/`), stdout);
    const again = await run(BINARY, args, { env: clusterEnv(), timeoutMs: BUILD_MS });
    assert.equal(JSON.parse(again.stdout).results[0].status, "present", again.stderr);
  });

  const servers = [
    { name: "npx", server: { command: "npx", args: ["-y", "@modelcontextprotocol/server-everything"] }, tool: "echo" },
    { name: "uvx", server: { command: "uvx", args: ["mcp-server-time"] }, tool: "get_current_time" },
  ];
  for (const { name, server, tool } of servers) {
    test(
      `a server of the recipe ${name} answers initialize and tools/list`,
      {
        timeout: BUILD_MS + OPTIONS.timeout,
      },
      () =>
        withId(async (id) => {
          const config = configOf(id, { ...server, env: { SOME_TOKEN: "value" } });
          const built = await run(BINARY, ["build", id, "--config", config], {
            env: clusterEnv(),
            timeoutMs: BUILD_MS,
          });
          assert.equal(built.code, 0, built.stderr);
          const [command = "", ...args] = argusWords(id, config);
          const transport = new StdioClientTransport({ command, args, env: clusterEnv(), stderr: "pipe" });
          let said = "";
          transport.stderr?.on("data", (bytes) => {
            said += String(bytes);
          });
          const client = new Client({ name: "kubernetes", version: "1" });
          try {
            await client.connect(transport, { timeout: ANSWER_MS });
            const { tools } = await client.listTools(undefined, { timeout: ANSWER_MS });
            assert.ok(
              tools.some((each) => each.name === tool),
              said,
            );
          } catch (cause) {
            throw new Error(`${name} did not answer:\n${said}`, { cause });
          } finally {
            await client.close();
          }
        }),
    );
  }

  test("a server finds the whole posture, but for what a Pod cannot have", OPTIONS, () =>
    withId(async (id) => {
      const container = { dockerfile: "probe/Dockerfile", network: "none", cpus: "0.5" };
      const config = configOf(id, { command: "probe", container });
      const [bin = "", ...args] = argusWords(id, config);
      const { stdout, stderr, code } = await run(bin, args, { env: clusterEnv(), timeoutMs: BUILD_MS });
      assert.equal(code, 0, stderr);
      assertPosture(factsIn(stdout), ROWS, "kubernetes");
      assert.match(stderr, /network: none is a NetworkPolicy/);
    }),
  );

  test("8 MiB come back unchanged", OPTIONS, () =>
    withBackend(async (id, config) => {
      const sent = randomBytes(8 * MIB);
      const client = open(id, config, "exec cat");
      await writeAll(client, sent);
      client.child.stdin!.end();
      const { code, stdout, stderr } = await client.ended;
      assert.equal(code, 0, stderr);
      assert.equal(stdout.length, sent.length);
      assert.equal(hash(stdout), hash(sent));
    }),
  );

  test("what is written before the Pod exists, and the end of input, reach the server", OPTIONS, () =>
    withBackend(async (id, config) => {
      const client = open(id, config, "cat; echo end");
      client.child.stdin!.end("early\n");
      const { code, stdout, stderr } = await client.ended;
      assert.equal(stdout.toString("utf8"), "early\nend\n", stderr);
      assert.equal(code, 0);
    }),
  );

  test("4 MiB written at once before the end all arrive, and the exit code is the server's", OPTIONS, () =>
    withBackend(async (id, config) => {
      const client = open(id, config, "read -r line; dd if=/dev/zero bs=65536 count=64 2>/dev/null; exit 7");
      await writeAll(client, Buffer.from("go\n"));
      const { code, stdout, stderr } = await client.ended;
      assert.equal(stdout.length, 4 * MIB, stderr);
      assert.equal(code, 7, stderr);
      assert.match(stderr, /^argus: server: .*exit code 7 /m);
    }),
  );

  test("stderr stays apart from stdout", OPTIONS, () =>
    withBackend(async (id, config) => {
      const script = "read -r line; i=0; while [ $i -lt 300 ]; do echo out$i; echo err$i >&2; i=$((i+1)); done";
      const client = open(id, config, script);
      await writeAll(client, Buffer.from("go\n"));
      const { code, stdout, stderr } = await client.ended;
      const expected = (word: string): string => Array.from({ length: 300 }, (_, i) => `${word}${i}\n`).join("");
      assert.equal(code, 0, stderr);
      assert.equal(stdout.toString("utf8"), expected("out"));
      assert.ok(stderr.includes(expected("err")), stderr.slice(0, 1000));
    }),
  );

  test("strict stdout passes messages alone", OPTIONS, () =>
    withId(async (id) => {
      const config = configOf(id, { command: "sh", stdout: "strict", container: { dockerfile: "shell/Dockerfile" } });
      const message = '{"jsonrpc":"2.0","id":9007199254740993,"result":{}}\n';
      const client = open(id, config, "cat; echo noise");
      client.child.stdin!.end(message);
      const { stdout, stderr } = await client.ended;
      assert.equal(stdout.toString("utf8"), message, stderr);
      assert.match(stderr, /^noise$/m);
    }),
  );

  test("a server that ends at once is told with its code and its words", OPTIONS, () =>
    withBackend(async (id, config) => {
      const { code, stdout, stderr } = await runOnce(id, config, "echo no database >&2; exit 3");
      assert.equal(code, 3, stderr);
      assert.equal(stdout, "");
      assert.match(stderr, /^no database$/m);
    }),
  );

  test("variables reach the server, and no value is in the Pod or stays in the cluster", OPTIONS, () =>
    withId(async (id) => {
      const secret = `s3cret-${id}`;
      const backend = { command: "sh", env: { MY_TOKEN: secret }, container: { dockerfile: "shell/Dockerfile" } };
      const client = open(id, configOf(id, backend), 'read -r line; echo "$MY_TOKEN"; cat');
      await writeAll(client, Buffer.from("go\n"));
      await client.has(secret.length + 1);
      const pod = kubectl("admin", ["get", "pods", "-l", `argus.backend=${id}`, "-o", "json"]).stdout;
      assert.ok(pod.includes('"argus.owner"'));
      assert.ok(!pod.includes(secret));
      for (const began = performance.now(); performance.now() - began < 60_000; await sleep(500)) {
        if (!(objectsOf(id) ?? ["secret/"]).some((name) => name.startsWith("secret/"))) break;
      }
      assert.ok(
        !(objectsOf(id) ?? ["secret/"]).some((name) => name.startsWith("secret/")),
        "the Secret is still there",
      );
      client.child.stdin!.end();
      const { stdout, stderr } = await client.ended;
      assert.equal(stdout.toString("utf8"), `${secret}\n`, stderr);
      assert.ok(!stderr.includes(secret));
    }),
  );

  test("the end of input ends a server that ignores it with every signal, and nothing is left", OPTIONS, () =>
    withId(async (id) => {
      const backend = { command: "sh", session: { eof_grace: "3s" }, container: { dockerfile: "shell/Dockerfile" } };
      const client = open(id, configOf(id, backend), "trap '' TERM INT HUP; cat; while :; do sleep 1000; done");
      await writeAll(client, Buffer.from("hello\n"));
      await client.has(6);
      client.child.stdin!.end();
      const { stdout, stderr } = await client.ended;
      assert.equal(stdout.toString("utf8"), "hello\n");
      assert.match(stderr, /the input has ended and the server has not/);
    }),
  );

  const ends: readonly (readonly [
    name: string,
    script: string,
    end: (session: Session, id: string) => void,
    code?: number,
  ])[] = [
    ["the end of input", "echo ready; exec cat", ({ child }) => void child.stdin!.end(), 0],
    ["SIGTERM", "echo ready; exec cat", ({ child }) => kill(child.pid!, "SIGTERM"), 143],
    [
      "SIGINT to a server that ignores it",
      "trap '' TERM INT HUP; echo ready; while :; do sleep 1000; done",
      ({ child }) => kill(child.pid!, "SIGINT"),
      130,
    ],
    ["SIGKILL of argus", "echo ready; exec cat", ({ child }) => kill(child.pid!, "SIGKILL")],
    [
      "SIGKILL of argus while the server ignores everything",
      "trap '' TERM INT HUP; echo ready; while :; do sleep 1000; done",
      ({ child }) => kill(child.pid!, "SIGKILL"),
    ],
    ["SIGKILL of kubectl", "echo ready; exec cat", (_, id) => killKubectl(id)],
  ];
  for (const [name, script, end, code] of ends) {
    test(`nothing is left after ${name}`, OPTIONS, () =>
      withBackend(
        async (id, config) => {
          // The server speaks once it has been spoken to: what it says earlier nobody hears.
          const client = open(id, config, `read -r line; ${script}`);
          await writeAll(client, Buffer.from("go\n"));
          await client.has(READY);
          end(client, id);
          const ended = await client.ended;
          if (code !== undefined) assert.equal(ended.code, code, ended.stderr);
          client.child.stdin!.destroy();
        },
        { network: "none" },
      ),
    );
  }

  for (const delay of [0, 150, 400, 800]) {
    for (const signal of ["SIGTERM", "SIGKILL"] as const) {
      test(`nothing is left after ${signal} ${delay} ms after the start`, OPTIONS, () =>
        withBackend(async (id, config) => {
          const client = open(id, config, "exec cat");
          await sleep(delay);
          kill(client.child.pid!, signal);
          await client.ended;
          client.child.stdin!.destroy();
          // A Pod whose making was under way may come after a first look.
          await sleep(5000);
        }),
      );
    }
  }

  test("a Pod whose argus and guard were killed together is an orphan, which ps shows and clean removes", OPTIONS, () =>
    withBackend(async (id, config) => {
      const client = open(id, config, "read -r line; trap '' TERM; echo ready; while :; do sleep 1000; done");
      await writeAll(client, Buffer.from("go\n"));
      await client.has(READY);
      for (const { pid } of processesOf(id)) kill(pid, "SIGKILL");
      await client.ended;
      client.child.stdin!.destroy();
      const listed = await run(BINARY, ["ps", "--json", "--config", config], {
        env: clusterEnv(),
        timeoutMs: ANSWER_MS,
      });
      const rows = (JSON.parse(listed.stdout) as { backend: string; orphan: boolean; engine: string }[]).filter(
        ({ backend }) => backend === id,
      );
      assert.deepEqual(
        rows.map(({ orphan }) => orphan),
        [true],
        `${listed.stdout}\n${listed.stderr}`,
      );
      const cleaned = await run(BINARY, ["clean", "--config", config], { env: clusterEnv(), timeoutMs: ANSWER_MS });
      assert.match(cleaned.stdout, new RegExp(`removed container argus-${id}-`), cleaned.stderr);
    }),
  );

  test("two users in one namespace do not touch each other's sessions", OPTIONS, () =>
    withBackend(async (id, config) => {
      const users: User[] = ["dev", "other"];
      const clients = users.map((user) => open(id, config, "exec cat", user));
      for (const client of clients) await writeAll(client, Buffer.from("hello\n"));
      for (const client of clients) await client.has(6);
      clients[0]!.child.stdin!.end();
      assert.equal((await clients[0]!.ended).code, 0);
      await writeAll(clients[1]!, Buffer.from("still here\n"));
      await clients[1]!.has(17);
      clients[1]!.child.stdin!.end();
      assert.equal((await clients[1]!.ended).stdout.toString("utf8"), "hello\nstill here\n");
    }),
  );

  test("10 sessions at once all answer and leave nothing", OPTIONS, async () => {
    const backends = Array.from({ length: 10 }, () => newBackend({ memory: "64m", cpus: "0.1" }));
    const clients = backends.map(({ id, config }) => open(id, config, "exec cat"));
    for (const client of clients) await writeAll(client, Buffer.from("hello\n"));
    for (const client of clients) await client.has(6);
    for (const client of clients) client.child.stdin!.end();
    const ended = await Promise.all(clients.map((client) => client.ended));
    for (const { code, stdout, stderr } of ended) {
      assert.equal(stdout.toString("utf8"), "hello\n", stderr);
      assert.equal(code, 0, stderr);
    }
    for (const { id } of backends) assert.deepEqual(await leftIn(id), []);
  });

  test("a memory limit that is hit is told as such", OPTIONS, () =>
    withBackend(
      async (id, config) => {
        const client = open(id, config, "read -r line; exec tail -c 200m /dev/zero");
        await writeAll(client, Buffer.from("go\n"));
        const { code, stderr } = await client.ended;
        assert.equal(code, 137, stderr);
        assert.match(stderr, /more memory than its limit of 16Mi/);
      },
      { memory: "16m" },
    ),
  );

  const failures: readonly (readonly [
    name: string,
    code: string,
    container: object,
    kubernetes: object,
    user?: User,
  ])[] = [
    ["a user without rights", "kubernetes/forbidden", {}, {}, "nobody"],
    ["a namespace that is not there", "kubernetes/(no-namespace|forbidden)", {}, { namespace: "no-such-namespace" }],
    ["a node that is not there", "kubernetes/unschedulable", {}, { node_selector: { "no-such-label": "x" } }],
    ["a claim that is not there", "kubernetes/unschedulable", { volumes: ["no-such-claim:/data"] }, {}],
    ["a context that is not there", "kubernetes/no-context", {}, { context: "no-such-context" }],
  ];
  for (const [name, error, container, kubernetes, user] of failures) {
    test(`${name} is one clear error`, OPTIONS, () =>
      withBackend(
        async (id, config) => {
          const { code, stdout, stderr } = await runOnce(id, config, "exec cat", user);
          assert.notEqual(code, 0);
          assert.equal(stdout, "");
          assert.match(stderr, new RegExp(`\\[${error}\\]`));
          assert.match(stderr, /^ {2}hint: /m);
          assert.doesNotMatch(stderr, /WITHOUT isolation/);
        },
        container,
        kubernetes,
      ),
    );
  }

  test("an image that no node has, and no registry to pull it from, is one clear error", OPTIONS, () =>
    withId(async (id) => {
      const backend = { command: "sh", container: { dockerfile: "shell/Dockerfile" } };
      const config = writeTree(
        folder,
        `${id}.yaml`,
        JSON.stringify({ kubernetes: { namespace: NAMESPACE }, backends: { [id]: backend } }),
      );
      const { code, stderr } = await runOnce(id, config, "exec cat");
      assert.notEqual(code, 0);
      assert.match(stderr, /\[kubernetes\/image-\w+\]/);
    }),
  );

  test("an absent image is exit code 3 where building is switched off", OPTIONS, () =>
    withId(async (id) => {
      writeTree(folder, `${id}/Dockerfile`, `FROM alpine:3.21\nLABEL never.built=${id}\nENTRYPOINT ["cat"]\n`);
      const config = configOf(id, { command: "cat", container: { dockerfile: `${id}/Dockerfile` } });
      const [bin = "", ...args] = argusWords(id, config);
      const { code, stdout, stderr } = await run(bin, [...args, "--no-build"], {
        env: clusterEnv(),
        timeoutMs: ANSWER_MS,
      });
      assert.equal(code, 3, stderr);
      assert.equal(stdout, "");
      assert.match(stderr, new RegExp(`argus build ${id}`));
    }),
  );

  test("a quota in the way is one clear error", OPTIONS, () =>
    withBackend(
      async (id, config) => {
        const quota = {
          apiVersion: "v1",
          kind: "ResourceQuota",
          metadata: { name: id },
          spec: { hard: { "limits.memory": "1Mi" }, scopes: ["NotTerminating"] },
        };
        // Only Pods without a deadline are counted, so that no other test meets it.
        const { code: made, stderr: why } = kubectl("admin", ["create", "-f", "-"], JSON.stringify(quota));
        assert.equal(made, 0, why);
        try {
          await sleep(3000);
          const { code, stderr } = await runOnce(id, config, "exec cat");
          assert.notEqual(code, 0);
          assert.match(stderr, /\[kubernetes\/quota\]/);
        } finally {
          kubectl("admin", ["delete", "resourcequota", id, "--ignore-not-found"]);
        }
      },
      {},
      { deadline: "never" },
    ),
  );

  test("doctor knows the cluster, the rights and the registry", OPTIONS, async () => {
    const { config } = newBackend();
    const asDev = await run(BINARY, ["doctor", "--json", "--config", config], {
      env: clusterEnv(),
      timeoutMs: OPTIONS.timeout,
    });
    const checks = (JSON.parse(asDev.stdout) as { checks: { name: string; status: string }[] }).checks;
    const status = (name: string) => checks.find((check) => check.name === name)?.status;
    assert.equal(status("kubernetes"), "ok", asDev.stdout);
    assert.equal(status("kubernetes rights"), "ok", asDev.stdout);
    assert.equal(status("kubernetes registry"), "ok", asDev.stdout);
    assert.equal(status("kubernetes network"), "warn", asDev.stdout);
    const asNobody = await run(BINARY, ["doctor", "--json", "--config", config], {
      env: clusterEnv("nobody"),
      timeoutMs: OPTIONS.timeout,
    });
    assert.match(asNobody.stdout, /"kubernetes rights",\s+"status": "fail"/);
  });
}

function killKubectl(id: string): void {
  for (const { pid, words } of processesOf(id)) if (words.includes("attach")) kill(pid, "SIGKILL");
}

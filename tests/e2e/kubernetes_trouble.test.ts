/**
 * What stands in a session's way on a real cluster, each told as one clear error; and many sessions beside each other.
 * Skipped aloud without ARGUS_TEST_KUBECONFIG.
 */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { setTimeout as sleep } from "node:timers/promises";
import { kill } from "../matrix/traces.ts";
import { kubectl, leftIn, type User } from "../support/cluster.ts";
import {
  argusOn,
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
import { writeAll } from "../support/session_client.ts";

onCluster("kubernetes trouble", () => {
  clusterTest("two users in one namespace do not touch each other's sessions", () =>
    withShell(async (backend) => {
      const users: User[] = ["dev", "other"];
      const clients = users.map((user) => open(backend, "exec cat", user));
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

  clusterTest("30 sessions at once all answer and leave nothing", async () => {
    const backends = Array.from({ length: 30 }, () => newBackend({ memory: "32m", cpus: "0.02" }));
    const clients = backends.map((backend) => open(backend, "exec cat"));
    for (const client of clients) await writeAll(client, Buffer.from("hello\n"));
    const answers = await Promise.allSettled(clients.map((client) => client.has(6)));
    for (const client of clients) client.child.stdin!.end();
    const ended = await Promise.all(clients.map((client) => client.ended));
    for (const { code, stdout, stderr } of ended) {
      assert.equal(stdout.toString("utf8"), "hello\n", stderr);
      assert.equal(code, 0, stderr);
    }
    assert.ok(answers.every(({ status }) => status === "fulfilled"));
    for (const { id } of backends) assert.deepEqual(await leftIn(id), []);
  });

  clusterTest("a memory limit that is hit is told as such", () =>
    withShell(
      async (backend) => {
        const { code, stderr } = await open(backend, "exec tail -c 200m /dev/zero").ended;
        assert.equal(code, 137, stderr);
        assert.match(stderr, /more memory than its limit of 16Mi/);
      },
      { memory: "16m" },
    ),
  );

  clusterTest("a deadline that is reached is told as such", () =>
    withShell(
      async (backend) => {
        const { code, stderr } = await open(backend, "exec cat").ended;
        assert.notEqual(code, 0);
        assert.match(stderr, /^argus: server: the Pod reached its deadline and was ended; /m);
      },
      {},
      { deadline: "8s" },
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
    ["more memory than any node has", "kubernetes/unschedulable", { memory: "4096g" }, {}],
    ["a claim that is not there", "kubernetes/unschedulable", { volumes: ["no-such-claim:/data"] }, {}],
    ["a context that is not there", "kubernetes/no-context", {}, { context: "no-such-context" }],
  ];
  for (const [name, error, container, kubernetes, user] of failures) {
    clusterTest(`${name} is one clear error`, () =>
      withShell(
        async (backend) => {
          const { code, stdout, stderr } = await runOnce(backend, "exec cat", user);
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

  clusterTest("a Pod that waits for its volume says so", () =>
    withId(async (id) => {
      const storage = {
        resources: { requests: { storage: "1Mi" } },
        accessModes: ["ReadWriteOnce"],
        storageClassName: "",
      };
      const volume = {
        apiVersion: "v1",
        kind: "PersistentVolume",
        metadata: { name: id },
        spec: {
          capacity: { storage: "1Mi" },
          accessModes: ["ReadWriteOnce"],
          hostPath: { path: `/no/such/folder/${id}`, type: "Directory" },
        },
      };
      const spec = { ...storage, volumeName: id };
      const claim = { apiVersion: "v1", kind: "PersistentVolumeClaim", metadata: { name: id }, spec };
      const list = { apiVersion: "v1", kind: "List", items: [volume, claim] };
      const { code: made, stderr: why } = kubectl("admin", ["create", "-f", "-"], JSON.stringify(list));
      assert.equal(made, 0, why);
      try {
        const phase = (): string => kubectl("admin", ["get", "pvc", id, "-o", "jsonpath={.status.phase}"]).stdout;
        for (const began = performance.now(); performance.now() - began < 60_000; await sleep(200)) {
          if (phase() === "Bound") break;
        }
        const config = configOf(id, shell({ volumes: [`${id}:/data`] }));
        const client = open({ id, config }, "exec cat");
        const told = new Promise<void>((resolve) => {
          client.child.stderr!.on("data", (bytes) => String(bytes).includes("still being started") && resolve());
        });
        await Promise.race([told, client.ended]);
        kill(client.child.pid!, "SIGTERM");
        const { code, stderr } = await client.ended;
        assert.equal(code, 143, stderr);
        assert.match(stderr, /is still being started \(FailedMount: .*\/no\/such\/folder/);
      } finally {
        kubectl("admin", ["delete", "--wait=false", "--ignore-not-found", `pvc/${id}`, `pv/${id}`]);
      }
    }),
  );

  clusterTest("a quota in the way is one clear error", () =>
    withShell(
      async (backend) => {
        const quota = {
          apiVersion: "v1",
          kind: "ResourceQuota",
          metadata: { name: backend.id },
          // Only Pods without a deadline are counted, so that no other test meets it.
          spec: { hard: { "limits.memory": "1Mi" }, scopes: ["NotTerminating"] },
        };
        const { code: made, stderr: why } = kubectl("admin", ["create", "-f", "-"], JSON.stringify(quota));
        assert.equal(made, 0, why);
        try {
          await sleep(3000);
          const { code, stderr } = await runOnce(backend, "exec cat");
          assert.notEqual(code, 0);
          assert.match(stderr, /\[kubernetes\/quota\]/);
        } finally {
          kubectl("admin", ["delete", "resourcequota", backend.id, "--ignore-not-found"]);
        }
      },
      {},
      { deadline: "never" },
    ),
  );

  clusterTest("doctor knows the cluster, the rights and the registry", async () => {
    const { config } = newBackend();
    const asDev = await argusOn(["doctor", "--json", "--config", config]);
    const checks = (JSON.parse(asDev.stdout) as { checks: { name: string; status: string }[] }).checks;
    const status = (name: string) => checks.find((check) => check.name === name)?.status;
    assert.equal(status("kubernetes"), "ok", asDev.stdout);
    assert.equal(status("kubernetes rights"), "ok", asDev.stdout);
    assert.equal(status("kubernetes registry"), "ok", asDev.stdout);
    assert.equal(status("kubernetes network"), "warn", asDev.stdout);
    const asNobody = await argusOn(["doctor", "--json", "--config", config], "nobody");
    assert.match(asNobody.stdout, /"kubernetes rights",\s+"status": "fail"/);
    const told = await argusOn(["doctor", "--config", config], "nobody");
    assert.match(told.stdout, /can apply this:\napiVersion: .*\nkind: Role\n/);
  });
});

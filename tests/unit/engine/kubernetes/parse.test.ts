import assert from "node:assert/strict";
import { test } from "node:test";
import {
  parseContext,
  parseEvents,
  parseNamespace,
  parsePod,
  parsePods,
  parseVersions,
} from "../../../../src/engine/kubernetes/parse.ts";
import { samplePod } from "./samples.ts";

test("a Pod that runs", () => {
  const pod = parsePod(JSON.stringify(samplePod({ phase: "Running", container: { running: { startedAt: "x" } } })));
  assert.deepEqual(pod, {
    name: "argus-time-0123456789ab",
    image: "registry.example.com/argus/uvx-time:abc",
    created: "2026-11-28T18:00:00Z",
    backend: "Time_",
    owner: { pid: 42, started: "777", boot: "b-1", uid: 1000, host: "laptop" },
    deleting: false,
    phase: "Running",
    changed: "2026-11-28T18:00:00Z",
    reason: "",
    message: "",
    memory: "512Mi",
    unscheduled: undefined,
    server: { state: "running" },
  });
});

test("a Pod that no node has taken yet", () => {
  const pod = parsePod(JSON.stringify(samplePod({ phase: "Pending" })));
  assert.equal(pod?.server, undefined);
  assert.equal(pod?.unscheduled, undefined);
});

test("a Pod that no node takes", () => {
  const unscheduled = { reason: "Unschedulable", message: "0/1 nodes are available: 1 Insufficient memory." };
  const pod = parsePod(JSON.stringify(samplePod({ phase: "Pending", unscheduled })));
  assert.deepEqual(pod?.unscheduled, unscheduled);
});

test("a server that ended, by itself and by a signal", () => {
  const ended = (terminated: object) =>
    parsePod(JSON.stringify(samplePod({ phase: "Failed", container: { terminated } })))?.server;
  assert.deepEqual(ended({ exitCode: 7, reason: "Error" }), {
    state: "terminated",
    exitCode: 7,
    reason: "Error",
    message: "",
  });
  assert.deepEqual(ended({ exitCode: 0, reason: "Completed", message: "" }), {
    state: "terminated",
    exitCode: 0,
    reason: "Completed",
    message: "",
  });
});

test("a server that waits", () => {
  const waiting = { reason: "ErrImagePull", message: "not found" };
  const pod = parsePod(JSON.stringify(samplePod({ phase: "Pending", container: { waiting } })));
  assert.deepEqual(pod?.server, { state: "waiting", ...waiting });
});

test("a Pod that is being removed", () => {
  const pod = samplePod({ phase: "Running" });
  const removed = { ...pod, metadata: { ...pod.metadata, deletionTimestamp: "2026-11-28T18:00:01Z" } };
  assert.equal(parsePod(JSON.stringify(removed))?.deleting, true);
});

test("a list of Pods; one without the annotation of argus has no owner", () => {
  const pod = samplePod({ phase: "Running" });
  const foreign = { ...pod, metadata: { ...pod.metadata, annotations: { "argus.owner": "someone" } } };
  const pods = parsePods(JSON.stringify({ kind: "List", items: [pod, foreign] }));
  assert.deepEqual(
    pods.map(({ owner }) => owner?.pid),
    [42, undefined],
  );
  assert.equal(pods[1]?.backend, "Time");
});

test("what went wrong with a Pod, the last at the end", () => {
  const items = [
    { reason: "FailedScheduling", message: "no node", involvedObject: {} },
    { reason: "FailedMount", message: "no such folder" },
  ];
  assert.deepEqual(parseEvents(JSON.stringify({ items })), [
    { reason: "FailedScheduling", message: "no node" },
    { reason: "FailedMount", message: "no such folder" },
  ]);
});

for (const output of ["", "not json", "null", "[]", '{"kind":"Status"}', '{"items":3}']) {
  test(`${JSON.stringify(output)} is neither a Pod nor anything else`, () => {
    assert.equal(parsePod(output), undefined);
    assert.deepEqual(parsePods(output), []);
    assert.deepEqual(parseEvents(output), []);
    assert.equal(parseNamespace(output), undefined);
    assert.equal(parseContext(output), undefined);
    assert.deepEqual(parseVersions(output), { client: "", server: "" });
  });
}

test("versions, also without a cluster", () => {
  const clientVersion = { gitVersion: "v1.33.1" };
  const serverVersion = { gitVersion: "v1.34.4" };
  assert.deepEqual(parseVersions(JSON.stringify({ clientVersion, serverVersion })), {
    client: "v1.33.1",
    server: "v1.34.4",
  });
  assert.deepEqual(parseVersions(JSON.stringify({ clientVersion })), { client: "v1.33.1", server: "" });
});

test("the level that a namespace enforces", () => {
  const labels = { "pod-security.kubernetes.io/enforce": "restricted" };
  const json = { kind: "Namespace", metadata: { name: "argus", labels } };
  assert.deepEqual(parseNamespace(JSON.stringify(json)), { enforce: "restricted" });
});

test("the context that is used", () => {
  const json = (context: object) => ({
    "current-context": "c",
    contexts: [{ name: "c", context }],
    clusters: [{ name: "k", cluster: { server: "https://192.0.2.1:6443" } }],
  });
  const expected = { context: "c", server: "https://192.0.2.1:6443" };
  assert.deepEqual(parseContext(JSON.stringify(json({ namespace: "mcp" }))), { ...expected, namespace: "mcp" });
  assert.deepEqual(parseContext(JSON.stringify(json({}))), { ...expected, namespace: "default" });
});

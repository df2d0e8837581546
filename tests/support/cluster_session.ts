/** Backends for tests on a cluster, sessions of them through the compiled binary, and the check that nothing is left. */
import assert from "node:assert/strict";
import process from "node:process";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { kill, processesOf } from "../matrix/traces.ts";
import { clusterEnv, KUBECONFIG, kubectl, leftIn, NAMESPACE, registry, sweepCluster, type User } from "./cluster.ts";
import { withCluster } from "./cluster_lock.ts";
import { BINARY, type Ended, run } from "./proc.ts";
import { type Client, openProcess } from "./session_client.ts";
import { tmpFolder, writeTree } from "./tmp.ts";

/** Limits against a hang, not promises: the machine may be busy with other tests. Milliseconds. */
export const BUILD_MS: number = 12 * 60_000;
export const ANSWER_MS = 180_000;
const TEST_MS = 15 * 60_000;

/** The folder of a file's configs and build contexts. */
export const folder: string = tmpFolder();

let serial = 0;

/** Defines a file's tests when there is a cluster; else one test that says, as skipped, that there is none. */
export function onCluster(name: string, define: () => void): void {
  if (KUBECONFIG === undefined) {
    test(name, { skip: "ARGUS_TEST_KUBECONFIG is not set: no cluster" }, () => {});
    return;
  }
  writeTree(folder, "shell/Dockerfile", 'FROM alpine:3.21\nENTRYPOINT ["/bin/sh", "-c"]\n');
  clusterTest("the cluster answers", () => {
    const { code, stderr } = kubectl("dev", ["get", "pods"]);
    assert.equal(code, 0, stderr);
  });
  define();
}

/** How a test uses the cluster. */
export interface ClusterTestOptions {
  /** No other test may use the cluster meanwhile. */
  readonly alone?: boolean;
  /** Why the test cannot run here. */
  readonly skip?: string | undefined;
  /** Milliseconds; default 15 minutes. */
  readonly timeout?: number;
}

/** Defines one test that uses the cluster. */
export function clusterTest(name: string, use: () => void | Promise<void>, options: ClusterTestOptions = {}): void {
  const { alone = false, skip, timeout = TEST_MS } = options;
  test(name, { timeout, ...(skip === undefined ? {} : { skip }) }, () => withCluster(alone ? "alone" : "shared", use));
}

/** A backend and the file that configures it. */
export interface Backend {
  readonly id: string;
  readonly config: string;
}

/** A backend of its own: a shell that runs what it is given as an argument. */
export function newBackend(container: object = {}, kubernetes: object = {}): Backend {
  const id = newId();
  return { id, config: configOf(id, shell(container), kubernetes) };
}

/** The shell as a backend; `container` adds to its fields. */
export function shell(container: object = {}): object {
  return { command: "sh", container: { dockerfile: "shell/Dockerfile", ...container } };
}

/** Writes the config of one backend; `kubernetes` adds to the section, where undefined takes a field away. */
export function configOf(id: string, backend: object, kubernetes: object = {}): string {
  const section = { registry: registry(), namespace: NAMESPACE, deadline: "30m", ...kubernetes };
  // Long enough for a busy cluster to bring a server the end of its input.
  const session = { eof_grace: "60s" };
  const text = JSON.stringify({ kubernetes: section, backends: { [id]: { session, ...backend } } });
  return writeTree(folder, `${id}.yaml`, text);
}

/** The words of `argus run`. */
export function argusWords({ id, config }: Backend, ...words: string[]): string[] {
  return [BINARY, "run", id, "--config", config, ...(words.length === 0 ? [] : ["--", ...words])];
}

/** Starts a session whose server is a shell script. */
export function open(
  backend: Backend,
  script: string,
  user: User = "dev",
  env: Readonly<Record<string, string>> = {},
): Client {
  return openProcess(argusWords(backend, script), clusterEnv(user, { DRIVER_CASE: backend.id, ...env }));
}

/** The same without any input, to its end. */
export function runOnce(backend: Backend, script: string, user: User = "dev"): Promise<Ended> {
  const [bin = "", ...args] = argusWords(backend, script);
  return run(bin, args, { env: clusterEnv(user, { DRIVER_CASE: backend.id }), timeoutMs: ANSWER_MS });
}

/** Runs another command of argus. */
export function argusOn(args: readonly string[], user: User = "dev", timeoutMs: number = BUILD_MS): Promise<Ended> {
  return run(BINARY, args, { env: clusterEnv(user), timeoutMs });
}

/** Gives a test a shell and checks that nothing of it is left, in the cluster and on this machine. */
export function withShell(
  use: (backend: Backend) => Promise<void>,
  container: object = {},
  kubernetes: object = {},
): Promise<void> {
  const backend = newBackend(container, kubernetes);
  return leavesNothing(backend.id, () => use(backend));
}

/** The same for a backend that is not a shell: the test writes its config. */
export function withId(use: (id: string) => Promise<void>): Promise<void> {
  const id = newId();
  return leavesNothing(id, () => use(id));
}

/** Fails when anything of a backend's sessions is left after `use`, and removes it then. */
export async function leavesNothing(id: string, use: () => Promise<void>): Promise<void> {
  try {
    await use();
    assert.deepEqual(await leftIn(id), []);
    await nothingRuns(id);
  } finally {
    for (const { pid } of processesOf(id)) kill(pid, "SIGKILL");
    sweepCluster(id);
  }
}

function newId(): string {
  serial += 1;
  return `k8${process.pid}x${serial}`;
}

async function nothingRuns(id: string): Promise<void> {
  const running = (): string[] => processesOf(id).map(({ comm, words }) => `${comm} ${words.slice(0, 3).join(" ")}`);
  for (const began = performance.now(); performance.now() - began < 60_000; await sleep(200)) {
    if (running().length === 0) return;
  }
  assert.deepEqual(running(), []);
}

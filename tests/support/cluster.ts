/**
 * The cluster that tests run on: ARGUS_TEST_KUBECONFIG names the kubeconfig of a user with the rights of argus, the same
 * with _ADMIN, _OTHER and _NOBODY others, ARGUS_TEST_KUBECTL the program, ARGUS_TEST_REGISTRY a registry that both sides
 * reach (`scripts/testbed up --kubernetes`, then `scripts/testbed env` prints all of it).
 */
import { spawnSync } from "node:child_process";
import { dirname } from "node:path";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { engineVariables } from "./argus_world.ts";
import { engineCall, type World, worlds } from "./engines.ts";
import { cleanEnv } from "./proc.ts";

export type User = "dev" | "admin" | "other" | "nobody";

export const NAMESPACE = "argus";

/** undefined = there is no cluster: skip, aloud. */
export const KUBECONFIG: string | undefined = process.env.ARGUS_TEST_KUBECONFIG || undefined;

const VARIABLES: Readonly<Record<User, string>> = {
  dev: "ARGUS_TEST_KUBECONFIG",
  admin: "ARGUS_TEST_KUBECONFIG_ADMIN",
  other: "ARGUS_TEST_KUBECONFIG_OTHER",
  nobody: "ARGUS_TEST_KUBECONFIG_NOBODY",
};

const KUBECTL = process.env.ARGUS_TEST_KUBECTL ?? "kubectl";
/** A cluster that was just restarted, on a machine that is busy. */
const TIMEOUT_MS = 60_000;

/** The environment of an argus that uses the cluster as a user. */
export function clusterEnv(user: User = "dev", more: Readonly<Record<string, string>> = {}): Record<string, string> {
  const path = `${KUBECTL.includes("/") ? `${dirname(KUBECTL)}:` : ""}${process.env.PATH ?? ""}`;
  const extra = process.env.ARGUS_BUILD_EXTRA_ARGS;
  return cleanEnv({
    ...engineVariables(),
    ...(extra === undefined ? {} : { ARGUS_BUILD_EXTRA_ARGS: extra }),
    PATH: path,
    KUBECONFIG: required(VARIABLES[user]),
    ARGUS_RUNTIME: "kubernetes",
    ...more,
  });
}

/** The registry's address and a folder for the tests. */
export function registry(): string {
  return `${required("ARGUS_TEST_REGISTRY")}/argus-e2e`;
}

/** The cluster as one more way to run sessions; none where there is no cluster. */
export function clusterWorlds(): World[] {
  if (KUBECONFIG === undefined) return [];
  const env = { KUBECONFIG, PATH: clusterEnv().PATH ?? "", DRIVER_REGISTRY: registry(), DRIVER_NAMESPACE: NAMESPACE };
  return [{ name: "kubernetes", engine: "kubernetes", program: KUBECTL, prefix: [], env }];
}

/** Puts an image that an engine here has where the driver's Pods find it. */
export function publishImage(image: string): void {
  const ref = `${registry()}/${image}`;
  const world = worlds().find(({ prefix }) => prefix.length === 0);
  if (world === undefined) throw new Error("no engine here has images");
  const ended = [
    ["tag", image, ref],
    ["push", ref],
  ].map((words) => engineCall(world, words, 5 * TIMEOUT_MS).code);
  if (ended.some((code) => code !== 0)) throw new Error(`${world.name} cannot push ${ref}`);
}

/** The words with which kubectl prints what sessions have in the cluster: `NAME KIND PHASE` each. */
export function listWords(): string[] {
  const line = '{.metadata.name}{" "}{.kind}{" "}{.status.phase}{"\\n"}';
  const kinds = "pods,secrets,networkpolicies";
  const output = `jsonpath={range .items[*]}${line}{end}`;
  return [...asAdmin(), "get", kinds, "-l", "argus.session", "-o", output];
}

/** The words that remove all of a session by its name. */
export function removeWords(name: string): string[] {
  return [...asAdmin(), "delete", "pod,secret,networkpolicy", "--ignore-not-found", "--wait=false", name];
}

function asAdmin(): string[] {
  return [`--kubeconfig=${required(VARIABLES.admin)}`, `--namespace=${NAMESPACE}`];
}

/** Calls kubectl as a user, in the tests' namespace. */
export function kubectl(
  user: User,
  args: readonly string[],
  input = "",
): { code: number; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(KUBECTL, [`--namespace=${NAMESPACE}`, ...args], {
    env: { ...process.env, KUBECONFIG: required(VARIABLES[user]) },
    input,
    encoding: "utf8",
    timeout: TIMEOUT_MS,
  });
  return { code: status ?? 1, stdout: stdout ?? "", stderr: stderr ?? "" };
}

/** What a backend's sessions have in the cluster, "pod/argus-x-…" each; undefined when the cluster did not answer. */
export function objectsOf(backend: string): string[] | undefined {
  const kinds = "pods,secrets,networkpolicies";
  const { code, stdout } = kubectl("admin", ["get", kinds, "-l", `argus.backend=${backend}`, "-o", "name"]);
  return code === 0 ? stdout.split("\n").filter(Boolean) : undefined;
}

/** What is left of a backend's sessions after a while: empty = nothing. */
export async function leftIn(backend: string, limitMs = 120_000): Promise<string[]> {
  let left: string[] = [];
  for (const began = performance.now(); performance.now() - began < limitMs; await sleep(300)) {
    left = objectsOf(backend) ?? ["the cluster does not answer"];
    if (left.length === 0) return [];
  }
  return left;
}

/** Removes what a failed test left, by name. */
export function sweepCluster(backend: string): void {
  const left = objectsOf(backend) ?? [];
  if (left.length > 0) kubectl("admin", ["delete", "--wait=false", "--ignore-not-found", ...left]);
}

function required(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === "") throw new Error(`${name} is not set: eval "$(scripts/testbed env)"`);
  return value;
}

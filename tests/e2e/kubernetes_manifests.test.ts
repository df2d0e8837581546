/**
 * What `argus plan --runtime kubernetes` prints is taken by a real API server, in a namespace whose PodSecurity level is
 * "restricted": every golden case, without making anything.
 *
 * `ARGUS_TEST_KUBECONFIG` names the kubeconfig (`scripts/testbed env` prints it), ARGUS_TEST_KUBECTL the program. Without
 * the first the test is skipped, aloud; with it, a cluster that does not answer is a failure. The rights of argus are
 * enough: `create`, for `apply` would read the Secret first.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { test } from "node:test";
import { explainKubectl } from "../../src/engine/kubernetes/explain.ts";
import { ROOT } from "../support/proc.ts";

const KUBECONFIG = process.env.ARGUS_TEST_KUBECONFIG ?? "";
const KUBECTL = process.env.ARGUS_TEST_KUBECTL ?? "kubectl";
const NAMESPACE = "argus";
const TIMEOUT_MS = 120_000;

/** Cases that ask for what this cluster refuses, with the error that a user gets. */
const REFUSED: Readonly<Record<string, string>> = {
  "kubernetes-account": "kubernetes/no-service-account",
  "kubernetes-host-path": "kubernetes/pod-security",
};

const GOLDEN = join(ROOT, "tests", "golden");
const CASES = readdirSync(GOLDEN).filter((name) => existsSync(join(GOLDEN, name, "pod.yaml")));

if (KUBECONFIG === "") {
  test("kubernetes manifests", { skip: "ARGUS_TEST_KUBECONFIG is not set: no cluster" }, () => {});
} else {
  test("the cluster answers", () => {
    const { code, stderr } = kubectl(["get", "pods"]);
    assert.equal(code, 0, stderr);
  });

  test("there are cases, and those that the cluster refuses", () => {
    assert.ok(CASES.length > 20, `${CASES.length} cases`);
    assert.deepEqual(
      Object.keys(REFUSED).filter((name) => !CASES.includes(name)),
      [],
    );
  });

  for (const name of CASES) {
    const refusal = REFUSED[name];
    test(`${name}: the API server ${refusal === undefined ? "takes" : "refuses"} its objects`, () => {
      const manifests = readFileSync(join(GOLDEN, name, "pod.yaml"), "utf8");
      const { code, stdout, stderr } = kubectl(["create", "--dry-run=server", "-f", "-"], manifests);
      if (refusal === undefined) {
        assert.equal(code, 0, stderr);
        const kinds = manifests.match(/^kind: .+$/gm)?.length;
        assert.equal(stdout.trim().split("\n").length, kinds, stdout);
        // What the level would only warn about is said here.
        assert.equal(stderr.replace(/^Warning: Use tokens.*\n/m, ""), "");
      } else {
        assert.notEqual(code, 0, stdout);
        const { code: found, message, hint } = explainKubectl({ output: stderr });
        assert.equal(found, refusal, `${message}\n${stderr}`);
        assert.ok(hint !== undefined);
      }
    });
  }
}

function kubectl(args: readonly string[], input = ""): { code: number; stdout: string; stderr: string } {
  const env = { ...process.env, KUBECONFIG };
  const words = [`--namespace=${NAMESPACE}`, ...args];
  const { status, stdout, stderr, error } = spawnSync(KUBECTL, words, {
    env,
    input,
    encoding: "utf8",
    timeout: TIMEOUT_MS,
  });
  if (error !== undefined) throw error;
  return { code: status ?? 1, stdout, stderr };
}

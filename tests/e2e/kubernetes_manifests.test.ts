/**
 * What `argus plan --runtime kubernetes` prints is taken by a real API server, in a namespace whose PodSecurity level is
 * "restricted": every golden case, without making anything. The rights of argus are enough: `create`, for `apply` would read
 * the Secret first. Skipped aloud without ARGUS_TEST_KUBECONFIG.
 */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { explainKubectl } from "../../src/engine/kubernetes/explain.ts";
import { kubectl } from "../support/cluster.ts";
import { clusterTest, onCluster } from "../support/cluster_session.ts";
import { ROOT } from "../support/proc.ts";

/** Cases that ask for what this cluster refuses, with the error that a user gets. */
const REFUSED: Readonly<Record<string, string>> = {
  "kubernetes-account": "kubernetes/no-service-account",
  "kubernetes-host-path": "kubernetes/pod-security",
};

const GOLDEN = join(ROOT, "tests", "golden");
const CASES = readdirSync(GOLDEN).filter((name) => existsSync(join(GOLDEN, name, "pod.yaml")));

onCluster("kubernetes manifests", () => {
  clusterTest("there are cases, and those that the cluster refuses", () => {
    assert.ok(CASES.length > 20, `${CASES.length} cases`);
    assert.deepEqual(
      Object.keys(REFUSED).filter((name) => !CASES.includes(name)),
      [],
    );
  });

  for (const name of CASES) {
    const refusal = REFUSED[name];
    clusterTest(`${name}: the API server ${refusal === undefined ? "takes" : "refuses"} its objects`, () => {
      const manifests = readFileSync(join(GOLDEN, name, "pod.yaml"), "utf8");
      const { code, stdout, stderr } = kubectl("dev", ["create", "--dry-run=server", "-f", "-"], manifests);
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
});

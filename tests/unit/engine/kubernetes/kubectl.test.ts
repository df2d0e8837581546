import assert from "node:assert/strict";
import { test } from "node:test";
import { type Command, realArgs } from "../../../../src/engine/command.ts";
import {
  attachCommand,
  type Cluster,
  canICommand,
  contextCommand,
  createCommand,
  deleteCommand,
  eventsCommand,
  getNamespaceCommand,
  getPodCommand,
  listCommand,
  logsCommand,
  notYetAttachable,
  versionCommand,
} from "../../../../src/engine/kubernetes/kubectl.ts";
import type { Secret } from "../../../../src/engine/kubernetes/manifest.ts";

const CLUSTER: Cluster = { bin: "/bin/kubectl", context: "prod", namespace: "mcp", env: { KUBECONFIG: "/x" } };
const ANY: Cluster = { bin: "kubectl" };
const WHERE = "--request-timeout=15s --context=prod --namespace=mcp";
const SECRET: Secret = {
  apiVersion: "v1",
  kind: "Secret",
  metadata: { name: "x" },
  type: "Opaque",
  immutable: true,
  stringData: { A: "s3cret" },
};

const CALLS: readonly (readonly [Command, string])[] = [
  [createCommand(CLUSTER, [SECRET, SECRET]), `create ${WHERE} -f - -o name`],
  [attachCommand(CLUSTER, "p"), "attach --context=prod --namespace=mcp -i -q --pod-running-timeout=30s -c server p"],
  [getPodCommand(CLUSTER, "p"), `get ${WHERE} pod p -o json`],
  [listCommand(CLUSTER), `get ${WHERE} pods,networkpolicies -l argus.session -o json`],
  [logsCommand(CLUSTER, "p"), `logs ${WHERE} p -c server`],
  [
    eventsCommand(CLUSTER, "p"),
    `get ${WHERE} events --field-selector=involvedObject.kind=Pod,involvedObject.name=p,type=Warning ` +
      "--sort-by=.lastTimestamp -o json",
  ],
  [
    deleteCommand(CLUSTER, ["p", "q"]),
    `delete ${WHERE} secret,pod,networkpolicy --grace-period=1 --wait=false --ignore-not-found p q`,
  ],
  [
    deleteCommand(ANY, ["p"], ["Secret"]),
    "delete --request-timeout=15s secret --grace-period=1 --wait=false --ignore-not-found p",
  ],
  [canICommand(CLUSTER, "create", "pods", "attach"), `auth ${WHERE} can-i create pods --subresource=attach`],
  [canICommand(ANY, "list", "pods"), "auth --request-timeout=15s can-i list pods"],
  [versionCommand(ANY), "version --request-timeout=15s -o json"],
  [getNamespaceCommand(ANY, "mcp"), "get --request-timeout=15s namespace mcp -o json"],
  [contextCommand(CLUSTER), "config --context=prod --namespace=mcp view --minify -o json"],
];

for (const [command, words] of CALLS) {
  test(`kubectl ${words}`, () => {
    assert.equal(realArgs(command).join(" "), words);
    assert.ok(!realArgs(command).join(" ").includes("s3cret"));
  });
}

test("the cluster's program and variables are used", () => {
  const { bin, env } = getPodCommand(CLUSTER, "p");
  assert.deepEqual({ bin, env }, { bin: "/bin/kubectl", env: { KUBECONFIG: "/x" } });
});

test("manifests travel on standard input", () => {
  assert.deepEqual(JSON.parse(createCommand(ANY, [SECRET]).input ?? ""), {
    apiVersion: "v1",
    kind: "List",
    items: [SECRET],
  });
});

for (const [said, again] of [
  ["error: pod argus-time-1 does not have a host assigned", true],
  ["error: unable to upgrade connection: container server not found in pod argus-time-1_argus", true],
  ["error: cannot attach a container in a completed pod; current phase is Failed", false],
  ['Error from server (NotFound): pods "x" not found', false],
  ["", false],
] as const) {
  test(`an attach that says "${said}" is ${again ? "" : "not "}tried again`, () => {
    assert.equal(notYetAttachable(said), again);
  });
}

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  annotationProblem,
  contextProblem,
  deadlineProblem,
  labelKeyProblem,
  labelValueProblem,
  namespaceProblem,
  objectNameProblem,
  ownKeyProblem,
  tolerationProblem,
} from "../../../../src/config/rules/kubernetes.ts";
import { table, UNSEEN } from "./table.ts";

table("context", contextProblem, {
  fine: ["prod", "gke_my-project_europe-west1_prod", "arn:aws:eks:eu-west-1:1:cluster/x", "me@home", "a b"],
  refused: ["", " ", "-x", "--kubeconfig=/x", "x".repeat(254), ...UNSEEN],
});

table("namespace", namespaceProblem, {
  fine: ["mcp", "team-1", "1", "x".repeat(63)],
  refused: ["", "Mcp", "a.b", "-a", "a-", "a_b", "x".repeat(64), ...UNSEEN],
});

table("image_pull_secret", objectNameProblem, {
  fine: ["login", "a.b-c", "1"],
  refused: ["", "Login", "a..b", ".a", "-a", "a_b", "x".repeat(254), ...UNSEEN],
});

table("labels, the key", ownKeyProblem, {
  fine: ["team", "example.com/team", "app.kubernetes.io/name", "A_b.c-d"],
  refused: [
    "",
    "argus.session",
    "Argus.x",
    "a/b/c",
    "/a",
    "a/",
    "Example.com/x",
    "-a",
    "a b",
    "x".repeat(64),
    ...UNSEEN,
  ],
});

table("node_selector, the key", labelKeyProblem, {
  fine: ["kubernetes.io/arch", "argus.pool"],
  refused: ["", "a b", ...UNSEEN],
});

table("labels, the value", labelValueProblem, {
  fine: ["", "data", "A_b.c-1", "x".repeat(63)],
  refused: ["-a", "a-", "a b", "a:b", "a/b", "x".repeat(64), ...UNSEEN],
});

table("annotations, the value", annotationProblem, {
  fine: ["", "any text: with\nlines", "ö"],
  refused: ["a\0b", "x".repeat(256 * 1024 + 1)],
});

test("a toleration says which taints it means", () => {
  const rows: [Parameters<typeof tolerationProblem>[0], boolean][] = [
    [{ key: "a", value: "b" }, true],
    [{ key: "a" }, true],
    [{ key: "a", operator: "Exists" }, true],
    [{ operator: "Exists" }, true],
    [{}, false],
    [{ value: "b" }, false],
    [{ operator: "Equal", value: "b" }, false],
    [{ key: "a", operator: "Exists", value: "b" }, false],
  ];
  for (const [toleration, fine] of rows) {
    assert.equal(tolerationProblem(toleration) === undefined, fine, JSON.stringify(toleration));
  }
});

test("a deadline is what the API server can count", () => {
  for (const milliseconds of [1000, 1500, 3_600_000, (2 ** 31 - 1) * 1000]) {
    assert.equal(deadlineProblem(milliseconds), undefined, String(milliseconds));
  }
  for (const milliseconds of [0, 999, 2 ** 31 * 1000]) {
    assert.notEqual(deadlineProblem(milliseconds), undefined, String(milliseconds));
  }
});

import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { load, loadAll } from "js-yaml";
import { ROLE_RULES, roleYaml } from "../../../../src/engine/kubernetes/role.ts";
import { ROOT } from "../../../support/proc.ts";

interface Role {
  readonly kind: string;
  readonly rules: unknown;
}

/** What `kubectl apply` makes of the text. */
function appliedRole(namespace: string): Role {
  return loadAll(roleYaml(namespace, "system:me"))[0] as Role;
}

test("the Role has the rules, and a binding", () => {
  const [role, binding] = loadAll(roleYaml("argus", "system:me"));
  assert.deepEqual(role, {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "Role",
    metadata: { name: "argus", namespace: "argus" },
    rules: ROLE_RULES.map(({ optional: _, ...rule }) => rule),
  });
  assert.deepEqual((binding as { subjects: unknown }).subjects, [
    { apiGroup: "rbac.authorization.k8s.io", kind: "User", name: "system:me" },
  ]);
});

test("a namespace stays a text, whatever YAML would make of it", () => {
  for (const namespace of ["123", "1e3", "0x1f", "true", "null", "no", "a", "kube-system"]) {
    for (const document of loadAll(roleYaml(namespace, "system:me"))) {
      assert.equal((document as { metadata: { namespace: unknown } }).metadata.namespace, namespace);
    }
  }
  assert.match(roleYaml("mcp", "me"), /^metadata: \{name: argus, namespace: mcp\}$/m);
});

test("argus may read no Secret, and nothing of it reaches beyond its namespace", () => {
  assert.equal(appliedRole("argus").kind, "Role");
  assert.deepEqual(
    ROLE_RULES.filter(({ resources }) => resources.includes("secrets")).flatMap(({ verbs }) => verbs),
    ["create", "delete"],
  );
  assert.ok(!ROLE_RULES.some(({ verbs, resources }) => [...verbs, ...resources].includes("*")));
});

test("the manual shows the Role", () => {
  const block = /^( *)```yaml\n( *apiVersion: rbac[\s\S]*?)^ *```/m.exec(readFileSync(join(ROOT, "README.md"), "utf8"));
  assert.deepEqual(load(block?.[2] ?? ""), appliedRole("mcp"));
});

/** The tests' cluster gives its user these rights and no others. */
const TESTBED = join(ROOT, "scripts", "testbed.d", "kubernetes");
const ROLES = existsSync(TESTBED) ? readdirSync(TESTBED).filter((name) => /role.*\.yaml$/.test(name)) : [];

for (const name of ROLES) {
  test(`${name} of the testbed gives the rights of the Role`, () => {
    const text = readFileSync(join(TESTBED, name), "utf8");
    const documents = text.includes("\n---") ? loadAll(text) : [load(text)];
    const role = documents.find((each) => (each as { kind?: string } | null)?.kind === "Role");
    assert.deepEqual((role as Role).rules, appliedRole("argus").rules);
  });
}

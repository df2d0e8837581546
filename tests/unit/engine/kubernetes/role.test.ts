import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { load, loadAll } from "js-yaml";
import { type RoleRule, roleManifest, roleYaml } from "../../../../src/engine/kubernetes/role.ts";
import { ROOT } from "../../../support/proc.ts";

test("the Role as text is the Role as an object, with a binding", () => {
  const [role, binding] = loadAll(roleYaml("argus", "system:me"));
  assert.deepEqual(role, roleManifest("argus"));
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
  const { kind, rules } = roleManifest("argus") as { kind: string; rules: RoleRule[] };
  assert.equal(kind, "Role");
  assert.deepEqual(
    rules.filter(({ resources }) => resources.includes("secrets")).flatMap(({ verbs }) => verbs),
    ["create", "delete"],
  );
  assert.ok(!rules.some(({ verbs, resources }) => [...verbs, ...resources].includes("*")));
});

test("the manual shows the Role", () => {
  const block = /^( *)```yaml\n( *apiVersion: rbac[\s\S]*?)^ *```/m.exec(readFileSync(join(ROOT, "README.md"), "utf8"));
  assert.deepEqual(load(block?.[2] ?? ""), roleManifest("mcp"));
});

/** The tests' cluster gives its user these rights and no others. */
const TESTBED = join(ROOT, "scripts", "testbed.d", "kubernetes");
const ROLES = existsSync(TESTBED) ? readdirSync(TESTBED).filter((name) => /role.*\.yaml$/.test(name)) : [];

for (const name of ROLES) {
  test(`${name} of the testbed gives the rights of the Role`, () => {
    const text = readFileSync(join(TESTBED, name), "utf8");
    const documents = text.includes("\n---") ? loadAll(text) : [load(text)];
    const role = documents.find((each) => (each as { kind?: string } | null)?.kind === "Role");
    assert.deepEqual((role as { rules: unknown }).rules, roleManifest("argus").rules);
  });
}

/** The configs of the README are taken as printed. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { parseConfig } from "../../src/config/parse.ts";
import { planBackend } from "../../src/plan/plan_backend.ts";
import { ROOT } from "../support/proc.ts";

const README = readFileSync(join(ROOT, "README.md"), "utf8");
const CONFIGS = [...README.matchAll(/^( *)```yaml\n([\s\S]*?)^ *```/gm)]
  .map(([, indent = "", text = ""]) => text.replaceAll(new RegExp(`^${indent}`, "gm"), ""))
  .filter((text) => /^backends:/m.test(text));

test("every backend of the README's configs is planned without a problem", () => {
  const names: string[] = [];
  for (const text of CONFIGS) {
    const { config, problems } = parseConfig(text, "config.yaml", { env: { HOME: "/home/me", GITHUB_TOKEN: "t" } });
    assert.deepEqual(problems, []);
    for (const backend of config.backends.values()) {
      const { kind, warnings } = planBackend(backend, { config, settings: {} });
      assert.deepEqual([backend.name, kind, warnings], [backend.name, "container", []]);
      names.push(backend.name);
    }
  }
  assert.ok(names.includes("time") && names.includes("special"), names.join(" "));
});

/** Whatever the words are: a plan or an error with a place, and never an argument that nobody wrote. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { ArgusError } from "../../../src/errors.ts";
import { planBackend } from "../../../src/plan/plan_backend.ts";
import { backendOf } from "./backends.ts";

const COMMANDS = ["uvx", "uv", "python", "python3.12", "pipx", "npx", "npm", "pnpm", "pnpx", "yarn", "bunx", "bun"];
const MORE = [
  "node",
  "tsx",
  "go",
  "cmd",
  "docker",
  "podman",
  "nerdctl",
  "my-server",
  "C:\\x\\npx.cmd",
  "/",
  "\\",
  "__proto__",
];
const WORDS = [
  ...[
    "--",
    "-",
    "-y",
    "-p",
    "-p=x",
    "-m",
    "-c",
    "-qv",
    "--from",
    "--with",
    "--python",
    "--package",
    "--package=a",
    "--package=./a",
    "--from=./a",
    "-p./a",
    "--with=./a,b",
    "--python=/a",
    "--call",
  ],
  ...[
    "--with=a,b[c,d]>=1,<2",
    "--index-url",
    "--registry",
    "-tags",
    "--quiet",
    "--constructor",
    "-",
    "--=",
    "=",
    ",",
    "[",
    "@",
    "@@",
  ],
  ...[
    "run",
    "tool",
    "dlx",
    "exec",
    "x",
    "/c",
    "mod",
    "pkg",
    "pkg@1",
    "@s/p@1",
    "o/r#v",
    "git+https://h.example/o/r@v#egg=x",
  ],
  ...[
    "git+ssh://git@h.example/o/r",
    "https://u:p@h.example/x",
    "./a",
    "a.py",
    "github.com/o/r@v1",
    "",
    " ",
    "\n",
    "constructor",
  ],
];

const backends = fc
  .record({
    command: fc.constantFrom(...COMMANDS, ...MORE),
    args: fc.array(fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...WORDS) }, fc.string()), { maxLength: 7 }),
    transport: fc.constantFrom(undefined, undefined, undefined, "uvx", "npx", "go" as const),
  })
  .map(({ command, args, transport }) => backendOf([command, ...args], { transport } as object));

/** Some words with a value that may not be shown: it ends in SECRET. */
const SECRET = "s3cret";
const secretive = fc
  .tuple(backends, fc.array(fc.boolean(), { minLength: 7, maxLength: 7 }))
  .map(([{ command, args }, hidden]) => {
    const words = args.map((word, index) =>
      hidden[index] ? { shown: "${SECRET}", value: `${word.value}${SECRET}` } : word,
    );
    return backendOf([command, ...words]);
  });

test("no error and no warning holds the value of a variable", { timeout: 120_000 }, () => {
  const property = fc.property(secretive, (backend) => {
    let said: unknown;
    try {
      const plan = planBackend(backend, { config: { flags: {}, policy: { allowWeakening: true } }, settings: {} });
      said = [plan.warnings, "reason" in plan ? plan.reason : ""];
    } catch (error) {
      assert.ok(error instanceof ArgusError, String(error));
      said = [error.message, error.hint, error.where];
    }
    assert.ok(!JSON.stringify(said).includes(SECRET));
  });
  fc.assert(property, { seed: 20_250_102, numRuns: 2000 });
});

test("any words are planned or refused with a place and a hint, and their arguments stay in order", {
  timeout: 120_000,
}, () => {
  const property = fc.property(backends, (backend) => {
    let plan: ReturnType<typeof planBackend>;
    try {
      plan = planBackend(backend, { config: { flags: {}, policy: { allowWeakening: true } }, settings: {} });
    } catch (error) {
      assert.ok(error instanceof ArgusError, String(error));
      assert.match(error.code, /^config\//);
      assert.match(error.where ?? "", /^config\.yaml:/);
      assert.ok(error.hint, `no hint: ${error.message}`);
      return;
    }
    if (plan.kind !== "container") return;
    const places = plan.args.map((word) => backend.args.indexOf(word));
    assert.deepEqual(
      places,
      [...places].sort((one, other) => one - other),
    );
    assert.ok(!places.includes(-1));
  });
  fc.assert(property, { seed: 20_250_101, numRuns: 2000 });
});

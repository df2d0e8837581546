import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, realpathSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { TEMPLATES } from "../../../src/image/templates.gen.ts";
import { withTmp, writeTree } from "../../support/tmp.ts";
import { go, textOf } from "./plans.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));

test("the generated module holds what the templates say", () => {
  for (const [name, text] of Object.entries(TEMPLATES)) {
    assert.equal(
      text,
      readFileSync(join(root, `templates/${name}.dockerfile.eta`), "utf8"),
      "run scripts/gen_templates.ts",
    );
  }
});

interface Package {
  readonly name: string;
  readonly bin?: string | Record<string, string>;
  /** What npm noted as its version or place. Default "1". */
  readonly saved?: string;
}

const CASES: [
  name: string,
  packages: Package[],
  spec: string,
  named: string,
  chosen: string | RegExp,
  others?: string[],
][] = [
  ["a string", [{ name: "@s/pkg", bin: "a.js" }], "@s/pkg", "", "a.js"],
  ["the only one", [{ name: "pkg", bin: { other: "a.js" } }], "pkg@1.2.3", "", "a.js"],
  ["two names of one file", [{ name: "pkg", bin: { x: "a.js", y: "a.js" } }], "pkg", "", "a.js"],
  ["the package's own name", [{ name: "@s/pkg", bin: { other: "b.js", pkg: "a.js" } }], "@s/pkg@latest", "", "a.js"],
  ["the named one", [{ name: "pkg", bin: { other: "b.js", pkg: "a.js" } }], "pkg", "other", "b.js"],
  [
    "the first package's",
    [
      { name: "aaa", bin: "b.js" },
      { name: "pkg", bin: "a.js" },
    ],
    "pkg@1",
    "",
    "a.js",
    ["aaa"],
  ],
  ["a repository's", [{ name: "pkg", bin: "a.js" }], "github:owner/repo", "", "a.js"],
  [
    "a repository's beside a package that is named before it",
    [
      { name: "alpha", bin: "b.js" },
      { name: "zeta", bin: "a.js" },
    ],
    "github:owner/zeta",
    "",
    "a.js",
    ["alpha@^1"],
  ],
  [
    "an archive's beside a repository's",
    [
      { name: "alpha", bin: "b.js", saved: "github:owner/alpha" },
      { name: "zeta", bin: "a.js", saved: "https://h.example/z.tgz" },
    ],
    "https://h.example/z.tgz",
    "",
    "a.js",
    ["owner/alpha"],
  ],
  [
    "none where two may be meant",
    [
      { name: "alpha", bin: "b.js" },
      { name: "zeta", bin: "a.js" },
    ],
    "github:owner/one",
    "",
    /which package github:owner\/one means .*: alpha, zeta/,
    ["github:owner/two"],
  ],
  ["unclear ones", [{ name: "pkg", bin: { x: "a.js", y: "b.js" } }], "pkg", "", /which executable of pkg .*: x, y/],
  ["an absent one", [{ name: "pkg", bin: { x: "a.js" } }], "pkg", "z", /no package has the executable z; there are: x/],
  ["none", [{ name: "pkg" }], "pkg", "", /which executable of pkg .*: none/],
];

for (const [name, packages, spec, named, chosen, others = []] of CASES) {
  test(`npm's rule finds ${name}`, () =>
    withTmp((folder) => {
      for (const each of packages) install(folder, each, "#!/usr/bin/env node\n1\n");
      const result = resolveEntry(folder, packages, spec, named, others);
      if (typeof chosen === "string") {
        assert.equal(result.stderr, "");
        assert.match(realpathSync(join(folder, "mcp-server")), new RegExp(`/node_modules/.*${chosen}$`));
      } else {
        assert.equal(result.status, 1);
        assert.match(result.stderr, chosen);
      }
    }));
}

const LDFLAGS: [goflags: string | undefined, ldflags: string][] = [
  [undefined, "-s -w"],
  ["-tags=a -mod=mod", "-s -w"],
  ["-tags=a -ldflags=-X=main.version=1 -trimpath", "-X=main.version=1 -s -w"],
  ["--ldflags=-X=a.b=-ldflags=c", "-X=a.b=-ldflags=c -s -w"],
  ["-ldflags=-X=a.b=1 -ldflags=all=-X=a.b=2", "all=-X=a.b=2 -s -w"],
];

for (const [goflags, ldflags] of LDFLAGS) {
  test(`go install under GOFLAGS=${goflags ?? ""} links with ${ldflags}`, () =>
    withTmp((folder) => {
      writeTree(folder, "go", `#!/bin/sh\nprintf '%s\\n' "$@"\n`, 0o755);
      const text = textOf({ ...go, additionalPackages: ["b.dev/c@v1"] }, false);
      const lines = [...text.matchAll(/^RUN (.*go install.*)$/gm)].map(([, line]) => line!);
      for (const [index, module] of [go.module, "b.dev/c@v1"].entries()) {
        const env = { PATH: `${folder}:${process.env.PATH}`, ...(goflags === undefined ? {} : { GOFLAGS: goflags }) };
        const { stdout, stderr } = spawnSync("sh", ["-c", lines[index] ?? "exit 1"], { encoding: "utf8", env });
        assert.equal(stderr, "");
        assert.deepEqual(stdout.split("\n").slice(0, -1), ["install", "-trimpath", `-ldflags=${ldflags}`, module]);
      }
    }));
}

const FIRST_LINES: [text: string, changed: (node: string) => string][] = [
  ["#!/usr/bin/env node\n1\n", (node) => `#!${node}\n1\n`],
  ["#!/usr/bin/node\r\n1\n", (node) => `#!${node}\n1\n`],
  ["#!/usr/bin/env -S node --no-warnings\n1\n", (node) => `#!${node} --no-warnings\n1\n`],
  ["1\n", (node) => `#!${node}\n1\n`],
  ["#!/usr/bin/env bun\n1\n", () => "#!/usr/bin/env bun\n1\n"],
  ["#!/bin/sh\necho é\n", () => "#!/bin/sh\necho é\n"],
  ["#!/usr/bin/env -S node --a --b\n1\n", () => "#!/usr/bin/env -S node --a --b\n1\n"],
];

for (const [text, changed] of FIRST_LINES) {
  test(`a server that starts with ${JSON.stringify(text.split("\n")[0])}`, () =>
    withTmp((folder) => {
      const one = { name: "pkg", bin: "a.js" };
      install(folder, one, text);
      assert.equal(resolveEntry(folder, [one], "pkg", "").stderr, "");
      assert.equal(readFileSync(join(folder, "mcp-server"), "utf8"), changed(nodePath()));
    }));
}

function install(folder: string, { name, bin }: Package, text: string): void {
  const home = join(folder, "node_modules", name);
  writeTree(home, "package.json", JSON.stringify({ name, bin }));
  const bins = typeof bin === "string" ? { [name.replace(/^@[^/]+\//, "")]: bin } : (bin ?? {});
  for (const [command, file] of Object.entries(bins)) {
    const link = join(folder, "node_modules/.bin", command);
    chmodSync(writeTree(home, file, text), 0o755);
    mkdirSync(join(folder, "node_modules/.bin"), { recursive: true });
    symlinkSync(join(home, file), link);
  }
}

/** Runs the script of the template as the build does, in a folder instead of /app. */
function resolveEntry(
  folder: string,
  packages: readonly Package[],
  spec: string,
  named: string,
  others: string[] = [],
) {
  writeTree(
    folder,
    "package.json",
    JSON.stringify({ dependencies: Object.fromEntries(packages.map(({ name, saved }) => [name, saved ?? "1"])) }),
  );
  const script = /^RUN node -e '([^']*)' -- /m
    .exec(TEMPLATES.npx)![1]!
    .replaceAll("\\\n", "")
    .replaceAll("/app/", `${folder}/`);
  return spawnSync("node", ["-e", script, "--", spec, named, ...others], { encoding: "utf8" });
}

function nodePath(): string {
  return execFileSync("node", ["-p", "process.execPath"], { encoding: "utf8" }).trim();
}

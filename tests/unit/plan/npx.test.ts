/** Node command lines, as npx, npm, pnpm, yarn, bunx and node read them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { plain } from "../../../src/config/text.ts";
import { argsOf, containerOf, imageOf, type Line, refusal, valuesOf } from "./backends.ts";

/** npm's rule for the first package decides the executable. */
const RULE = "";

/** Command line → packages, executable, the server's arguments. */
const PACKAGES: readonly (readonly [Line, string, string, string])[] = [
  ["npx my-mcp", "my-mcp", RULE, ""],
  ["npx -y @upstash/context7-mcp --api-key K", "@upstash/context7-mcp", RULE, "--api-key K"],
  ["npx -y snyk@latest mcp -t stdio", "snyk@latest", RULE, "mcp -t stdio"],
  ["npx -y @s/p@1.0.0 --verbose", "@s/p@1.0.0", RULE, "--verbose"],
  ["C:\\nodejs\\npx.cmd -y pkg", "pkg", RULE, ""],
  ["cmd /c npx -y pkg a", "pkg", RULE, "a"],
  ["C:\\Windows\\System32\\cmd.exe /d /s /C npx.cmd pkg /c", "pkg", RULE, "/c"],
  ["npx --yes pkg", "pkg", RULE, ""],
  ["npx --yes=true pkg", "pkg", RULE, ""],
  ["npx -q pkg a", "pkg", RULE, "a"],
  ["npx --no-install pkg a", "pkg", RULE, "a"],
  ["npx -- pkg a", "pkg", RULE, "a"],
  ["npx -y -- pkg -x", "pkg", RULE, "-x"],
  ["npx pkg -- a", "pkg", RULE, "-- a"],
  ["npx pkg -y --package other", "pkg", RULE, "-y --package other"],
  ["npx -p pkg bin a", "pkg", "bin", "a"],
  ["npx --package pkg bin a", "pkg", "bin", "a"],
  ["npx --package=pkg bin a", "pkg", "bin", "a"],
  ["npx -y -p a -p b@2 -- bin --x", "a b@2", "bin", "--x"],
  ["npx -y --package=@s/p@1 -- bin", "@s/p@1", "bin", ""],
  ["npx --cache /tmp/x -y pkg a", "pkg", RULE, "a"],
  ["npx --loglevel silent pkg", "pkg", RULE, ""],
  ["npx --some-new-option value pkg", "pkg", RULE, ""],
  ["npx --no-new-option pkg a", "pkg", RULE, "a"],
  ["npx --some-new-option -y pkg", "pkg", RULE, ""],
  ["npx -y pkg@~1", "pkg@~1", RULE, ""],
  ['npx -y "pkg@>=1 <2"', "pkg@>=1 <2", RULE, ""],
  ["npx -y alias@npm:pkg@1", "alias@npm:pkg@1", RULE, ""],
  ["npm exec -- pkg --x", "pkg", RULE, "--x"],
  ["npm exec -y pkg -- --x", "pkg", RULE, "--x"],
  ["npm exec pkg -y -- a", "pkg", RULE, "a"],
  ["npm exec --package=pkg -- bin a", "pkg", "bin", "a"],
  ["npm x -y pkg a", "pkg", RULE, "a"],
  ["pnpm dlx pkg a", "pkg", RULE, "a"],
  ["pnpm --silent dlx pkg --silent", "pkg", RULE, "--silent"],
  ["pnpm dlx --package a --package=b bin c", "a b", "bin", "c"],
  ["pnpm --package=a dlx bin c", "a", "bin", "c"],
  ["pnpm dlx --allow-build esbuild pkg", "pkg", RULE, ""],
  ["pnpx pkg a", "pkg", RULE, "a"],
  ["pnx pkg a", "pkg", RULE, "a"],
  ["yarn dlx pkg@1 -p x", "pkg@1", RULE, "-p x"],
  ["yarn dlx -q -p a -p b bin c", "a b", "bin", "c"],
  ["bunx pkg@1 a", "pkg@1", RULE, "a"],
  ["bunx --bun -p @angular/cli ng new", "@angular/cli", "ng", "new"],
  ["bun x pkg a", "pkg", RULE, "a"],
];

for (const [line, packages, binary, args] of PACKAGES) {
  test(`${line} runs ${binary || "the executable"} of ${packages}`, () => {
    const image = imageOf("npx", line);
    assert.deepEqual(
      [image.packages.join(" "), image.binary ?? RULE, argsOf(containerOf(line))],
      [packages, binary, args],
    );
  });
}

/** Command line → package, name of the image, whether git fetches it. */
const SOURCES: readonly (readonly [Line, string, string, boolean])[] = [
  ["npx -y github:owner/repo", "github:owner/repo", "repo", true],
  ["npx -y GitHub:owner/repo#main", "GitHub:owner/repo#main", "repo", true],
  ["npx -y gitlab:owner/repo", "gitlab:owner/repo", "repo", true],
  ["npx -y bitbucket:owner/repo", "bitbucket:owner/repo", "repo", true],
  ["npx -y owner/repo", "owner/repo", "repo", true],
  ["npx -y owner/repo#v1", "owner/repo#v1", "repo", true],
  ["npx -y git+https://host.example/o/repo.git#v1", "git+https://host.example/o/repo.git#v1", "repo", true],
  ["npx -y git+ssh://git@host.example/o/repo.git", "git+ssh://git@host.example/o/repo.git", "repo", true],
  ["npx -y git://host.example/o/repo", "git://host.example/o/repo", "repo", true],
  ["npx -y git@github.com:o/repo.git", "git+ssh://git@github.com/o/repo.git", "repo", true],
  ["npx -y https://github.com/o/repo", "https://github.com/o/repo", "repo", true],
  ["npx -p name@github:o/repo bin", "name@github:o/repo", "repo", true],
  ["npx -y https://host.example/pkg-1.0.tgz", "https://host.example/pkg-1.0.tgz", "pkg-1.0", false],
  ["npx -y @scope/Pkg_a@1", "@scope/Pkg_a@1", "scope-pkg_a", false],
];

for (const [line, spec, name, git] of SOURCES) {
  test(`${line} is named ${name}${git ? " and fetched with git" : ""}`, () => {
    const image = imageOf("npx", line);
    assert.deepEqual([image.packages[0], image.name, image.git], [spec, name, git]);
  });
}

/** Command line → variables of the build: npm reads its options from them. */
const VARIABLES: readonly (readonly [Line, Record<string, string>])[] = [
  ["npx -y pkg", {}],
  ["npx --registry https://npm.example pkg", { NPM_CONFIG_REGISTRY: "https://npm.example" }],
  [
    "npx --registry=https://npm.example --legacy-peer-deps pkg",
    { NPM_CONFIG_REGISTRY: "https://npm.example", NPM_CONFIG_LEGACY_PEER_DEPS: "true" },
  ],
  ["npx --ignore-scripts pkg", { NPM_CONFIG_IGNORE_SCRIPTS: "true" }],
  ["pnpm dlx --registry https://npm.example pkg", { NPM_CONFIG_REGISTRY: "https://npm.example" }],
  ["bunx --registry https://npm.example pkg", { NPM_CONFIG_REGISTRY: "https://npm.example" }],
];

for (const [line, variables] of VARIABLES) {
  test(`${line} carries its options into the build`, () => {
    assert.deepEqual(valuesOf(imageOf("npx", line).buildEnv), variables);
  });
}

test("build_env wins over an option of the command line", () => {
  const build_env = { NPM_CONFIG_REGISTRY: plain("https://other.example") };
  assert.deepEqual(imageOf("npx", "npx --registry https://npm.example pkg", { build_env }).buildEnv, build_env);
});

/** Command line → code, and what the message says. */
const REFUSED: readonly (readonly [Line, string, RegExp])[] = [
  ["npx", "config/missing-package", /no package/],
  ["npx -y", "config/missing-package", /no package/],
  ["npx -p pkg", "config/missing-package", /no package/],
  ["npx --package", "config/missing-value", /needs a value/],
  ["npx --package --foo bin", "config/bad-package", /the package must/],
  ['npx -y "pkg\nRUN x"', "config/bad-package", /the package must/],
  ['npx -y ""', "config/bad-package", /the package must/],
  ['npx -c "pkg | tee log"', "config/unsupported-option", /shell line/],
  ['npx -p pkg --call "bin a"', "config/unsupported-option", /shell line/],
  ["npx --call=bin", "config/unsupported-option", /shell line/],
  ["npx --version", "config/unsupported-option", /starts no server/],
  ["npx -w packages/a bin", "config/local-project", /--workspace/],
  ["npx --prefix /srv/app bin", "config/local-project", /--prefix/],
  ["npx ./local", "config/local-project", /\.\/local/],
  ["npx -y /srv/pkg", "config/local-project", /\/srv\/pkg/],
  ["npx -y file:../pkg", "config/local-project", /cannot be packaged/],
  ["npx -y pkg@file:../pkg", "config/local-project", /cannot be packaged/],
  ["npx -y pkg-1.0.tgz", "config/local-project", /cannot be packaged/],
  ["npx -y .\\local", "config/local-project", /cannot be packaged/],
  ["npx -y tsx src/server.ts", "config/local-project", /src\/server\.ts/],
  ["npx -y git+https://me:secret@host.example/r", "config/credentials-in-image", /credentials/],
  ["npx --registry https://me:secret@npm.example pkg", "config/credentials-in-image", /credentials/],
  ["npx -p pkg bin;rm", "config/bad-executable", /not the name/],
  ["pnpm dlx -c bin", "config/unsupported-option", /shell line/],
  ["pnpm dlx --nonsense pkg", "config/unknown-option", /no option/],
  ["pnpm -C /srv dlx pkg", "config/local-project", /--dir/],
  ["yarn dlx --nonsense pkg", "config/unknown-option", /no option/],
  ["yarn --cwd /srv dlx pkg", "config/local-project", /--cwd/],
  ["node dist/index.js", "config/local-project", /node dist\/index\.js/],
  ["node --import tsx src/x.ts", "config/local-project", /node src\/x\.ts/],
  ["node --enable-source-maps dist/index.js", "config/local-project", /node dist\/index\.js/],
  ["tsx file.ts", "config/local-project", /tsx file\.ts/],
  ['node -e "1"', "config/unsupported-option", /program given as text/],
  ["node", "config/missing-package", /no package/],
];

for (const [line, code, message] of REFUSED) {
  test(`${line} is refused: ${code}`, () => {
    const error = refusal(line);
    assert.equal(error.code, code);
    assert.match(error.message, message);
    assert.match(error.where ?? "", /^config\.yaml:(args|command)/);
  });
}

const BESIDE = { additional_packages: ["@s/srv@1", "other"] };
const FILE = "node_modules/@s/srv/dist/index.js";

test("node and tsx run a file of additional_packages, in their folder", () => {
  for (const [line, name] of [
    [`node ${FILE} --x`, "s-srv"],
    [`node.exe ./${FILE}`, "s-srv"],
    [`/usr/bin/node --enable-source-maps --import other /app/${FILE} a`, "s-srv"],
    ["node node_modules/.bin/srv", "node"],
  ] as const) {
    const image = imageOf("npx", line, BESIDE);
    assert.deepEqual(
      [image.packages, image.additionalPackages, image.binary, image.runner, image.name],
      [[], BESIDE.additional_packages, undefined, "node", name],
      line,
    );
    assert.equal(argsOf(containerOf(line, BESIDE)), line.replace(/^\S+ /, ""));
  }
  const tsx = imageOf("npx", `tsx ${FILE}`, BESIDE);
  assert.deepEqual([tsx.packages, tsx.binary, tsx.runner, tsx.name], [["tsx"], "tsx", "tsx", "s-srv"]);
  const pinned = imageOf("npx", `tsx ${FILE}`, { additional_packages: ["@s/srv", "tsx@4"] });
  assert.deepEqual([pinned.packages, pinned.binary], [[], "tsx"]);
});

test("node and tsx with no file of a package are refused, with the ways to name one", () => {
  for (const [line, container] of [
    [`node ${FILE}`, {}],
    ["node dist/index.js", BESIDE],
    ["node node_modules/../dist/index.js", BESIDE],
    ["tsx watch src/x.ts", BESIDE],
    // Beside a mounted file node looks for no package of the image.
    ["node /data/x.mjs", { ...BESIDE, volumes: [{ kind: "path", source: "/srv/x", target: "/data", mode: "ro" }] }],
    ["node dist/index.js", { ...BESIDE, transport: "npx" }],
  ] as const) {
    const error = refusal(line, container);
    assert.equal(error.code, "config/local-project", line);
    assert.match(error.hint!, /run with npx, .*container\.additional_packages; else .*source_url/);
  }
  assert.doesNotMatch(refusal("node dist/index.js", {}, { adHoc: true }).hint!, /additional_packages/);
});

test("transport: npx reads the words of node and tsx as npx does, unless they name a file", () => {
  for (const command of ["node", "tsx", "my-server"]) {
    const words = command === "my-server" ? "a" : "-y @s/fs@1 /data a";
    const image = imageOf("npx", `${command} ${words}`, { transport: "npx" });
    assert.equal(image.runner, undefined);
    assert.deepEqual(image.packages, command === "my-server" ? ["my-server"] : ["@s/fs@1"]);
  }
  assert.equal(argsOf(containerOf("node -y @s/fs@1 /data a", { transport: "npx" })), "/data a");
  const named = imageOf("npx", "node -p pkg bin", { transport: "npx" });
  assert.deepEqual([named.packages, named.binary], [["pkg"], "bin"]);
  assert.equal(imageOf("npx", `node ${FILE}`, { ...BESIDE, transport: "npx" }).runner, "node");
});

test("a whole command line in one word is no package, and the hint says how words are written", () => {
  for (const line of [
    ["npx", "-y @scope/server"],
    ["npx", "-y", "@scope/server --x"],
    ["uvx", "server --x"],
  ]) {
    assert.match(refusal(line).hint!, /each word of args on its own, such as \["-y", /);
  }
  assert.match(refusal(["npx", "-y"]).hint!, /^such as: /);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { buildEnvNameProblem, buildEnvValueProblem } from "../../../../src/config/rules/build_env.ts";
import { buildStepProblem } from "../../../../src/config/rules/build_step.ts";
import { dockerfilePathProblem } from "../../../../src/config/rules/dockerfile_path.ts";
import { entrypointProblem, entrypointWordProblem } from "../../../../src/config/rules/entrypoint.ts";
import { table, UNSEEN } from "./table.ts";

table("build_steps", buildStepProblem, {
  fine: [
    ...[
      "npm install",
      "npm run build",
      "pip install .",
      "make && make install",
      "a; b",
      "a | b",
      "echo hi > x",
      "cp -r a b",
    ],
    ...[
      "test -f x || true",
      "echo $HOME",
      "echo ${NODE_ENV}",
      `sh -c 'echo "x"'`,
      "[ -f x ] && y",
      "a\tb",
      "printf '\\n'",
      "echo # note",
      "echo '#'",
    ],
  ],
  refused: [
    ...[
      "",
      " ",
      "\t",
      "VERSION=$(cat package.json | grep version)",
      "`id`",
      "(cd x && y)",
      "echo )",
      "echo (",
      "$((1+1))",
    ],
    ...[
      "--mount=type=bind,source=/,target=/x id",
      "--network=host id",
      " --security=insecure id",
      "# note",
      " \t#!/bin/sh",
      "-x",
      "echo \\",
      "echo \\ ",
    ],
    ...["cat <<EOF", "cat <<-EOF", "x".repeat(8193), "npm install\nUSER root", "npm install\n", ...UNSEEN],
  ],
});

table("an entrypoint's word", entrypointWordProblem, {
  fine: [
    "node",
    "dist/index.js",
    "-m",
    "--flag=x",
    "two words",
    'quo"te',
    "it's",
    "",
    "a,b",
    "a=b",
    "a@b",
    "a%b",
    "a*b",
    "a?b",
    "ü",
  ],
  refused: [
    ..."; & | ` $ ( ) { } [ ] < > ! # ~ \\".split(" ").map((each) => `a${each}b`),
    "x".repeat(4097),
    "a\nb",
    ...UNSEEN,
  ],
});

test("an entrypoint needs a program", () => {
  assert.equal(entrypointProblem(["node", ""]), undefined);
  for (const words of [[], [""], [" ", "x"]])
    assert.notEqual(entrypointProblem(words), undefined, JSON.stringify(words));
});

table("a name in build_env", buildEnvNameProblem, {
  fine: [
    "MY_TOKEN",
    "VAR123",
    "A",
    "NODE_ENV",
    "GOFLAGS",
    "HOME_DIR",
    "PATHS",
    "GOPRIVATE",
    "NPM_CONFIG_REGISTRY",
    "ARGUS",
  ],
  refused: [
    ...[
      "my_var",
      "1VAR",
      "_X",
      "",
      "A-B",
      "A B",
      "A=B",
      "A\n",
      "a",
      "PATH",
      "HOME",
      "USER",
      "SHELL",
      "HOSTNAME",
      "UV_TOOL_DIR",
      "UV_PYTHON_INSTALL_DIR",
      "GOBIN",
      "VIRTUAL_ENV",
      "NPM_CONFIG_PREFIX",
      "ARGUS_BUILD_VALUES",
      "ARGUS_STEP_1",
    ],
    ...["UV_TOOL_BIN_DIR", "NODE_PATH", "LD_PRELOAD", "LD_LIBRARY_PATH", "Ä", "X".repeat(129), "__proto__", ...UNSEEN],
  ],
});

table("a value in build_env", buildEnvValueProblem, {
  fine: [
    "",
    "a=b,c:d/e",
    "a;b",
    "`id`",
    "$VAR",
    "$(id)",
    "a|b",
    'quo"te',
    "it's",
    "back\\slash",
    "\\",
    "ü",
    "a\tb",
    "#x",
    "-x",
    "<<EOF",
  ],
  refused: ["s3cret\nUSER root", "s3cret\r", "s3cret\0", "s3cret\n", "x".repeat(32_769), ...UNSEEN],
});

table("dockerfile", dockerfilePathProblem, {
  fine: [
    "Dockerfile",
    "my-custom-server.dockerfile",
    "sub/Dockerfile",
    "./a.dockerfile",
    "a b/c",
    "..a",
    "a..b",
    "sub/./x",
    "ü",
  ],
  refused: [
    ...[
      "",
      " ",
      "/etc/passwd",
      "\\x",
      "..",
      "../x",
      "a/../../x",
      "..\\x",
      "a\\..\\x",
      "C:\\x",
      "c:x",
      "C:/x",
      "\\\\srv\\x",
      "~/x",
      "~",
    ],
    ...[
      "a/..",
      ".. /x",
      "../ x",
      "a/.. ./x",
      "-",
      "-f",
      "a/",
      ".",
      "./",
      "a\0",
      "a\n",
      "x".repeat(1025),
      "a/..\n",
      "\u202ea",
      ...UNSEEN,
    ],
  ],
});

/** The flags and words of a run without a config: what is wrong is told as it was typed, and no secret with it. */
import assert from "node:assert/strict";
import process from "node:process";
import { test } from "node:test";
import { fakeEngines } from "../support/fake_engine.ts";
import { argus, cleanEnv } from "../support/proc.ts";
import { withTmp, writeTree } from "../support/tmp.ts";

const NO_NAME = "letters, digits and _, not starting with a digit";

const WRONG: readonly [words: readonly string[], says: string, hint?: string][] = [
  [["--env", "A=SECRET"], "--env takes a name, not a value: write --env A [usage/env]", "A=… argus run --env A -- …"],
  [["--env=A=SECRET"], "--env takes a name, not a value: write --env A [usage/env]", "A=… argus run --env A -- …"],
  [["--env", "SET=SECRET"], "--env takes a name, not a value: write --env SET [usage/env]"],
  [["--env", "S-ECRET"], "--env takes the name of a variable [usage/env]", NO_NAME],
  [["--env", "=SECRET"], "--env takes the name of a variable [usage/env]", NO_NAME],
  [["--env", ""], "--env takes the name of a variable [usage/env]", NO_NAME],
  [["--env", "SET", "--env", "A"], "--env A: the variable A is not set [usage/unset-variable]"],
  [["--memory", "1"], '--memory "1" needs a unit: b, k, m or g [usage/memory]', 'such as "512m" or "1g"'],
  [["--memory", ""], '--memory "" must be a size [usage/memory]'],
  [["--cpus", "1e3"], '--cpus "1e3" must be a positive decimal number [usage/cpus]'],
  [["--network", "a\u001bb"], '--network "a\\u001bb" must be the name of a network [usage/network]'],
  [["--volume", "x"], '--volume "x" must name a source and a target [usage/volume]'],
  [["--volume", "~/x:/y:no"], '--volume "~/x:/y:no" must have the mode ro or rw [usage/volume]'],
  [["--volume", "/$A:/b"], '--volume "/$A:/b" needs the variable A, which is not set [usage/volume]'],
];

test("a flag of an ad hoc run that is wrong is told as it was typed, without a value that could be secret", async () => {
  const env = cleanEnv({ SET: "SECRET", HOME: "/nowhere" });
  for (const [words, says, hint] of WRONG) {
    const { code, stdout, stderr } = await argus(["run", ...words, "--", "uvx", "x"], { env });
    assert.deepEqual([code, stdout], [2, ""], words.join(" "));
    assert.equal(stderr.split("\n")[0], `argus: error: ${says}`);
    if (hint !== undefined) assert.equal(stderr.split("\n")[1], `  hint: ${hint}`);
    assert.doesNotMatch(stderr, /ECRET/);
  }
  const { stdout } = await argus(["run", "--json", "--env", "A=SECRET", "--", "uvx", "x"], { env });
  assert.equal(JSON.parse(stdout).error.code, "usage/env");
  assert.doesNotMatch(stdout, /SECRET/);
});

test("a word of an ad hoc run that is wrong has no place in a file that nobody wrote", async () => {
  for (const [words, says] of [
    [["uvx x"], "command must be one program, without its arguments [config/bad-command]"],
    [["uvx", "${NOPE}"], "command line: uvx: the package must be a Python requirement [config/bad-package]"],
    [["python", "server.py"], 'command line: "python server.py": a project on this machine'],
  ] as const) {
    const { code, stderr } = await argus(["run", "--", ...words]);
    assert.equal(code, 2);
    assert.ok(stderr.startsWith(`argus: error: ${says}`), stderr);
  }
});

test("a flag of an ad hoc run beside a backend is told where its field is", async () => {
  for (const [words, place] of [
    [["--env", "X"], "in env:"],
    [["--memory", "1g"], "under container:"],
    [["--volume", "/a:/b"], "under container:"],
  ] as const) {
    const { code, stderr } = await argus(["run", ...words, "time"]);
    assert.equal(code, 2);
    assert.ok(stderr.endsWith(`[usage/ad-hoc-flag]\n  hint: set it ${place} of "time"\n`), stderr);
  }
});

test("words after -- are literal, with a backend and without: a shell has expanded them before", async () => {
  const env = cleanEnv({ SET: "SECRET" });
  const words = ["${SET}", "${NOPE}", "${NOPE:-x}", "$SET", "~", "${", "", "a b"];
  const wanted = words.map((word) => `[${word}]`).join("");
  await withTmp(async (folder) => {
    const config = writeTree(folder, "config.yaml", "backends: { a: { command: printf, args: ['[%s]'] } }\n");
    for (const start of [
      ["-c", config, "a", "--"],
      ["--", "printf", "[%s]"],
    ]) {
      const { code, stdout } = await argus(["run", ...start, ...words], { env });
      assert.deepEqual([code, stdout], [0, wanted], start.join(" "));
    }
  });
  // The values that --env and --volume name are still those of the environment.
  const { code, stdout } = await argus(["run", "--env", "SET", "--", "printenv", "SET"], { env });
  assert.deepEqual([code, stdout], [0, "SECRET\n"]);
});

test(
  "a run tells, before anything is built, which path of this machine the server will not see",
  { skip: process.platform === "win32" },
  () =>
    withTmp(async (folder) => {
      const ended = { code: 1, stderr: "No such image: x\n" };
      const { env } = fakeEngines(folder, { docker: { run: { ...ended, code: 125 }, "image inspect": ended } });
      const config = writeTree(folder, "config.yaml", 'backends: { a: { command: uvx, args: [x, "${DATA}"] } }\n');
      const warningsOf = async (...words: readonly string[]) => {
        const options = { env: cleanEnv({ ...env, DATA: "/home" }) };
        const { code, stderr } = await argus(["run", "--no-build", ...words], options);
        assert.equal(code, 3, stderr);
        return stderr.split("\n").filter((line) => line.includes("config/unmounted-path"));
      };
      const unseen = "is a folder of this machine that is not mounted: the server will not see it";
      assert.deepEqual(await warningsOf("--", "uvx", "x", "/home"), [
        `argus: warning: command line: /home ${unseen}; add --volume /home:/home:ro [config/unmounted-path]`,
      ]);
      assert.deepEqual(await warningsOf("--config", config, "a"), [
        `argus: warning: ${config}:1:42: args[1] \${DATA} ${unseen}; ` +
          'add container.volumes: ["${DATA}:${DATA}:ro"] [config/unmounted-path]',
      ]);
      assert.deepEqual(await warningsOf("--volume", "/home:/home:ro", "--", "uvx", "x", "/home"), []);
    }),
);

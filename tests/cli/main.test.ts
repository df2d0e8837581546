/** The program's own manners: help, version, usage errors, exit codes, stdout for data only. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { VERSION } from "../../src/version.ts";
import { argus, ROOT } from "../support/proc.ts";

test("--version prints the version of package.json and nothing else", async () => {
  const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  assert.equal(VERSION, version);
  for (const flag of ["--version", "-V"]) {
    const ended = await argus([flag]);
    assert.deepEqual([ended.code, ended.stdout, ended.stderr], [0, `${version}\n`, ""]);
  }
});

test("help of every command shows examples before options", async () => {
  for (const command of ["run", "build", "validate", "plan", "doctor", "ps", "clean", "schema", "init"]) {
    const { code, stdout } = await argus([command, "--help"]);
    assert.equal(code, 0, command);
    const examples = stdout.indexOf("Examples:");
    assert.ok(examples > 0 && examples < stdout.indexOf("Options:"), `${command}\n${stdout}`);
    assert.doesNotMatch(stdout, / $/m, command);
  }
});

const USAGE: readonly [words: readonly string[], code: string, says: string][] = [
  [[], "usage/no-command", "no command; expected one of run, build"],
  [["bild"], "usage/unknown-command", 'unknown command "bild"'],
  [["plan", "--foo"], "usage/flags", "unknown option `--foo`"],
  [["plan", "a", "b"], "usage/flags", "unused args: `b`"],
  [["validate", "--config"], "usage/flags", "value is missing"],
  [["validate", "--config", "a", "--config", "b"], "usage/repeated", "--config is given 2 times"],
  [["validate", "--config", "0755"], "config/not-found", "0755"],
  [["validate", "--config", "1.10"], "config/not-found", "1.10"],
  [["validate", "--config=1e3"], "config/not-found", "1e3"],
  [["run"], "usage/no-backend", "which backend"],
];

test("a mistyped command is answered with the one that was meant", async () => {
  for (const [typed, hint] of [
    ["bild", 'did you mean "argus build"?'],
    ["rnu", 'did you mean "argus run"?'],
    ["frobnicate", "argus --help"],
  ] as const) {
    const { stdout } = await argus([typed, "--json"]);
    assert.equal(JSON.parse(stdout).error.hint, hint);
  }
});

test("wrong usage is one clear error with exit code 2, and as JSON with --json", async () => {
  for (const [words, code, says] of USAGE) {
    const asText = await argus(words);
    assert.equal(asText.code, 2, words.join(" "));
    assert.equal(asText.stdout, "", words.join(" "));
    assert.ok(
      asText.stderr.includes(`[${code}]`) && asText.stderr.includes(says),
      `${words.join(" ")}\n${asText.stderr}`,
    );
    assert.ok(!/\n\s+at /.test(asText.stderr), "no stack trace");
    if (words[0] === "run") continue;
    const asJson = await argus([...words, "--json"]);
    assert.equal(asJson.code, 2, words.join(" "));
    if (words.at(-1) === "--config") continue;
    const { error } = JSON.parse(asJson.stdout);
    assert.equal(error.code, code, words.join(" "));
    assert.ok(error.message.includes(says), error.message);
  }
});

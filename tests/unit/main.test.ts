/** What the program says about its own end, and of words that a runtime would keep for itself. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { main } from "../../src/main.ts";

const CONFIG = ["--config", "/nowhere/config.yaml"];

const COMMANDS: readonly [words: readonly string[], command: string | undefined][] = [
  [["run", "time", ...CONFIG], "run"],
  [[...CONFIG, "--quiet", "run", "time"], "run"],
  [["run", "--nonsense"], "run"],
  [["plan", "run", ...CONFIG], "plan"],
  [["build", "run", ...CONFIG], "build"],
  [["validate", "--config", "run"], "validate"],
  [["--config", "run"], undefined],
  [["runs", "run"], undefined],
];

test("main names the command that ran, wherever its name stands among the words", async () => {
  for (const [words, command] of COMMANDS) {
    const { outcome } = await told(words);
    assert.deepEqual(outcome, { code: 2, command }, words.join(" "));
  }
});

test("a command after -- is told where it belongs", async () => {
  for (const [words, hint] of [
    [["--", "schema"], "argus schema"],
    [["--", "plan", "a"], "argus plan …"],
    [["-q", "--", "npx", "-y", "x", "--token", "SECRET"], "argus -q run -- npx …"],
    [["--token", "SECRET", "-q", "--", "own"], "argus -q run -- own"],
  ] as const) {
    const { outcome, lines } = await told(words);
    assert.equal(outcome.code, 2);
    assert.match(lines[0]!, /^argus: error: no command before --; expected one of .* \[usage\/no-command\]$/);
    assert.deepEqual(lines.slice(1), [`  hint: ${hint}`]);
  }
});

/** The switches of each command beside those that every command has. */
const SWITCHES: readonly [command: string, ...switches: string[]][] = [
  ["run", "--no-build", "--require-isolation"],
  ["build", "--force", "--no-cache", "--pull", "--push", "--allow-unset"],
  ["validate", "--allow-unset"],
  ["plan", "--dockerfile"],
  ["doctor"],
  ["ps"],
  ["clean", "--images", "--dry-run"],
  ["schema"],
  ["init"],
];

const EVERYWHERE = ["--json", "-q", "--quiet", "--verbose", "-V", "--version", "-h", "--help"];

test("a switch that is given a value is refused, whatever the value and wherever it stands", async () => {
  for (const [command, ...own] of SWITCHES) {
    for (const name of [...own, ...EVERYWHERE]) {
      for (const value of ["true", "false", "SECRET", ""]) {
        for (const words of [
          [command, `${name}=${value}`],
          [`${name}=${value}`, command, ...CONFIG],
        ]) {
          const { outcome, lines } = await told(words);
          assert.equal(outcome.code, 2, words.join(" "));
          assert.deepEqual(lines, [
            `argus: error: ${name} takes no value [usage/flags]`,
            `  hint: write ${name}, or leave it out`,
          ]);
        }
      }
    }
  }
  const { lines } = await told(["plan", "-qV=x"]);
  assert.match(lines[0]!, /: -V takes no value/);
});

async function told(words: readonly string[]) {
  const { warn } = console;
  const lines: string[] = [];
  console.warn = (line: string) => lines.push(line);
  try {
    return { outcome: await main(words), lines };
  } finally {
    console.warn = warn;
  }
}

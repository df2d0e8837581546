/** What the program says about its own end. */
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
  const { error } = console;
  console.error = () => {};
  try {
    for (const [words, command] of COMMANDS) {
      assert.deepEqual(await main(words), { code: 2, command }, words.join(" "));
    }
  } finally {
    console.error = error;
  }
});

/** Progress where nothing can be redrawn: which lines it prints. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { createProgress } from "../../../src/ui/progress.ts";

async function linesOf(work: () => Promise<void>): Promise<string[]> {
  const { warn } = console;
  const lines: string[] = [];
  console.warn = (line: string) => lines.push(line);
  try {
    await work();
  } finally {
    console.warn = warn;
  }
  return lines;
}

const PLAIN = { quiet: false, verbose: true };

test("a long build says again and again that it goes on, until it has ended", async () => {
  const lines = await linesOf(async () => {
    const progress = createProgress({ ...PLAIN, remindEvery: 20 });
    progress.start("done");
    progress.start("closed");
    await delay(150);
    progress.finish("done", "built");
    progress.close();
    await delay(60);
  });
  const end = lines.indexOf("argus: done: built");
  assert.equal(end, lines.length - 1, lines.join("\n"));
  for (const item of ["done", "closed"]) {
    const said = lines.filter((line) => line === `argus: ${item}: still building after 0 s`);
    assert.ok(said.length >= 2, lines.join("\n"));
  }
  assert.equal(new Set(lines).size, 3);
});

test("what is not to remind says only what is done", async () => {
  const lines = await linesOf(async () => {
    const progress = createProgress(PLAIN);
    progress.start("a");
    progress.phase("a", "building");
    progress.step("a", "RUN x");
    progress.finish("a", "built");
    progress.close();
  });
  assert.deepEqual(lines, ["argus: a: building", "argus: a: RUN x", "argus: a: built"]);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { PodFlow } from "../../../src/session/pod_flow.ts";

/** The counts that come out for `[milliseconds, bytes]`. */
function counts(samples: readonly (readonly [number, number | undefined])[]): (number | undefined)[] {
  const flow = new PodFlow();
  return samples.map(([now, count]) => flow.seen(count, now));
}

test("kubectl's greetings alone are no flow", () => {
  const greetings = Array.from({ length: 20 }, (_, index) => [index * 5000, 1000 + index * 41] as const);
  assert.deepEqual(new Set(counts(greetings)), new Set([1000]));
});

test("an answer is a flow, and so is a trickle", () => {
  assert.deepEqual(
    counts([
      [0, 1000],
      [50, 1500],
      [100, 1500],
    ]),
    [1000, 1500, 1500],
  );
  const trickle = Array.from({ length: 60 }, (_, index) => [index * 100, 1000 + index * 41] as const);
  assert.ok(counts(trickle).at(-1)! > 3000);
});

test("where nothing is counted there is nothing to pass on", () => {
  assert.deepEqual(
    counts([
      [0, undefined],
      [50, undefined],
    ]),
    [undefined, undefined],
  );
});

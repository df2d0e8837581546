import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { later } from "../../../src/session/reaper.ts";

/** A reaping that takes so long, unless it is told to end. */
function slow(ms: number): { readonly once: (signal: AbortSignal) => Promise<unknown>; readonly seen: string[] } {
  const seen: string[] = [];
  const once = async (signal: AbortSignal): Promise<void> => {
    seen.push("began");
    await sleep(ms, undefined, { signal }).then(
      () => seen.push("done"),
      () => seen.push("given up"),
    );
  };
  return { once, seen };
}

test("the end of a session that nobody hurries waits for the reaping, and it happens once", async () => {
  const { once, seen } = slow(1500);
  const reaping = later(once);
  await Promise.all([reaping(false), reaping(false)]);
  assert.deepEqual(seen, ["began", "done"]);
});

test("the end of a session that the client hurries gives a slow reaping up", async () => {
  const { once, seen } = slow(60_000);
  await later(once)(true);
  assert.deepEqual(seen, ["began", "given up"]);
});

test("a reaping that fails is no failure of the session", async () => {
  await later(() => Promise.reject(new Error("no engine")))(false);
});

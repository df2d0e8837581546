import assert from "node:assert/strict";
import process from "node:process";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { attach } from "../../../src/session/pod_attach.ts";
import type { Wires } from "../../../src/session/wires.ts";

const POSIX = { skip: process.platform === "win32" ? "the fake is a shell script" : false };

const WIRES: Wires = {
  stdin: "pipe",
  repeatable: true,
  inputEnded: new Promise(() => {}),
  started: () => {},
  ended: () => {},
  settle: async () => {},
};

const NOT_YET = "echo 'error: unable to upgrade connection: container server not found in pod x' >&2";

/** An attachment whose tries do this. */
function attachmentOf(script: string) {
  return attach({ bin: "/bin/sh", args: ["-c", script], env: {} }, WIRES, false, new Promise(() => {}));
}

test("a try that is killed is the last one, although it has said that the server does not run yet", POSIX, async () => {
  const { code, said } = await attachmentOf(`${NOT_YET}; kill -9 $$`).end;
  assert.deepEqual([code, said], [137, ""]);
});

test("a stop does not wait for the rest between two tries", POSIX, async () => {
  const attachment = attachmentOf(`sleep 0.8; ${NOT_YET}; exit 1`);
  // Once it takes long, a rest is twice as long as the try before it.
  await sleep(3000);
  for (let rested = 0; rested < 5; rested = attachment.pid === undefined ? rested + 1 : 0) await sleep(50);
  const began = performance.now();
  attachment.giveUp();
  const { code } = await attachment.end;
  const waited = performance.now() - began;
  assert.equal(code, 1);
  assert.ok(waited < 500, `${waited} ms`);
});

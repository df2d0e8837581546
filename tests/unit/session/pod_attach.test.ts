import assert from "node:assert/strict";
import process from "node:process";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { attach } from "../../../src/session/pod_attach.ts";
import type { Wires } from "../../../src/session/wires.ts";

const POSIX = { skip: process.platform === "win32" ? "the fake is a shell script" : false };

test("a stop does not wait for the rest between two tries", POSIX, async () => {
  const wires: Wires = {
    stdin: "pipe",
    repeatable: true,
    inputEnded: new Promise(() => {}),
    started: () => {},
    ended: () => {},
    settle: async () => {},
  };
  const script =
    "sleep 0.8; echo 'error: unable to upgrade connection: container server not found in pod x' >&2; exit 1";
  const command = { bin: "/bin/sh", args: ["-c", script], env: {} };
  const attachment = attach(command, wires, false, new Promise(() => {}));
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

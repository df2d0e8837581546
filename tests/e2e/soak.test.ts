/** Many sessions in a row and at once, ended at random: nothing is left and nothing grows. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { readdirSync } from "node:fs";
import process from "node:process";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { generator } from "../matrix/cases.ts";
import { kill, leftoversOf, sweep } from "../matrix/traces.ts";
import { type World, worlds } from "../support/engines.ts";
import { openSession, writeAll } from "../support/session_client.ts";

/** A limit against a hang, not a promise. */
const OPTIONS = { timeout: 900_000 };
const IN_A_ROW = Number(process.env.ARGUS_SOAK_SESSIONS ?? 15);
const AT_ONCE = Number(process.env.ARGUS_SOAK_AT_ONCE ?? 10);

const ENDS = ["eof", "SIGTERM", "SIGKILL", "exit", "eof and SIGTERM"] as const;

async function session(world: World, id: string, random: () => number): Promise<void> {
  const client = openSession(world, id, [
    "sh",
    "-c",
    'while read -r line; do [ "$line" = exit ] && exit 3; echo "$line"; done',
  ]);
  const text = `{"jsonrpc":"2.0","id":${Math.floor(random() * 1e9)}}\n`;
  const end = ENDS[Math.floor(random() * ENDS.length)]!;
  // One in five ends before the server can answer.
  if (random() < 0.8) {
    await writeAll(client, Buffer.from(text));
    await client.has(text.length);
  } else await sleep(random() * 500);
  if (end === "exit") await writeAll(client, Buffer.from("exit\n"));
  if (end.startsWith("eof")) client.child.stdin!.end();
  if (end.endsWith("SIGTERM")) kill(client.child.pid!, "SIGTERM");
  if (end === "SIGKILL") kill(client.child.pid!, "SIGKILL");
  await client.ended;
  client.child.stdin!.destroy();
}

async function nothingIsLeft(world: World, ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    let left: string[] = [];
    for (const began = performance.now(); performance.now() - began < 90_000; await sleep(200)) {
      left = leftoversOf(world, id);
      if (left.length === 0) break;
    }
    if (left.length > 0) sweep(world, id);
    assert.deepEqual(left, []);
  }
}

function openFiles(): number {
  return process.platform === "linux" ? readdirSync("/proc/self/fd").length : 0;
}

for (const world of worlds()) {
  test(`${world.name}: ${IN_A_ROW} sessions in a row leave nothing`, OPTIONS, async () => {
    const random = generator(7);
    const ids = Array.from({ length: IN_A_ROW }, (_, index) => `sk${process.pid}r${index}`);
    await session(world, `sk${process.pid}first`, random);
    const before = openFiles();
    for (const id of ids) await session(world, id, random);
    await nothingIsLeft(world, ids);
    // A handle of a session that is not let go would be there once for each of them.
    assert.ok(openFiles() < before + IN_A_ROW / 2, `${before} open files before, ${openFiles()} after`);
  });

  test(`${world.name}: ${AT_ONCE} sessions at once leave nothing`, OPTIONS, async () => {
    const random = generator(8);
    const ids = Array.from({ length: AT_ONCE }, (_, index) => `sk${process.pid}p${index}`);
    await Promise.all(ids.map((id) => session(world, id, random)));
    await nothingIsLeft(world, ids);
  });
}

/** Many sessions in a row and at once, ended at random, and many messages through one: nothing is left and nothing grows. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { readdirSync, readFileSync } from "node:fs";
import process from "node:process";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { compileDriver } from "../support/driver.ts";
import { type World, worlds } from "../support/engines.ts";
import { openSession, writeAll } from "../support/session_client.ts";
import { generator } from "./cases.ts";
import { asText, containersOf, kill, processesOf, sweep } from "./traces.ts";

/** A limit against a hang, not a promise. */
const OPTIONS = { timeout: 3_600_000 };
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

/** Waits until nothing of the sessions whose names begin so is there. */
async function nothingIsLeft(world: World, prefix: string, ids: readonly string[]): Promise<void> {
  let left: string[] = [];
  for (const began = performance.now(); performance.now() - began < 90_000; await sleep(500)) {
    left = ids.flatMap((id) => processesOf(id, 400)).map(asText);
    if (left.length === 0) left = containersOf(world, prefix) ?? ["the engine does not answer"];
    if (left.length === 0) return;
  }
  for (const id of ids) if (left.some((text) => text.includes(`-${id}-`))) sweep(world, id);
  assert.deepEqual(left, []);
}

function openFiles(pid: number | "self"): number {
  try {
    return readdirSync(`/proc/${pid}/fd`).length;
  } catch {
    return 0;
  }
}

/** Memory of a process that is its own, not a file's, in bytes. */
function anonymousBytes(pid: number): number {
  const match = /^RssAnon:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
  return Number(match?.[1] ?? 0) * 1024;
}

/** How much of each. */
export interface SoakSize {
  readonly inARow: number;
  readonly atOnce: number;
  readonly messages: number;
}

/** Declares the tests, three for each engine. */
export function soak({ inARow, atOnce, messages }: SoakSize): void {
  compileDriver();
  // Rows side by side, so that a thousand sessions take minutes.
  const rows = Math.min(4, Math.ceil(inARow / 15));
  for (const world of worlds()) {
    test(`${world.name}: ${inARow} sessions in a row leave nothing`, OPTIONS, async () => {
      const random = generator(7);
      const prefix = `sk${process.pid}${world.name}`;
      const ids = Array.from({ length: inARow }, (_, index) => `${prefix}-r${index}`);
      await session(world, `${prefix}-first`, random);
      const before = openFiles("self");
      const waiting = [...ids];
      const row = async (): Promise<void> => {
        for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) await session(world, id, random);
      };
      await Promise.all(Array.from({ length: rows }, row));
      await nothingIsLeft(world, prefix, ids);
      // A handle of a session that is not let go would be there once for each of them.
      assert.ok(openFiles("self") < before + inARow / 2, `${before} open files before, ${openFiles("self")} after`);
    });

    test(`${world.name}: ${atOnce} sessions at once leave nothing`, OPTIONS, async () => {
      const random = generator(8);
      const prefix = `sk${process.pid}${world.name}`;
      const ids = Array.from({ length: atOnce }, (_, index) => `${prefix}-p${index}`);
      await Promise.all(ids.map((id) => session(world, id, random)));
      await nothingIsLeft(world, prefix, ids);
    });

    test(`${world.name}: ${messages} messages through one session leave memory and handles flat`, OPTIONS, async () => {
      const id = `sk${process.pid}${world.name}-m`;
      const client = openSession(world, id, ["cat"], { keep: false });
      const { pid } = client.child;
      const piece = Math.ceil(messages / 10);
      const seen: { memory: number; files: number }[] = [];
      let sent = 0;
      for (let from = 0; from < messages; from += piece) {
        const lines = Array.from(
          { length: Math.min(piece, messages - from) },
          (_, index) => `{"jsonrpc":"2.0","id":${from + index},"method":"tools/call","params":{"name":"echo"}}\n`,
        );
        const bytes = Buffer.from(lines.join(""));
        sent += bytes.length;
        await writeAll(client, bytes);
        await client.has(sent);
        seen.push({ memory: anonymousBytes(pid!), files: openFiles(pid!) });
      }
      client.child.stdin!.end();
      assert.equal((await client.ended).code, 0);
      const [first, last] = [seen[0]!, seen.at(-1)!];
      assert.ok(last.memory - first.memory < 4 << 20, `memory: ${seen.map(({ memory }) => memory).join(" ")}`);
      assert.ok(last.files <= first.files, `open files: ${seen.map(({ files }) => files).join(" ")}`);
      await nothingIsLeft(world, id, [id]);
    });
  }
}

/** What the client writes reaches the server and back, byte for byte, through a real container on each engine. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { createHash, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import process from "node:process";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { compileDriver } from "../support/driver.ts";
import { worlds } from "../support/engines.ts";
import { type Client, openProcess, openSession, writeAll } from "../support/session_client.ts";

const MIB = 1 << 20;
/** Of 100 bytes each. */
const MESSAGES = 400_000;
/** A limit against a hang, not a promise. */
const OPTIONS = { timeout: 600_000 };

compileDriver();

let serial = 0;
function nextId(): string {
  serial += 1;
  return `by${process.pid}x${serial}`;
}
const hash = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

const TEXTS: readonly (readonly [about: string, bytes: Uint8Array])[] = [
  ["emoji joined by ZWJ", Buffer.from("👩‍👩‍👧‍👦 \u200d\n")],
  ["NBSP, U+2028, U+2029 and a BOM", Buffer.from("\ufeffa\u00a0b\u2028c\u2029d\n")],
  ["integers above 2^53", Buffer.from('{"jsonrpc":"2.0","id":9007199254740993}\n')],
  ["CRLF and a lone CR", Buffer.from("a\r\nb\rc\n")],
  ["NUL bytes", Buffer.from([0, 10, 0, 0, 10])],
  ["bytes that are no UTF-8", Buffer.from([0xff, 0xfe, 0xc3, 0x28, 0xa0, 0x0a])],
  ["a last line without its newline", Buffer.from("no newline")],
  ["terminal control characters", Buffer.from("\u0003\u0004\u001a\u001b[2J\n")],
];

for (const world of worlds()) {
  test(`${world.name}: 32 MiB of random bytes and one line of 50 MB come back unchanged`, OPTIONS, async () => {
    for (const sent of [randomBytes(32 * MIB), Buffer.concat([Buffer.alloc(50_000_000, "x"), Buffer.from("\n")])]) {
      const client = openSession(world, nextId(), ["cat"]);
      await writeAll(client, sent);
      client.child.stdin!.end();
      const { code, stdout } = await client.ended;
      assert.equal(code, 0);
      assert.equal(stdout.length, sent.length);
      assert.equal(hash(stdout), hash(sent));
    }
  });

  test(`${world.name}: every kind of text comes back unchanged, also when it comes in pieces`, OPTIONS, async () => {
    const client = openSession(world, nextId(), ["cat"]);
    const sent: Uint8Array[] = [];
    for (const [, bytes] of TEXTS) {
      // Cut in the middle of a character.
      for (const piece of [bytes.subarray(0, 2), bytes.subarray(2)]) {
        await writeAll(client, piece);
        sent.push(piece);
        await client.has(Buffer.concat(sent).length);
      }
    }
    client.child.stdin!.end();
    const { stdout } = await client.ended;
    assert.deepEqual(stdout, Buffer.concat(sent), TEXTS.map(([about]) => about).join("; "));
  });

  test(`${world.name}: a burst of 20,000 messages comes back in order`, OPTIONS, async () => {
    const lines = Array.from({ length: 20_000 }, (_, id) => `{"jsonrpc":"2.0","id":${id},"method":"ping"}\n`);
    const sent = Buffer.from(lines.join(""));
    const client = openSession(world, nextId(), ["cat"]);
    await writeAll(client, sent);
    client.child.stdin!.end();
    assert.equal(hash((await client.ended).stdout), hash(sent));
  });

  test(
    `${world.name}: 4 MiB that are written right before the exit arrive whole, with the exit code`,
    OPTIONS,
    async () => {
      const script = "dd if=/dev/zero bs=4096 count=1024 2>/dev/null; exit 7";
      const client = openSession(world, nextId(), ["sh", "-c", script]);
      const { code, stdout } = await client.ended;
      assert.equal(code, 7);
      assert.equal(stdout.length, 4 * MIB);
      assert.ok(stdout.every((byte) => byte === 0));
    },
  );

  test(`${world.name}: stderr stays apart from stdout`, OPTIONS, async () => {
    const script = "i=0; while [ $i -lt 500 ]; do echo out$i; echo err$i >&2; i=$((i+1)); done";
    const { code, stdout, stderr } = await openSession(world, nextId(), ["sh", "-c", script]).ended;
    const expected = (word: string): string => Array.from({ length: 500 }, (_, i) => `${word}${i}\n`).join("");
    assert.equal(code, 0);
    assert.equal(stdout.toString("utf8"), expected("out"));
    assert.ok(stderr.includes(expected("err")), stderr.slice(0, 1000));
  });

  for (const stdout of ["raw", "strict"] as const) {
    test(
      `${world.name}: a client that stops reading slows the server down and loses nothing (${stdout})`,
      OPTIONS,
      async () => {
        const line =
          '{"jsonrpc":"2.0","method":"notifications/message","params":{"data":"0123456789012345678901234567890"}}';
        const client = openSession(world, nextId(), ["sh", "-c", `yes '${line}' | head -n ${MESSAGES}`], {
          env: { DRIVER_STDOUT: stdout },
        });
        await client.has(1);
        client.child.stdout!.pause();
        // What argus needs anyway it has by then.
        await sleep(1000);
        const before = anonymousBytes(client.child.pid!);
        await sleep(10_000);
        const grown = (anonymousBytes(client.child.pid!) ?? 0) - (before ?? 0);
        client.child.stdout!.resume();
        const sent = Buffer.from(`${line}\n`.repeat(MESSAGES));
        assert.equal(hash((await client.ended).stdout), hash(sent));
        // A pipe holds 64 KiB, and so does each side of a reader; whoever takes the rest holds most of 40 MB.
        assert.ok(grown < 8 * MIB, `argus grew by ${grown} bytes`);
      },
    );
  }

  test(`${world.name}: the server sees the end of input, and its answer to that arrives`, OPTIONS, async () => {
    const words = ["sh", "-c", "echo ready; cat >/dev/null; echo seen"];
    const typed = [...world.prefix, world.engine, "run", "--rm", "-i", "--init", "--network=none", "--log-driver=none"];
    const took: Record<"argus" | "typed", number[]> = { argus: [], typed: [] };
    for (let turn = 0; turn < 7; turn += 1) {
      took.argus.push(await endOfInput(openSession(world, nextId(), words)));
      took.typed.push(await endOfInput(openProcess([...typed, "alpine:3.21", ...words], process.env)));
    }
    const [argus, byHand] = [took.argus, took.typed].map((all) => all.sort((a, b) => a - b)[3]!.toFixed(1));
    // A budget, not a promise: on a busy machine it says nothing.
    console.error(`${world.name}: end of input to the server's answer: ${argus} ms, typed ${byHand} ms (medians)`);
  });

  test(`${world.name}: a server that stops reading slows the client down and gets everything`, OPTIONS, async () => {
    const client = openSession(world, nextId(), ["sh", "-c", "echo ready; sleep 12; exec sha256sum"]);
    await client.has("ready\n".length);
    const sent = randomBytes(48 * MIB);
    const writing = writeAll(client, sent);
    await sleep(1000);
    const before = anonymousBytes(client.child.pid!);
    await sleep(9000);
    const grown = (anonymousBytes(client.child.pid!) ?? 0) - (before ?? 0);
    await writing;
    client.child.stdin!.end();
    const { code, stdout } = await client.ended;
    assert.equal(code, 0);
    assert.equal(stdout.toString("utf8"), `ready\n${hash(sent)}  -\n`);
    assert.ok(grown < 8 * MIB, `argus grew by ${grown} bytes`);
  });

  test(
    `${world.name}: strict stdout passes messages and sends other lines to stderr with a count`,
    OPTIONS,
    async () => {
      const script = 'echo starting; cat; echo "{}"';
      const client = openSession(world, nextId(), ["sh", "-c", script], { env: { DRIVER_STDOUT: "strict" } });
      const message = '{"jsonrpc":"2.0","id":9007199254740993,"result":{"text":"\u2028👩‍👧"}}\n';
      await writeAll(client, Buffer.from(message));
      client.child.stdin!.end();
      const { code, stdout, stderr } = await client.ended;
      assert.equal(code, 0);
      assert.equal(stdout.toString("utf8"), message);
      assert.match(stderr, /^starting$/m);
      assert.match(stderr, /2 lines on stdout were not JSON-RPC/);
    },
  );
}

/** Milliseconds from the end of input until the answer to it, "seen" after "ready". */
async function endOfInput(client: Client): Promise<number> {
  await client.has("ready\n".length);
  const began = performance.now();
  client.child.stdin!.end();
  await client.has("ready\nseen\n".length);
  const took = performance.now() - began;
  assert.equal((await client.ended).stdout.toString("utf8"), "ready\nseen\n");
  return took;
}

/** Memory of a process that is its own, not a file's; undefined where the system does not tell. */
function anonymousBytes(pid: number): number | undefined {
  try {
    const match = /^RssAnon:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
    return match === null ? undefined : Number(match[1]) * 1024;
  } catch {
    return undefined;
  }
}

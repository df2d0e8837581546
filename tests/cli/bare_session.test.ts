/** A server without a container: the same ends, exit codes and bytes as one with, and nothing that it started stays. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { randomBytes } from "node:crypto";
import process from "node:process";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { isAlive } from "../../src/host/proc.ts";
import { kill } from "../matrix/traces.ts";
import { argus, argusWords, cleanEnv } from "../support/proc.ts";
import { type Client, openProcess, writeAll } from "../support/session_client.ts";
import { withTmp, writeTree } from "../support/tmp.ts";

const options = { skip: process.platform === "win32" ? "the servers are shell scripts" : false };

/** Says the pids of itself and of a child that ignores every signal and holds the pipes. */
const STUBBORN = `trap '' TERM INT HUP QUIT; sleep 600 & echo "$$ $!"`;

/** Runs a shell script as a bare backend. */
function bare<Result>(script: string, use: (client: Client) => Promise<Result>): Promise<Result> {
  return withTmp(async (folder) => {
    const backend = { command: "sh", args: ["-c", script], container: { enabled: false } };
    const config = writeTree(folder, "config.yaml", JSON.stringify({ backends: { own: backend } }));
    const client = openProcess([...argusWords(), "run", "own", "--config", config], cleanEnv());
    try {
      return await use(client);
    } finally {
      kill(client.child.pid!, "SIGKILL");
      client.child.stdin!.destroy();
    }
  });
}

/** The pids on the first line. */
async function pidsOf(client: Client): Promise<number[]> {
  let text = "";
  client.child.stdout!.on("data", (bytes: Buffer) => {
    text += bytes.toString("utf8");
  });
  await client.has(3);
  while (!text.includes("\n")) await sleep(10);
  const pids = text.trim().split(" ").map(Number);
  assert.ok(pids.length === 2 && pids.every(isAlive), text);
  return pids;
}

/** The longest that nobody should ever wait for: the point is that they go, on a busy machine too. */
async function allEnd(pids: readonly number[]): Promise<void> {
  for (const began = performance.now(); performance.now() - began < 30_000; await sleep(50)) {
    if (!pids.some(isAlive)) return;
  }
  const left = pids.filter(isAlive);
  for (const pid of left) kill(pid, "SIGKILL");
  assert.deepEqual(left, []);
}

test("a bare server gets every byte, and its exit code is argus' own", options, () =>
  bare("cat; exit 42", async (client) => {
    const sent = randomBytes(1 << 20);
    await writeAll(client, sent);
    client.child.stdin!.end();
    const { code, stdout } = await client.ended;
    assert.equal(code, 42);
    assert.ok(Buffer.compare(stdout, sent) === 0, "the bytes differ");
  }),
);

for (const [signal, code] of [
  ["SIGTERM", 143],
  ["SIGINT", 130],
  ["SIGHUP", 129],
] as const) {
  test(`a bare server that ignores ${signal} ends with exit code ${code}, and what it started with it`, options, () =>
    bare(`${STUBBORN}; cat; wait`, async (client) => {
      const pids = await pidsOf(client);
      kill(client.child.pid!, signal);
      assert.equal((await client.ended).code, code);
      await allEnd(pids);
    }),
  );
}

test("a bare server that handles SIGTERM has its own exit code", options, () =>
  bare("trap 'exit 5' TERM; echo $$ $$; while :; do sleep 0.05; done", async (client) => {
    await pidsOf(client);
    kill(client.child.pid!, "SIGTERM");
    // On a machine so busy that 0.7 s are not enough for the server, the kill comes first.
    assert.ok([5, 143].includes((await client.ended).code!));
  }),
);

test("a bare server ends when argus is killed, and what it started with it", options, () =>
  bare(`${STUBBORN}; cat; wait`, async (client) => {
    const pids = await pidsOf(client);
    kill(client.child.pid!, "SIGKILL");
    await allEnd(pids);
  }),
);

test("a bare server's program that is not there is named", options, async () => {
  await withTmp(async (folder) => {
    const backend = { command: "no-such-program-anywhere", container: { enabled: false } };
    const config = writeTree(folder, "config.yaml", JSON.stringify({ backends: { own: backend } }));
    const { code, stdout, stderr } = await argus(["run", "own", "--config", config]);
    assert.deepEqual([code, stdout], [3, ""]);
    assert.match(stderr, /cannot find the program no-such-program-anywhere \[absent\/program\]/);
  });
});

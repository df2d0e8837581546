/** What a session leaves whose argus and guard were killed together: `ps` shows it, `clean` and the next session remove it. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { hostname } from "node:os";
import process from "node:process";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { ownerText } from "../../src/engine/owner.ts";
import { selfOwner } from "../../src/host/proc.ts";
import { LABEL } from "../../src/plan/labels.ts";
import { GUARD_NAME } from "../../src/session/guard.ts";
import { IMAGE } from "../matrix/servers.ts";
import { containersOf, kill, leftoversOf, sweep, treeOf } from "../matrix/traces.ts";
import { runIn } from "../support/argus_world.ts";
import { engineCall, onOwnHost, type World, worlds } from "../support/engines.ts";
import { type Client, openSession, writeAll } from "../support/session_client.ts";

/** A limit against a hang, not a promise. */
const OPTIONS = { timeout: 300_000 };

let serial = 0;

/** The reaping of a session is over by then. Milliseconds. */
const REAPED = 5000;

/**
 * Calls a test's body with names for sessions, on a host that no other session of the machine tidies up, and ends what it
 * left in them.
 */
async function withNames(machine: World, body: (world: World, ...ids: string[]) => Promise<void>): Promise<void> {
  serial += 1;
  const run = `or${process.pid}x${serial}`;
  const ids = ["a", "b", "c"].map((letter) => `${run}${letter}`);
  const world = onOwnHost(machine, run);
  try {
    await body(world, ...ids);
  } finally {
    for (const id of ids) sweep(world, id);
  }
}

/** A session that answers. */
async function live(world: World, id: string): Promise<Client> {
  const client = openSession(world, id, ["sh", "-c", "echo ready; cat; sleep 600"]);
  await client.has("ready\n".length);
  return client;
}

/** A session whose argus and guard were killed together; its client still holds the pipes. */
async function orphan(world: World, id: string): Promise<Client> {
  const client = await live(world, id);
  const { pid } = client.child;
  const guards = treeOf(pid!).filter(({ words }) => words.includes(GUARD_NAME));
  assert.ok(guards.length > 0, "the session has a guard");
  // The guard first: it acts at once when argus dies.
  for (const each of [...guards.map((guard) => guard.pid), pid!]) kill(each, "SIGKILL");
  await sleep(1000);
  assert.equal(containersOf(world, id)?.length, 1, "nobody else has removed the container");
  return client;
}

/** A container of another machine, whose sessions nobody here can judge. */
function foreign(world: World, id: string): void {
  const owner = ownerText({ ...selfOwner(), pid: 2 ** 22 + 1, host: `${hostname()}-of-another/0` });
  const labels = { [LABEL.backend]: id, [LABEL.session]: id, [LABEL.owner]: owner };
  const flags = Object.entries(labels).flatMap(([name, value]) => ["--label", `${name}=${value}`]);
  const name = ["--name", `argus-${id}-0123456789ab`];
  const { code } = engineCall(world, ["run", "-d", "--network=none", ...name, ...flags, IMAGE, "sleep", "600"]);
  assert.equal(code, 0);
}

interface Row {
  readonly backend: string;
  readonly container: string;
  readonly engine: string;
  readonly owner_pid: number;
  readonly orphan: boolean;
}

async function rowsOf(world: World, ids: readonly string[]): Promise<Row[]> {
  const { code, stdout, stderr } = await runIn(world, ["ps", "--json"]);
  assert.equal(code, 0, stderr);
  return (JSON.parse(stdout) as Row[]).filter(({ backend }) => ids.includes(backend));
}

async function nothingIsLeft(world: World, id: string): Promise<void> {
  let left: string[] = [];
  for (const began = performance.now(); performance.now() - began < 60_000; await sleep(200)) {
    left = leftoversOf(world, id);
    if (left.length === 0) return;
  }
  assert.deepEqual(left, []);
}

async function stillAnswers(client: Client, got: number): Promise<void> {
  const text = Buffer.from("still there\n");
  await writeAll(client, text);
  await client.has(got + text.length);
}

for (const each of worlds()) {
  test(`${each.name}: ps tells orphans from sessions, and clean removes the orphans alone`, OPTIONS, () =>
    withNames(each, async (world, dead = "", alive = "", other = "") => {
      const client = await live(world, alive);
      await sleep(REAPED);
      const ended = await orphan(world, dead);
      foreign(world, other);
      const rows = await rowsOf(world, [dead, alive, other]);
      const told = rows.map(({ backend, engine, orphan }) => [backend, engine, orphan]);
      assert.deepEqual(
        told.sort(),
        [
          [dead, world.engine, true],
          [alive, world.engine, false],
          [other, world.engine, false],
        ].sort(),
      );
      assert.equal(rows.find(({ backend }) => backend === alive)?.owner_pid, client.child.pid);
      const { code, stdout, stderr } = await runIn(world, ["clean", "--json"]);
      assert.equal(code, 0, stderr);
      const removed = (JSON.parse(stdout) as { containers: { container: string }[] }).containers;
      const names = removed.map(({ container }) => container).join("\n");
      assert.match(names, new RegExp(`^argus-${dead}-`, "m"));
      assert.doesNotMatch(names, new RegExp(`${alive}|${other}`));
      // The client still holds the pipes: that must not keep anything either.
      await nothingIsLeft(world, dead);
      ended.child.stdin!.destroy();
      assert.equal(containersOf(world, other)?.length, 1);
      await stillAnswers(client, "ready\n".length);
      kill(client.child.pid!, "SIGTERM");
      await client.ended;
      await nothingIsLeft(world, alive);
    }),
  );

  test(`${each.name}: the next session removes an orphan, and no other host's container`, OPTIONS, () =>
    withNames(each, async (world, dead = "", next = "", other = "") => {
      const client = await orphan(world, dead);
      foreign(world, other);
      const helper = await live(world, next);
      await nothingIsLeft(world, dead);
      client.child.stdin!.destroy();
      assert.equal(containersOf(world, other)?.length, 1);
      await stillAnswers(helper, "ready\n".length);
      kill(helper.child.pid!, "SIGTERM");
      await helper.ended;
    }),
  );
}

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import process from "node:process";
import { test } from "node:test";
import {
  bootId,
  isAlive,
  ownerAlive,
  parentOf,
  selfOwner,
  startedByPs,
  startedOf,
  writtenBytes,
} from "../../../src/host/proc.ts";

test("this process is alive and is its own owner", () => {
  const owner = selfOwner();
  assert.equal(owner.pid, process.pid);
  assert.notEqual(owner.started, "");
  assert.ok(isAlive(process.pid));
  assert.equal(ownerAlive(owner), true);
  assert.equal(parentOf(process.pid), process.ppid);
});

test("an owner with another start, another boot or without a process is gone; another host's is unknown", () => {
  const owner = selfOwner();
  assert.equal(ownerAlive({ ...owner, started: "1" }), false);
  assert.equal(ownerAlive({ ...owner, boot: "another" }), false);
  assert.equal(ownerAlive({ ...owner, pid: 2 ** 22 + 1 }), false);
  assert.equal(ownerAlive({ ...owner, host: `${owner.host}-not` }), undefined);
  assert.equal(ownerAlive({ ...owner, started: "" }), true);
});

test("a child: its parent, its end", async () => {
  const child = spawn("/bin/sleep", ["600"], { stdio: "ignore" });
  const pid = child.pid ?? 0;
  try {
    assert.ok(isAlive(pid));
    assert.equal(parentOf(pid), process.pid);
    assert.notEqual(startedOf(pid), undefined);
  } finally {
    child.kill("SIGKILL");
    await new Promise((resolve) => child.on("close", resolve));
  }
  assert.ok(!isAlive(pid));
  assert.equal(startedOf(pid), undefined);
});

test("what ps says of a start is the same time in every time zone", { skip: process.platform === "win32" }, () => {
  const { TZ } = process.env;
  const began = Date.now() - process.uptime() * 1000;
  try {
    for (const zone of ["Asia/Tokyo", "America/New_York"]) {
      process.env.TZ = zone;
      const started = Number(startedByPs(process.pid));
      assert.ok(Math.abs(started - began) < 60_000, `${zone}: ${started} is not about ${began}`);
    }
  } finally {
    if (TZ === undefined) delete process.env.TZ;
    else process.env.TZ = TZ;
  }
  assert.equal(startedByPs(2 ** 22 + 1), undefined);
});

test("the first process belongs to somebody else or to us, and is alive", () => {
  assert.ok(isAlive(1));
});

test("what a process has written only grows", { skip: process.platform !== "linux" }, async () => {
  const child = spawn("/bin/sh", ["-c", "echo 12345678; read x"], { stdio: ["pipe", "pipe", "ignore"] });
  try {
    await new Promise((resolve) => child.stdout.once("data", resolve));
    assert.ok((writtenBytes(child.pid ?? 0) ?? 0) >= 9);
  } finally {
    child.stdin.end("\n");
    await new Promise((resolve) => child.on("close", resolve));
  }
  assert.equal(writtenBytes(child.pid ?? 0), undefined);
  assert.match(bootId(), /^[0-9a-f-]{36}$/);
});

test("a process that has ended and waits for its parent is not alive", {
  skip: process.platform !== "linux",
}, async () => {
  const parent = spawn("/bin/sh", ["-c", "true & echo $!; exec sleep 600"], { stdio: ["ignore", "pipe", "ignore"] });
  try {
    const line = await new Promise<string>((resolve) => parent.stdout.once("data", (bytes) => resolve(String(bytes))));
    const deadline = Date.now() + 60_000;
    while (isAlive(Number(line)) && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 20));
    assert.ok(!isAlive(Number(line)));
  } finally {
    parent.kill("SIGKILL");
    await new Promise((resolve) => parent.on("close", resolve));
  }
});

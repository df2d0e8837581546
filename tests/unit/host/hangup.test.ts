import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { closeSync, openSync, readSync, writeSync } from "node:fs";
import process from "node:process";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { hangupOf } from "../../../src/host/hangup.ts";
import { openPipe } from "../../../src/host/pipe.ts";

/** Only Bun calls the C library. */
const CALLS = process.platform === "linux" && process.versions.bun !== undefined;

if (CALLS) {
  test("the end of a pipe is seen while its last words are still unread, and none of them is taken", async () => {
    const { read, write } = openPipe();
    const hasEnded = await hangupOf(read);
    assert.equal(hasEnded?.(), false);
    writeSync(write, "words");
    assert.equal(hasEnded?.(), false);
    closeSync(write);
    assert.equal(hasEnded?.(), true);
    const buffer = new Uint8Array(9);
    assert.equal(readSync(read, buffer), 5);
    closeSync(read);
  });

  test("the end of a client's writing is seen on a socket as well", async () => {
    // The runtimes give a child sockets; this one says what it sees of its own input.
    const script = `
    const { hangupOf } = await import(${JSON.stringify(new URL("../../../src/host/hangup.ts", import.meta.url).href)});
    const hasEnded = await hangupOf(0);
    console.log(hasEnded());
    const timer = setInterval(() => { if (hasEnded()) { console.log(true); clearInterval(timer); } }, 10);`;
    const child = spawn(process.execPath, ["-e", script], { stdio: ["pipe", "pipe", "inherit"] });
    const said: string[] = [];
    child.stdout.on("data", (bytes) => {
      said.push(String(bytes));
    });
    while (said.join("") !== "false\n") await sleep(10);
    child.stdin.write("words");
    await sleep(50);
    assert.equal(said.join(""), "false\n");
    child.stdin.end();
    while (said.join("") !== "false\ntrue\n") await sleep(10);
  });
} else {
  test("a runtime that cannot call the C library says nothing of a pipe either", async () => {
    const { read, write } = openPipe();
    assert.equal(await hangupOf(read), undefined);
    closeSync(read);
    closeSync(write);
  });
}

test("nothing is said of what has no other side", async () => {
  const file = openSync("/dev/null", "r");
  assert.equal(await hangupOf(file), undefined);
  closeSync(file);
  assert.equal(await hangupOf(9999), undefined);
});

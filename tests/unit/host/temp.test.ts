import assert from "node:assert/strict";
import { closeSync, existsSync, readSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { test } from "node:test";
import { ArgusError } from "../../../src/errors.ts";
import { openPipe } from "../../../src/host/pipe.ts";
import { inLargeTempFolder, inTempFolder } from "../../../src/host/temp.ts";

test("a folder for a moment is gone afterwards, with what is in it", () => {
  const folder = inTempFolder((path) => {
    writeFileSync(join(path, "input"), "x");
    return path;
  });
  assert.equal(existsSync(folder), false);
});

test("where one place fails the next is tried, and the error names them all", () => {
  const tried: string[] = [];
  const fail = (folder: string): void => {
    tried.push(folder);
    throw new Error("no space left on device");
  };
  assert.throws(
    () => inTempFolder(fail),
    (error) => {
      assert.ok(error instanceof ArgusError);
      assert.equal(error.code, "host/no-temp-file");
      assert.match(error.message, /cannot write below .*: no space left on device/);
      assert.ok(error.message.includes(tmpdir()));
      return true;
    },
  );
  assert.equal(tried.length, process.platform === "linux" ? 2 : 1);
  for (const folder of tried) assert.equal(existsSync(folder), false);
});

test("where no large folder can be made, what is given instead is called, else it is an error", async () => {
  const before = process.env.TMPDIR;
  process.env.TMPDIR = join(tmpdir(), "absent", "folder");
  try {
    assert.equal(
      await inLargeTempFolder(
        async () => "in",
        async () => "without",
      ),
      "without",
    );
    await assert.rejects(
      inLargeTempFolder(async () => "in"),
      { code: "host/no-temp-file", message: /below .*absent/ },
    );
  } finally {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
  }
  const folder = await inLargeTempFolder(async (path) => path);
  assert.equal(existsSync(folder), false);
});

test("a pipe holds what is written to it", {
  skip: process.platform === "win32" && "there is no mkfifo on Windows",
}, () => {
  const { read, write } = openPipe();
  writeSync(write, "words");
  closeSync(write);
  const bytes = new Uint8Array(16);
  assert.equal(new TextDecoder().decode(bytes.subarray(0, readSync(read, bytes))), "words");
  assert.equal(readSync(read, bytes), 0);
  closeSync(read);
});

import assert from "node:assert/strict";
import { fstatSync } from "node:fs";
import process from "node:process";
import { test } from "node:test";
import type { Command } from "../../../src/engine/command.ts";
import { openExtraInput, run } from "../../../src/host/spawn.ts";
import { withTmp } from "../../support/tmp.ts";

const POSIX = { skip: process.platform === "win32" ? "the words are those of POSIX" : false };

function sh(script: string, more: Partial<Command> = {}): Command {
  return { bin: "/bin/sh", args: ["-c", script], env: {}, ...more };
}

test("output, error output and code of a program", async () => {
  const ran = await run(sh("echo out; echo err >&2; exit 7"));
  assert.deepEqual(ran, { code: 7, signal: undefined, stdout: "out\n", stderr: "err\n", timedOut: false });
});

test("input is delivered and closed", async () => {
  assert.equal((await run(sh("cat; echo .", { input: "FROM x\n" }))).stdout, "FROM x\n.\n");
  assert.equal((await run(sh("cat; echo ."))).stdout, ".\n");
});

test("a program that does not read a large input is no failure", async () => {
  assert.equal((await run(sh("exit 3", { input: "x".repeat(1_000_000) }))).code, 3);
});

test("variables of the command win over those below it", async () => {
  const ran = await run(sh('echo "$A $B"', { env: { A: "own" } }), { env: { A: "below", B: "kept" } });
  assert.equal(ran.stdout, "own kept\n");
});

test("lines come whole, from both streams, and the last one needs no end", async () => {
  const lines: string[] = [];
  const { stdout, stderr } = await run(sh("printf 'a\\r\\nb'; printf 'c\\n\\nd'; sleep 0.1; printf x >&2"), {
    onLine: (line, stream) => lines.push(`${stream}:${line}`),
  });
  assert.deepEqual(
    lines.filter((line) => line.startsWith("stdout")),
    ["stdout:a", "stdout:bc", "stdout:", "stdout:d"],
  );
  assert.ok(lines.includes("stderr:x"));
  assert.deepEqual([stdout, stderr], ["", ""], "what the lines had is not kept a second time");
});

test("characters are not torn between two chunks", async () => {
  const ran = await run(sh("printf '\\303'; sleep 0.2; printf '\\251\\n'"));
  assert.equal(ran.stdout, "é\n");
});

test("a signal is a code above 128", async () => {
  const ran = await run(sh("kill -TERM $$"));
  assert.equal(ran.code, 143);
  assert.equal(ran.signal, "SIGTERM");
});

test("a program that takes too long is killed", async () => {
  const ran = await run({ bin: "/bin/sleep", args: ["600"], env: {} }, { timeoutMs: 50 });
  assert.equal(ran.timedOut, true);
  assert.equal(ran.code, 137);
});

test("an abort ends it, also one that came before", async () => {
  const sleep: Command = { bin: "/bin/sleep", args: ["600"], env: {} };
  const control = new AbortController();
  const running = run(sleep, { signal: control.signal });
  control.abort();
  assert.equal((await running).code, 137);
  assert.equal((await run(sleep, { signal: AbortSignal.abort() })).code, 137);
});

test("nor is what it started waited for, which holds its output", async () => {
  const script = "sleep 20 & echo $!; wait";
  const began = Date.now();
  const control = new AbortController();
  let started = "";
  const onLine = (line: string) => {
    started += `${line}\n`;
    control.abort();
  };
  const ended = [
    // The time limit of one that has exited ends the wait for its output alone.
    { ran: await run(sh("sleep 20 & echo $!; exit 7"), { timeoutMs: 500 }), code: 7 },
    { ran: await run(sh(script), { timeoutMs: 500 }), code: 137 },
    { ran: await run(sh(script), { signal: control.signal, onLine }), code: 137 },
  ];
  const took = Date.now() - began;
  started += ended.map(({ ran }) => ran.stdout).join("");
  for (const pid of started.trim().split("\n")) process.kill(Number(pid), "SIGKILL");
  for (const { ran, code } of ended) assert.equal(ran.code, code);
  assert.deepEqual(
    ended.map(({ ran }) => ran.timedOut),
    [true, true, false],
  );
  assert.ok(took < 15_000, `${took} ms`);
});

test("a program that is not there is told, with the call and without values", async () => {
  const command: Command = {
    bin: "/nonexistent/docker",
    args: ["run", { shown: "${KEY}", value: "s3cret" }],
    env: { TOKEN: "s3cret" },
  };
  await assert.rejects(run(command), (error: Error & { code?: string; command?: string }) => {
    assert.equal(error.code, "absent/program");
    assert.equal(error.command, "/nonexistent/docker run '${KEY}'");
    assert.ok(!`${error.message}${error.command}`.includes("s3cret"));
    return true;
  });
});

test("a program that the system does not start is told in the system's words, with what to do", POSIX, async () => {
  await withTmp(async (folder) => {
    await assert.rejects(run({ bin: folder, args: [], env: {} }), {
      code: "host/cannot-start",
      message: `cannot start ${folder}: permission denied`,
      hint: /^it must be a file that this user may execute/,
    });
  });
});

test("an argument that is too long is told in one line that can be read", POSIX, async () => {
  const long = "x".repeat(3_000_000);
  await assert.rejects(run({ bin: "/bin/true", args: [long], env: {} }), {
    code: "host/too-long",
    hint: /^shorten `args` and `env`/,
    command: `/bin/true ${"x".repeat(290)}…`,
  });
});

test("extra input is read from /dev/fd/3 and leaves no file", async () => {
  const command = sh("cat /dev/fd/3; cat /dev/fd/3", { extraInput: { fd: 3, text: "PATH=/x\n" } });
  const opened = openExtraInput(command);
  if (process.platform !== "win32") assert.equal(fstatSync(opened.fd!).nlink, 0);
  opened.close();
  opened.close();
  const ran = await run(command);
  assert.equal(ran.code, 0, ran.stderr);
  // A second reader starts anew on Linux and where the first one stopped elsewhere: engines read once.
  assert.match(ran.stdout, process.platform === "linux" ? /^(PATH=\/x\n){2}$/ : /^PATH=\/x\n/);
});

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { closeSync, createReadStream, openSync, readFileSync } from "node:fs";
import process from "node:process";
import type { Readable, Writable } from "node:stream";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { openPipe } from "../../../src/host/pipe.ts";
import { isAlive } from "../../../src/host/proc.ts";
import { GUARD_NAME, GUARD_SCRIPT, PIPE_END } from "../../../src/session/guard.ts";
import { tmpFolder } from "../../support/tmp.ts";

const LIMIT = { timeout: 30_000 };

/** The script with a pipe of its own or of ours, as wires start it for a bare program. */
function start(own: boolean) {
  const pipe = own ? undefined : openPipe();
  const shell = spawn("/bin/sh", ["-c", GUARD_SCRIPT, GUARD_NAME, "", "", "", own ? "1" : "3", "first "], {
    stdio: ["pipe", "ignore", "inherit", pipe?.write ?? "ignore", "pipe", "pipe"],
    detached: true,
  });
  if (pipe !== undefined) closeSync(pipe.write);
  const lifeline = shell.stdio[4] as Writable;
  const reports = (shell.stdio as unknown as Readable[])[5]!;
  lifeline.on("error", () => {});
  const said = new Promise<string>((resolve) => {
    let text = "";
    reports.on("data", (bytes: Uint8Array) => {
      text += bytes.toString();
      if (text.includes("guard ") && text.includes("ready\n")) resolve(text);
    });
  });
  let inputEnded = false;
  reports.on("close", () => {
    inputEnded = true;
  });
  const input = async (): Promise<number> => {
    const guard = Number(/guard (\d+)/.exec(await said)?.[1]);
    return pipe?.read ?? openSync(`/proc/${guard}/fd/${PIPE_END}`, "r");
  };
  return { shell, lifeline, input, inputEnded: () => inputEnded };
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(20);
}

/** True while anything of a process group lives. */
function groupLives(pid: number): boolean {
  try {
    process.kill(-pid, 0);
    return true;
  } catch {
    return false;
  }
}

const KINDS = [
  { name: "its own pipe", own: true, skip: process.platform !== "linux" && "only Linux shows the descriptors" },
  { name: "a pipe that it is given", own: false, skip: process.platform === "win32" && "there is no sh on Windows" },
] as const;

for (const { name, own, skip } of KINDS) {
  test(`a guard with ${name} passes the input on, says when it ends, and goes`, { ...LIMIT, skip }, async () => {
    const { shell, lifeline, input, inputEnded } = start(own);
    const fd = await input();
    shell.stdin!.write("second");
    let read = "";
    createReadStream("", { fd }).on("data", (bytes) => {
      read += bytes.toString();
    });
    await until(() => read === "first second");
    assert.equal(inputEnded(), false);
    shell.stdin!.end();
    await until(inputEnded);
    lifeline.end("settled 0\n");
    await until(() => !groupLives(shell.pid!));
  });

  test(`a guard with ${name} ends the program and itself when argus dies`, { ...LIMIT, skip }, async () => {
    const { shell, lifeline, input } = start(own);
    closeSync(await input());
    const program = spawn("/bin/sh", ["-c", "trap '' TERM; sleep 1000 & wait; wait"], { detached: true });
    lifeline.end(`program ${program.pid}\n`);
    await until(() => !groupLives(shell.pid!) && !isAlive(program.pid!));
  });
}

test("a guard finds a program that argus was killed before it could name", {
  ...LIMIT,
  skip: KINDS[0].skip,
}, async () => {
  const { shell, lifeline, input } = start(true);
  const fd = await input();
  const script = "trap '' TERM; sleep 1000 & wait; wait";
  const program = spawn("/bin/sh", ["-c", script], { stdio: [fd, "ignore", "ignore"], detached: true });
  closeSync(fd);
  lifeline.end();
  await until(() => !groupLives(shell.pid!) && !isAlive(program.pid!));
});

/** The script without a pump, as wires start it for a container: the name of that, and what removes it. */
function startAlone(name: string, remove: string) {
  const shell = spawn("/bin/sh", ["-c", GUARD_SCRIPT, GUARD_NAME, name, "/bin/sh", `-c\n${remove}`, "", ""], {
    stdio: ["ignore", "ignore", "ignore", "ignore", "pipe"],
    detached: true,
  });
  const lifeline = shell.stdio[4] as Writable;
  lifeline.on("error", () => {});
  return { shell, lifeline };
}

test("a guard without a pump goes when the session is settled", { ...LIMIT, skip: KINDS[1].skip }, async () => {
  const { shell, lifeline } = startAlone("argus-guard-settled", "exit 1");
  lifeline.end("settled 0\n");
  await until(() => !groupLives(shell.pid!));
});

for (const named of [true, false]) {
  test(`a guard without a pump removes the container and ends the program that argus ${named ? "named" : "could not name"}`, {
    ...LIMIT,
    skip: named ? KINDS[1].skip : KINDS[0].skip,
  }, async () => {
    const name = `argus-guard-${process.pid}-${named}`;
    const file = `${tmpFolder()}/removed`;
    const { shell, lifeline } = startAlone(name, `echo ${name} | tee ${file}`);
    const script = "trap '' TERM; sleep 1000 & wait; wait";
    const program = spawn("/bin/sh", ["-c", script, "run", "--name", name], { stdio: "ignore", detached: true });
    lifeline.end(named ? `program ${program.pid}\n` : "");
    await until(() => !groupLives(shell.pid!) && !isAlive(program.pid!));
    assert.equal(readFileSync(file, "utf8"), `${name}\n`);
  });
}

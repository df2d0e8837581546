import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { watchConmon } from "../../../src/session/conmon.ts";
import { withTmp } from "../../support/tmp.ts";

const LINUX = { skip: process.platform === "linux" ? false : "podman's monitor is looked for in /proc" };

test("a watch that lasts keeps no more than its last pause", LINUX, () =>
  withTmp(async (folder) => {
    // A process of that name with the container's in its words is all that the watch asks for.
    copyFileSync("/bin/sh", join(folder, "conmon"));
    const name = `argus-time-${process.pid.toString(16).padStart(12, "0")}`;
    const conmon = spawn(join(folder, "conmon"), ["-c", "read -r _", name], { stdio: ["pipe", "ignore", "ignore"] });
    const { addEventListener, removeEventListener } = AbortSignal.prototype;
    let kept = 0;
    let added = 0;
    AbortSignal.prototype.addEventListener = function (this: AbortSignal, ...given: unknown[]) {
      kept += 1;
      added += 1;
      Reflect.apply(addEventListener, this, given);
    };
    AbortSignal.prototype.removeEventListener = function (this: AbortSignal, ...given: unknown[]) {
      kept -= 1;
      Reflect.apply(removeEventListener, this, given);
    };
    try {
      const stop = watchConmon({ name: "podman", bin: "/bin/false", env: {} } as never, name, () => {});
      await sleep(2000);
      stop();
      assert.ok(added >= 3, `${added} pauses`);
      assert.ok(kept <= 1, `${kept} listeners are kept of ${added}`);
    } finally {
      Object.assign(AbortSignal.prototype, { addEventListener, removeEventListener });
      conmon.kill("SIGKILL");
    }
  }),
);

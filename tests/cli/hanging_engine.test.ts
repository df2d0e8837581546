/** An engine whose every call hangs: argus still ends when its client says so, and leaves the rest to the guard. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { isAlive } from "../../src/host/proc.ts";
import { kill } from "../matrix/traces.ts";
import { argusWords, cleanEnv } from "../support/proc.ts";
import { openProcess } from "../support/session_client.ts";
import { withTmp, writeTree } from "../support/tmp.ts";

/** Far shorter than the engine hangs, far longer than argus takes. Milliseconds. */
const LIMIT = 30_000;

/** `run` is a server that ignores everything, and says its pid; what else a session calls notes a pid and hangs. */
const docker = (hang: string) => `#!/bin/sh
case "$1" in
  --version) echo "Docker version 28.0.0, build fake" ;;
  run) trap '' TERM INT HUP QUIT; echo $$; while :; do sleep 1; done ;;
  kill | rm | ps) ${hang} ;;
esac
`;

const HANGS: Readonly<Record<string, string>> = {
  "in every call": 'echo $$ >>"$CALLS"; exec sleep 120',
  "in what every call starts, which holds its output": 'sleep 120 & echo $! >>"$CALLS"; wait',
};

for (const [where, hang] of Object.entries(HANGS)) {
  const skip = process.platform === "win32" ? "the engine is a shell script" : false;
  test(`a session ends although the engine hangs ${where}`, { skip }, () =>
    withTmp(async (folder) => {
      writeTree(folder, "bin/docker", docker(hang), 0o755);
      const calls = writeTree(folder, "calls", "");
      const config = writeTree(folder, "config.yaml", "backends:\n  time: { command: uvx, args: [mcp-server-time] }\n");
      const env = { ARGUS_ENGINE_PATH: join(folder, "bin"), DOCKER_HOST: "fd://fake", CALLS: calls };
      const client = openProcess([...argusWords(), "run", "time", "--config", config], cleanEnv(env));
      let said = "";
      client.child.stdout!.on("data", (bytes: unknown) => {
        said += String(bytes);
      });
      try {
        await client.has(2);
        while (!said.includes("\n")) await sleep(10);
        kill(client.child.pid!, "SIGTERM");
        const code = await Promise.race([
          new Promise((resolve) => client.child.on("exit", resolve)),
          sleep(LIMIT, undefined, { ref: false }),
        ]);
        assert.equal(code, 143);
        assert.ok(!isAlive(Number(said)), "the engine's own program is killed");
      } finally {
        kill(client.child.pid!, "SIGKILL");
        client.child.stdin!.destroy();
        for (const pid of readFileSync(calls, "utf8").split("\n").filter(Boolean)) kill(Number(pid), "SIGKILL");
      }
    }),
  );
}

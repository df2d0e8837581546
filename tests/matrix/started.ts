/** A session of the kill matrix with a client process between it and the test, and the processes that it consists of. */
import { type ChildProcess, spawn } from "node:child_process";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { GUARD_NAME } from "../../src/session/guard.ts";
import { driverWords } from "../support/driver.ts";
import { onOwnHost, type World } from "../support/engines.ts";
import { IMAGE } from "./servers.ts";
import { CASE_VARIABLE, type Trace, treeOf } from "./traces.ts";

/** A session that runs. */
export interface Started {
  readonly id: string;
  readonly client: ChildProcess;
  /** When the client last got a byte, on either output. */
  readonly heard: () => number;
}

/**
 * Starts a session. The client is a shell that holds neither end of the pipes, so that its death alone says nothing
 * about stdin.
 */
export function startSession(world: World, id: string, script: string): Started {
  const shell = ["sh", "-c", 'exec 3<&0; "$@" <&3 & exec 3<&- <&- >&-; wait', "client"];
  const { prefix, engine } = onOwnHost(world, id);
  const [bin = "", ...rest] = [...prefix, ...shell, ...driverWords(), engine, id, IMAGE, "sh", "-c", script];
  const client = spawn(bin, rest, {
    stdio: ["pipe", "pipe", "pipe"],
    env: { ...process.env, ...world.env, [CASE_VARIABLE]: id },
  });
  let heard = 0;
  client.stdin.on("error", () => {});
  for (const output of [client.stdout, client.stderr]) {
    output.on("error", () => {});
    output.on("data", () => {
      heard = performance.now();
    });
  }
  return { id, client, heard: () => heard };
}

/**
 * Runs a session that ends at once on the same host as another, so that it removes what that one left; resolves when it
 * has ended.
 */
export async function nextSession(world: World, id: string): Promise<void> {
  const { prefix, engine } = onOwnHost(world, id);
  const [bin = "", ...rest] = [...prefix, ...driverWords(), engine, `${id}next`, IMAGE, "cat"];
  const child = spawn(bin, rest, { stdio: ["pipe", "ignore", "ignore"], env: { ...process.env, ...world.env } });
  child.stdin.end();
  await new Promise((resolve) => child.on("close", resolve));
}

/** The session's argus. */
export function argusOf({ client, id }: Started): Trace | undefined {
  return treeOf(client.pid!).find(
    ({ words }) => words.includes(id) && words.includes(IMAGE) && words[0] === driverWords()[0],
  );
}

/** The shells of its guard. */
export function guardsOf({ client }: Started): Trace[] {
  return treeOf(client.pid!).filter(({ words }) => words.includes(GUARD_NAME));
}

/** The engine's program. */
export function clisOf({ client }: Started): Trace[] {
  return treeOf(client.pid!).filter(
    ({ comm, words }) =>
      ((comm === "docker" || comm === "podman") && words[1] === "run") || (comm === "kubectl" && words[1] === "attach"),
  );
}

/** Resolves when the condition holds, or rejects. */
export async function until(condition: () => boolean | Promise<boolean>, limitMs: number, everyMs = 50): Promise<void> {
  const began = performance.now();
  while (!(await condition())) {
    if (performance.now() - began > limitMs) throw new Error("the session did not start");
    await sleep(everyMs);
  }
}

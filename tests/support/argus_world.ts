/** The compiled argus on a real engine, as the user whom that engine belongs to. */
import { chmodSync } from "node:fs";
import type { World } from "./engines.ts";
import { BINARY, cleanEnv, type Ended, run } from "./proc.ts";

export interface WorldOptions {
  /** More variables for argus. */
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string | Uint8Array;
  /** Default 300,000: a build may be part of it. */
  readonly timeoutMs?: number;
}

/** The words that start the compiled argus in a world; variables stand in front of it, for a change of user drops them. */
export function argusIn(world: World, args: readonly string[], env: Readonly<Record<string, string>> = {}): string[] {
  const variables = { ARGUS_RUNTIME: world.engine, ...buildVariables(), ...env };
  const assignments = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
  return [...world.prefix, "env", ...assignments, BINARY, ...args];
}

/** Runs the compiled argus in a world to its end. */
export function runIn(world: World, args: readonly string[], options: WorldOptions = {}): Promise<Ended> {
  const [bin = "", ...words] = argusIn(world, args, options.env);
  return run(bin, words, {
    env: cleanEnv(engineVariables()),
    timeoutMs: options.timeoutMs ?? 300_000,
    ...(options.input === undefined ? {} : { input: options.input }),
  });
}

/** Lets every user read a test's folder. */
export function readableByAll(folder: string): string {
  chmodSync(folder, 0o755);
  return folder;
}

/** What the test machine's own builds need: names of hosts, a bundle of certificates. */
export function buildVariables(): Record<string, string> {
  const value = process.env.ARGUS_BUILD_EXTRA_ARGS;
  return value === undefined ? {} : { ARGUS_BUILD_EXTRA_ARGS: value };
}

/** What says where the engines are, for a process that is to find them. */
export function engineVariables(): Record<string, string> {
  const kept = ["DOCKER_HOST", "DOCKER_CONFIG", "XDG_RUNTIME_DIR"].map((name) => [name, process.env[name]] as const);
  return Object.fromEntries(kept.filter((entry): entry is [string, string] => entry[1] !== undefined));
}

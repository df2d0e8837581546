/**
 * The engines that tests run on: `ARGUS_TEST_ENGINES` names them ("docker podman rootless"; `scripts/testbed env` prints
 * it), else whatever is installed and answers. None at all is a failure, unless `ARGUS_TEST_ENGINES=none` asks to skip.
 */
import { spawn, spawnSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import process from "node:process";
import type { OciName } from "../../src/engine/engine.ts";
import { ROOT } from "./proc.ts";

/** One way to run containers. */
export interface World {
  readonly name: "docker" | "podman" | "rootless" | "private docker" | "kubernetes";
  readonly engine: OciName | "kubernetes";
  /** What {@link engineCall} runs; default: the engine's own program. */
  readonly program?: string;
  /** Precedes any command that is to run in this world: empty, or what becomes the rootless user. */
  readonly prefix: readonly string[];
  /** What leads to an engine that is not the machine's own. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Every engine that tests may use, in a fixed order. */
export function worlds(): World[] {
  const asked = process.env.ARGUS_TEST_ENGINES?.split(/[\s,]+/).filter(Boolean);
  if (asked?.includes("none")) return [];
  const found = ALL.filter((world) => (asked === undefined ? answers(world) : asked.includes(world.name)));
  if (found.length === 0)
    throw new Error("no container engine answers: run scripts/testbed up, or set ARGUS_TEST_ENGINES=none");
  return found;
}

/** Whether {@link onOwnHost} does anything: only root on Linux may. */
export const OWN_HOSTS = process.platform === "linux" && process.getuid?.() === 0;

/**
 * The same world with a host name of its own: sessions never take another host's owner for dead, so that tests which run
 * at once do not tidy up after each other.
 */
export function onOwnHost(world: World, host: string): World {
  if (!OWN_HOSTS) return world;
  return { ...world, prefix: ["unshare", "--uts", "sh", "-c", 'hostname "$0"; exec "$@"', host, ...world.prefix] };
}

/** Runs the engine's program in a world and returns what it printed; failures are the caller's to see. */
export function engineCall(
  world: World,
  args: readonly string[],
  timeoutMs = 60_000,
): { code: number; stdout: string } {
  const [bin = "", ...words] = [...world.prefix, world.program ?? world.engine, ...args];
  const { status, stdout } = spawnSync(bin, words, {
    encoding: "utf8",
    timeout: timeoutMs,
    stdio: ["ignore", "pipe", "ignore"],
    env: { ...process.env, ...world.env },
  });
  return { code: status ?? 1, stdout: stdout ?? "" };
}

/** The same without keeping everything else waiting. */
export function askEngine(
  world: World,
  args: readonly string[],
  timeoutMs = 60_000,
): Promise<{ code: number; stdout: string }> {
  const [bin = "", ...words] = [...world.prefix, world.program ?? world.engine, ...args];
  return new Promise((resolve) => {
    const child = spawn(bin, words, {
      timeout: timeoutMs,
      stdio: ["ignore", "pipe", "ignore"],
      env: { ...process.env, ...world.env },
    });
    let stdout = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
    });
    child.on("error", () => resolve({ code: 1, stdout }));
    child.on("close", (code) => resolve({ code: code ?? 1, stdout }));
  });
}

/** Absolute path of an engine's program; throws when it is not installed. */
export function enginePath(name: OciName): string {
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    const file = join(folder, name);
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      // The next folder may have it.
    }
  }
  throw new Error(`${name} is not installed`);
}

const ALL: readonly World[] = [
  { name: "docker", engine: "docker", prefix: [] },
  { name: "podman", engine: "podman", prefix: [] },
  { name: "rootless", engine: "podman", prefix: rootlessPrefix() },
];

function rootlessPrefix(): string[] {
  return process.env.ARGUS_TEST_ROOTLESS?.split(" ") ?? [join(ROOT, "scripts", "testbed"), "rootless", "--"];
}

function answers(world: World): boolean {
  // The rootless user exists only where the testbed made one.
  if (world.name === "rootless" && process.env.ARGUS_TEST_ROOTLESS === undefined) return false;
  return engineCall(world, ["version"], 20_000).code === 0;
}

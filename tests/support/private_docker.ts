/** A Docker daemon of the test's own, which may be killed: everybody else's sessions are on the machine's. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { closeSync, openSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { kill, treeOf } from "../matrix/traces.ts";
import { askEngine, type World } from "./engines.ts";
import { withTmp, writeTree } from "./tmp.ts";

/** A daemon that runs. */
export interface PrivateDocker {
  readonly world: World;
  /** Ends the daemon and starts it again; resolves when it answers. Containers of a daemon that is killed live on. */
  restart(signal: "SIGTERM" | "SIGKILL"): Promise<void>;
}

/** Why there can be none; undefined when there can. */
export function noPrivateDocker(): string | undefined {
  if (process.getuid?.() !== 0) return "a daemon of its own needs root";
  if (spawnSync("dockerd", ["--version"]).status !== 0) return "dockerd is not installed";
  return undefined;
}

/** Runs a daemon with one image of the machine's own and without networks; its state goes when `use` has ended. */
export function withPrivateDocker(image: string, use: (docker: PrivateDocker) => Promise<void>): Promise<void> {
  return withTmp(async (folder) => {
    const socket = `unix://${join(folder, "docker.sock")}`;
    const world: World = { name: "private docker", engine: "docker", prefix: [], env: { DOCKER_HOST: socket } };
    const containerd = startContainerd(folder);
    let daemon: ChildProcess | undefined;
    try {
      daemon = await startDaemon(folder, world);
      copyImage(folder, world, image);
      await use({
        world,
        async restart(signal) {
          await end(daemon, signal);
          daemon = await startDaemon(folder, world);
        },
      });
    } finally {
      await end(daemon, "SIGTERM");
      await end(containerd, "SIGTERM");
      endLostShims(folder);
      for (const place of mountsBelow(folder)) spawnSync("umount", ["-l", place]);
    }
  });
}

/** As on a real machine the containers belong to containerd, which outlives the daemon. */
function startContainerd(folder: string): ChildProcess {
  const file = writeTree(
    folder,
    "containerd.toml",
    `version = 2
root = "${folder}/containerd"
state = "${folder}/run"
disabled_plugins = ["io.containerd.grpc.v1.cri"]
[grpc]
address = "${folder}/containerd.sock"
`,
  );
  return startLogged(folder, "containerd", ["--config", file]);
}

async function startDaemon(folder: string, world: World): Promise<ChildProcess> {
  const below = (name: string): string => join(folder, name);
  // A network of its own: without a bridge, dockerd removes the docker0 of the machine's one.
  const daemon = startLogged(
    folder,
    "dockerd",
    [
      ...["--host", world.env?.DOCKER_HOST ?? "", "--containerd", below("containerd.sock"), "--pidfile", below("pid")],
      ...["--data-root", below("data"), "--exec-root", below("exec")],
      ...["--bridge=none", "--iptables=false", "--ip-masq=false"],
    ],
    ["unshare", "--net"],
  );
  for (const began = performance.now(); performance.now() - began < 60_000; await sleep(50)) {
    if (daemon.exitCode !== null || daemon.signalCode !== null) break;
    if ((await askEngine(world, ["version"], 10_000)).code === 0) return daemon;
  }
  await end(daemon, "SIGKILL");
  throw new Error(`dockerd does not answer: ${readFileSync(below("dockerd.log"), "utf8").slice(-2000)}`);
}

function startLogged(
  folder: string,
  name: string,
  words: readonly string[],
  prefix: readonly string[] = [],
): ChildProcess {
  const log = openSync(join(folder, `${name}.log`), "a");
  const [bin = "", ...args] = [...prefix, name, ...words];
  const child = spawn(bin, args, { stdio: ["ignore", log, log] });
  closeSync(log);
  return child;
}

function copyImage(folder: string, world: World, image: string): void {
  const saved = join(folder, "image.tar");
  for (const [words, env] of [
    [["save", "-o", saved, image], {}],
    [["load", "-i", saved], world.env],
  ] as const) {
    const { status, stderr } = spawnSync("docker", words, { encoding: "utf8", env: { ...process.env, ...env } });
    if (status !== 0) throw new Error(`docker ${words.join(" ")}: ${stderr}`);
  }
  rmSync(saved);
}

async function end(child: ChildProcess | undefined, signal: NodeJS.Signals): Promise<void> {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill(signal);
  await ended;
}

/**
 * A daemon that is killed between the start of a container's process and the note about it never hears of that process
 * again: its removal of the container leaves it to containerd. No command of Docker's shows it, so that argus cannot end it.
 */
function endLostShims(folder: string): void {
  const shims = processes().filter(({ words }) => words.includes(`${folder}/containerd.sock`));
  for (const { pid } of shims) {
    for (const { pid: child } of treeOf(pid).toReversed()) kill(child, "SIGKILL");
  }
  if (shims.length > 0) console.error(`private docker: ${shims.length} containers that the killed daemon had lost`);
}

function processes(): { readonly pid: number; readonly words: readonly string[] }[] {
  const pids = readdirSync("/proc")
    .map(Number)
    .filter((pid) => pid > 0);
  return pids.flatMap((pid) => treeOf(pid).slice(0, 1));
}

/** What a daemon that was killed left mounted, the innermost first. */
function mountsBelow(folder: string): string[] {
  const lines = readFileSync("/proc/self/mountinfo", "utf8").split("\n");
  const places = lines.map((line) => line.split(" ")[4] ?? "");
  return places.filter((place) => place.startsWith(`${folder}/`)).reverse();
}

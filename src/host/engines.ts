/** The engine of this machine: what is installed and answers. */
import { cpus, homedir } from "node:os";
import { basename, dirname, join } from "node:path";
import process from "node:process";
import type { Env } from "../config/config.ts";
import { engineCommand } from "../engine/command.ts";
import {
  contextAddress,
  dialOf,
  dockerChoice,
  dockerConfigFolder,
  dockerEndpoints,
  type Endpoint,
  handsProxies,
  podmanEndpoint,
  programCandidates,
  remoteAddress,
  rootlessAddress,
  type Surroundings,
} from "../engine/detect.ts";
import { type Engine, OCI_NAMES, type OciName } from "../engine/engine.ts";
import { permissionHint } from "../engine/permission.ts";
import { ArgusError, EXIT } from "../errors.ts";
import { isProgram, isWritable, realPathOf, statOf, textOf } from "./files.ts";

/** What is asked for; both default to this machine's. */
export interface FindOptions {
  /** The engine that a config, a variable or a flag names. */
  readonly named?: OciName | undefined;
  readonly env?: Env;
}

/** An installed engine and whether it answers. */
export interface Probe {
  readonly name: OciName;
  readonly bin: string;
  /** The endpoint that was tried last; undefined = it needs none. */
  readonly endpoint: Endpoint | undefined;
  readonly state: "live" | "dead" | "forbidden";
  /** What is usable when it is live. */
  readonly engine: Engine;
}

/** A daemon on another machine may need a while; a local socket answers at once. */
const REMOTE_TIMEOUT_MS = 3000;
/** Stands before the name of a context that does not exist, or names no docker. */
const NO_ADDRESS = "context://";
const ROOT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/**
 * The engine to use: the named one, else the first of docker and podman that is installed and answers. One whose endpoint a
 * variable names leaves the place to no other. undefined = nothing is installed.
 *
 * @throws ArgusError `absent/engine` when the named one is not installed; `engine/…` when none answers that is installed, or
 * not the one that a variable names, for isolation is never dropped because of a daemon that is down.
 */
export async function findEngine(options: FindOptions = {}): Promise<Engine | undefined> {
  return (await findLive(options))?.engine;
}

/** The same, with how it was reached. */
export async function findLive(options: FindOptions = {}): Promise<Probe | undefined> {
  const { named } = options;
  const here = surroundings(options.env);
  const found: Probe[] = [];
  for (const name of named === undefined ? OCI_NAMES : [named]) {
    const probe = await probeEngine(name, here);
    if (probe?.state === "live") return probe;
    if (probe?.endpoint?.chosenBy === "variable") throw notUsable(probe, here, named);
    if (probe !== undefined) found.push(probe);
  }
  if (named !== undefined && found.length === 0) throw absentEngine(named);
  const [first] = found;
  if (first === undefined) return undefined;
  throw notUsable(found.find((probe) => probe.state === "forbidden") ?? first, here, named);
}

/** Looks for one engine and asks, as cheaply as can be, whether it answers; undefined = it is not installed. */
export async function probeEngine(name: OciName, here: Surroundings = surroundings()): Promise<Probe | undefined> {
  const bin = programOf(name, here);
  if (bin === undefined) return undefined;
  return name === "docker" ? await probeDocker(bin, here) : await probePodman(bin, here);
}

/** This machine as `detect` sees it. */
export function surroundings(env: Env = process.env): Surroundings {
  // A desktop client may start argus without HOME.
  const home = env.HOME || env.USERPROFILE || homedir();
  return { platform: process.platform, home, env, uid: process.getuid?.() ?? -1 };
}

/** The CPUs of the machine that runs the engine's containers; 0 = unknown. */
export function cpusOf(engine: Engine): number {
  // Podman takes any number. A desktop product's machine has its own, unknown without a call: the error explains that.
  if (engine.name !== "docker" || engine.remote === true) return 0;
  // What this process may use is no matter: the daemon compares with what the machine has.
  return cpus().length;
}

/** How this engine's program builds; two calls of about 20 and 80 ms, so only before a build. */
export async function builderOf(engine: Engine): Promise<"buildkit" | "legacy"> {
  if (engine.name !== "docker") return "buildkit";
  const { run } = await import("./spawn.ts");
  const ask = (args: string[]): Promise<{ code: number; stdout: string }> =>
    run(engineCommand(engine, args), { timeoutMs: 20_000 });
  // The endpoint's version is not asked for: every daemon since 18.09 has BuildKit.
  const version = /\bversion (\d+)\./.exec((await ask(["--version"])).stdout);
  if (version !== null && Number(version[1]) < 23) return "buildkit";
  return (await ask(["buildx", "version"])).code === 0 ? "buildkit" : "legacy";
}

async function probeDocker(bin: string, here: Surroundings): Promise<Probe> {
  let last: Probe | undefined;
  const settings = dockerSettings(here);
  const plain: Engine = { ...bare("docker", bin, here), handsProxies: handsProxies(settings) };
  for (const endpoint of await endpointsOf(here, settings)) {
    const state = await answers(endpoint);
    const env = { ...plain.env, ...endpoint.env };
    const engine: Engine = { ...plain, env, remote: remoteAddress(endpoint.address) };
    const probe: Probe = { name: "docker", bin, endpoint, state, engine };
    if (state === "live") return probe;
    // A socket that may not be opened says more than one that is not there.
    if (last === undefined || state === "forbidden") last = probe;
  }
  return last ?? { name: "docker", bin, endpoint: undefined, state: "dead", engine: plain };
}

/** The text of docker's own settings; undefined when it has none. */
export function dockerSettings(here: Surroundings = surroundings()): string | undefined {
  return textOf(join(dockerConfigFolder(here), "config.json"));
}

async function endpointsOf(here: Surroundings, settings: string | undefined): Promise<Endpoint[]> {
  const choice = dockerChoice(here.env, settings);
  if (choice.endpoint !== undefined) return [choice.endpoint];
  if (choice.context === undefined) return dockerEndpoints(here);
  const { name, from, chosenBy } = choice.context;
  const { contextMetaPath } = await import("../engine/context.ts");
  const address = contextAddress(textOf(join(dockerConfigFolder(here), contextMetaPath(name))) ?? "");
  return [{ address: address ?? `${NO_ADDRESS}${name}`, env: {}, from, chosenBy }];
}

async function probePodman(bin: string, here: Surroundings): Promise<Probe> {
  const endpoint = podmanEndpoint(here.env);
  const plain = bare("podman", bin, here);
  if (endpoint !== undefined) {
    const { address } = endpoint;
    const engine = { ...plain, rootless: rootlessAddress(address), remote: remoteAddress(address) };
    return { name: "podman", bin, endpoint, state: await answers(endpoint), engine };
  }
  // On Linux there is no daemon: what is installed works.
  if (here.platform === "linux") {
    return { name: "podman", bin, endpoint, state: "live", engine: { ...plain, rootless: here.uid > 0 } };
  }
  const { run } = await import("./spawn.ts");
  const args = ["info", "--format", "{{.Host.Security.Rootless}}"];
  const said = await run({ bin, args, env: plain.env }, { timeoutMs: 10_000 });
  const state = said.code === 0 ? "live" : "dead";
  return { name: "podman", bin, endpoint, state, engine: { ...plain, rootless: said.stdout.trim() === "true" } };
}

function bare(name: OciName, bin: string, here: Surroundings): Engine {
  return { name, bin, env: pathOf(bin, here), rootless: false };
}

/** The engine's program starts helpers of its own, which a client's scrubbed PATH may not reach. */
function pathOf(bin: string, here: Surroundings): Record<string, string> {
  if (here.platform === "win32") return {};
  const path = here.env.PATH ?? "";
  if (path === "") return { PATH: `${ROOT_PATH}:${dirname(bin)}` };
  return path.split(":").includes(dirname(bin)) ? {} : { PATH: `${path}:${dirname(bin)}` };
}

/** The first candidate that can be executed and is what its name says. */
function programOf(name: OciName, here: Surroundings): string | undefined {
  const candidates = programCandidates(name, here).filter(isProgram);
  if (name === "podman") return candidates[0];
  return candidates.find((path) => !isPodman(path));
}

/** The package podman-docker installs a `docker` that is a link to podman, or a script that calls it. */
function isPodman(path: string): boolean {
  const real = realPathOf(path);
  if (/^podman(\.exe)?$/.test(basename(real))) return true;
  const small = (statOf(real)?.size ?? Number.POSITIVE_INFINITY) < 4096;
  return small && /^\s*(?:exec\s+)?\S*\bpodman\s+"\$@"/m.test(textOf(real) ?? "");
}

async function answers(endpoint: Endpoint): Promise<Probe["state"]> {
  const dial = dialOf(endpoint.address);
  // Docker's program takes no context without an address; the way to the others, such as ssh, it alone knows.
  if (dial === undefined) return endpoint.address.startsWith(NO_ADDRESS) ? "dead" : "live";
  if ("path" in dial && dial.path.startsWith("/")) {
    if (statOf(dial.path) === undefined) return "dead";
    if (!isWritable(dial.path)) return "forbidden";
    if (listens(dial.path)) return "live";
  }
  return await connects(dial);
}

/**
 * True for a socket that the kernel lists as listening: 10 ms less than a connection, most of it the module for sockets.
 * Source: proc(5), /proc/net/unix; flag 00010000 is __SO_ACCEPTCON.
 */
function listens(path: string): boolean {
  const sockets = textOf("/proc/net/unix") ?? "";
  const names = [path, realPathOf(path)];
  return sockets.split("\n").some((line) => {
    const [, , , flags, , , , name = ""] = line.split(/ +/);
    return flags === "00010000" && names.includes(name);
  });
}

async function connects(dial: { path: string } | { host: string; port: number }): Promise<Probe["state"]> {
  const { connect } = await import("node:net");
  const asked = new Promise<Probe["state"]>((resolve) => {
    const socket = connect(dial);
    const end = (state: Probe["state"]) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(state);
    };
    const timer = setTimeout(() => end("dead"), REMOTE_TIMEOUT_MS);
    socket.on("connect", () => end("live"));
    socket.on("error", (error: { code?: string }) => {
      end(error.code === "EACCES" || error.code === "EPERM" ? "forbidden" : "dead");
    });
  });
  // A port that no machine has is thrown.
  return await asked.catch(() => "dead");
}

/** The error for an engine that is named and not there. */
export function absentEngine(name: OciName): ArgusError {
  return new ArgusError("absent/engine", `${name} is asked for and not installed`, {
    hint: `install ${name}, or drop \`runtime: ${name}\` and ARGUS_RUNTIME to use what is installed`,
  });
}

function notUsable(probe: Probe, here: Surroundings, named: OciName | undefined): ArgusError {
  const where = probe.endpoint === undefined ? "" : ` at ${probe.endpoint.address} (${probe.endpoint.from})`;
  if (probe.state === "forbidden") {
    return new ArgusError("engine/no-permission", `this user may not use ${probe.name}${where}`, {
      hint: permissionHint(probe.name),
      exitCode: EXIT.absent,
    });
  }
  const instead = named === undefined ? insteadHint(probe, here) : "";
  const off = "to run without isolation, set `container.enabled: false` for the backend";
  return new ArgusError("engine/not-running", `${probe.name} is installed and does not answer${where}`, {
    hint: `${startHint(probe, here)}${instead}; ${off}`,
    exitCode: EXIT.absent,
  });
}

function startHint({ name, endpoint }: Probe, here: Surroundings): string {
  if (endpoint?.chosenBy !== undefined) {
    return `start what ${endpoint.from} points to, or change ${endpoint.chosenBy === "variable" ? "or unset " : ""}it`;
  }
  if (name === "podman") return "`podman machine start`";
  return here.platform === "linux" ? "`sudo systemctl start docker`" : "start Docker Desktop";
}

/** The other engine, which a variable's endpoint keeps from being used. */
function insteadHint({ name, endpoint }: Probe, here: Surroundings): string {
  const [other] = OCI_NAMES.filter((candidate) => candidate !== name && programOf(candidate, here) !== undefined);
  return other === undefined || endpoint?.chosenBy !== "variable" ? "" : `; ARGUS_RUNTIME=${other} uses ${other}`;
}

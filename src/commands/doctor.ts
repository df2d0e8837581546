/** `argus doctor`: what works on this machine, what does not, and what to do about it. */
import { statfsSync } from "node:fs";
import process from "node:process";
import { readSettings, unknownSettings } from "../config/settings.ts";
import { plain } from "../config/text.ts";
import { expandVolume } from "../config/variables.ts";
import { type Engine, OCI_NAMES, type OciName } from "../engine/engine.ts";
import { explainEngine } from "../engine/explain.ts";
import { type EngineFacts, factsCommand, parseFacts } from "../engine/facts.ts";
import { BUILDX_PACKAGE, imageListCommand, removeCommand, runCommand } from "../engine/oci.ts";
import { parseImages } from "../engine/parse.ts";
import { permissionHint } from "../engine/permission.ts";
import { POSTURE_SCRIPT, readPosture } from "../engine/posture.ts";
import { ArgusError, EXIT } from "../errors.ts";
import { readConfigFile } from "../host/config_file.ts";
import { builderOf, type Probe } from "../host/engines.ts";
import { run } from "../host/spawn.ts";
import { DEFAULT } from "../plan/defaults.ts";
import { listContainers } from "../session/containers.ts";
import { newIdentity } from "../session/identity.ts";
import { pasteableWords } from "../shell.ts";
import { printData } from "../ui/data.ts";
import { visible } from "../visible.ts";
import { readConfig } from "./config.ts";
import type { ClusterFindings } from "./doctor_cluster.ts";
import { registryCheck } from "./doctor_registry.ts";
import { installedEngines, type Named, namedSections } from "./keepers.ts";

export interface DoctorOptions {
  /** `--config`. */
  readonly config?: string | undefined;
  readonly json?: boolean;
}

/** One finding. */
export interface Check {
  readonly name: string;
  readonly status: "ok" | "warn" | "fail";
  readonly message: string;
  /** What to type or change; nothing when all is well. */
  readonly remedy?: string;
}

/** Prints the findings; 0 when none is a failure, 3 when neither an engine nor a cluster can be used. */
export async function doctor(options: DoctorOptions): Promise<number> {
  const found = await installedEngines();
  const live = found.filter((probe) => probe.state === "live");
  const clusters = await findClusters(options.config);
  const checks: Check[] = [...engineChecks(found, clusters.runEverything)];
  for (const { engine } of live) checks.push(...(await liveChecks(engine)));
  for (const found of clusters.findings) checks.push(...found.checks);
  if (clusters.unclear !== undefined) checks.push({ name: "kubernetes", status: "warn", message: clusters.unclear });
  checks.push(await settingsCheck(options.config), ...(await configChecks(options.config)));
  const ok = checks.every(({ status }) => status !== "fail");
  if (options.json) printData(JSON.stringify({ ok, checks }, undefined, 2));
  else printChecks(checks);
  if (live.length === 0 && !clusters.findings.some((cluster) => cluster.live)) return EXIT.absent;
  return ok ? EXIT.ok : EXIT.failed;
}

/** A broken config or variable is told by a check of its own. */
async function findClusters(
  config: string | undefined,
): Promise<{ findings: ClusterFindings[]; runEverything: boolean; unclear: string | undefined }> {
  const nothing: Named = { sections: [], everything: false };
  const { sections, everything, unclear } = await namedSections(config).catch(() => nothing);
  const findings: ClusterFindings[] = [];
  for (const section of sections) {
    const { clusterChecks } = await import("./doctor_cluster.ts");
    findings.push(await clusterChecks(section));
  }
  const allLive = findings.length > 0 && findings.every(({ live }) => live);
  return { findings, runEverything: everything && unclear === undefined && allLive, unclear };
}

/** One engine is enough, and none where clusters run everything; one that does not answer is worth a word in any case. */
function engineChecks(found: readonly Probe[], clustersRunEverything: boolean): Check[] {
  const live = found.some(({ state }) => state === "live");
  const bad = live || clustersRunEverything ? "warn" : "fail";
  return OCI_NAMES.map((name): Check => {
    const probe = found.find((candidate) => candidate.name === name);
    if (probe === undefined) {
      if (live || found.length > 0) return { name, status: "ok", message: "not installed" };
      const loss = clustersRunEverything ? "no image can be built here" : "backends run unisolated";
      const remedy = `install docker or podman; without one, ${loss}`;
      return { name, status: bad, message: "not installed", remedy };
    }
    const at = probe.endpoint === undefined ? "" : `, ${probe.endpoint.address} (${probe.endpoint.from})`;
    const place = `${probe.bin}${at}`;
    if (probe.state === "live") {
      return { name, status: "ok", message: `${place}${probe.engine.rootless ? ", rootless" : ""}` };
    }
    const forbidden = probe.state === "forbidden";
    // A backend that names no engine is then not run at all.
    const demanded =
      !clustersRunEverything && name === "docker" && probe.endpoint?.chosenBy === "variable" && noneIsNamed();
    const start = forbidden ? permissionHint(name) : "start it";
    const another = forbidden ? "" : `, or name another with ${name === "docker" ? "DOCKER_HOST" : "CONTAINER_HOST"}`;
    const other = `, or change or unset ${probe.endpoint?.from}${live ? ", or set ARGUS_RUNTIME=podman" : ""}`;
    return {
      name,
      status: demanded ? "fail" : bad,
      message: `${place}: ${forbidden ? "this user may not use it" : "does not answer"}`,
      remedy: `${start}${demanded ? other : another}`,
    };
  });
}

function noneIsNamed(): boolean {
  return (process.env.ARGUS_RUNTIME ?? "") === "";
}

async function liveChecks(engine: Engine): Promise<Check[]> {
  const { name } = engine;
  const said = await run(factsCommand(engine), { timeoutMs: 60_000 });
  const facts = said.code === 0 ? parseFacts(engine, said.stdout) : undefined;
  if (facts === undefined) {
    const { message, hint } = explainEngine({ engine: name, phase: "other", output: said.stderr });
    return [{ name: `${name} info`, status: "fail", message, ...(hint === undefined ? {} : { remedy: hint }) }];
  }
  return [
    versionCheck(engine, facts),
    await builderCheck(engine),
    ...(await postureChecks(engine, facts)),
    diskCheck(engine, facts),
    await orphanCheck(engine),
  ];
}

/** The oldest versions that the tests of argus run on. */
const OLDEST: Readonly<Record<OciName, readonly [number, number]>> = { docker: [20, 10], podman: [4, 3] };

function versionCheck({ name }: Engine, { version }: EngineFacts): Check {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [oldMajor, oldMinor] = OLDEST[name];
  const old = major < oldMajor || (major === oldMajor && minor < oldMinor);
  const check = { name: `${name} version`, message: version };
  return old
    ? { ...check, status: "warn", remedy: `upgrade to ${oldMajor}.${oldMinor} or newer` }
    : { ...check, status: "ok" };
}

async function builderCheck(engine: Engine): Promise<Check> {
  const name = `${engine.name} builds`;
  if ((await builderOf(engine)) === "buildkit") {
    return { name, status: "ok", message: engine.name === "docker" ? "BuildKit" : "its own builder" };
  }
  const message =
    "no buildx: builds use the old builder, without caches between builds and without ARGUS_CA_BUNDLE, and values of " +
    "build_env stay in the history of their first stage";
  return { name, status: "warn", message, remedy: `install the package ${BUILDX_PACKAGE}` };
}

/** What a container really has, read from inside one; the engine's own word where no image is there to run. */
async function postureChecks(engine: Engine, facts: EngineFacts): Promise<Check[]> {
  const gaps = await postureFromInside(engine);
  const inside = gaps !== undefined;
  const source = inside
    ? "read from inside a container"
    : "as the engine says; after `argus build` this is read from inside a container";
  const open = gaps?.open ?? (facts.seccomp ? [] : ["system calls are not filtered"]);
  const closed = inside ? "all restrictions are in force" : "system calls are filtered";
  const lsm = facts.lsm === undefined ? "" : `, ${facts.lsm}`;
  const name = `${engine.name} posture`;
  const limits = limitsCheck(engine, facts, gaps?.unlimited ?? facts.unenforced, source);
  if (open.length === 0) return [{ name, status: "ok", message: `${closed}${lsm} (${source})` }, limits];
  const remedy = "see the security options in the engine's own settings";
  return [{ name, status: "fail", message: `${open.join(", ")} (${source})`, remedy }, limits];
}

function limitsCheck(engine: Engine, facts: EngineFacts, unlimited: readonly string[], source: string): Check {
  const cgroups = facts.cgroups === undefined ? "" : `, cgroups ${facts.cgroups}`;
  const name = `${engine.name} limits`;
  if (unlimited.length === 0) {
    return { name, status: "ok", message: `memory, cpus and pids are limited${cgroups} (${source})` };
  }
  const remedy = engine.rootless
    ? "rootless limits need cgroups 2 with delegation: https://rootlesscontaine.rs/getting-started/common/cgroup2/"
    : "boot with cgroups 2, or enable the missing controllers";
  return { name, status: "warn", message: `not limited: ${unlimited.join(", ")}${cgroups} (${source})`, remedy };
}

async function postureFromInside(engine: Engine) {
  const listed = await run(imageListCommand(engine), { timeoutMs: 60_000 });
  // An image without a shell cannot tell; one of a few will have one.
  for (const { name } of parseImages(listed.stdout).slice(0, 3)) {
    const identity = newIdentity("doctor");
    const args = ["-c", POSTURE_SCRIPT].map(plain);
    const command = runCommand({ engine, image: name, plan: probePlan(), args, identity, cpus: "1", env: {} });
    const said = await run(command, { timeoutMs: 60_000 });
    if (said.timedOut) await run(removeCommand(engine, [identity.container]), { timeoutMs: 60_000 });
    const gaps = readPosture(said.stdout);
    if (gaps !== undefined) return gaps;
  }
  return undefined;
}

/** The default posture around a shell instead of a server. */
function probePlan() {
  return {
    limits: { memory: DEFAULT.memory, cpus: DEFAULT.cpus },
    network: "none",
    volumes: [],
    extraArgs: ["--entrypoint", "/bin/sh"].map(plain),
  };
}

const LOW_BYTES = 2 * 1024 ** 3;

function diskCheck({ name, remote }: Engine, { storage }: EngineFacts): Check {
  const check = { name: `${name} disk` };
  // A folder of the same path may be here, too.
  if (remote === true) return { ...check, status: "ok", message: `on the engine's own machine: ${storage}` };
  try {
    const { bavail, bsize } = statfsSync(storage);
    const free = bavail * bsize;
    const message = `${(free / 1024 ** 3).toFixed(1)} GiB free at ${storage}`;
    if (free >= LOW_BYTES) return { ...check, status: "ok", message };
    return { ...check, status: "warn", message, remedy: `argus clean --images; ${name} system df shows the rest` };
  } catch {
    return { ...check, status: "ok", message: `not on this machine, or not to be looked at by this user: ${storage}` };
  }
}

async function orphanCheck(engine: Engine): Promise<Check> {
  const name = `${engine.name} orphans`;
  const listed = await listContainers(engine);
  if ("said" in listed) return { name, status: "warn", message: "the containers cannot be listed" };
  const orphans = listed.filter(({ orphan }) => orphan);
  if (orphans.length === 0) return { name, status: "ok", message: `none; sessions running: ${listed.length}` };
  return { name, status: "warn", message: orphans.map((found) => found.name).join(", "), remedy: "argus clean" };
}

async function settingsCheck(file: string | undefined): Promise<Check> {
  const name = "variables";
  try {
    readSettings(process.env);
  } catch (error) {
    return { name, status: "fail", ...saidBy(error) };
  }
  const anyCase = process.platform === "win32";
  const unknown = unknownSettings(process.env, { anyCase, others: await namesInConfig(file) });
  if (unknown.length === 0) return { name, status: "ok", message: "every ARGUS_* variable is understood" };
  const meant = unknown.flatMap(({ name, meant }) => (meant === undefined ? [] : [`rename ${name} to ${meant}`]));
  return {
    name,
    // A slip in a name switches something off that somebody relies on.
    status: meant.length > 0 ? "fail" : "warn",
    message: `argus does not read ${unknown.map(({ name }) => name).join(", ")}`,
    ...(meant.length === 0 ? {} : { remedy: meant.join("; ") }),
  };
}

/** The variables that a config takes values from; none where it cannot be read, which a check of its own tells. */
async function namesInConfig(file: string | undefined): Promise<readonly string[]> {
  try {
    // The way of volumes, which knows every kind of reference.
    return expandVolume((await readConfigFile(file)).text, process.env).names;
  } catch {
    return [];
  }
}

async function configChecks(file: string | undefined): Promise<Check[]> {
  const name = "config";
  try {
    const { config, names, problems } = await readConfig({ config: file, registry: givenRegistry() });
    const unset = problems.filter(({ code }) => code === "config/unset-variable").map(({ message }) => message);
    const errors = problems.filter(({ severity }) => severity === "error").length - unset.length;
    const remedy = pasteableWords(["argus", "validate", ...(file === undefined ? [] : ["--config", file])]);
    if (errors > 0) return [{ name, status: "fail", message: `${config.file}: errors: ${errors}`, remedy }];
    const { registry } = config;
    return [
      { name, status: "ok", message: `${config.file}: backends: ${names.length}` },
      ...unsetChecks(unset, remedy),
      ...(registry === undefined ? [] : [await registryCheck("registry", registry)]),
    ];
  } catch (error) {
    // Without a config there are still ad hoc runs.
    const absent = error instanceof ArgusError && error.code === "config/not-found" && file === undefined;
    return [{ name, status: absent ? "warn" : "fail", ...saidBy(error) }];
  }
}

/** A warning, for the entry of a client may have the variables of its own backend alone. */
function unsetChecks(unset: readonly string[], validate: string): Check[] {
  if (unset.length === 0) return [];
  const more = unset.length - MOST_UNSET;
  const message = unset.slice(0, MOST_UNSET).join("; ") + (more > 0 ? `; and ${more} more` : "");
  const remedy = `a client sets them in its own env, for its backends alone; ${validate} shows where they stand`;
  return [{ name: "config variables", status: "warn", message, remedy }];
}

const MOST_UNSET = 5;

/** A variable that is wrong is told by a check of its own. */
function givenRegistry(): string | undefined {
  try {
    return readSettings(process.env).registry;
  } catch {
    return undefined;
  }
}

function saidBy(error: unknown): { message: string; remedy?: string } {
  if (!(error instanceof ArgusError)) return { message: String(error) };
  return { message: error.message, ...(error.hint === undefined ? {} : { remedy: error.hint }) };
}

function printChecks(checks: readonly Check[]): void {
  const width = Math.max(...checks.map(({ name }) => name.length));
  for (const { status, name, message, remedy } of checks) {
    printData(visible(`${status.padEnd(4)}  ${name.padEnd(width)}  ${message}`));
    // One may hold an object for an administrator, whose lines stay as they are.
    const lines = remedy === undefined ? [] : `${" ".repeat(width + 8)}${remedy}`.split("\n");
    for (const line of lines) printData(visible(line));
  }
}

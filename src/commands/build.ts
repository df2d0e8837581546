/** `argus build`: every image that a config needs, each built once, a failure never stopping the others. */
import type { Config, StdioBackend } from "../config/config.ts";
import { InvalidConfig } from "../config/invalid_config.ts";
import { type RuntimeName, readSettings, type Settings } from "../config/settings.ts";
import type { Engine, OciName } from "../engine/engine.ts";
import { explainEngine } from "../engine/explain.ts";
import { imageRef } from "../engine/image_ref.ts";
import { imageInspectCommand, imageListCommand } from "../engine/oci.ts";
import { type FoundImage, parseImages, parseInspected } from "../engine/parse.ts";
import { ArgusError, EXIT } from "../errors.ts";
import { findEngine } from "../host/engines.ts";
import { run } from "../host/spawn.ts";
import type { Image } from "../image/image.ts";
import { DEFAULT } from "../plan/defaults.ts";
import type { Recipe } from "../plan/image_name.ts";
import type { ContainerPlan } from "../plan/plan.ts";
import { planBackend } from "../plan/plan_backend.ts";
import { printData } from "../ui/data.ts";
import { printLine } from "../ui/line.ts";
import { isVerbose, log } from "../ui/log.ts";
import { createProgress } from "../ui/progress.ts";
import { type ErrorJson, errorJson, printFailure } from "../ui/report.ts";
import { table } from "../ui/table.ts";
import { buildImage, findImage } from "./build_image.ts";
import { loadConfig, UNSET_HINT } from "./config.ts";
import { imageFor } from "./image_for.ts";
import { runtimeName } from "./runtime_name.ts";
import { tell } from "./tell.ts";

export interface BuildFlags {
  readonly config: string | undefined;
  readonly json: boolean;
  /** Names; all backends when empty. */
  readonly backends: readonly string[];
  readonly runtime: string | undefined;
  /** Build also what is present. */
  readonly force: boolean;
  /** False with `--no-cache`, which is for what is present, too. */
  readonly cache: boolean;
  /** For what is present, too. */
  readonly pull: boolean;
  readonly parallel: string | undefined;
  /** Send to the registry what it lacks, as always for a cluster. */
  readonly push: boolean;
  /** A variable that is not set is an error only where an image depends on it. */
  readonly allowUnset: boolean;
}

/** One backend's outcome, as `--json` prints it. */
interface Result {
  readonly backend: string;
  readonly recipe?: Recipe;
  readonly image?: string;
  readonly id?: string;
  /** The image in the registry, which surely has it now. */
  readonly pushed?: string;
  readonly status: "built" | "present" | "skipped" | "failed";
  readonly seconds: number;
  readonly bytes?: number;
  /** Why it was skipped. */
  readonly reason?: string;
  readonly error?: ErrorJson;
}

/** An image that is to be there, and the backends that share it. */
interface Job {
  readonly engine: Engine;
  readonly image: Image;
  readonly recipe: Recipe;
  readonly users: User[];
}

/** A backend that needs an image. */
interface User {
  readonly backend: string;
  /** The image's name in the backend's registry, if there is one. */
  readonly ref: string | undefined;
  /** Where it stands in the config. */
  readonly where: string;
  /** It is to be in the registry as well. */
  readonly push: boolean;
}

/** Builds what is missing and returns the exit code: 1 when a backend failed. */
export async function build(given: BuildFlags): Promise<number> {
  const flags = { ...given, force: given.force || given.pull || !given.cache };
  const settings = readSettings(process.env);
  const parallel = parallelOf(flags.parallel);
  const config = await configOf(flags, settings);
  const names = flags.backends.length > 0 ? [...new Set(flags.backends)] : [...config.backends.keys()];
  const results: Result[] = [];
  const jobs = await prepare(names, config, flags, settings, results);
  const stop = new AbortController();
  const progress = createProgress({ quiet: log.level < 3, verbose: isVerbose() });
  const interrupted = onInterrupt(() => stop.abort());
  try {
    await inParallel(parallel, jobs, async (job) => {
      results.push(...(await work(job, flags, settings, stop.signal, progress)));
    });
  } finally {
    progress.close();
    interrupted.off();
  }
  results.sort((one, other) => names.indexOf(one.backend) - names.indexOf(other.backend));
  if (flags.json) printData(JSON.stringify({ results }));
  else if (log.level >= 3) summarize(results);
  if (interrupted.code !== undefined) return interrupted.code;
  return results.some((result) => result.status === "failed") ? EXIT.failed : EXIT.ok;
}

async function configOf({ config, backends, allowUnset }: BuildFlags, { registry }: Settings): Promise<Config> {
  const options = { config, registry, unset: allowUnset ? "allow" : "error", unsetHint: UNSET_HINT.build } as const;
  try {
    return await loadConfig(options, backends.length > 0 ? backends : undefined);
  } catch (error) {
    // Those of one backend alone, perhaps.
    if (error instanceof InvalidConfig) log.info("nothing is built, for the config has errors:");
    throw error;
  }
}

function unresolved(backend: string): ArgusError {
  return new ArgusError(
    "config/unset-variable",
    `backend "${backend}" takes more than its env from a variable that is not set`,
    {
      hint: "argus validate names it; --allow-unset is for env alone, which no image holds",
    },
  );
}

/** Decides for each backend; what needs no build becomes a result at once. */
async function prepare(
  names: readonly string[],
  config: Config,
  flags: BuildFlags,
  settings: Settings,
  results: Result[],
): Promise<Job[]> {
  const engines = new EngineOf(flags.runtime);
  const jobs = new Map<string, Job>();
  const absent: { readonly name: string; readonly error: ArgusError }[] = [];
  const fail = (name: string, error: ArgusError) => {
    if (!flags.json) printFailure(error);
    results.push(failed(name, config.backends.get(name)!.where([]), {}, 0, error));
  };
  for (const name of names) {
    try {
      const backend = config.backends.get(name)!;
      if (backend.type === "stdio" && backend.unresolved) throw unresolved(name);
      const plan = planBackend(backend, { config, settings });
      tell(plan.warnings);
      if (plan.kind !== "container") {
        results.push({ backend: name, status: "skipped", seconds: 0, reason: plan.reason });
        continue;
      }
      const engine = await engines.find(plan);
      const { image } = await imageFor(plan, config, settings);
      tell(image.notices);
      const cluster = engines.isCluster(plan);
      const { kubernetes } = (config.backends.get(name) as StdioBackend).container;
      const registry = cluster ? kubernetes.registry : config.registry;
      if (registry === undefined && flags.push) throw noRegistry();
      const ref = registry === undefined ? undefined : imageRef(registry, image.name);
      const push = ref !== undefined && (cluster || flags.push);
      const key = `${engine.name} ${image.name}`;
      const job = jobs.get(key) ?? { engine, image, recipe: plan.image.recipe, users: [] };
      job.users.push({ backend: name, where: backend.where([]), ref, push });
      jobs.set(key, job);
    } catch (error) {
      if (!(error instanceof ArgusError) || error.code === NO_REGISTRY) throw error;
      if (error.exitCode === EXIT.absent) absent.push({ name, error });
      else fail(name, error);
    }
  }
  // An engine that only some backends name is their fault; without any, nothing at all can be built.
  if (jobs.size === 0 && absent[0] !== undefined) throw absent[0].error;
  for (const { name, error } of absent) fail(name, error);
  return flags.force ? [...jobs.values()] : await withoutPresent([...jobs.values()], flags, results, fail);
}

/** One listing of each engine says which images are there; an engine that cannot say so can build nothing either. */
async function withoutPresent(
  jobs: readonly Job[],
  { json }: BuildFlags,
  results: Result[],
  fail: (name: string, error: ArgusError) => void,
): Promise<Job[]> {
  const ids = new Map<Engine, Map<string, string>>();
  const engines = new Set(jobs.map((job) => job.engine));
  for (const engine of engines) {
    const { code, stdout, stderr: output } = await run(imageListCommand(engine), { timeoutMs: 60_000 });
    if (code === 0) ids.set(engine, new Map(parseImages(stdout).map(({ name, id }) => [name, id])));
    else {
      const error = explainEngine({ engine: engine.name, phase: "other", output });
      if (engines.size === 1) throw error;
      const own = jobs.filter((job) => job.engine === engine);
      for (const { backend } of own.flatMap(({ users }) => users)) fail(backend, error);
    }
  }
  const present = new Map<Job, string>();
  await inParallel(ASKED_AT_ONCE, jobs, async (job) => {
    const id = ids.get(job.engine)?.get(job.image.name);
    if (id !== undefined && (await isWhereItIsToBe(job))) present.set(job, id);
  });
  const sizes = json ? await sizesOf([...present.keys()]) : undefined;
  for (const [{ engine, image, recipe, users }, id] of present) {
    const bytes = sizes?.get(engine)?.get(id);
    const made = { recipe, image: image.name, id, ...(bytes === undefined ? {} : { bytes }) };
    for (const user of users) {
      results.push({ backend: user.backend, ...made, ...pushedAs(user), status: "present", seconds: 0 });
    }
  }
  return jobs.filter((job) => ids.has(job.engine) && !present.has(job));
}

/** The bytes of images by their ids, with one more call of each engine: listings round them. */
async function sizesOf(jobs: readonly Job[]): Promise<Map<Engine, Map<string, number>>> {
  const sizes = new Map<Engine, Map<string, number>>();
  for (const engine of new Set(jobs.map((job) => job.engine))) {
    const names = jobs.filter((job) => job.engine === engine).map(({ image }) => image.name);
    const { stdout } = await run(imageInspectCommand(engine, ...names), { timeoutMs: 60_000 });
    sizes.set(engine, new Map(parseInspected(stdout).map(({ id, bytes }) => [id, bytes])));
  }
  return sizes;
}

/** A registry may need seconds for an answer, and each question with a login is a process. */
const ASKED_AT_ONCE = 8;

/** Of what the engine has: whether the registries have it, too, where they are to. */
async function isWhereItIsToBe(job: Job): Promise<boolean> {
  for (const ref of refsToPush(job)) {
    const { publishedAs } = await import("./registry_image.ts");
    if ((await publishedAs(ref, async () => job.engine)).state !== "present") return false;
  }
  return true;
}

function refsToPush({ users }: Job): Set<string> {
  return new Set(users.flatMap((user) => pushedAs(user).pushed ?? []));
}

function pushedAs({ ref, push }: User): { pushed?: string } {
  return ref !== undefined && push ? { pushed: ref } : {};
}

const NO_REGISTRY = "usage/no-registry";

function noRegistry(): ArgusError {
  return new ArgusError(NO_REGISTRY, "--push needs a registry, and the config names none", {
    hint: "add `registry: registry.example.com/mcp` to the config, or set ARGUS_REGISTRY",
  });
}

async function work(
  job: Job,
  flags: BuildFlags,
  settings: Settings,
  signal: AbortSignal,
  progress: ReturnType<typeof createProgress>,
): Promise<Result[]> {
  const { engine, image, recipe, users } = job;
  const item = users.map(({ backend }) => backend).join(", ");
  const began = performance.now();
  const seconds = () => Math.round((performance.now() - began) / 100) / 10;
  progress.start(item);
  try {
    if (signal.aborted) throw new ArgusError("build/interrupted", "interrupted before it began");
    const { found, how, from } = await obtain(job, flags, settings, signal, {
      onPhase: (phase) => progress.phase(item, phase),
      onStep: (step) => progress.step(item, step),
    });
    const refs = refsToPush(job);
    // What was pulled is there.
    if (from !== undefined) refs.delete(from);
    for (const ref of refs) {
      progress.phase(item, `pushing ${ref}`);
      const { publish } = await import("./registry_image.ts");
      await publish(engine, image.name, ref, signal);
    }
    progress.finish(item, `${how} ${image.name}${refs.size > 0 ? ", pushed" : ""} in ${seconds()} s`);
    return users.map((user) => ({
      backend: user.backend,
      recipe,
      image: image.name,
      id: found.id,
      ...pushedAs(user),
      status: how === "built" ? "built" : "present",
      seconds: seconds(),
      bytes: found.bytes,
    }));
  } catch (error) {
    if (!(error instanceof ArgusError)) throw error;
    const failure = signal.aborted ? new ArgusError("build/interrupted", "interrupted") : error;
    progress.finish(item, `failed after ${seconds()} s`);
    if (!flags.json) printFailure(failure);
    return users.map(({ backend, where }) => failed(backend, where, { recipe, image: image.name }, seconds(), failure));
  }
}

/** The image, which one tag stands for everywhere: what a registry has is not built a second time unasked. */
async function obtain(
  { engine, image, users }: Job,
  flags: BuildFlags,
  settings: Settings,
  signal: AbortSignal,
  { onPhase, onStep }: Record<"onPhase" | "onStep", (what: string) => void>,
): Promise<Obtained> {
  if (!flags.force) {
    const found = await findImage(engine, image.name);
    if (found !== undefined) return { found, how: "present" };
    for (const ref of new Set(users.flatMap((user) => user.ref ?? []))) {
      onPhase(`pulling ${ref}`);
      const { pull } = await import("./registry_image.ts");
      const pulled = await pull(engine, image, ref, signal);
      if ("id" in pulled) return { found: pulled, how: "pulled", from: ref };
      if (!pulled.absent) log.warn(`${engine.name} could not pull ${ref}: ${pulled.why}; building ${image.name}`);
    }
  }
  onPhase("building");
  const found = await buildImage(engine, image, {
    settings,
    backend: users[0]?.backend,
    noCache: !flags.cache,
    pull: flags.pull,
    signal,
    onStep,
  });
  return { found, how: "built" };
}

interface Obtained {
  readonly found: FoundImage;
  readonly how: "present" | "pulled" | "built";
  /** The registry's name of what was pulled. */
  readonly from?: string;
}

/** A failure that knows no place of its own stands at the backend. */
function failed(
  backend: string,
  where: string,
  made: { readonly recipe?: Recipe; readonly image?: string },
  seconds: number,
  error: ArgusError,
): Result {
  return { backend, ...made, status: "failed", seconds, error: { ...errorJson(error), where: error.where ?? where } };
}

/** The engine of each plan, each one looked for once. */
class EngineOf {
  readonly #flag: RuntimeName | undefined;
  /** The search and not what it found: one that fails takes longest, and would fail for each backend anew. */
  readonly #found = new Map<RuntimeName | undefined, Promise<Engine>>();

  constructor(flag: string | undefined) {
    this.#flag = runtimeName(flag);
  }

  /** The engine only builds; the image is run by a cluster. */
  isCluster(plan: ContainerPlan): boolean {
    return (this.#flag ?? plan.runtime) === "kubernetes";
  }

  find(plan: ContainerPlan): Promise<Engine> {
    const wanted = this.#flag ?? plan.runtime;
    const named = wanted === "kubernetes" ? undefined : wanted;
    const found = this.#found.get(named) ?? installedEngine(named);
    this.#found.set(named, found);
    return found;
  }
}

async function installedEngine(named: OciName | undefined): Promise<Engine> {
  const engine = await findEngine({ named });
  if (engine !== undefined) return engine;
  throw new ArgusError("absent/engine", "no container engine is installed", {
    hint: "install Docker or Podman; argus doctor shows what was looked for",
  });
}

function summarize(results: readonly Result[]): void {
  const rows = results.map((result) => [
    result.backend,
    `${result.status}${result.pushed === undefined ? "" : ", pushed"}`,
    result.status === "built" ? `${result.seconds} s` : "-",
    // Of what is present it would take one more call of the engine.
    result.bytes === undefined ? "-" : `${Math.round(result.bytes / 1e6)} MB`,
    result.image ?? result.reason ?? result.error?.message ?? "",
  ]);
  if (rows.length === 0) return;
  const lines = table([["backend", "status", "time", "size", "image"], ...rows]).split("\n");
  for (const line of lines) printLine(line);
}

/** Runs `work` on every item, at most `limit` at a time. */
async function inParallel<Item>(limit: number, items: readonly Item[], work: (item: Item) => Promise<void>) {
  const queue = [...items];
  const worker = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
}

function parallelOf(word: string | undefined): number {
  if (word === undefined) return DEFAULT.parallel;
  if (/^[1-9]\d?$/.test(word)) return Number(word);
  throw new ArgusError("usage/parallel", "--parallel must be a number from 1 to 99", {
    hint: "argus build --parallel 4",
  });
}

/** Lets the first SIGINT, SIGTERM or SIGHUP end what runs, and remembers it for the exit code. */
function onInterrupt(stop: () => void): { code: number | undefined; off(): void } {
  const numbers = { SIGINT: 2, SIGTERM: 15, SIGHUP: 1 } as const;
  const state: { code: number | undefined; off(): void } = { code: undefined, off: () => {} };
  const handlers = Object.entries(numbers).map(([name, number]) => {
    const handler = () => {
      state.code ??= 128 + number;
      stop();
    };
    process.on(name, handler);
    return () => process.off(name, handler);
  });
  state.off = () => {
    for (const off of handlers) off();
  };
  return state;
}

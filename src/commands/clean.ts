/** `argus clean`: removes what sessions left, and on request the images that no backend needs any more. */
import type { Backend, Config } from "../config/config.ts";
import { readSettings, type Settings } from "../config/settings.ts";
import type { Engine } from "../engine/engine.ts";
import { imageListCommand, imageRemoveCommand } from "../engine/oci.ts";
import { parseImages } from "../engine/parse.ts";
import { ArgusError, EXIT } from "../errors.ts";
import { run } from "../host/spawn.ts";
import { ownImageName, ownImagesOf } from "../plan/image_name.ts";
import type { Plan } from "../plan/plan.ts";
import { planBackend } from "../plan/plan_backend.ts";
import { printData } from "../ui/data.ts";
import { log } from "../ui/log.ts";
import { visible } from "../visible.ts";
import { loadConfig } from "./config.ts";
import { imageFor } from "./image_for.ts";
import { exitCodeOf, findKeepers, type Keeper, liveEngines, type Silence } from "./keepers.ts";

/** What was removed, or would be. */
interface Removed {
  readonly containers: { readonly backend: string; readonly container: string; readonly engine: string }[];
  readonly images: { readonly image: string; readonly engine: string }[];
  /** Names that an engine refused to remove. */
  readonly failed: string[];
}

/** Removes orphaned containers and Pods and, with `images`, unused images; 1 when something could not be removed, 3 when there is nothing to ask. */
export async function clean(flags: {
  readonly config: string | undefined;
  readonly json: boolean;
  readonly images: boolean;
  /** Say what would go, and remove nothing. */
  readonly dryRun: boolean;
}): Promise<number> {
  const { dryRun } = flags;
  // Before anything is removed: a config that cannot be read says nothing about what is needed.
  const needed = flags.images ? await neededImages(flags.config) : undefined;
  const removed: Removed = { containers: [], images: [], failed: [] };
  const keepers = await findKeepers(flags.config);
  const silences: Silence[] = [];
  for (const keeper of keepers) silences.push(...(await cleanSessions(keeper, removed, dryRun)));
  if (needed !== undefined)
    for (const engine of await liveEngines()) await cleanImages(engine, needed, removed, dryRun);
  if (flags.json) printData(JSON.stringify(dryRun ? { ...removed, dry_run: true } : removed));
  else printRemoved(removed, dryRun);
  return exitCodeOf(silences, keepers.length) || (removed.failed.length === 0 ? EXIT.ok : EXIT.failed);
}

/** Removes what one keeper has; its silence where it did not answer. */
async function cleanSessions(keeper: Keeper, removed: Removed, dryRun: boolean): Promise<Silence[]> {
  const reaped = dryRun ? await found(keeper) : await keeper.reap();
  if ("why" in reaped) {
    removed.failed.push(`what ${keeper.name} keeps: ${reaped.why}`);
    return [reaped];
  }
  for (const { backend, name } of reaped.orphans) {
    if (reaped.removed) removed.containers.push({ backend, container: name, engine: keeper.name });
    else removed.failed.push(name);
  }
  return [];
}

/** The orphans as if they had been removed. */
async function found(keeper: Keeper): Promise<Awaited<ReturnType<Keeper["reap"]>>> {
  const listed = await keeper.list();
  return "why" in listed ? listed : { orphans: listed.filter(({ orphan }) => orphan), removed: true };
}

/** The beginnings of the names that have to stay, as {@link ownImageName} writes them. */
async function neededImages(file: string | undefined): Promise<readonly string[]> {
  const settings = readSettings(process.env);
  const config = await loadConfig({ config: file, registry: settings.registry, unset: "allow" });
  const needed: string[] = [];
  for (const backend of config.backends.values()) {
    const image =
      (await plannedImage(backend, config, settings)) ??
      // Only this shell may switch it off, and the client's environment leave it on.
      (await plannedImage(backend, config, { ...settings, containerIsolation: undefined }));
    if (image === undefined) continue;
    const name = ownImageName(image)!;
    // The client's environment may hold what this one lacks: part of the tag, or the address of a source.
    if (backend.type !== "stdio" || !backend.unresolved) needed.push(name);
    else needed.push(name.replace(/[^:]*$/, ""), ownImagesOf("source"), ownImagesOf("dockerfile"));
  }
  return needed;
}

/** The image of a backend that a container runs. */
async function plannedImage(backend: Backend, config: Config, settings: Settings): Promise<string | undefined> {
  const plan = planOf(backend, config, settings);
  return plan?.kind === "container" ? (await imageFor(plan, config, settings)).image.name : undefined;
}

function planOf(backend: Backend, config: Config, settings: Settings): Plan | undefined {
  try {
    return planBackend(backend, { config, settings });
  } catch (error) {
    // What cannot be planned never had an image, unless all that is missing is a variable that the client may set.
    if (error instanceof ArgusError && error.code !== "config/unset-variable") return undefined;
    throw error;
  }
}

async function cleanImages(
  engine: Engine,
  needed: readonly string[],
  removed: Removed,
  dryRun: boolean,
): Promise<void> {
  const { code, stdout } = await run(imageListCommand(engine), { timeoutMs: 60_000 });
  if (code !== 0) {
    removed.failed.push(`images of ${engine.name}: it did not list them`);
    return;
  }
  for (const { name } of parseImages(stdout)) {
    if (!isUnused(name, needed)) continue;
    const remove = async () => await run(imageRemoveCommand(engine, [name]), { timeoutMs: 120_000 });
    if (dryRun || (await remove()).code === 0) removed.images.push({ image: name, engine: engine.name });
    else removed.failed.push(name);
  }
}

function isUnused(image: string, needed: readonly string[]): boolean {
  const name = ownImageName(image);
  return name !== undefined && !needed.some((start) => name.startsWith(start));
}

function printRemoved({ containers, images, failed }: Removed, dryRun: boolean): void {
  const did = dryRun ? "would remove" : "removed";
  for (const { container, engine } of containers) printData(visible(`${did} container ${container} (${engine})`));
  for (const { image, engine } of images) printData(visible(`${did} image ${image} (${engine})`));
  for (const name of failed) log.warn(`could not ${dryRun ? "list" : "remove"} ${name}`);
  if (containers.length + images.length + failed.length === 0) log.info("nothing to clean");
}

/** The image of a run that the engine turned out not to have. */
import type { Settings } from "../config/settings.ts";
import type { Engine } from "../engine/engine.ts";
import { imageRef } from "../engine/image_ref.ts";
import { ArgusError } from "../errors.ts";
import type { Image } from "../image/image.ts";
import { isVerbose, log } from "../ui/log.ts";
import { createProgress } from "../ui/progress.ts";
import { BUILD_HERE } from "./build_here.ts";
import { buildImage, findImage } from "./build_image.ts";

export interface EnsureOptions {
  /** The backend's name where a config has it, for what to type next; an ad hoc run has none to build ahead of time. */
  readonly configured: string | undefined;
  /** Where the image is pulled from, before anything is built. Default: it is only built. */
  readonly registry?: string | undefined;
  /** Ends the pull or the build. */
  readonly signal?: AbortSignal;
}

/**
 * Makes sure that the engine has the image: found, else pulled, else built, else an error.
 *
 * @throws ArgusError `absent/image` when it is absent and building is switched off; `build/…` when its build fails.
 */
export async function ensureImage(
  engine: Engine,
  image: Image,
  backend: string,
  settings: Settings,
  { configured, registry, signal }: EnsureOptions,
): Promise<void> {
  if ((await findImage(engine, image.name)) !== undefined) return;
  const ref = registry === undefined ? undefined : imageRef(registry, image.name);
  const building = `building ${image.name}${configured === undefined ? "" : " (argus build does it ahead of time)"}`;
  if (ref !== undefined || settings.buildIfMissing) {
    // A session starts with the engine's own error about it, on the client's stderr, where nothing can be taken back.
    const why = `${engine.name} has no image for it yet, which is no error`;
    log.info(`first use of "${backend}": ${why}; ${ref === undefined ? building : `pulling ${ref}`}`);
  }
  if (ref !== undefined) {
    const { pull } = await import("./registry_image.ts");
    const pulled = await pull(engine, image, ref, signal);
    if ("id" in pulled) return log.info(`"${backend}": pulled`);
    const { absent, why, hint } = pulled;
    if (!settings.buildIfMissing) {
      const reason = absent ? `its registry has no ${ref}` : `${ref} could not be pulled: ${why}`;
      throw absence(engine, image, backend, `, and ${reason}`, absent ? pushHint(configured) : hint);
    }
    if (absent) log.info(`the registry has no image for "${backend}"; ${building}`);
    else log.warn(`${engine.name} could not pull ${ref}: ${why}; ${building}`);
  }
  if (!settings.buildIfMissing) {
    const hint = configured === undefined ? BUILD_HERE : `argus build ${configured}`;
    throw absence(engine, image, backend, "", hint);
  }
  const progress = createProgress({ quiet: log.level < 3, verbose: isVerbose(), remindEvery: REMIND_EVERY });
  progress.start(backend);
  try {
    await buildImage(engine, image, {
      settings,
      backend: configured,
      signal,
      onStep: (step) => progress.step(backend, step),
    });
    progress.finish(backend, "built");
  } finally {
    progress.close();
  }
}

/** The log of a client that waits is not silent for longer. Milliseconds. */
const REMIND_EVERY = 10_000;

function pushHint(configured: string | undefined): string {
  if (configured === undefined) return BUILD_HERE;
  return `\`argus build ${configured} --push\`, where images are built`;
}

function absence(engine: Engine, image: Image, backend: string, more: string, hint: string): ArgusError {
  const message = `the image ${image.name} of backend "${backend}" is absent in ${engine.name}${more}`;
  return new ArgusError("absent/image", message, { hint });
}

import type { Settings } from "../config/settings.ts";
import type { Engine } from "../engine/engine.ts";
import { ArgusError } from "../errors.ts";
import type { Image } from "../image/image.ts";
import { log } from "../ui/log.ts";
import { createProgress } from "../ui/progress.ts";
import { buildImage, findImage } from "./build_image.ts";

/**
 * Makes sure that the engine has the image: found, else built, else an error.
 *
 * @throws ArgusError `absent/image` when it is absent and building is switched off; `build/…` when its build fails.
 */
export async function ensureImage(
  engine: Engine,
  image: Image,
  backend: string,
  settings: Settings,
  signal?: AbortSignal,
): Promise<void> {
  if ((await findImage(engine, image.name)) !== undefined) return;
  if (!settings.buildIfMissing) {
    throw new ArgusError(
      "absent/image",
      `the image ${image.name} of backend "${backend}" is absent in ${engine.name}`,
      {
        hint: `argus build ${backend}`,
      },
    );
  }
  // A session starts with the engine's own error about it, on the client's stderr, where nothing can be taken back.
  const why = `${engine.name} has no image for it yet, which is no error`;
  log.info(`first use of "${backend}": ${why}; building ${image.name} (argus build does it ahead of time)`);
  const progress = createProgress({ quiet: log.level < 3 });
  progress.start(backend);
  try {
    await buildImage(engine, image, {
      settings,
      ...(signal === undefined ? {} : { signal }),
      onStep: (step) => progress.step(backend, step),
    });
    progress.finish(backend, "built");
  } finally {
    progress.close();
  }
}

/** From a plan to its image, for which the files of a Dockerfile of the user's own are read. */
import type { Config } from "../config/config.ts";
import type { Text } from "../config/text.ts";
import { type BuildArguments, type Image, imageOf } from "../image/image.ts";
import type { ContainerPlan } from "../plan/plan.ts";

/** The image of a plan and what follows its name when it runs; reads the Dockerfile where the plan names one. */
export async function imageFor(
  plan: ContainerPlan,
  config: Config,
  settings: BuildArguments,
): Promise<{ image: Image; args: readonly Text[] }> {
  const file = plan.image.recipe === "dockerfile" ? await fileOf(plan.image.path, plan, config) : undefined;
  const image = imageOf(plan.image, settings, file);
  return { image, args: image.args ?? plan.args };
}

async function fileOf(path: string, plan: ContainerPlan, config: Config) {
  const { readContext } = await import("../host/context.ts");
  const where = config.backends.get(plan.backend)?.where(["container", "dockerfile"]);
  return readContext(config.folder, path, { where, config: config.file });
}

/** A plan as the JSON that scripts rely on (design section 9): what would be built and run, secret values never. */
import type { Text } from "../config/text.ts";
import { type Command, shownWords } from "../engine/command.ts";
import type { Owner, SessionIdentity } from "../engine/engine.ts";
import { buildCommand, runCommand } from "../engine/oci.ts";
import type { Image } from "../image/image.ts";
import type { ContainerPlan, Notice, Plan, Recipe, RuntimeName } from "../plan/plan.ts";

export interface PlanJson {
  readonly backend: string;
  readonly kind: Plan["kind"];
  /** Why it is not a container. */
  readonly reason?: string;
  readonly recipe?: Recipe;
  readonly runtime?: RuntimeName;
  readonly image?: string;
  readonly dockerfile?: string;
  /** Absolute folder of the build context. */
  readonly context?: string | null;
  readonly build?: CommandJson;
  readonly run?: CommandJson;
  readonly warnings: readonly Notice[];
}

/** A command as printed: words with references in place of values, and the names of the variables that it adds. */
export interface CommandJson {
  readonly command: readonly string[];
  readonly env: readonly string[];
}

/** What stands in a printed plan where a session's own name and owner will be. */
const NOBODY: Owner = { pid: 0, started: "0", boot: "", host: "", uid: 0 };

/** Describes a plan that starts no container of argus. */
export function describeOther(plan: Exclude<Plan, ContainerPlan>): PlanJson {
  const { backend, kind, reason, warnings } = plan;
  if (plan.kind === "remote") return { backend, kind, reason, warnings };
  const words = [plan.command, ...plan.args].map((word) => word.shown);
  return { backend, kind, reason, run: { command: words, env: Object.keys(plan.env).sort() }, warnings };
}

/** Describes a container on Docker or Podman, as root's engine would run it. */
export function describeContainer(
  plan: ContainerPlan,
  image: Image,
  args: readonly Text[],
  runtime: "docker" | "podman",
): PlanJson {
  const engine = { name: runtime, rootless: false, env: {} };
  const identity: SessionIdentity = {
    backend: plan.backend,
    container: `argus-${plan.backend}-SESSION`,
    owner: NOBODY,
  };
  const env = Object.fromEntries(Object.keys(plan.env).map((name) => [name, ""]));
  const { cpus } = plan.limits;
  return {
    backend: plan.backend,
    kind: "container",
    recipe: plan.image.recipe,
    runtime,
    image: image.name,
    dockerfile: image.dockerfile,
    context: image.context ?? null,
    build: commandJson(
      buildCommand({
        engine,
        bin: runtime,
        image: image.name,
        dockerfile: image.dockerfile,
        context: image.context,
        labels: image.labels,
      }),
    ),
    run: commandJson(runCommand({ engine, bin: runtime, image: image.name, plan, args, identity, cpus, env })),
    warnings: [...plan.warnings, ...image.notices],
  };
}

function commandJson(command: Command): CommandJson {
  return { command: shownWords(command), env: Object.keys(command.env).sort() };
}

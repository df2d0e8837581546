/** `argus plan`: what argus would do, without touching an engine. */
import type { Backend, Config, StdioBackend } from "../config/config.ts";
import { type RuntimeName, readSettings, type Settings } from "../config/settings.ts";
import { ArgusError, EXIT } from "../errors.ts";
import type { Plan } from "../plan/plan.ts";
import { planBackend } from "../plan/plan_backend.ts";
import { pasteableWords } from "../shell.ts";
import { printData } from "../ui/data.ts";
import { printFailure } from "../ui/report.ts";
import { visible } from "../visible.ts";
import { loadConfig } from "./config.ts";
import { describeContainer, describeOther, type PlanJson, typedWords } from "./describe.ts";
import { imageFor } from "./image_for.ts";
import { runtimeName } from "./runtime_name.ts";

export interface PlanFlags {
  readonly config: string | undefined;
  readonly json: boolean;
  /** All backends when absent. */
  readonly backend: string | undefined;
  /** Default: what the config and ARGUS_RUNTIME say, else docker. */
  readonly runtime: string | undefined;
  /** Only the Dockerfile's text; a JSON string with `json`. */
  readonly dockerfile: boolean;
}

/**
 * Prints the plans on stdout, and for each backend without one its error, the first of which decides about the exit code.
 *
 * @throws ArgusError that error, with `json`: what a script reads is all plans or no plan.
 */
export async function plan(flags: PlanFlags): Promise<number> {
  if (flags.dockerfile && flags.backend === undefined) {
    throw new ArgusError("usage/which-backend", "--dockerfile prints one Dockerfile: name its backend", {
      hint: "argus plan BACKEND --dockerfile",
    });
  }
  const settings = readSettings(process.env);
  const used = flags.backend === undefined ? undefined : [flags.backend];
  const config = await loadConfig({ config: flags.config, registry: settings.registry, unset: "allow" }, used);
  const runtime = runtimeName(flags.runtime);
  const backends = flags.backend === undefined ? [...config.backends.values()] : [config.backends.get(flags.backend)!];
  const outcomes = await Promise.all(backends.map((backend) => described(backend, config, settings, runtime)));
  const plans = outcomes.flatMap((outcome) => (outcome instanceof ArgusError ? [] : outcome));
  const failures = outcomes.filter((outcome) => outcome instanceof ArgusError);
  const [failure] = failures;
  if (flags.json && failure !== undefined) throw failure;
  if (plans.length > 0) await print(plans, flags);
  for (const each of failures) printFailure(each);
  return failure?.exitCode ?? EXIT.ok;
}

async function print(plans: readonly PlanJson[], { json, dockerfile }: PlanFlags): Promise<void> {
  if (dockerfile) {
    const text = dockerfileOf(plans[0]!);
    printData(json ? JSON.stringify(text) : text.trimEnd());
  } else if (json) printData(JSON.stringify(plans, null, 2));
  else printData(await textOfAll(plans));
}

/** The plan of a backend, or why there is none. */
async function described(
  backend: Backend,
  config: Config,
  settings: Settings,
  flag: RuntimeName | undefined,
): Promise<PlanJson | ArgusError> {
  try {
    return await describe(planBackend(backend, { config, settings }), config, settings, flag);
  } catch (error) {
    if (error instanceof ArgusError) return error;
    throw error;
  }
}

async function describe(
  plan: Plan,
  config: Config,
  settings: Settings,
  flag: RuntimeName | undefined,
): Promise<PlanJson> {
  if (plan.kind !== "container") return describeOther(plan);
  const runtime = flag ?? plan.runtime ?? "docker";
  const { image, args } = await imageFor(plan, config, settings);
  if (runtime === "kubernetes") {
    const { describePod } = await import("./describe_pod.ts");
    return describePod(plan, image, args, config.backends.get(plan.backend) as StdioBackend, settings);
  }
  return describeContainer(plan, image, args, runtime, { ...settings, registry: config.registry });
}

function dockerfileOf({ backend, dockerfile, kind, reason }: PlanJson): string {
  if (dockerfile !== undefined) return dockerfile;
  throw new ArgusError("usage/no-dockerfile", `backend "${backend}" has no Dockerfile: ${reason ?? kind}`, {
    hint: `argus plan ${backend}`,
  });
}

/** With a Pod among them, the whole text is YAML that kubectl takes, and what is no object is a comment. */
async function textOfAll(plans: readonly PlanJson[]): Promise<string> {
  if (plans.every(({ pod }) => pod === undefined)) return plans.map(textOf).join("\n\n");
  const { manifestYaml } = await import("./describe_pod.ts");
  const comment = (text: string) => text.replaceAll(/^/gm, "# ");
  return plans
    .map((plan) => `${comment(textOf(plan))}\n${manifestYaml(plan)}`)
    .join("---\n")
    .trimEnd();
}

function textOf(plan: PlanJson): string {
  const rows: (string | undefined)[] = [
    `${plan.backend}: ${plan.kind}${plan.reason === undefined ? "" : `, ${plan.reason}`}`,
    plan.recipe && `  recipe   ${plan.recipe}`,
    plan.image && `  image    ${plan.image}`,
    plan.pull && `  pull     ${pasteableWords(plan.pull.command)}`,
    plan.build && `  build    ${pasteableWords(plan.build.command)}`,
    plan.tag && `  tag      ${pasteableWords(plan.tag.command)}`,
    plan.push && `  push     ${pasteableWords(plan.push.command)}`,
    plan.create && `  create   ${pasteableWords(plan.create.command)}`,
    plan.run && `  run      ${pasteableWords(typedWords(plan.run))}`,
    plan.run && plan.run.env.length > 0 ? `  env      ${plan.run.env.join(" ")}` : undefined,
    ...plan.warnings.map(({ message, where }) => `  warning  ${where === undefined ? "" : `${where}: `}${message}`),
  ];
  return rows.flatMap((row) => (row === undefined || row === "" ? [] : visible(row))).join("\n");
}

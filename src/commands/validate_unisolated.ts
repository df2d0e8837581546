/** What a config's author should know of a backend that will run without isolation. */
import type { Config, StdioBackend } from "../config/config.ts";
import type { Settings } from "../config/settings.ts";
import { isIsolationRequired, switchedOffBy } from "../config/switch.ts";
import { commandWords } from "../plan/command_line.ts";
import { imageInstead } from "../plan/passthrough.ts";
import type { BarePlan, PassthroughPlan } from "../plan/plan.ts";
import { toolOf } from "../plan/recipe.ts";
import type { PlanFinding } from "./validate_finding.ts";

/** The finding about it: an error where isolation is required; none where it was switched off on purpose and may be. */
export function unisolated(
  plan: BarePlan | PassthroughPlan,
  backend: StdioBackend,
  config: Config,
  settings: Settings,
): PlanFinding[] {
  const required = isIsolationRequired(config, settings);
  const isMeant = switchedOffBy(backend, config, settings) !== undefined;
  if (isMeant && !required) return [];
  const code = "config/no-isolation";
  const message = `backend "${plan.backend}" would run without isolation: ${plan.reason}`;
  const hint = isMeant ? "isolation is required; switch it on again" : hintFor(plan);
  return [{ severity: required ? "error" : "warning", code, path: ["command"], message, hint }];
}

/** Quotes of every kind and what separates words: a few on either side of a command are slips. */
const AROUND = /^[\s"'`´‘’‚“”„«»,;]{1,9}|[\s"'`´‘’‚“”„«»,;]{1,9}$/g;

function hintFor({ kind, command, args }: BarePlan | PassthroughPlan): string {
  if (kind === "passthrough") {
    return `to run that image isolated, name in container.dockerfile ${imageInstead(commandWords({ command, args }))}`;
  }
  const meant = command.shown.replace(AROUND, "");
  const words = args.map(({ value }) => value);
  if (meant !== command.shown && toolOf(meant, words) !== undefined) return `did you mean "${meant}"?`;
  return "name a package with uvx, npx or go run, bring an image with container.dockerfile, or say that it is meant with container.enabled: false";
}

/** What a config's author should know of a backend that will run without isolation. */
import type { Config, StdioBackend } from "../config/config.ts";
import type { Settings } from "../config/settings.ts";
import { isIsolationRequired, switchedOffBy } from "../config/switch.ts";
import type { BarePlan, PassthroughPlan } from "../plan/plan.ts";
import { isolationHint } from "./isolation_hint.ts";
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
  const hint = isMeant ? "isolation is required; switch it on again" : isolationHint(plan);
  return [{ severity: required ? "error" : "warning", code, path: ["command"], message, hint }];
}

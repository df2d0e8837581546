/** Whether a backend is isolated: the most specific word wins. Source: spec, "Disabling Container Isolation". */
import type { Config, StdioBackend } from "./config.ts";
import type { Settings } from "./settings.ts";

/** The decision and what made it. */
export interface IsolationSwitch {
  readonly on: boolean;
  /** `container.enabled`, `ARGUS_CONTAINER_ISOLATION`, `feature_flags.container_isolation` or `default`. */
  readonly by: string;
}

/** Order: `container.enabled`, the variable, the feature flag, on. */
export function isolationSwitch(
  backend: Pick<StdioBackend, "container">,
  config: Pick<Config, "flags">,
  settings: Pick<Settings, "containerIsolation">,
): IsolationSwitch {
  const { enabled } = backend.container;
  if (enabled !== undefined) return { on: enabled, by: "container.enabled" };
  const variable = settings.containerIsolation;
  if (variable !== undefined) return { on: variable, by: "ARGUS_CONTAINER_ISOLATION" };
  const feature = config.flags.containerIsolation;
  if (feature !== undefined) return { on: feature, by: "feature_flags.container_isolation" };
  return { on: true, by: "default" };
}

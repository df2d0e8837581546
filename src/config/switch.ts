/** Whether a backend is isolated, and has to be: the most specific word wins. Source: spec, "Disabling Container Isolation". */
import type { Config, StdioBackend } from "./config.ts";
import type { Settings } from "./settings.ts";

/**
 * What switches a backend's isolation off; undefined when it is isolated. Order: `container.enabled`, the variable, the
 * feature flag, on.
 */
export function switchedOffBy(
  backend: Pick<StdioBackend, "container">,
  config: Pick<Config, "flags">,
  settings: Pick<Settings, "containerIsolation">,
): string | undefined {
  const words: readonly (readonly [on: boolean | undefined, name: string])[] = [
    [backend.container.enabled, "container.enabled"],
    [settings.containerIsolation, "ARGUS_CONTAINER_ISOLATION"],
    [config.flags.containerIsolation, "feature_flags.container_isolation"],
  ];
  const [on, name] = words.find(([on]) => on !== undefined) ?? [];
  return on === false ? name : undefined;
}

/** Whether isolation that cannot be had is an error: the variable and the feature flag each make it one. */
export function isIsolationRequired(
  config: Pick<Config, "flags">,
  settings: Partial<Pick<Settings, "requireIsolation">>,
): boolean {
  return settings.requireIsolation === true || config.flags.requireIsolation === true;
}

/** `argus run`: one backend, isolated or loudly not, its stdio on the caller's own pipes. */
import { isatty } from "node:tty";
import type { Backend, Config, StdioBackend } from "../config/config.ts";
import { readSettings, type Settings, unknownSettings } from "../config/settings.ts";
import { isIsolationRequired, switchedOffBy } from "../config/switch.ts";
import { plain, type Text } from "../config/text.ts";
import { clampCpus } from "../engine/cpus.ts";
import { runCommand } from "../engine/oci.ts";
import { writableVolumes } from "../engine/volume.ts";
import { ArgusError } from "../errors.ts";
import { cpusOf, findLive, type Probe } from "../host/engines.ts";
import { checkVolumes } from "../host/volumes.ts";
import type { BarePlan, ContainerPlan, PassthroughPlan } from "../plan/plan.ts";
import { planBackend } from "../plan/plan_backend.ts";
import { permitted } from "../plan/posture_warnings.ts";
import { newIdentity } from "../session/identity.ts";
import { runBare, runSession } from "../session/session.ts";
import { isVerbose, log } from "../ui/log.ts";
import type { AdHoc } from "./ad_hoc.ts";
import { loadConfig, UNSET_HINT } from "./config.ts";
import { imageFor } from "./image_for.ts";
import { runtimeName } from "./runtime_name.ts";
import { tell } from "./tell.ts";
import { UNMOUNTED, unmounted } from "./unmounted.ts";

export interface RunFlags {
  readonly config: string | undefined;
  readonly backend: string | undefined;
  /** Words after `--`: further arguments of the backend, or the whole command of an ad hoc run. */
  readonly words: readonly string[];
  readonly runtime: string | undefined;
  /** False with `--no-build`. */
  readonly build: boolean;
  readonly requireIsolation: boolean;
  readonly adHoc: AdHoc;
}

/** Runs the backend to its end and returns the server's exit code. */
export async function run(flags: RunFlags): Promise<number> {
  const given = readSettings(process.env);
  const settings = { ...given, requireIsolation: given.requireIsolation || flags.requireIsolation };
  const runtime = runtimeName(flags.runtime);
  const { config, backend } = await target(flags, settings.registry);
  const plan = planBackend(backend, { config, settings, adHoc: flags.backend === undefined });
  tell(plan.warnings);
  if (plan.kind !== "remote" && isatty(0)) {
    log.info(`"${plan.backend}" waits for the messages of a client; Ctrl-C ends it`);
  }
  const required = isIsolationRequired(config, settings);
  switch (plan.kind) {
    case "remote":
      throw new ArgusError("usage/remote", `backend "${plan.backend}" is remote: there is nothing to run`, {
        hint: "give its url to the client",
      });
    case "bare":
    case "passthrough": {
      const isMeant = switchedOffBy(backend as StdioBackend, config, settings) !== undefined;
      const hint = isMeant ? undefined : await wayToIsolation(plan, flags);
      return runUnisolated(plan, required, hint);
    }
    case "container": {
      const named = runtime ?? plan.runtime;
      const building = { ...settings, buildIfMissing: flags.build && settings.buildIfMissing };
      const server = backend as StdioBackend;
      if (named === "kubernetes") {
        tellUnmounted({ ...plan, runtime: named }, server, flags);
        const { runPod } = await import("./run_pod.ts");
        return runPod(plan, config, server, building, flags.backend);
      }
      const found = await findLive({ named });
      if (found === undefined) return runUnisolated(withoutEngine(plan, server), required);
      tellUnmounted(plan, server, flags);
      return runContainer(plan, config, found, building, flags.backend);
    }
  }
}

async function runContainer(
  plan: ContainerPlan,
  config: Config,
  found: Probe,
  settings: Settings,
  configured: string | undefined,
): Promise<number> {
  const { engine } = found;
  const { image, args } = await imageFor(plan, config, settings);
  const { cpus, notice } = clampCpus(plan.limits.cpus, cpusOf(engine));
  const mounts = permitted(checkVolumes(plan, engine), config.policy);
  tell([...image.notices, ...(notice === undefined ? [] : [notice]), ...mounts]);
  const identity = newIdentity(plan.backend);
  const command = runCommand({
    engine,
    image: image.name,
    plan,
    args,
    identity,
    cpus,
    env: envValues(plan.env),
  });
  if (isVerbose()) (await import("./verbose.ts")).tellContainer(plan.backend, found, image.name, command);
  return runSession({
    command,
    engine,
    image: image.name,
    identity,
    configured,
    session: plan.session,
    memory: plan.limits.memory,
    makeImage: async (signal) => {
      // Loaded only now: most runs find their image, and what a build needs would stay in memory as long as the session.
      const { ensureImage } = await import("./ensure_image.ts");
      const { registry } = config;
      await ensureImage(engine, image, plan.backend, settings, { configured, registry, signal });
    },
    prepare: async () => {
      // What a Dockerfile of the user's own has at the target decides about its volumes.
      const writable = plan.image.recipe === "dockerfile" ? [] : writableVolumes(engine, plan.volumes);
      if (writable.length === 0) return;
      const { makeVolumes } = await import("./writable_volumes.ts");
      await makeVolumes(engine, writable, image.name, identity);
    },
  });
}

/** A server that ends for want of a folder says so only when its image is built. */
function tellUnmounted(plan: ContainerPlan, backend: StdioBackend, { backend: configured }: RunFlags): void {
  tell(
    unmounted(plan, backend, configured === undefined).map(({ index, message, hint }) => ({
      code: UNMOUNTED,
      message: `${message}; ${hint}`,
      where: backend.where(["args", index]),
    })),
  );
}

/** What to write so that a backend which has no recipe gets one; most runs need no such words. */
async function wayToIsolation(plan: BarePlan | PassthroughPlan, { backend }: RunFlags): Promise<string> {
  const { isolationHint } = await import("./isolation_hint.ts");
  return isolationHint(plan, backend === undefined);
}

/** The only way to a process without a container: told in one line with the reason and the way out, or refused. */
async function runUnisolated(plan: BarePlan | PassthroughPlan, required: boolean, hint?: string): Promise<number> {
  const wayOut = hint === undefined ? "" : `${hint}; `;
  if (required) {
    throw new ArgusError("absent/isolation", `backend "${plan.backend}" would run without isolation: ${plan.reason}`, {
      hint: `${wayOut}isolation is required by --require-isolation, ARGUS_REQUIRE_ISOLATION or feature_flags.require_isolation`,
    });
  }
  const reason = hint === undefined ? plan.reason : `${plan.reason}; ${hint}`;
  log.warn(`backend "${plan.backend}" runs WITHOUT isolation, with all your rights: ${reason}`);
  for (const { name, meant } of unknownSettings(process.env, { anyCase: process.platform === "win32" })) {
    // A slip in its name may be why.
    if (meant !== undefined) log.warn(`argus does not read ${name}: rename it to ${meant}`);
  }
  const command = { bin: plan.command.value, args: plan.args, env: envValues(plan.env) };
  if (isVerbose()) {
    const { tellBare } = await import("./verbose.ts");
    tellBare({ ...command, bin: plan.command.shown });
  }
  return runBare({ command, backend: plan.backend, session: plan.session });
}

function withoutEngine(plan: ContainerPlan, backend: StdioBackend): BarePlan {
  const { command, args, env, session } = backend;
  const reason = "no container engine is installed";
  return { kind: "bare", backend: plan.backend, reason, command, args, env, session, warnings: [] };
}

async function target(flags: RunFlags, registry: string | undefined): Promise<{ config: Config; backend: Backend }> {
  if (flags.backend === undefined) {
    if (flags.words.length > 0) {
      const { adHocConfig } = await import("./ad_hoc.ts");
      return adHocConfig(flags.words, flags.adHoc, process.env, registry);
    }
    throw new ArgusError("usage/no-backend", "which backend? Name one of the config, or a command after --", {
      hint: "argus run BACKEND, or argus run -- uvx mcp-server-time",
    });
  }
  const flag = firstOf(flags.adHoc);
  if (flag !== undefined) {
    throw new ArgusError("usage/ad-hoc-flag", `--${flag} is for ad hoc runs; the backend's is in the config`, {
      hint: `set it ${flag === "env" ? "in env:" : "under container:"} of "${flags.backend}"`,
    });
  }
  const config = await loadConfig(
    {
      config: flags.config,
      registry,
      unsetHint: UNSET_HINT.run,
      instead: "argus run -- uvx PACKAGE",
      warnShadowed: true,
    },
    [flags.backend],
  );
  const backend = config.backends.get(flags.backend)!;
  return { config, backend: withMoreArgs(backend, flags.words) };
}

/** The first flag that only an ad hoc run takes, if one was given. */
function firstOf({ volumes, env, ...single }: AdHoc): string | undefined {
  if (volumes.length > 0) return "volume";
  if (env.length > 0) return "env";
  return (["network", "memory", "cpus"] as const).find((name) => single[name] !== undefined);
}

function withMoreArgs(backend: Backend, words: readonly string[]): Backend {
  if (backend.type !== "stdio" || words.length === 0) return backend;
  return { ...backend, args: [...backend.args, ...words.map(plain)] };
}

function envValues(env: Readonly<Record<string, Text>>): Record<string, string> {
  return Object.fromEntries(Object.entries(env).map(([name, { value }]) => [name, value]));
}

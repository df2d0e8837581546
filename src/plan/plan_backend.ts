/** Decides what argus does for one backend. */
import type { Backend, Config, StdioBackend } from "../config/config.ts";
import { programName } from "../config/program.ts";
import { standIn } from "../config/rules/env.ts";
import type { Settings } from "../config/settings.ts";
import { isIsolationRequired, switchedOffBy } from "../config/switch.ts";
import type { Text } from "../config/text.ts";
import { commandWords, readCommandLine } from "./command_line.ts";
import { DEFAULT } from "./defaults.ts";
import { describedImage } from "./described_image.ts";
import { imagePlan } from "./image_plan.ts";
import { refuseOwnEntry } from "./own_entry.ts";
import { isContainerCall } from "./passthrough.ts";
import type { BarePlan, ContainerPlan, ImagePlan, Notice, Plan, RemotePlan } from "./plan.ts";
import { postureWarnings } from "./posture_warnings.ts";
import { wrapped } from "./wrapped.ts";

/** What a plan depends on beside the backend. */
export interface PlanContext {
  readonly config: Pick<Config, "flags" | "policy">;
  readonly settings: Partial<Pick<Settings, "containerIsolation" | "requireIsolation" | "runtime">>;
  /** The backend comes from a command line, not from a file. */
  readonly adHoc?: boolean;
}

/**
 * The plan of a backend: the same for the same config, on every machine.
 *
 * @throws ArgusError `config/…` for a backend that cannot be planned, such as one that runs a local file.
 */
export function planBackend(backend: Backend, context: PlanContext): Plan {
  if (backend.type !== "stdio") return remotePlan(backend);
  const off = switchedOffBy(backend, context.config, context.settings);
  if (off !== undefined) return barePlan(backend, `switched off by ${off}`);
  const warnings = standIns(backend);
  const typed = commandWords(backend);
  const described = describedImage(backend, typed, warnings);
  if (described !== undefined) return containerPlan(backend, context, described.image, described.args, warnings);
  const inner = wrapped(typed, typed[0] !== backend.command);
  const words = inner?.words ?? typed;
  const [program, ...others] = words.map(({ value }) => value);
  if (backend.container.transport === undefined && isContainerCall(program!, others)) {
    const reason = `${programName(program!)} starts a container of its own, without the restrictions of argus`;
    return { ...barePlan(backend, reason), kind: "passthrough" };
  }
  const adHoc = context.adHoc === true;
  if (backend.container.transport === undefined) refuseOwnEntry(backend, words, adHoc);
  const read = readCommandLine({ backend, warnings, adHoc }, words);
  if (read === undefined) return barePlan(backend, `no recipe for the command "${firstWord(words[0])}"`);
  const started = inner === undefined ? backend : { ...backend, env: { ...backend.env, ...inner.env } };
  return containerPlan(started, context, imagePlan(backend, read.use, read.tool), read.use.args, warnings);
}

function containerPlan(
  backend: StdioBackend,
  context: PlanContext,
  image: ImagePlan,
  args: readonly Text[],
  warnings: Notice[],
): ContainerPlan {
  const { container } = backend;
  warnings.push(...postureWarnings(backend, context.config.policy));
  const runtime = container.runtime ?? context.settings.runtime;
  return {
    kind: "container",
    backend: backend.name,
    image,
    args,
    env: backend.env,
    limits: { memory: container.memory ?? DEFAULT.memory, cpus: container.cpus ?? DEFAULT.cpus },
    network: container.network ?? DEFAULT.network,
    volumes: container.volumes,
    extraArgs: container.extra_args,
    requireIsolation: isIsolationRequired(context.config, context.settings),
    ...(runtime === undefined ? {} : { runtime }),
    session: backend.session,
    warnings,
  };
}

function barePlan(backend: StdioBackend, reason: string): BarePlan {
  return {
    kind: "bare",
    backend: backend.name,
    reason,
    command: backend.command,
    args: backend.args,
    env: backend.env,
    session: backend.session,
    warnings: standIns(backend),
  };
}

/** A command as it can be told: of a line, which may hold secrets, its first word. */
function firstWord({ shown }: Text): string {
  const [first = "", ...more] = shown.trim().split(/\s+/);
  return more.length === 0 ? shown : `${first.replace(/=.*$/s, "=")} …`;
}

/** Values that other programs replace. */
function standIns({ env, where }: StdioBackend): Notice[] {
  return Object.entries(env).flatMap(([name, { shown }]): Notice[] => {
    const found = standIn(shown);
    if (found?.planned !== true) return [];
    const { code, message, hint } = found;
    return [
      {
        code,
        message: `env.${name}: ${message}`,
        ...(hint === undefined ? {} : { hint }),
        where: where(["env", name]),
      },
    ];
  });
}

function remotePlan(backend: Backend): RemotePlan {
  return { kind: "remote", backend: backend.name, reason: `a ${backend.type} backend runs elsewhere`, warnings: [] };
}

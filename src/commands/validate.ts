/** `argus validate`: every problem of the config, of the plans that it leads to, and of the files that it names. */
import process from "node:process";
import type { Backend, Config, StdioBackend } from "../config/config.ts";
import type { Problem } from "../config/problem.ts";
import { readSettings, type Settings } from "../config/settings.ts";
import { ArgusError, EXIT } from "../errors.ts";
import { findDockerfile } from "../host/context.ts";
import { statOf } from "../host/files.ts";
import { windowsPathHint } from "../host/volumes.ts";
import type { ContainerPlan, Plan } from "../plan/plan.ts";
import { planBackend } from "../plan/plan_backend.ts";
import { printData } from "../ui/data.ts";
import { printLine } from "../ui/line.ts";
import { isVerbose, log } from "../ui/log.ts";
import { printProblems } from "../ui/report.ts";
import { readConfig, UNSET_HINT } from "./config.ts";
import { UNMOUNTED, unmounted } from "./unmounted.ts";
import type { PlanFinding } from "./validate_finding.ts";
import { unisolated } from "./validate_unisolated.ts";

export interface ValidateOptions {
  /** `--config`. */
  readonly config?: string | undefined;
  readonly json?: boolean;
  /** `--allow-unset`: accept variables that are not set. */
  readonly allowUnset?: boolean;
}

/** Prints the problems and returns the exit code: 2 when one is an error. */
export async function validate(options: ValidateOptions): Promise<number> {
  const unset = options.allowUnset ? "allow" : "error";
  const settings = readSettings(process.env);
  const { registry } = settings;
  const { config, problems } = await readConfig({
    config: options.config,
    registry,
    unset,
    unsetHint: UNSET_HINT.validate,
  });
  const { file } = config;
  const checkPod = await podCheck(config, settings);
  const planned = [...config.backends.values()].flatMap((backend) => planProblems(backend, config, settings, checkPod));
  if (isVerbose()) await (await import("./verbose.ts")).tellPlans(config, settings);
  const all = [...problems, ...planned].sort((a, b) => a.line - b.line || a.column - b.column);
  const ok = !all.some((problem) => problem.severity === "error");
  if (options.json) printData(JSON.stringify({ file, ok, problems: all.map(problemJson) }, undefined, 2));
  else printProblems(all);
  if (!options.json && (!ok || log.level >= 3)) printLine(`${file}: ${summary(config, all)}`);
  return ok ? EXIT.ok : EXIT.usage;
}

/** Throws for what a Pod cannot do. */
type PodCheck = (plan: ContainerPlan, backend: StdioBackend) => void;

/** Loaded only where something runs on a cluster. */
async function podCheck(config: Config, settings: Settings): Promise<PodCheck> {
  const runtimes = [...config.backends.values()].map((each) => each.type === "stdio" && each.container.runtime);
  if (![settings.runtime, ...runtimes].includes("kubernetes")) return () => {};
  const { podObjects } = await import("../engine/kubernetes/pod.ts");
  const { plannedIdentity } = await import("./describe.ts");
  return (plan, { name, container, where }) => {
    if (plan.runtime !== "kubernetes") return;
    const { kubernetes } = container;
    // What the image starts is not asked here: that takes a look at its Dockerfile.
    podObjects({ plan, image: "", entry: [], args: plan.args, identity: plannedIdentity(name), kubernetes, where });
  };
}

/** What planning a backend and looking at its files finds. */
function planProblems(backend: Backend, config: Config, settings: Settings, checkPod: PodCheck): Problem[] {
  if (backend.type === "stdio" && backend.unresolved) return [];
  const problem = ({ severity, code, message, hint, where = backend.where([]) }: Told): Problem => ({
    severity,
    code,
    message,
    ...(hint === undefined ? {} : { hint }),
    ...placeIn(where),
    backend: backend.name,
  });
  try {
    const plan = planBackend(backend, { config, settings });
    if (plan.kind === "container") checkPod(plan, backend as StdioBackend);
    const warnings = plan.warnings.map((notice) => problem({ ...notice, severity: "warning" }));
    const found = findings(plan, backend, config, settings).map((finding) =>
      problem({ ...finding, where: backend.where(finding.path) }),
    );
    return [...warnings, ...found];
  } catch (error) {
    if (!(error instanceof ArgusError)) throw error;
    return [error, ...error.others].map(({ code, message, hint, where }) =>
      problem({ severity: "error", code, message, hint, where }),
    );
  }
}

/** Something about a backend, at a place of its own or at the backend's. */
interface Told extends Pick<Problem, "severity" | "code" | "message"> {
  readonly hint?: string | undefined;
  /** `file:line:col`. */
  readonly where?: string | undefined;
}

function findings(plan: Plan, backend: Backend, config: Config, settings: Settings): PlanFinding[] {
  if (backend.type !== "stdio" || plan.kind === "remote") return [];
  if (plan.kind !== "container") return unisolated(plan, backend, config, settings);
  return [...absentFiles(plan, config), ...unmountedPaths(plan, backend)];
}

function unmountedPaths(plan: ContainerPlan, backend: StdioBackend): PlanFinding[] {
  return unmounted(plan, backend).map(({ index, message, hint }) => ({
    severity: "warning",
    code: UNMOUNTED,
    path: ["args", index],
    message: `backend "${plan.backend}": ${message}`,
    hint,
  }));
}

/**
 * Files that a run or a build would miss. A Dockerfile belongs to the config, and without it nothing can be planned; mounts
 * are only warnings, for they may come later or exist on another machine.
 */
function absentFiles(plan: ContainerPlan, config: Config): PlanFinding[] {
  const severity = "warning";
  const found: PlanFinding[] = plan.image.recipe === "dockerfile" ? unfitDockerfile(plan.image.path, config) : [];
  if (plan.runtime === "kubernetes") return found;
  for (const [index, volume] of plan.volumes.entries()) {
    if (volume.kind !== "path" || statOf(volume.source) !== undefined) continue;
    const message = `backend "${plan.backend}": container.volumes[${index}]: its source does not exist on this machine`;
    const hint =
      windowsPathHint(volume.source) ?? "make the folder before the first run: an engine would make it as root";
    found.push({ severity, code: "config/absent-source", path: ["container", "volumes", index], message, hint });
  }
  return found;
}

function unfitDockerfile(file: string, config: Config): PlanFinding[] {
  try {
    findDockerfile(config.folder, file);
    return [];
  } catch (error) {
    if (!(error instanceof ArgusError)) throw error;
    const { code, message, hint = "" } = error;
    return [{ severity: "error", code, path: ["container", "dockerfile"], message, hint }];
  }
}

/** `file:line:col` taken apart. */
function placeIn(where: string): Pick<Problem, "file" | "line" | "column"> {
  const [, file, line, column] = /^(.*):(\d+):(\d+)$/s.exec(where) ?? [];
  return { file: file ?? where, line: Number(line ?? 1), column: Number(column ?? 1) };
}

/** Every key is always there, for scripts. */
function problemJson({ severity, code, message, hint, file, line, column, backend }: Problem): Record<string, unknown> {
  return { severity, code, message, hint: hint ?? null, file, line, column, backend: backend ?? null };
}

function summary(config: Config, problems: readonly Problem[]): string {
  const errors = problems.filter((problem) => problem.severity === "error").length;
  const warnings = problems.length - errors;
  if (errors > 0) return [counted(errors, "error"), ...(warnings > 0 ? [counted(warnings, "warning")] : [])].join(", ");
  const found = warnings > 0 ? counted(warnings, "warning") : "no problems";
  return `${counted(config.backends.size, "backend")}, ${found}`;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}

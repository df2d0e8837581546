/** Backends and plans for the tables of this folder, written as command lines. */
import assert from "node:assert/strict";
import type { ContainerOptions, StdioBackend } from "../../../src/config/config.ts";
import { plain, type Text } from "../../../src/config/text.ts";
import { ArgusError } from "../../../src/errors.ts";
import type { ContainerPlan, ImagePlan, Plan } from "../../../src/plan/plan.ts";
import { type PlanContext, planBackend } from "../../../src/plan/plan_backend.ts";

/** A command line as one text, where quotes keep blanks together, or as its words. */
export type Line = string | readonly (string | Text)[];

export function backendOf(line: Line, container: Partial<ContainerOptions> = {}): StdioBackend {
  const [command, ...args] = words(line);
  return {
    type: "stdio",
    name: "it",
    command: command ?? plain(""),
    args,
    env: {},
    container: {
      volumes: [],
      extra_args: [],
      system_deps: [],
      build_system_deps: [],
      additional_packages: [],
      build_steps: [],
      build_env: {},
      kubernetes: {},
      ...container,
    },
    session: { stdout: "raw" },
    unresolved: false,
    where: (path) => `config.yaml:${path.join(".")}`,
  };
}

export function planOf(
  line: Line,
  container: Partial<ContainerOptions> = {},
  context: Partial<PlanContext> = {},
): Plan {
  return planBackend(backendOf(line, container), {
    config: { flags: {}, policy: { allowWeakening: true } },
    settings: {},
    ...context,
  });
}

export function containerOf(line: Line, container: Partial<ContainerOptions> = {}): ContainerPlan {
  const plan = planOf(line, container);
  assert.equal(plan.kind, "container");
  return plan as ContainerPlan;
}

export function imageOf<Recipe extends ImagePlan["recipe"]>(
  recipe: Recipe,
  line: Line,
  container: Partial<ContainerOptions> = {},
): Extract<ImagePlan, { recipe: Recipe }> {
  const { image } = containerOf(line, container);
  assert.equal(image.recipe, recipe);
  return image as Extract<ImagePlan, { recipe: Recipe }>;
}

/** Variables with their values. */
export function valuesOf(variables: Readonly<Record<string, Text>>): Record<string, string> {
  return Object.fromEntries(Object.entries(variables).map(([name, { value }]) => [name, value]));
}

/** The server's arguments as one text. */
export function argsOf(plan: ContainerPlan): string {
  return plan.args.map(({ value }) => value).join(" ");
}

/** The error that a backend is refused with. */
export function refusal(
  line: Line,
  container: Partial<ContainerOptions> = {},
  context: Partial<PlanContext> = {},
): ArgusError {
  try {
    planOf(line, container, context);
  } catch (error) {
    assert.ok(error instanceof ArgusError, String(error));
    return error;
  }
  throw new assert.AssertionError({ message: `not refused: ${JSON.stringify(line)}` });
}

function words(line: Line): Text[] {
  if (typeof line !== "string") return line.map((word) => (typeof word === "string" ? plain(word) : word));
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, word]) => plain(quoted ?? word ?? ""));
}

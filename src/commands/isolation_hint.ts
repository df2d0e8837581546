/** What to write so that a backend which would run without isolation gets it. */
import { commandWords } from "../plan/command_line.ts";
import { imageInstead } from "../plan/passthrough.ts";
import type { BarePlan, PassthroughPlan } from "../plan/plan.ts";
import { toolOf } from "../plan/recipe.ts";
import { launcherFields, wrapped } from "../plan/wrapped.ts";

/** Quotes of every kind and what separates words: a few on either side of a command are slips. */
const AROUND = /^[\s"'`´‘’‚“”„«»,;]{1,9}|[\s"'`´‘’‚“”„«»,;]{1,9}$/g;

/**
 * The hint for a plan that was not switched off.
 *
 * @param adHoc It comes from a command line, which has no fields.
 */
export function isolationHint(plan: BarePlan | PassthroughPlan, adHoc = false): string {
  const { kind, command, args } = plan;
  const words = commandWords(plan);
  const isLine = words[0] !== command;
  if (kind === "passthrough") {
    const call = wrapped(words, isLine)?.words ?? words;
    return `to run that image isolated, name in container.dockerfile ${imageInstead(call)}`;
  }
  const meant = command.shown.replace(AROUND, "");
  const values = args.map(({ value }) => value);
  if (meant !== command.shown && toolOf(meant, values) !== undefined) return `did you mean "${meant}"?`;
  const fields = launcherFields(words, isLine);
  if (fields !== undefined) return `what it starts gets a container when written as ${fields}`;
  if (adHoc) return "name a package with uvx, npx or go run, or write a config with container.dockerfile";
  return "name a package with uvx, npx or go run, bring an image with container.dockerfile, or say that it is meant with container.enabled: false";
}

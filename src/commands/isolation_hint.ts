/** What to write so that a backend which would run without isolation gets it. */
import { CURLY_QUOTES } from "../config/slips.ts";
import { type CommandWords, commandWords } from "../plan/command_line.ts";
import { imageInstead } from "../plan/passthrough.ts";
import type { BarePlan, PassthroughPlan } from "../plan/plan.ts";
import { toolOf } from "../plan/recipe.ts";
import { shellText, wrapped } from "../plan/wrapped.ts";

/** Quotes of every kind and what separates words: a few on either side of a command are slips. */
const SLIPS = `[\\s"'\`´«»,;${CURLY_QUOTES}]{1,9}`;
const AROUND = new RegExp(`^${SLIPS}|${SLIPS}$`, "g");

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

/**
 * Commands that start nothing but packages, with the words that make them one. `python -m` and `node` are none: behind a `cd`
 * they start what lies in that folder, and a package of that name may be a stranger's.
 */
const LAUNCHERS = /^(?:(?:uvx|npx|bunx|pnpx)|pipx run|npm (?:exec|x)|pnpm dlx|yarn dlx|go run)(?= )/;

/** Words that are known to hold no secret: options before a package, and a package that no address names. */
const HARMLESS = /^ (?:-y|--yes|--)(?= |$)/;
const NAMED = /^ (?:(?:-p|--package|--from)[ =])?(?:@[\w.-]+\/)?\w[\w./[\],-]*(?:(?:@|==)[\w.-]+)?(?= |$)/;

/** What stands in a folder of this machine, which no image can be made of. */
const LOCAL = /^ (?:(?:-p|--package|--from)[ =])?(?:[./~\\]|\S+\.(?:go|py|[cm]?[jt]s|tgz|gz|whl)(?: |$))/;

/** The fields to write in place of a text for a shell in which a launcher is to be seen; undefined where none is. */
function launcherFields(words: CommandWords, isLine: boolean): string | undefined {
  const text = isLine ? words.map(({ shown }) => shown).join(" ") : (shellText(words)?.shown ?? "");
  return text
    .split(/[;|&\n]/)
    .map(callFields)
    .findLast((fields) => fields !== undefined);
}

/** One command of such a text, as far as it is sure to hold no secret. */
function callFields(text: string): string | undefined {
  const bare = text
    .trim()
    .replace(/\s+/g, " ")
    .replace(/(^| )(["'])([^\s"']*)\2(?= |$)/g, "$1$3");
  const [front = ""] = /^(?:(?:exec|\w+=\S*) )*/.exec(bare) ?? [];
  let rest = bare.slice(front.length);
  const [launcher] = LAUNCHERS.exec(rest) ?? [];
  if (launcher === undefined) return undefined;
  rest = rest.slice(launcher.length);
  let told = launcher;
  for (let isOption = true; isOption; ) {
    if (LOCAL.test(rest) || (launcher === "go run" && !/^ [^ /]+\.[^ /]+\//.test(rest))) return undefined;
    const [found] = HARMLESS.exec(rest) ?? NAMED.exec(rest) ?? [];
    isOption = found?.startsWith(" -") === true;
    told += found ?? "";
    rest = rest.slice((found ?? "").length);
  }
  const [command, ...args] = told.split(" ");
  const shown = [...args.map((word) => JSON.stringify(word)), ...(rest === "" ? [] : ["…"])];
  return `command: ${command}, args: [${shown.join(", ")}]${front.includes("=") ? ", with its variables as env" : ""}`;
}

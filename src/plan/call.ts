/** The command line of a backend while it is read: what it is called in errors, and where each word stands in the config. */
import type { StdioBackend } from "../config/config.ts";
import type { Text } from "../config/text.ts";
import { ArgusError } from "../errors.ts";
import type { Notice } from "./plan.ts";

export interface Call {
  readonly backend: StdioBackend;
  /** The backend comes from a command line, not from a file. */
  readonly adHoc: boolean;
  /** As a user types it: "uvx", "pnpm dlx". */
  readonly tool: string;
  /** Collects what the user should know and stops nothing. */
  readonly warnings: Notice[];
}

/** A part of a word: the value of `--name=value`. */
export interface Part extends Text {
  /** The word that it is a part of. */
  readonly origin?: Text;
}

/** The error about one word of the command line; `at` is the word, or a path below the backend. */
export function callError(
  call: Call,
  at: Part | readonly (string | number)[] | undefined,
  code: string,
  message: string,
  hint?: string,
): ArgusError {
  const where = placeIn(call.backend, at);
  if (at === undefined || !("value" in at) || !isUnset(call, at)) return new ArgusError(code, message, { hint, where });
  // What is wrong with a reference says nothing about its value.
  return new ArgusError("config/unset-variable", `${call.tool} needs ${at.shown}, and a variable in it is not set`, {
    hint: "set it, or give a default: ${NAME:-…}",
    where,
  });
}

/** Whether a word holds a variable that is not set, so that the reference stands there and no rule can judge it. */
export function isUnset({ backend }: Call, { value }: Part): boolean {
  return backend.unresolved && value.includes("${");
}

/** Notes something about one word of the command line, once. */
export function callWarning(call: Call, at: Part | readonly (string | number)[], code: string, message: string): void {
  const where = placeIn(call.backend, at);
  if (call.warnings.some((each) => each.code === code && each.where === where)) return;
  call.warnings.push({ code, message, where });
}

/** The cure of several words that stand in one of `args`. */
export const WORD_BY_WORD = 'write each word of args on its own, such as ["-y", "@scope/server"]';

/** The tool was named, and nothing that it could start. */
export function nothingToRun(call: Call, example: string): ArgusError {
  const isLine = call.backend.args.some(({ shown }) => /^-\S*\s+\S/.test(shown));
  const hint = isLine ? WORD_BY_WORD : `such as: ${example}`;
  return callError(call, undefined, "config/missing-package", `${call.tool} is given no package to run`, hint);
}

/** The command line runs files of this machine, which no package manager can put into an image; `way` out stands first. */
export function localProject(call: Call, at: Part | undefined, what: string, way = ""): ArgusError {
  return callError(
    call,
    at,
    "config/local-project",
    `${what}: a project on this machine cannot be packaged into an image`,
    way + (call.adHoc ? FROM_A_CONFIG : THREE_WAYS_OUT),
  );
}

const THREE_WAYS_OUT =
  "build it from its repository with container.source_url, bring your own image with container.dockerfile, " +
  "or run it without a container with container.enabled: false";
const FROM_A_CONFIG =
  "name a package, or write a config with container.source_url, which builds a repository, or container.dockerfile";

/** `file:line:col` of a word or path. A word is found by identity: equal words may stand in several places. */
function placeIn(backend: StdioBackend, at: Part | readonly (string | number)[] | undefined): string {
  if (at !== undefined && !("value" in at)) return backend.where(at);
  const index = at === undefined ? -1 : backend.args.indexOf(at.origin ?? at);
  if (index >= 0) return backend.where(["args", index]);
  return backend.where([at === undefined && backend.args.length > 0 ? "args" : "command"]);
}

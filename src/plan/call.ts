/** The command line of a backend while it is read: what it is called in errors, and where each word stands in the config. */
import type { StdioBackend } from "../config/config.ts";
import type { Text } from "../config/text.ts";
import { ArgusError } from "../errors.ts";
import type { Notice } from "./plan.ts";

export interface Call {
  readonly backend: StdioBackend;
  /** As a user types it: "uvx", "pnpm dlx". */
  readonly tool: string;
  /** Collects what the user should know and stops nothing. */
  readonly warnings: Notice[];
}

/** The error about one word of the command line; `at` is the word, or a path below the backend. */
export function callError(
  call: Call,
  at: Text | readonly (string | number)[] | undefined,
  code: string,
  message: string,
  hint?: string,
): ArgusError {
  return new ArgusError(code, message, { hint, where: placeIn(call.backend, at) });
}

/** Notes something about one word of the command line. */
export function callWarning(call: Call, at: Text | readonly (string | number)[], code: string, message: string): void {
  call.warnings.push({ code, message, where: placeIn(call.backend, at) });
}

/** The tool was named, and nothing that it could start. */
export function nothingToRun(call: Call, example: string): ArgusError {
  return callError(
    call,
    undefined,
    "config/missing-package",
    `${call.tool} is given no package to run`,
    `such as: ${example}`,
  );
}

/** The command line runs files of this machine, which no package manager can put into an image. */
export function localProject(call: Call, at: Text | undefined, what: string): ArgusError {
  return callError(
    call,
    at,
    "config/local-project",
    `${what}: a project on this machine cannot be packaged into an image`,
    "build it from its repository with container.source_url, bring your own image with container.dockerfile, or run it without a container with container.enabled: false",
  );
}

/** `file:line:col` of a word or path. A word is found by identity: equal words may stand in several places. */
function placeIn(backend: StdioBackend, at: Text | readonly (string | number)[] | undefined): string {
  if (Array.isArray(at)) return backend.where(at);
  const index = backend.args.indexOf(at as Text);
  if (index >= 0) return backend.where(["args", index]);
  return backend.where([at === undefined && backend.args.length > 0 ? "args" : "command"]);
}

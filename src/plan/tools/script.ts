/** Packages that run a file which the user names: `mcp run server.py`, `tsx src/index.ts`. */
import type { Text } from "../../config/text.ts";
import { type Call, localProject } from "../call.ts";
import { isLocalPath } from "../specs.ts";

/** Runners by executable → the subcommands that take a file; none = the first word is the file. */
const RUNNERS: Readonly<Record<string, readonly string[]>> = {
  mcp: ["run", "dev"],
  fastmcp: ["run", "dev"],
  tsx: [],
  "ts-node": [],
  "ts-node-esm": [],
  nodemon: [],
};

/** Throws when a runner is told to run a file of this machine. A file below a mounted folder is fine. */
export function localScript(call: Call, executable: string, args: readonly Text[]): void {
  const subcommands = Object.hasOwn(RUNNERS, executable) ? RUNNERS[executable] : undefined;
  if (subcommands === undefined) return;
  const words = args.filter((word) => !word.value.startsWith("-"));
  const takes =
    subcommands.length === 0 ? words[0] : subcommands.includes(words[0]?.value ?? "") ? words[1] : undefined;
  if (takes === undefined || !isScript(takes.value)) return;
  const mounted = call.backend.container.volumes.some(({ target }) => takes.value.startsWith(`${target}/`));
  if (!mounted) throw localProject(call, takes, `"${takes.shown}"`);
}

/** Whether a word names a program file. `server.py:app` names an object in one. */
export function isScript(word: string): boolean {
  return isLocalPath(word) || /\.(py|pyw|pyz|[cm]?js|[cm]?tsx?|jsx)(:\w+)?$/i.test(word);
}

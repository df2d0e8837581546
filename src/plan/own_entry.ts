/** The entry that a client has for argus, pasted into argus' own config. */
import type { StdioBackend } from "../config/config.ts";
import { programName } from "../config/program.ts";
import { ArgusError } from "../errors.ts";
import type { CommandWords } from "./command_line.ts";

const OWN = new Set(["argus", "argus-mcp"]);

/** Whether the command is `argus run …`. */
export function isOwnEntry(command: string, words: readonly string[]): boolean {
  if (!OWN.has(programName(command).toLowerCase())) return false;
  const dashes = words.indexOf("--");
  return (dashes === -1 ? words : words.slice(0, dashes)).includes("run");
}

/**
 * Refuses `argus run …` as the command of a server, which argus would start bare, to start the server from in there.
 *
 * @param adHoc The words come from a command line.
 * @throws ArgusError `config/own-entry`.
 */
export function refuseOwnEntry({ where }: StdioBackend, [command, ...args]: CommandWords, adHoc: boolean): void {
  const words = args.map(({ value }) => value);
  if (!isOwnEntry(command.value, words)) return;
  const message = adHoc
    ? "argus would run argus itself, without a container"
    : "this starts argus itself: it is the entry for the client's config, and here stands what starts the server";
  // The words themselves are not repeated: one of them may be a secret.
  const instead = words.slice(0, -1).includes("--")
    ? "write what follows the -- as command and args"
    : 'write the server\'s own command, such as command: uvx, args: ["mcp-server-time"]';
  const hint = adHoc ? "leave one of the two out" : instead;
  throw new ArgusError("config/own-entry", message, { hint, where: where(["command"]) });
}

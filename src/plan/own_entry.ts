/** The entry that a client has for argus, pasted into argus' own config. */
import type { StdioBackend } from "../config/config.ts";
import { programName } from "../config/program.ts";
import { ArgusError } from "../errors.ts";
import type { CommandWords } from "./command_line.ts";
import { configFields } from "./wrapped.ts";

const OWN = new Set(["argus", "argus-mcp"]);

/**
 * Refuses `argus run …` as the command of a server, which argus would start bare, to start the server from in there.
 *
 * @param adHoc The words come from a command line.
 * @throws ArgusError `config/own-entry`.
 */
export function refuseOwnEntry({ where }: StdioBackend, [command, ...args]: CommandWords, adHoc: boolean): void {
  if (!OWN.has(programName(command.value).toLowerCase())) return;
  const dashes = args.findIndex(({ value }) => value === "--");
  const own = dashes === -1 ? args : args.slice(0, dashes);
  if (!own.some(({ value }) => value === "run")) return;
  const message = adHoc
    ? "argus would run argus itself, without a container"
    : "this starts argus itself: it is the entry for the client's config, and here stands what starts the server";
  const server = dashes === -1 ? [] : args.slice(dashes + 1).map(({ shown }) => shown);
  const instead = server.length > 0 ? configFields(server) : 'such as command: uvx, args: ["mcp-server-time"]';
  const hint = adHoc ? "leave one of the two out" : `write the server's own command, ${instead}`;
  throw new ArgusError("config/own-entry", message, { hint, where: where(["command"]) });
}

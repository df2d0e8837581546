/** A client's config that was pasted as it is: where its servers stand, and what to make of them. */
import { labelOf } from "./explain.ts";
import { CLIENT_SECTIONS, CLIENT_URLS } from "./foreign.ts";
import { quotedKey } from "./keys.ts";
import type { Finding } from "./report.ts";
import { configFile, stdioBackend } from "./schema.ts";
import { fieldsOf } from "./shape.ts";
import { meantKey } from "./unknown_key.ts";
import type { Entry, MapNode, Node, Path } from "./yaml.ts";

/** A file without `backends`, whose servers stand somewhere else. */
export interface Pasted {
  readonly finding: Finding;
  /** The file as it is meant to be. */
  readonly root: MapNode;
}

/** Finds the servers of a file without `backends`: in a client's section, however deep, or at the top. */
export function findPasted(root: MapNode): Pasted | undefined {
  if (root.entries.has("backends")) return undefined;
  const found = sectionIn(root);
  // What else a client keeps in its file would drown the one thing to do.
  if (found !== undefined)
    return { finding: sectionFinding(found, root), root: withBackends(root, found.entry, isField) };
  // Its own error says that it is backends which was meant.
  if ([...root.entries.keys()].some((key) => meantKey(key, ["backends"]) !== undefined)) return undefined;
  // Other programs' sections may have a url, too.
  const loose = [...root.entries].filter(
    ([key, { node }]) => node.kind === "map" && node.entries.has("command") && !isTaken(key),
  );
  const [name, first] = loose[0] ?? [];
  if (name === undefined || first === undefined) return undefined;
  const [stand, them] = loose.length === 1 ? ["stands", "it"] : [`and ${loose.length - 1} more stand`, "them"];
  const message = `there are no backends in the config: ${quotedKey(name)} ${stand} at the top`;
  const hint = `put ${them} under backends:`;
  const node: MapNode = { ...root, entries: new Map(loose) };
  const rest = withBackends(root, { at: first.at, node }, (key) => !node.entries.has(key));
  return { finding: { code: "config/no-backends", message, hint, at: first.at }, root: rest };
}

/** Whether an entry looks like a backend, of argus or of a client. */
export function isBackend(node: Node): boolean {
  return node.kind === "map" && ["command", "url", ...CLIENT_URLS].some((key) => node.entries.has(key));
}

export function holdsBackends(node: Node): boolean {
  return node.kind === "map" && [...node.entries.values()].some((entry) => isBackend(entry.node));
}

interface Section {
  readonly path: Path;
  readonly entry: Entry;
}

/** Claude Code's are the deepest: `projects`, a folder, `mcpServers`. */
const DEEPEST = 3;

/** The section of servers that is nearest to the top. */
function sectionIn(root: MapNode): Section | undefined {
  let level: { path: Path; node: MapNode }[] = [{ path: [], node: root }];
  for (let depth = 0; depth < DEEPEST; depth += 1) {
    const entries = level.flatMap(({ path, node }) =>
      [...node.entries].map(([key, entry]): Section => ({ path: [...path, key], entry })),
    );
    const found = entries.find(({ path, entry }) => isSection(String(path.at(-1))) && holdsBackends(entry.node));
    if (found !== undefined) return found;
    level = entries.flatMap(({ path, entry: { node } }) => (node.kind === "map" ? [{ path, node }] : []));
  }
  return undefined;
}

/** opencode and VS Code's settings call it `mcp`, Amp `amp.mcpServers`. */
function isSection(key: string): boolean {
  return [...CLIENT_SECTIONS, "mcp"].includes(key.slice(key.lastIndexOf(".") + 1));
}

function sectionFinding({ path, entry: { at } }: Section, root: MapNode): Finding {
  const key = String(path.at(-1));
  if (path.length === 1) {
    const message = `unknown key ${quotedKey(key)} in the config`;
    const others = [...root.entries.keys()].some((each) => each !== key && !isField(each));
    const hint = `rename ${key} to backends${others ? ", and remove what else is the client's" : ""}`;
    return { code: "config/unknown-key", message, hint, at };
  }
  const message = `there are no backends in the config: found ${key} at ${labelOf(path.slice(0, -1))}`;
  return {
    code: "config/no-backends",
    message,
    hint: "copy that object into a file of its own, and call it backends",
    at,
  };
}

function withBackends(root: MapNode, backends: Entry, keeps: (key: string) => boolean): MapNode {
  const kept = [...root.entries].filter(([key]) => keeps(key));
  return { ...root, entries: new Map([...kept, ["backends", backends]]) };
}

function isField(key: string): boolean {
  return Object.hasOwn(fieldsOf(configFile)!, key);
}

function isTaken(key: string): boolean {
  return isField(key) || Object.hasOwn(fieldsOf(stdioBackend)!, key);
}

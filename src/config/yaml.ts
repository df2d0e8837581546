/**
 * YAML with positions: one parse gives the values and the place of every key and value.
 *
 * Scalars stay the text that stands in the file: `cpus: 1.50`, `source_ref: 1234e5` and `PORT: 8080` reach the schema as
 * written, where a typed parse would have eaten a digit. What is a switch or a number is the schema's business.
 */
import {
  EVENT_ID,
  type Event,
  getScalarValue,
  parseEvents,
  SCALAR_STYLE,
  type ScalarEvent,
  YAMLException,
} from "js-yaml";
import { quotedKey } from "./keys.ts";
import { syntaxHint } from "./slips.ts";

/** A value of the file, with the offset where it starts. */
export type Node = TextNode | NullNode | ListNode | MapNode;

export interface TextNode {
  readonly kind: "text";
  readonly at: number;
  readonly text: string;
}

/** `key:` with nothing after it, `null` or `~`. */
export interface NullNode {
  readonly kind: "null";
  readonly at: number;
}

export interface ListNode {
  readonly kind: "list";
  readonly at: number;
  readonly items: Node[];
}

export interface MapNode {
  readonly kind: "map";
  readonly at: number;
  readonly entries: Map<string, Entry>;
}

export interface Entry {
  /** Offset of the key. */
  readonly at: number;
  readonly node: Node;
}

/** A place in the file, both numbers from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** What is wrong with the file as YAML. */
export interface YamlProblem {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  readonly at: number;
}

export interface Yaml {
  /** Undefined when the file is empty or no YAML. */
  readonly root: Node | undefined;
  readonly problems: readonly YamlProblem[];
}

export type Path = readonly (string | number)[];

/** Reads one YAML document. */
export function readYaml(source: string): Yaml {
  try {
    return new Walker(source, parseEvents(source, {})).document();
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    return { root: undefined, problems: [syntaxProblem(error, source)] };
  }
}

/** The node at a path, or undefined. */
export function nodeAt(root: Node, path: Path): Node | undefined {
  let node: Node | undefined = root;
  for (const step of path) {
    if (node?.kind === "map") node = node.entries.get(String(step))?.node;
    else if (node?.kind === "list") node = node.items[Number(step)];
    else return undefined;
  }
  return node;
}

/** Offset of what stands at a path: the value, or the nearest thing around it that the file has. */
export function offsetOf(root: Node, path: Path): number {
  let node: Node = root;
  let at = root.at;
  for (const step of path) {
    const entry: Entry | undefined = node.kind === "map" ? node.entries.get(String(step)) : undefined;
    const next: Node | undefined = entry?.node ?? (node.kind === "list" ? node.items[Number(step)] : undefined);
    if (next === undefined) return at;
    // A nested block starts on its first key: the key that opens it says more.
    at = entry !== undefined && next.kind !== "text" ? entry.at : next.at;
    node = next;
  }
  return at;
}

/** Offset of the key at a path. */
export function keyOffsetOf(root: Node, path: Path): number {
  const parent = nodeAt(root, path.slice(0, -1));
  const entry = parent?.kind === "map" ? parent.entries.get(String(path.at(-1))) : undefined;
  return entry?.at ?? offsetOf(root, path);
}

/** Turns offsets into lines and columns; the table of lines is made at the first question. */
export function placesOf(source: string): (offset: number) => Place {
  let starts: number[] | undefined;
  return (offset) => {
    starts ??= lineStarts(source);
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (starts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    // In characters: an editor's column does not count halves of an emoji.
    return { line: low + 1, column: [...source.slice(starts[low], offset)].length + 1 };
  };
}

function lineStarts(source: string): number[] {
  const starts = [0];
  for (let at = source.indexOf("\n"); at !== -1; at = source.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}

/** Builds the nodes from the parser's flat events. */
class Walker {
  readonly #source: string;
  readonly #place: (offset: number) => Place;
  readonly #events: readonly Event[];
  readonly #problems: YamlProblem[] = [];
  #next = 0;

  constructor(source: string, events: readonly Event[]) {
    this.#source = source;
    this.#place = placesOf(source);
    this.#events = events;
  }

  document(): Yaml {
    const second = this.#events.findIndex((event, index) => index > 0 && event.type === EVENT_ID.DOCUMENT);
    if (second !== -1) {
      this.#report("config/many-documents", startOf(this.#events[second + 1]), "a second YAML document starts here", {
        hint: "keep one document in the file: remove the line ---",
      });
      return { root: undefined, problems: this.#problems };
    }
    if (this.#events.length < 3) return { root: undefined, problems: [] };
    this.#next = 1;
    const root = this.#node(0);
    // Without what an alias or a tag stands for, everything else that could be said would be noise.
    const whole = this.#problems.every((problem) => problem.code === "config/duplicate-key");
    return { root: whole ? root : undefined, problems: this.#problems };
  }

  #node(fallback: number): Node {
    const event = this.#events[this.#next++]!;
    if (event.type === EVENT_ID.ALIAS) {
      this.#report("config/alias", event.anchorStart - 1, "YAML aliases are not supported", {
        hint: "write the value out; text that starts with * needs quotes",
      });
      return { kind: "null", at: event.anchorStart - 1 };
    }
    if (event.type === EVENT_ID.SCALAR) return this.#scalar(event, fallback);
    if (event.type === EVENT_ID.SEQUENCE) {
      this.#refuseTag(event, "");
      const items: Node[] = [];
      while (this.#events[this.#next]!.type !== EVENT_ID.POP) items.push(this.#node(event.start));
      this.#next++;
      return { kind: "list", at: event.start, items };
    }
    if (event.type === EVENT_ID.MAPPING) {
      this.#refuseTag(event, "");
      const entries = new Map<string, Entry>();
      while (this.#events[this.#next]!.type !== EVENT_ID.POP) this.#entry(entries, event.start);
      this.#next++;
      return { kind: "map", at: event.start, entries };
    }
    throw new Error(`unexpected YAML event ${event.type}`);
  }

  #entry(entries: Map<string, Entry>, fallback: number): void {
    const event = this.#events[this.#next]!;
    const key = this.#node(fallback);
    // `null:` and `~:` are names as they are written.
    const name = key.kind === "text" ? key.text : key.kind === "null" ? this.#textOf(event) : undefined;
    const node = this.#node(key.at);
    if (name === undefined) {
      this.#report("config/bad-key", key.at, "a key must be a plain word", {
        hint: "write NAME: value, and put text that begins with ?, [ or { in quotes",
      });
    } else if (entries.has(name)) {
      const first = this.#place(entries.get(name)!.at).line;
      this.#report("config/duplicate-key", key.at, `the key ${quotedKey(name)} stands here twice`, {
        hint: `its first one is on line ${first}; keep one of them`,
      });
    } else {
      entries.set(name, { at: key.at, node });
    }
  }

  #scalar(event: ScalarEvent, fallback: number): Node {
    // `! x` and `!!str x` say that the value is text, which it is anyway.
    this.#refuseTag(event, "!!str");
    const quote = event.style === SCALAR_STYLE.SINGLE_QUOTED || event.style === SCALAR_STYLE.DOUBLE_QUOTED ? 1 : 0;
    const at = event.valueStart < 0 ? fallback : event.valueStart - quote;
    const text = this.#textOf(event);
    const plain = event.style === SCALAR_STYLE.PLAIN && event.tagStart < 0;
    if (plain && (text === "" || text === "~" || /^(null|Null|NULL)$/.test(text))) return { kind: "null", at };
    return { kind: "text", at, text };
  }

  #textOf(event: Event): string {
    return event.type === EVENT_ID.SCALAR && event.valueStart >= 0 ? getScalarValue(this.#source, event) : "";
  }

  #refuseTag(event: { tagStart: number; tagEnd: number }, allowed: string): void {
    if (event.tagStart < 0) return;
    const tag = this.#source.slice(event.tagStart, event.tagEnd);
    if (tag === allowed || tag === "!") return;
    this.#report("config/tag", event.tagStart, "YAML tags are not supported", {
      hint: "remove the word that starts with !",
    });
  }

  #report(code: string, at: number, message: string, details: { hint?: string }): void {
    this.#problems.push({ code, message, at, ...details });
  }
}

function startOf(event: Event | undefined): number {
  if (event === undefined || event.type === EVENT_ID.DOCUMENT || event.type === EVENT_ID.POP) return 0;
  if (event.type === EVENT_ID.SCALAR) return Math.max(event.valueStart, 0);
  return event.type === EVENT_ID.ALIAS ? event.anchorStart : event.start;
}

function syntaxProblem(error: YAMLException, source: string): YamlProblem {
  const at = Math.min(error.mark?.position ?? 0, source.length);
  // The parser repeats what follows a `!`, which may be the start of a password.
  const reason = error.reason.replace(/^(tag name cannot contain such characters|undeclared tag handle).*/s, "$1");
  const hint = syntaxHint(reason, source, at);
  return {
    code: "config/yaml",
    message: `this is not YAML: ${reason}`,
    at,
    ...(hint === undefined ? {} : { hint }),
  };
}

/**
 * Reads options in front of a tool's first positional word, as command-line parsers do: `--name value`, `--name=value`,
 * `-n value`, `-nvalue`, clusters of switches, `--` as their end. Everything after the first positional word belongs to
 * the server.
 */
import type { Text } from "../config/text.ts";
import { type Call, callError, localProject, type Part } from "./call.ts";

/** Names of options, several in one text; `python|p` has a second spelling. One letter is `-p`, more are `--python`. */
type Names = string;

/** What a tool's options are, by what argus does with them. */
export interface OptionLists {
  /** Read by argus itself. */
  readonly use?: Names;
  readonly useValue?: Names;
  /** Shape what is installed: carried into the image. */
  readonly install?: Names;
  readonly installValue?: Names;
  /** Steer only this machine (cache, output, reinstalling): of no consequence in an image. */
  readonly drop?: Names;
  readonly dropValue?: Names;
  /** Name files of this machine. */
  readonly local?: Names;
  readonly localValue?: Names;
  /** Refused for a reason: reason → names. */
  readonly refuse?: Readonly<Record<string, Names>>;
  readonly refuseValue?: Readonly<Record<string, Names>>;
}

interface Option {
  readonly name: string;
  readonly takesValue: boolean;
  readonly fate: "use" | "install" | "drop" | "local" | "refuse";
  readonly reason?: string;
}

export interface OptionTable {
  readonly options: ReadonlyMap<string, Option>;
  /** How words are cut into options. */
  readonly style: "posix" | "go" | "npm";
}

/** An option that was given. */
export interface Given {
  readonly name: string;
  readonly value: Part | undefined;
  /** The word that it stands in. */
  readonly at: Text;
}

export interface ReadOptions {
  readonly used: readonly Given[];
  readonly install: readonly Given[];
  /** The first positional word and everything after it. */
  readonly rest: readonly Text[];
}

/** The table is made when it is first read: a run reads that of one tool. */
export function optionTable(lists: OptionLists, style: OptionTable["style"] = "posix"): OptionTable {
  let options: ReadonlyMap<string, Option> | undefined;
  return {
    get options() {
      options ??= optionsOf(lists);
      return options;
    },
    style,
  };
}

function optionsOf(lists: OptionLists): ReadonlyMap<string, Option> {
  const options = new Map<string, Option>();
  const add = (names: Names | undefined, option: Omit<Option, "name">) => {
    for (const spellings of names?.split(/\s+/).filter(Boolean) ?? []) {
      const [name, ...others] = spellings.split("|");
      for (const spelling of [name, ...others]) options.set(spelling!, { ...option, name: name! });
    }
  };
  for (const fate of ["use", "install", "drop", "local"] as const) {
    add(lists[fate], { fate, takesValue: false });
    add(lists[`${fate}Value`], { fate, takesValue: true });
  }
  for (const [reason, names] of Object.entries(lists.refuse ?? {}))
    add(names, { fate: "refuse", takesValue: false, reason });
  for (const [reason, names] of Object.entries(lists.refuseValue ?? {})) {
    add(names, { fate: "refuse", takesValue: true, reason });
  }
  return options;
}

/** Reads the options at the start of `words`. Throws for those that are unknown, refused, or lack their value. */
export function readOptions(call: Call, words: readonly Text[], table: OptionTable): ReadOptions {
  const used: Given[] = [];
  const install: Given[] = [];
  let next = 0;
  const keep = (option: Option, value: Part | undefined, at: Text) => {
    if (option.fate === "refuse") throw refused(call, at, spelled(option.name, table), option.reason!);
    if (option.fate === "local") throw localProject(call, at, `"${call.tool} ${spelled(option.name, table)}"`);
    const given = { name: option.name, value, at };
    if (option.fate === "use") used.push(given);
    if (option.fate === "install") install.push(given);
  };

  while (next < words.length) {
    const word = words[next]!;
    const text = word.value;
    if (text === "--") {
      next += 1;
      break;
    }
    if (!text.startsWith("-") || text === "-") break;
    next += 1;
    for (const piece of pieces(call, word, table, words[next])) {
      if (!piece.option.takesValue || piece.value !== undefined) {
        keep(piece.option, piece.value, word);
        continue;
      }
      const value = words[next];
      if (value === undefined) throw missingValue(call, word, spelled(piece.option.name, table));
      next += 1;
      keep(piece.option, value, word);
    }
  }
  return { used, install, rest: words.slice(next) };
}

/** Every time that an option was given, in order. */
export function optionsNamed(given: readonly Given[], name: string): Given[] {
  return given.filter((option) => option.name === name);
}

/** How an option is typed: `-p`, `--python`; go's are `-tags`. */
export function spelled(name: string, table: OptionTable): string {
  return name.length === 1 || table.style === "go" ? `-${name}` : `--${name}`;
}

interface Piece {
  readonly option: Option;
  readonly value: Part | undefined;
}

/** The options that one word holds: one, or a cluster of letters. */
function pieces(call: Call, word: Text, table: OptionTable, following: Text | undefined): Piece[] {
  const text = word.value;
  if (text.startsWith("--") || table.style !== "posix") return [longPiece(call, word, table, following)];
  const found: Piece[] = [];
  for (let index = 1; index < text.length; index += 1) {
    const option = table.options.get(text[index]!);
    if (option === undefined) throw unknownOption(call, word, `-${text[index]}`);
    if (!option.takesValue) {
      found.push({ option, value: undefined });
      continue;
    }
    const attached = text.slice(index + 1);
    found.push({
      option,
      value: attached === "" ? undefined : tail(word, attached.startsWith("=") ? index + 2 : index + 1),
    });
    break;
  }
  return found;
}

function longPiece(call: Call, word: Text, table: OptionTable, following: Text | undefined): Piece {
  const dashes = word.value.startsWith("--") ? 2 : 1;
  const equals = word.value.indexOf("=");
  const name = word.value.slice(dashes, equals < 0 ? undefined : equals);
  const value = equals < 0 ? undefined : tail(word, equals + 1);
  const option = table.options.get(name);
  if (option !== undefined) return { option, value };
  if (table.style !== "npm") throw unknownOption(call, word, word.value.slice(0, equals < 0 ? undefined : equals));
  // npx takes the next word as the value of an option that it does not know, unless that looks like an option too.
  const isSwitch = value !== undefined || following === undefined || name.startsWith("no-");
  const takesValue = !isSwitch && !following.value.startsWith("-");
  return { option: { name, fate: "drop", takesValue }, value };
}

/** The end of a word as a text of its own. Where a variable makes both sides differ, no part of the value may be shown. */
function tail(word: Text, from: number): Part {
  const prefix = word.value.slice(0, from);
  const shown = word.shown.startsWith(prefix) ? word.shown.slice(from) : word.shown;
  return { shown, value: word.value.slice(from), origin: word };
}

function unknownOption(call: Call, at: Text, option: string): Error {
  const shown = at.shown === at.value ? option : at.shown;
  return callError(
    call,
    at,
    "config/unknown-option",
    `${call.tool} has no option ${shown}`,
    "options of the server itself go after the package's name",
  );
}

function missingValue(call: Call, at: Text, option: string): Error {
  return callError(call, at, "config/missing-value", `${call.tool} ${option} needs a value`, "put it after the option");
}

function refused(call: Call, at: Text, option: string, reason: string): Error {
  const hint = "leave it out; options of the server itself go after the package's name";
  return callError(call, at, "config/unsupported-option", `${call.tool} ${option}: ${reason}`, hint);
}

/** The words of the command line: as the parser must get them, and as messages may show them. */
import { pasteableWords } from "./shell.ts";

/**
 * cac turns words that look like numbers into numbers (`1.10` → 1.1), and drops `-` and empty words: such words carry a
 * mark through the parser.
 */
const MARK = "\u0001";

/** The words before `--`, for argus, and those after it. */
export function splitWords(words: readonly string[]): { readonly own: readonly string[]; readonly rest: string[] } {
  const end = words.indexOf("--");
  return end === -1 ? { own: words, rest: [] } : { own: words.slice(0, end), rest: words.slice(end + 1) };
}

/** Words before `--` as cac reads them rightly; {@link unmarked} gives them back. */
export function marked(words: readonly string[]): string[] {
  return words.flatMap((typed) => {
    // With one dash too few it would name a file "onfig".
    const word = typed.replace(/^-config(?==|$)/, "--config");
    // cac reads each letter of -cFILE as a flag, and of -c and --config only one. Only -c takes a value.
    const [, flags, given, file] = /^-([a-bd-zA-Z]*)c(=?(.*))$/s.exec(word) ?? [];
    if (flags !== undefined) {
      return [...(flags === "" ? [] : [`-${flags}`]), given === "" ? "--config" : `--config=${MARK}${file}`];
    }
    const [, name, value] = /^(--[^=]+=)(.*)$/s.exec(word) ?? [];
    if (name !== undefined) return [`${name}${MARK}${value}`];
    return [word === "-" || word === "" || Number.isFinite(Number(word)) ? `${MARK}${word}` : word];
  });
}

/** A word as it was typed. */
export function unmarked(word: unknown): string {
  return String(word).replaceAll(MARK, "");
}

/**
 * The first flag that is none of `known` ("-c", "--config", …), as it was typed. cac by itself takes `--no-json`,
 * `--config.x` and `--requireIsolation` as well.
 */
export function unknownFlag(marked: readonly string[], known: readonly string[]): string | undefined {
  return marked
    .filter((word) => word.startsWith("-"))
    .map((word) => word.split("=", 1)[0]!)
    .flatMap((name) => (name.startsWith("--") ? [name] : [...name.slice(1)].map((letter) => `-${letter}`)))
    .find((name) => !known.includes(name));
}

/** The first switch that is given a value, which cac would keep, drop or take for a word of its own. */
export function valuedSwitch(marked: readonly string[], switches: readonly string[]): string | undefined {
  return marked
    .filter((word) => word.startsWith("-") && word.includes("="))
    .map((word) => word.split("=", 1)[0]!)
    .map((name) => (name.startsWith("--") ? name : `-${name.at(-1)}`))
    .find((name) => switches.includes(name));
}

/** A flag as cac looks it up: a switch of two words under another name would take the next word as its value. */
export function camelCased(word: string): string {
  return word.replace(/^--(?!no-)[^=]+/, (name) =>
    name.replace(/\b-(\w)/g, (_, letter: string) => letter.toUpperCase()),
  );
}

/** A command of argus to paste. What follows a `=` could be a secret and is left out. */
export function argusCommand(...words: readonly string[]): string {
  return pasteableWords(["argus", ...words.map(withoutValue)]);
}

/** The same with the words of a server, of which only the first is shown: each that follows an option could be a secret. */
export function argusCommandWith(own: readonly string[], [first, ...more]: readonly string[]): string {
  const words = first === undefined ? own : [...own, "--", first];
  return `${argusCommand(...words)}${more.length > 0 ? " …" : ""}`;
}

/** A word without what follows its `=`. */
export function withoutValue(word: string): string {
  return word.replace(/=.+$/s, "=…");
}

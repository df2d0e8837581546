/** Commands whose words only start another one: `bash -c "npx -y x"`, `env A=b npx -y x`. */
import { programName } from "../config/program.ts";
import { envNameProblem } from "../config/rules/env.ts";
import { plain, type Text } from "../config/text.ts";
import type { Part } from "./call.ts";
import type { CommandWords } from "./command_line.ts";
import { isOwnEntry } from "./own_entry.ts";
import { isContainerCall } from "./passthrough.ts";
import { toolOf } from "./recipe.ts";

/** What a wrapper starts. */
export interface Wrapped {
  readonly words: CommandWords;
  /** Variables that the wrapper sets. */
  readonly env: Readonly<Record<string, Text>>;
}

const SHELLS = new Set(["ash", "bash", "dash", "ksh", "sh", "zsh"]);

/** Characters that mean themselves to every shell, with blanks between words: zsh expands a `=` that begins a word or a value. */
const PLAIN = /^(?!(?:.*[ \t=:])?=)[\w@+=:,./-]+(?:[ \t]+[\w@+=:,./-]+)*$/;

/**
 * The launcher, container call or argus itself behind shells and `env`; undefined when there is none, or where a shell would
 * make something else of the text than its words.
 *
 * @param line The command's first word is a whole line, which the shell of Windows was given.
 */
export function wrapped([command, ...args]: CommandWords, line: boolean): Wrapped | undefined {
  let words: readonly Text[] = line ? (split(command, args) ?? []) : [command, ...args];
  let env: Wrapped["env"] = {};
  for (;;) {
    const inner = withoutEnv(words) ?? withoutShell(words);
    if (inner === undefined) break;
    words = inner.words;
    env = { ...env, ...inner.env };
  }
  const [first, ...others] = words;
  if (first === undefined || (first === command && !line)) return undefined;
  const values = others.map(({ value }) => value);
  const isSeen = [isContainerCall, isOwnEntry].some((is) => is(first.value, values));
  return isSeen || toolOf(first.value, values) !== undefined ? { words: [first, ...others], env } : undefined;
}

/** What stands behind a shell's `-c`, or its own words `exec` and `A=b`. */
function withoutShell(words: readonly Text[]): { words: readonly Text[]; env?: Wrapped["env"] } | undefined {
  const text = shellText(words);
  // What follows the text are parameters, which plain words do not use.
  if (text === undefined || text !== words.at(-1)) return undefined;
  const inner = split(text, []);
  if (inner === undefined) return undefined;
  const { words: rest, env } = assignments(inner);
  return { words: rest[0]?.value === "exec" ? rest.slice(1) : rest, env };
}

/** The text that a shell is given: its word after `-c`, `-lc` or the like. */
export function shellText([command, ...args]: readonly Text[]): Text | undefined {
  if (command === undefined || !SHELLS.has(programName(command.value).toLowerCase())) return undefined;
  const end = args.findIndex(({ value }) => !/^(?:-[a-z]+|--login)$/.test(value));
  return args.slice(0, Math.max(end, 0)).some(({ value }) => /^-[a-z]*c[a-z]*$/.test(value)) ? args[end] : undefined;
}

function withoutEnv([command, ...args]: readonly Text[]): { words: readonly Text[]; env: Wrapped["env"] } | undefined {
  return command !== undefined && programName(command.value) === "env" ? assignments(args) : undefined;
}

/** Takes `NAME=value` from the front of the words. */
function assignments(words: readonly Text[]): { words: readonly Text[]; env: Wrapped["env"] } {
  const env: Record<string, Text> = {};
  let next = 0;
  for (; next < words.length; next += 1) {
    const { shown, value } = words[next]!;
    const name = shown.slice(0, Math.max(shown.indexOf("="), 0));
    // A name that is not written as it is may be part of a secret.
    if (envNameProblem(name) !== undefined || !value.startsWith(`${name}=`)) break;
    env[name] = { shown: shown.slice(name.length + 1), value: value.slice(name.length + 1) };
  }
  return { words: words.slice(next), env };
}

/** The words of a text that no shell changes, and what follows it. */
function split(text: Text, more: readonly Text[]): readonly Text[] | undefined {
  const line = text.value.trim();
  if (text.shown !== text.value || !PLAIN.test(line)) return undefined;
  const words: Part[] = line.split(/[ \t]+/).map((word) => ({ ...plain(word), origin: text }));
  return [...words, ...more];
}

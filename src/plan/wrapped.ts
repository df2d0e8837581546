/** Commands whose words only start another one: `bash -c "npx -y x"`, `env A=b npx -y x`. */
import { programName } from "../config/program.ts";
import { envNameProblem } from "../config/rules/env.ts";
import { plain, type Text } from "../config/text.ts";
import type { Part } from "./call.ts";
import type { CommandWords } from "./command_line.ts";
import { isContainerCall } from "./passthrough.ts";
import { toolOf } from "./recipe.ts";

/** What a wrapper starts. */
export interface Wrapped {
  readonly words: CommandWords;
  /** Variables that the wrapper sets. */
  readonly env: Readonly<Record<string, Text>>;
}

const SHELLS = new Set(["ash", "bash", "dash", "ksh", "sh", "zsh"]);

/** Characters that mean themselves to every shell, with blanks between words. */
const PLAIN = /^[\w@+=:,./-]+(?:[ \t]+[\w@+=:,./-]+)*$/;

/**
 * The launcher or container call behind shells and `env`; undefined when there is none, or where a shell would make something
 * else of the text than its words.
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
  if (toolOf(first.value, values) === undefined && !isContainerCall(first.value, values)) return undefined;
  return { words: [first, ...others], env };
}

/** What stands behind a shell's `-c`, or its own words `exec` and `A=b`. */
function withoutShell(words: readonly Text[]): { words: readonly Text[]; env?: Wrapped["env"] } | undefined {
  const [command, ...args] = words;
  if (command === undefined || !SHELLS.has(programName(command.value).toLowerCase())) return undefined;
  const at = textIndex(args);
  // What follows the text are parameters, which plain words do not use.
  if (at === undefined || at !== args.length - 1) return undefined;
  const inner = split(args[at]!, []);
  if (inner === undefined) return undefined;
  const { words: rest, env } = assignments(inner);
  return { words: rest[0]?.value === "exec" ? rest.slice(1) : rest, env };
}

/** Which word of a shell's is its text: the one after `-c`, `-lc` or the like. */
function textIndex(args: readonly Text[]): number | undefined {
  const end = args.findIndex(({ value }) => !/^(?:-[a-z]+|--login)$/.test(value));
  return args.slice(0, Math.max(end, 0)).some(({ value }) => /^-[a-z]*c[a-z]*$/.test(value)) ? end : undefined;
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

/** Programs beside shells that start the command among their words. */
const STARTERS = new Set(["env", "nice", "nohup", "setsid", "stdbuf", "sudo", "time", "timeout"]);

/** The fields to write in place of a command in which a launcher is to be seen, as a text; undefined where none is. */
export function launcherFields([command, ...args]: CommandWords, line: boolean): string | undefined {
  const program = programName(command.value).toLowerCase();
  const at = SHELLS.has(program) ? textIndex(args) : undefined;
  const text = line ? [command, ...args].map(({ shown }) => shown).join(" ") : at === undefined ? "" : args[at]!.shown;
  const calls = text.split(/&&|\|\||[;|&\n]/).map(shellWords);
  const call = calls.findLast(({ words: [first = "", ...others] }) => toolOf(first, others.map(String)) !== undefined);
  if (call !== undefined) return fields(call);
  const dashes = args.findIndex(({ value }) => value === "--");
  if (!STARTERS.has(program) && dashes === -1) return undefined;
  const words = args.slice(dashes + 1).map(({ shown }) => shown);
  const start = words.findIndex((word, index) => toolOf(word, words.slice(index + 1)) !== undefined);
  return start === -1 || (!STARTERS.has(program) && start > 0) ? undefined : fields({ words: words.slice(start) });
}

/** A command and its arguments as the fields of a config, as far as they are sure to hold no secret. */
export function configFields(words: readonly string[]): string {
  return fields({ words });
}

/** What a text calls: its words as a config writes them, with undefined in place of what only a shell knows. */
interface TextCall {
  readonly words: readonly (string | undefined)[];
  /** Names of the variables in front of it. */
  readonly names?: readonly string[];
}

function fields({ words: [command, ...args], names = [] }: TextCall): string {
  // What follows the package may be a secret, and so may a part of an address.
  const end = args.findIndex((word) => word?.startsWith("-") !== true) + 1;
  const told = end === 0 ? args : args.slice(0, end);
  const secret = told.findIndex((word) => word === undefined || word.includes("://"));
  const shown = (secret === -1 ? told : told.slice(0, secret)).map((word) => JSON.stringify(word));
  const more = shown.length < args.length ? ["…"] : [];
  const env = names.length === 0 ? "" : `, env: { ${names.map((name) => `${name}: …`).join(", ")} }`;
  return `command: ${command}, args: [${[...shown, ...more].join(", ")}]${env}`;
}

function shellWords(text: string): TextCall {
  const words = text.trim().match(/(?:"[^"]*"|'[^']*'|[^\s"'])+|["']/g) ?? [];
  const start = words.findIndex((word) => word !== "exec" && !/^\w+=/.test(word));
  const names = words.slice(0, Math.max(start, 0)).filter((word) => word !== "exec");
  return {
    names: names.map((word) => word.replace(/=.*$/s, "")),
    words: words.slice(Math.max(start, 0)).map((word) => {
      const bare = word.replace(/^(["'])(.*)\1$/s, "$2").replace(/\$(\w+)/g, "${$1}");
      const known = bare.replace(/\$\{(?:env:)?\w+\}/g, "");
      return /["'`$\\*?(){}<>~]/.test(known) ? undefined : bare;
    }),
  };
}

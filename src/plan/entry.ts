/**
 * What runs, in one rule: the image's entry, followed by what the backend's words add to it.
 *
 * `command` and `args` often repeat the entry (`command: node, args: ["dist/index.js"]` beside
 * `entrypoint: ["node", "dist/index.js"]`, or only its tail beside an ENTRYPOINT), so the repetition is dropped.
 */
import { programName } from "../config/program.ts";
import type { Text } from "../config/text.ts";
import { pythonProgram } from "./recipe.ts";

/** The server's arguments: `words` ([command, ...args]) without what they have in common with the start of `entry`. */
export function serverArgs(entry: readonly string[], words: readonly Text[]): Text[] {
  const [command, ...args] = words;
  if (command === undefined) return [];
  // Behind a wrapper such as `tini --` or `env A=1`, the words have to repeat all that is left.
  const at = entry.findIndex(
    (word, index) => sameProgram(word, command.value) && (index === 0 || repeats(args, entry.slice(index + 1))),
  );
  if (at === -1) return args;
  let common = 0;
  while (common < args.length && args[common]!.value === entry[at + 1 + common]) common += 1;
  return args.slice(common);
}

/**
 * What `words` ([command, ...args]) add to `defaults`, which they repeat: whole, or without the program in front of it;
 * undefined when they do not repeat it.
 */
export function addedTo(defaults: readonly string[], words: readonly Text[]): readonly Text[] | undefined {
  const [command, ...args] = words;
  const [program, ...others] = defaults;
  if (command === undefined || program === undefined) return undefined;
  if (sameProgram(program, command.value) && repeats(args, others)) return args.slice(others.length);
  return repeats(args, defaults) ? args.slice(defaults.length) : undefined;
}

/** Whether the words begin with all of the wanted ones. */
function repeats(words: readonly Text[], wanted: readonly string[]): boolean {
  return wanted.every((word, index) => words[index]?.value === word);
}

/** `node`, `/usr/bin/node` and `node.exe` are one program; so are python, python3 and python3.12. */
function sameProgram(one: string, other: string): boolean {
  const [name, wanted] = [programName(one), programName(other)];
  return name === wanted || (pythonProgram(name) !== undefined && pythonProgram(wanted) !== undefined);
}

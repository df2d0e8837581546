import type { Text } from "../config/text.ts";
import { pasteableWords } from "../shell.ts";
import type { Engine } from "./engine.ts";

/** An argument of a command: a string, or a text whose value may not be printed. */
export type Arg = string | Text;

/** A process to start, as data: never a shell string, secrets only in `env`. */
export interface Command {
  /** Name or absolute path of the program. */
  readonly bin: string;
  readonly args: readonly Arg[];
  /** Variables added to the environment; only their names are ever printed. */
  readonly env: Readonly<Record<string, string>>;
  /** Variables that it does not take over from the environment. Default: none. */
  readonly unset?: readonly string[];
  /** Text for standard input. Default: none; a session passes the client's on. */
  readonly input?: string;
  /** Text that the program reads from `/dev/fd/3`: what may stand neither in its arguments nor in its environment. */
  readonly extraInput?: ExtraInput;
}

/** A file without a name that a program inherits. */
export interface ExtraInput {
  readonly fd: 3;
  readonly text: string;
}

/** How the arguments of a command name its {@link ExtraInput}. */
export const EXTRA_INPUT_PATH = "/dev/fd/3";

/** A call of an engine's program. */
export function engineCommand({ bin, env }: Engine, args: readonly Arg[]): Command {
  return { bin, args, env };
}

/** `--label name=value`, for each. */
export function labelFlags(labels: Readonly<Record<string, string>>): string[] {
  return Object.entries(labels).flatMap(([name, value]) => ["--label", `${name}=${value}`]);
}

/** The command as it may be printed: references instead of values. */
export function shownWords(command: Command): string[] {
  return [command.bin, ...command.args.map((arg) => (typeof arg === "string" ? arg : arg.shown))];
}

/** The arguments as the program gets them. */
export function realArgs(command: Command): string[] {
  return command.args.map((arg) => (typeof arg === "string" ? arg : arg.value));
}

/** The command as one line of POSIX shell, for an error; the end of one longer than 300 characters is left out. */
export function shortLine(command: Command): string {
  const line = pasteableWords(shownWords(command));
  // No half of a character that takes two units.
  return line.length <= MOST ? line : `${line.slice(0, MOST).replace(/[\uD800-\uDBFF]$/, "")}…`;
}

/** Characters: what follows such a line in an error is to be seen, too. */
const MOST = 300;

/** Which tool a command is, and which recipe its image is made with. */
import { programName } from "../config/program.ts";

/** The tools whose command lines argus reads. */
export type ToolName =
  | "uvx"
  | "uv"
  | "python"
  | "pipx"
  | "npx"
  | "npm"
  | "pnpm"
  | "pnpx"
  | "yarn"
  | "bun"
  | "bunx"
  | "node"
  | "tsx"
  | "go";

/** A command that argus knows. */
export interface KnownTool {
  readonly tool: ToolName;
  readonly recipe: "uvx" | "npx" | "go";
  /** The Python that the command itself names: "3.12" of python3.12. */
  readonly python?: string;
}

/** Spec: the table of "Image Building Pipeline"; the rest are other spellings of the same three. */
const RECIPE_OF: Readonly<Record<ToolName, KnownTool["recipe"]>> = {
  uvx: "uvx",
  uv: "uvx",
  python: "uvx",
  pipx: "uvx",
  npx: "npx",
  npm: "npx",
  pnpm: "npx",
  pnpx: "npx",
  yarn: "npx",
  bun: "npx",
  bunx: "npx",
  node: "npx",
  tsx: "npx",
  go: "go",
};

/** Tools of which only one subcommand starts a package; with any other, argus has no recipe for the command. */
const SUBCOMMANDS: Partial<Record<ToolName, readonly string[]>> = {
  npm: ["exec", "x"],
  pnpm: ["dlx"],
  yarn: ["dlx"],
  bun: ["x"],
};

/** The tool that a command is, or undefined. `words` are its arguments. */
export function toolOf(command: string, words: readonly string[] = []): KnownTool | undefined {
  const name = programName(command).toLowerCase();
  const python = pythonProgram(name);
  if (python !== undefined) return { tool: "python", recipe: "uvx", ...python };
  const tool = name === "pnx" ? "pnpx" : name;
  if (!Object.hasOwn(RECIPE_OF, tool)) return undefined;
  const known = tool as ToolName;
  const subcommands = SUBCOMMANDS[known];
  if (subcommands !== undefined && !startsWithSubcommand(words, subcommands)) return undefined;
  return { tool: known, recipe: RECIPE_OF[known] };
}

/** The Python that a program's name stands for: any for `python` and `python3`, 3.12 for `python3.12`. */
export function pythonProgram(name: string): Pick<KnownTool, "python"> | undefined {
  const [found, minor] = /^python(?:3(?:\.(\d+))?)?$/.exec(name) ?? [];
  if (found === undefined) return undefined;
  return minor === undefined ? {} : { python: `3.${minor}` };
}

/** Whether the first word that is no option, nor an option's value, is one of these. */
function startsWithSubcommand(words: readonly string[], subcommands: readonly string[]): boolean {
  const found = words.findIndex((word) => subcommands.includes(word));
  return (
    found >= 0 &&
    words.slice(0, found).every((word, index) => word.startsWith("-") || words[index - 1]?.startsWith("-"))
  );
}

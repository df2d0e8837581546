/** The program: its commands, their flags and help, and the one place where any failure becomes a report. */
import { type CAC, type Command, cac } from "cac";
import {
  argusCommand,
  argusCommandWith,
  camelCased,
  marked,
  splitWords,
  unknownFlag,
  unmarked,
  valuedSwitch,
  withoutValue,
} from "./argv.ts";
import { ArgusError, EXIT } from "./errors.ts";
import { DEFAULT } from "./plan/defaults.ts";
import { printData } from "./ui/data.ts";
import { setLevel } from "./ui/log.ts";
import { report } from "./ui/report.ts";
import { VERSION } from "./version.ts";
import { quoted } from "./visible.ts";

/** Flags as cac hands them over: strings, booleans, arrays where a flag may repeat. */
type Flags = Readonly<Record<string, unknown>>;

/** How the program ended. */
export interface Outcome {
  /** The exit code. */
  readonly code: number;
  /** The command that the words name, if they name one. */
  readonly command: string | undefined;
}

/** Runs the command that the words name. Never throws. */
export async function main(words: readonly string[]): Promise<Outcome> {
  const program = cac("argus");
  registerCommands(program);
  program.help((sections) => arranged(sections, program.matchedCommand));
  program.showHelpOnExit = false;
  const code = await codeOf(program, words);
  return { code, command: program.matchedCommand?.name };
}

async function codeOf(program: CAC, words: readonly string[]): Promise<number> {
  const { own, rest } = splitWords(words);
  const wanted = { json: own.includes("--json"), verbose: own.includes("--verbose") };
  try {
    checkSwitches(program, own);
    program.parse(["", "argus", ...marked(own).map(camelCased), "--", ...rest], { run: false });
    const { options, matchedCommand } = program;
    if (options.help || options.version) {
      printData(options.help ? helpOf(program) : VERSION);
      return EXIT.ok;
    }
    if (matchedCommand === undefined) throw await noCommand(program, own, rest);
    // The words after `--` are the server's; other commands have none, and `--` only ends the flags.
    if (matchedCommand.name !== "run") program.args = [...program.args, ...rest];
    await checkWords(program, matchedCommand, own, rest);
    setLevel({ quiet: on(options, "quiet"), verbose: on(options, "verbose") });
    checkFolder();
    return await program.runMatchedCommand();
  } catch (error) {
    return report(usageError(error, program), wanted);
  }
}

/**
 * Throws where the current folder has been removed: no relative path means anything there, shells complain on the client's
 * stderr, and podman starts nothing.
 */
function checkFolder(): void {
  try {
    process.cwd();
  } catch (cause) {
    const hint = "cd to a folder that exists";
    throw new ArgusError("usage/no-folder", "the current folder is gone: it was removed", { hint, cause });
  }
}

/** cac prints the help itself, with a call that says nothing when it cannot. */
function helpOf(program: CAC): string {
  const { info } = console;
  let help = "";
  console.info = (text: string) => {
    help = text;
  };
  try {
    program.outputHelp();
  } finally {
    console.info = info;
  }
  return help;
}

function registerCommands(program: CAC): void {
  program.option("-c, --config <file>", "Config file. Default: ARGUS_CONFIG, ./config.yaml, then the per-user one");
  program.option("--json", "Print the data, or the error, as JSON on stdout");
  program.option("-q, --quiet", "Only errors and warnings");
  program.option("--verbose", "More detail on stderr: what is planned, asked, built and started");
  program.option("-V, --version", "Print the version");

  program
    .command("run [backend]", "Run one backend, its stdio on this terminal's or client's pipes")
    .option("--runtime <name>", "docker, podman or kubernetes. Default: the config's, ARGUS_RUNTIME, else what answers")
    .option("--no-build", "Fail when the image is absent instead of building it")
    .option("--require-isolation", "Fail instead of ever running without a container")
    .option("--network <name>", "Network of an ad hoc run: none, bridge or a name")
    .option("--memory <size>", "Memory limit of an ad hoc run, e.g. 1g")
    .option("--cpus <number>", "CPU limit of an ad hoc run")
    .option("--volume <spec>", "Mount of an ad hoc run, source:target[:mode]; may repeat")
    .option("--env <NAME>", "Variable that an ad hoc run passes on from its own environment; may repeat")
    .example((bin) => `  ${bin} run fetch                      the backend "fetch" of the config`)
    .example((bin) => `  ${bin} run fetch -- --verbose         with one more argument for the server`)
    .example((bin) => `  ${bin} run -- uvx mcp-server-fetch    ad hoc, without any config`)
    .action(async (backend: string | undefined, flags: Flags) => {
      const { run } = await import("./commands/run.ts");
      return run({ ...common(flags), backend: optional(backend), ...runFlags(flags), words: rest(flags) });
    });

  program
    .command("build [...backends]", "Build the images that are missing")
    .option("--runtime <name>", "docker, podman, or kubernetes: pushes to the registry too")
    .option("--force", "Build also what is present, from the engine's build cache where it can")
    .option("--no-cache", "Build also what is present, without the engine's build cache")
    .option("--pull", "Build also what is present, on the newest base images")
    .option("--push", "Send what the registry lacks to it, also what is present")
    .option("--allow-unset", "Accept variables in env that are not set: no image holds them")
    .option("--parallel <number>", `Builds at a time. Default ${DEFAULT.parallel}`)
    .example((bin) => `  ${bin} build                  every backend of the config`)
    .example((bin) => `  ${bin} build fetch github     only these`)
    .action(async (backends: string[], flags: Flags) => {
      const { build } = await import("./commands/build.ts");
      return build({
        ...common(flags),
        backends: backends.map(unmarked),
        runtime: text(flags, "runtime"),
        force: on(flags, "force"),
        cache: flags.cache !== false,
        pull: on(flags, "pull"),
        parallel: text(flags, "parallel"),
        push: on(flags, "push"),
        allowUnset: on(flags, "allowUnset"),
      });
    });

  program
    .command("validate", "Check the config and print every problem")
    .option("--allow-unset", "Accept variables that are not set")
    .example((bin) => `  ${bin} validate --config config.yaml`)
    .action(async (flags: Flags) => {
      const { validate } = await import("./commands/validate.ts");
      return validate({ ...common(flags), allowUnset: on(flags, "allowUnset") });
    });

  program
    .command("plan [backend]", "Print what argus would do: image, Dockerfile, exact commands")
    .option("--runtime <name>", "docker, podman or kubernetes. Default: the config's, ARGUS_RUNTIME, else docker")
    .option("--dockerfile", "Only the Dockerfile")
    .example((bin) => `  ${bin} plan fetch                 the commands of one backend`)
    .example((bin) => `  ${bin} plan fetch --dockerfile    its Dockerfile and nothing else`)
    .action(async (backend: string | undefined, flags: Flags) => {
      const { plan } = await import("./commands/plan.ts");
      return plan({
        ...common(flags),
        backend: optional(backend),
        runtime: text(flags, "runtime"),
        dockerfile: on(flags, "dockerfile"),
      });
    });

  program
    .command("doctor", "Check engines, config and what the machine can enforce")
    .example((bin) => `  ${bin} doctor`)
    .action(async (flags: Flags) => {
      const { doctor } = await import("./commands/doctor.ts");
      return doctor(common(flags));
    });

  program
    .command("ps", "List running sessions and orphans")
    .example((bin) => `  ${bin} ps`)
    .action(async (flags: Flags) => {
      const { ps } = await import("./commands/ps.ts");
      return ps(common(flags));
    });

  program
    .command("clean", "Remove orphaned containers")
    .option("--images", "Also remove images that argus built and no backend of the config uses")
    .option("--dry-run", "Say what would be removed, and remove nothing")
    .example((bin) => `  ${bin} clean --dry-run --images    what would go`)
    .example((bin) => `  ${bin} clean`)
    .action(async (flags: Flags) => {
      const { clean } = await import("./commands/clean.ts");
      return clean({ ...common(flags), images: on(flags, "images"), dryRun: on(flags, "dryRun") });
    });

  program
    .command("schema", "Print the config's JSON Schema, for editors")
    .example((bin) => `  ${bin} schema > argus.schema.json`)
    .action(async () => {
      const { schema } = await import("./commands/schema.ts");
      return schema();
    });

  program
    .command("init [file]", "Write a commented config to start from")
    .example((bin) => `  ${bin} init`)
    .action(async (file: string | undefined, flags: Flags) => {
      const { init } = await import("./commands/init.ts");
      return init({ ...common(flags), file: optional(file) });
    });

  program
    .command("help [command]", "Print this overview, or the help of a command")
    .example((bin) => `  ${bin} help run`)
    .action(async (word: string | undefined) => {
      const name = optional(word);
      const command = program.commands.find((each) => each.name === name);
      if (name !== undefined && command === undefined) throw await unknownCommand(program, name);
      if (command === undefined) program.unsetMatchedCommand();
      else program.matchedCommand = command;
      printData(helpOf(program));
      return EXIT.ok;
    });

  program
    .command("version", "Print the version")
    .example((bin) => `  ${bin} version`)
    .action(() => {
      printData(VERSION);
      return EXIT.ok;
    });
}

/** The flags of every command that a command itself reads. */
function common(flags: Flags): { config: string | undefined; json: boolean } {
  return { config: text(flags, "config"), json: on(flags, "json") };
}

function runFlags(flags: Flags) {
  return {
    runtime: text(flags, "runtime"),
    build: flags.build !== false,
    requireIsolation: on(flags, "requireIsolation"),
    adHoc: {
      network: text(flags, "network"),
      memory: text(flags, "memory"),
      cpus: text(flags, "cpus"),
      volumes: texts(flags, "volume"),
      env: texts(flags, "env"),
    },
  };
}

function optional(word: unknown): string | undefined {
  return word === undefined ? undefined : unmarked(word);
}

/** Whether a switch is given, once or more often. */
function on(flags: Flags, name: string): boolean {
  return [flags[name]].flat().includes(true);
}

function text(flags: Flags, name: string): string | undefined {
  const value = flags[name];
  if (Array.isArray(value)) {
    throw new ArgusError("usage/repeated", `--${name} is given ${value.length} times`, { hint: "give it once" });
  }
  return value === undefined ? undefined : unmarked(value);
}

function texts(flags: Flags, name: string): string[] {
  const values = flags[name] === undefined ? [] : [flags[name]].flat();
  // cac notices that a value is missing only where the flag is given once.
  if (values.includes(true))
    throw new ArgusError("usage/flags", `--${name} needs a value`, { hint: `--${name} VALUE` });
  return values.map(unmarked);
}

function rest(flags: Flags): readonly string[] {
  return (flags["--"] as string[] | undefined) ?? [];
}

/** What the help of a command says below its one sentence. */
const MORE: Readonly<Record<string, string>> = {
  ps: `An orphan is a container or Pod whose argus ended without removing it; argus clean does. Asked are Docker and Podman
of this machine, and the clusters that the config or ARGUS_RUNTIME names.`,
  clean: `An orphan is a container or Pod whose argus ended without removing it: sessions that run are left alone. Looked at are
Docker and Podman of this machine, and the clusters that the config or ARGUS_RUNTIME names.`,
};

/** What it is, how it is typed and examples stand first. */
function arranged(all: { title?: string; body: string }[], command: Command | undefined) {
  // cac ends lines with a space, and says of each --no-… that its opposite is true by default.
  const sections = all.map((section) => ({
    ...section,
    body: section.body.replace(/(?: \(default: true\))? *$/gm, ""),
  }));
  const examples = sections.filter((section) => section.title === "Examples");
  const others = sections.filter((section) => section.title !== "Examples" && !section.title?.startsWith("For more"));
  const [, usage, ...more] = others;
  const what = command?.description ?? "Run any stdio MCP server in a locked-down container";
  const details = command === undefined ? undefined : MORE[command.name];
  const about = { body: `${what}.${details === undefined ? "" : `\n\n${details}`}` };
  return [about, ...(usage === undefined ? [] : [usage]), ...examples, ...more];
}

async function noCommand(program: CAC, own: readonly string[], rest: readonly string[]): Promise<ArgusError> {
  const [first] = program.args;
  if (first !== undefined) return unknownCommand(program, unmarked(first), await serverHint(program, own, rest));
  const names = namesOf(program);
  const expected = `expected one of ${names.join(", ")}`;
  const { options } = program.globalCommand;
  const [next] = rest;
  if (next === undefined) {
    const flag = unknownFlag(marked(own), spellings(options));
    if (flag === undefined) return new ArgusError("usage/no-command", `no command; ${expected}`, { hint: HELP });
    const hint = longHint(flag, spellings(options)) ?? HELP;
    return new ArgusError("usage/flags", `unknown option \`${flag}\``, { hint });
  }
  const flags = ownersOf(own, options).argus;
  const more = rest.length > 1 ? " …" : "";
  const hint = names.includes(next)
    ? `${argusCommand(...flags, next)}${more}`
    : argusCommandWith([...flags, "run"], rest);
  return new ArgusError("usage/no-command", `no command before --; ${expected}`, { hint });
}

function namesOf({ commands }: CAC): string[] {
  return commands.map(({ name }) => name);
}

async function unknownCommand(program: CAC, word: string, hint?: string): Promise<ArgusError> {
  const names = namesOf(program);
  const { nearest } = await import("./config/suggest.ts");
  const meant = nearest(word, names);
  // No config is read for it: it may be slow, or a stranger's.
  const backend = `did you mean "${argusCommand("run", word)}"? argus --help lists the commands`;
  const message = `unknown command ${quoted(withoutValue(word))}; expected one of ${names.join(", ")}`;
  return new ArgusError("usage/unknown-command", message, {
    hint: meant === undefined ? (hint ?? backend) : `did you mean "argus ${meant}"?`,
  });
}

/** The options that a letter alone could stand for. */
function longHint(flag: string, known: readonly string[]): string | undefined {
  const names = flag.startsWith("--") ? [] : known.filter((name) => name.startsWith(`-${flag}`));
  const last = names.pop();
  return last === undefined
    ? undefined
    : `did you mean ${[names.join(", "), last].filter((part) => part !== "").join(" or ")}?`;
}

const HELP = "argus --help";

/** Throws for a switch that is given a value, of whichever command: with it, cac may not even find the command. */
function checkSwitches({ globalCommand, commands }: CAC, own: readonly string[]): void {
  const switches = [globalCommand, ...commands].flatMap(({ options }) => options).filter(({ isBoolean }) => isBoolean);
  const name = valuedSwitch(marked(own), spellings(switches));
  if (name === undefined) return;
  throw new ArgusError("usage/flags", `${name} takes no value`, { hint: `write ${name}, or leave it out` });
}

/** How options are typed: "-c", "--config". */
function spellings(options: Command["options"]): string[] {
  return options.flatMap(({ rawName }) => rawName.match(/--?[\w-]+/g) ?? []);
}

/** Throws for a flag or a word that the command does not take. */
async function checkWords(program: CAC, command: Command, own: readonly string[], rest: readonly string[]) {
  const known = spellings([...program.globalCommand.options, ...command.options]);
  const flag = unknownFlag(marked(own), known);
  const takesMore = command.args.some(({ variadic }) => variadic);
  const word = takesMore ? undefined : program.args[command.args.length];
  if (flag === undefined && word === undefined) return;
  const { nearest } = await import("./config/suggest.ts");
  const meant = flag?.startsWith("--") ? nearest(flag, known) : undefined;
  const file = /\.ya?ml$/i.exec(unmarked(word ?? ""))?.input;
  const hint =
    (meant !== undefined && `did you mean "${meant}"?`) ||
    (file !== undefined && argusCommand(command.name, "--config", file)) ||
    (command.name === "run" && (await serverHint(program, own, rest))) ||
    (flag !== undefined && longHint(flag, known)) ||
    `argus ${command.name} --help`;
  const message =
    flag === undefined
      ? `unexpected word ${quoted(withoutValue(unmarked(word)))}; expected argus ${command.rawName}`
      : `unknown option \`${flag}\``;
  throw new ArgusError("usage/flags", message, { hint });
}

/** What `argus run npx -y pkg`, `argus npx -y pkg` and `argus run fetch --option` lack: a `--` before the server's words. */
async function serverHint(program: CAC, own: readonly string[], rest: readonly string[]): Promise<string | undefined> {
  const [first] = program.args;
  if (first === undefined) return undefined;
  const { toolOf } = await import("./plan/recipe.ts");
  const command = own.indexOf(program.matchedCommandName ?? "");
  const at = own.indexOf(unmarked(first), command + 1);
  const isTool = toolOf(own[at] ?? "", [...own.slice(at + 1), ...rest]) !== undefined;
  if (command === -1 && !isTool) return undefined;
  const known = [...program.globalCommand.options, ...(program.matchedCommand?.options ?? [])];
  const before = ownersOf(own.slice(0, at), known, command).argus;
  if (isTool) return argusCommandWith([...before, ...(command === -1 ? ["run"] : [])], [...own.slice(at), ...rest]);
  const { argus, server } = ownersOf(own.slice(at), known, 0);
  return server.length === 0 ? undefined : argusCommandWith([...before, ...argus], [...server, ...rest]);
}

/** Which words argus knows, its options with their values and the one at `place`, and which can only be the server's. */
function ownersOf(
  words: readonly string[],
  options: Command["options"],
  place = -1,
): Record<"argus" | "server", string[]> {
  const owners = { argus: [] as string[], server: [] as string[] };
  let value = false;
  for (const [index, word] of words.entries()) {
    const option = options.find((each) => spellings([each]).includes(word.split("=", 1)[0]!));
    owners[value || option !== undefined || index === place ? "argus" : "server"].push(word);
    value = option !== undefined && !option.isBoolean && !word.includes("=");
  }
  return owners;
}

/** cac throws its own kind of error, whose class it does not export. */
function usageError(error: unknown, program: CAC): unknown {
  if (!(error instanceof Error) || error.name !== "CACError") return error;
  const command = program.matchedCommand?.name ?? "";
  const message = unmarked(error.message.charAt(0).toLowerCase() + error.message.slice(1));
  return new ArgusError("usage/flags", message, { hint: `argus ${command} --help` });
}

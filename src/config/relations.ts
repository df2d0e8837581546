/** Rules between fields of one backend: what needs what, and what excludes what. */
import type { Problem } from "./problem.ts";
import { programName, wrapperLength } from "./program.ts";
import type { StdioFields } from "./schema.ts";
import { WORDS_APART } from "./slips.ts";
import { switchWord } from "./words.ts";
import type { Path } from "./yaml.ts";

type Tell = (code: string, severity: Problem["severity"], path: Path, message: string, hint?: string) => void;

/** Fields that only a generated Dockerfile reads. */
const GENERATED_ONLY = [
  "builder_image",
  "system_deps",
  "build_system_deps",
  "additional_packages",
  "build_env",
  "transport",
] as const;

/** Fields that only a source build reads. */
const SOURCE_ONLY = ["source_ref", "build_steps", "entrypoint"] as const;

/** Checks a backend's fields against each other; fields whose own type is wrong count as present. */
export function checkRelations(backend: StdioFields, tell: Tell): void {
  const container = backend.container;
  if (typeof backend.command === "string") checkCommand(backend.command, tell);
  if (typeof container !== "object" || container === null || Array.isArray(container)) return;
  const at = (field: string) => ["container", field];
  const off = checkOff(container, tell);
  const isEmpty = (field: unknown) => field === undefined || (Array.isArray(field) && field.length === 0);

  if (container.source_url !== undefined) {
    for (const needed of ["build_steps", "entrypoint"] as const) {
      if (!isEmpty(container[needed])) continue;
      tell(
        "config/missing",
        "error",
        at("source_url"),
        `container.source_url needs ${needed}`,
        `add container.${needed}`,
      );
    }
    if (container.dockerfile !== undefined) {
      const message = "container.dockerfile and container.source_url exclude each other";
      tell(
        "config/conflict",
        "error",
        at("dockerfile"),
        message,
        "drop source_url to build the Dockerfile, or drop dockerfile",
      );
    }
  } else {
    for (const field of off ? [] : SOURCE_ONLY) {
      if (isEmpty(container[field])) continue;
      const message = `container.${field} has no effect without source_url`;
      tell("config/no-effect", "warning", at(field), message, `add container.source_url, or remove ${field}`);
    }
  }
  checkGo(backend, tell);
  if (container.dockerfile === undefined || off) return;
  for (const field of GENERATED_ONLY) {
    if (isEmpty(container[field])) continue;
    const message = `container.${field} has no effect with dockerfile`;
    tell("config/no-effect", "warning", at(field), message, `let the Dockerfile do it, or remove ${field}`);
  }
}

/** Whether the backend itself switches its container off; told when it still says how that is to be. */
function checkOff(container: NonNullable<StdioFields["container"]>, tell: Tell): boolean {
  const { enabled, ...others } = container;
  // A word of the file, not yet a boolean.
  if (enabled === undefined || switchWord(String(enabled)) !== false) return false;
  const fields = Object.keys(others);
  if (fields.length > 0) {
    const message = `container.enabled: false leaves ${fields.join(", ")} without effect`;
    tell(
      "config/no-effect",
      "warning",
      ["container", "enabled"],
      message,
      "remove enabled: false, or the other fields",
    );
  }
  return true;
}

function checkGo(backend: StdioFields, tell: Tell): void {
  const { transport, go_package: go, source_url: source, dockerfile } = backend.container!;
  const isGo = transport === "go" || (transport === undefined && programOf(backend) === "go");
  if (transport === "go" && go === undefined && source === undefined && dockerfile === undefined) {
    const hint = "add container.go_package: github.com/owner/server";
    tell("config/missing", "error", ["container", "transport"], "container.transport: go needs go_package", hint);
  }
  if (go !== undefined && !isGo) {
    const hint = "add container.transport: go, or drop go_package";
    tell("config/conflict", "error", ["container", "go_package"], "container.go_package needs transport: go", hint);
  }
}

/** The program that a backend starts; its words may still be of any type. */
function programOf({ command, args }: StdioFields): string {
  const words = [command, ...(Array.isArray(args) ? args : [])].map(String);
  return programName(words[wrapperLength(words)]!).toLowerCase();
}

function checkCommand(command: string, tell: Tell): void {
  if (command.trim() === "") {
    tell(
      "config/bad-command",
      "error",
      ["command"],
      "command must not be empty",
      "write command: uvx, or npx, or another",
    );
    return;
  }
  const program = command.trim();
  if (program !== command) {
    const message = "command has blanks or a line break before or after it";
    tell("config/bad-command", "error", ["command"], message, "remove them: write the program on the line of command:");
  }
  const space = program.search(/\s/);
  if (space === -1) return;
  // A path may hold spaces; a word before the space, or an option after it, is a whole command line.
  const isLine = !/[\\/]/.test(program.slice(0, space)) || /\s-/.test(program);
  const message = "command must be one program, without its arguments";
  if (isLine) tell("config/bad-command", "error", ["command"], message, WORDS_APART);
}

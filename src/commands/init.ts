/** `argus init`: a commented config to start from. */
import { closeSync, mkdirSync, openSync, unlinkSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { ArgusError, EXIT, systemWords } from "../errors.ts";
import { statOf } from "../host/files.ts";
import { ownProgram } from "../host/own_program.ts";
import { DEFAULT } from "../plan/defaults.ts";
import { pasteableWords } from "../shell.ts";
import { printData } from "../ui/data.ts";
import { printLine } from "../ui/line.ts";

export interface InitOptions {
  /** Default `config.yaml`. */
  readonly file?: string | undefined;
  /** `--config`, which names the file as well. */
  readonly config?: string | undefined;
  readonly json?: boolean;
}

const STARTER = `# yaml-language-server: $schema=./argus.schema.json
# (argus schema > argus.schema.json gives your editor completion and checks.)

# Every backend is an MCP server. argus builds an image for its command and runs it locked down:
# read-only, no capabilities, uid ${DEFAULT.uid}, ${DEFAULT.memory} of memory, ${DEFAULT.cpus} CPU.
backends:
  time:
    command: uvx                      # uvx, npx, go, python, bunx …
    args: ["mcp-server-time"]
    container:
      network: none                   # none, bridge (the default) or a network's name

  # github:
  #   command: npx
  #   args: ["-y", "@modelcontextprotocol/server-github"]
  #   env:
  #     GITHUB_PERSONAL_ACCESS_TOKEN: "\${GITHUB_TOKEN}"   # secrets belong in env, never in args
  #   container:
  #     memory: "1g"
  #     cpus: "2"

  # files:
  #   command: npx
  #   args: ["-y", "@modelcontextprotocol/server-filesystem", "/data"]
  #   container:
  #     network: none
  #     volumes:
  #       - "\${HOME}/Documents:/data:ro"

# Where \`argus build --push\` sends images to, and absent ones are pulled from instead of being built:
# registry: registry.example.com/mcp

# Next: argus validate, argus build, argus run time
`;

/**
 * Writes the starter config, in a folder that it makes where there is none, and returns the exit code.
 *
 * @throws ArgusError `init/exists` when the file is there: it is never overwritten; `usage/init-file` for what cannot be one.
 */
export async function init(options: InitOptions): Promise<number> {
  const file = options.file ?? options.config ?? "config.yaml";
  checkName(file);
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeNew(file, STARTER);
  } catch (error) {
    throw notWritten(file, error);
  }
  if (options.json) {
    printData(JSON.stringify({ file }));
  } else {
    // A client starts argus in a folder of its own choice, and those of a desktop know few folders of programs.
    const time = { command: ownProgram(), args: ["run", "time", "--config", resolve(file)] };
    const [validate, build] = ["validate", "build"].map((word) => pasteableWords(["argus", word, "--config", file]));
    printLine(`wrote ${file}; next: ${validate}, ${build}, then for the client's own config:`);
    printLine(JSON.stringify({ mcpServers: { time } }));
  }
  return EXIT.ok;
}

/** Throws before a folder is made for a file that cannot be written, or would not be what its name says. */
function checkName(file: string): void {
  const isFolder = /[\\/]$/.test(file) || statOf(file)?.isDirectory();
  if (!isFolder && !/\.jsonc?$/i.test(file)) return;
  const message = isFolder ? `${file} is a folder` : `argus init writes YAML, and ${file} is called JSON`;
  const meant = isFolder ? join(file, "config.yaml") : file.replace(/\.jsonc?$/i, ".yaml");
  throw new ArgusError("usage/init-file", message, { hint: pasteableWords(["argus", "init", meant]) });
}

/** What "file already exists" means where nothing is to be found at the path. */
const IN_THE_WAY = "a link to nothing stands there, or a file where its folder must be";

/** All of the text or no file: half of one would be in the way of the next try. */
function writeNew(file: string, text: string): void {
  // Not a rename from beside it, which would write over a file.
  const opened = openSync(file, "wx", 0o644);
  try {
    writeFileSync(opened, text);
  } catch (error) {
    unlinkSync(file);
    throw error;
  } finally {
    closeSync(opened);
  }
}

function notWritten(file: string, cause: unknown): ArgusError {
  const code = (cause as NodeJS.ErrnoException).code ?? "";
  if (code === "EEXIST" && statOf(file) !== undefined) {
    return new ArgusError("init/exists", `${file} is there already`, {
      hint: "name another file: argus init FILE",
      cause,
    });
  }
  const reason = code === "EEXIST" ? IN_THE_WAY : systemWords(cause);
  return new ArgusError("init/failed", `cannot write ${file}: ${reason}`, {
    hint: "name another file: argus init FILE",
    cause,
  });
}

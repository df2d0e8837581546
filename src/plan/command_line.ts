/** What the words of a backend ask for: its command line, read as the tool itself reads it. */
import type { StdioBackend } from "../config/config.ts";
import { programName, wrapperLength } from "../config/program.ts";
import { plain, type Text } from "../config/text.ts";
import { type Call, callError, callWarning } from "./call.ts";
import { type KnownTool, type ToolName, toolOf } from "./recipe.ts";
import { readBun, readBunx } from "./tools/bunx.ts";
import { goUse, readGo } from "./tools/go.ts";
import { readNode } from "./tools/node.ts";
import { readNpm, readNpx } from "./tools/npx.ts";
import { readPipx } from "./tools/pipx.ts";
import { readPnpm, readPnpx } from "./tools/pnpm.ts";
import { readModule } from "./tools/python.ts";
import type { GoUse, Use } from "./tools/use.ts";
import { readUv } from "./tools/uv.ts";
import { readUvx } from "./tools/uvx.ts";
import { readYarn } from "./tools/yarn.ts";

type Reader = (call: Call, words: readonly Text[]) => Use;

const READERS: Readonly<Record<ToolName, Reader>> = {
  uvx: readUvx,
  uv: readUv,
  python: readModule,
  pipx: readPipx,
  npx: readNpx,
  npm: readNpm,
  pnpm: readPnpm,
  pnpx: readPnpx,
  yarn: readYarn,
  bun: readBun,
  bunx: readBunx,
  node: readNode,
  tsx: readNode,
  go: readGo,
};

/** A command and its arguments. */
export type CommandWords = readonly [command: Text, ...args: Text[]];

/** The words of a backend without the wrapper that Windows needs: `cmd /c npx …` is `npx …`. */
export function commandWords({ command, args }: Pick<StdioBackend, "command" | "args">): CommandWords {
  const wrapper = wrapperLength([command, ...args].map(({ value }) => value));
  return wrapper === 0 ? [command, ...args] : [args[wrapper - 1]!, ...args.slice(wrapper)];
}

/** Reads the command line; undefined when no recipe fits the command. `transport` and `go_package` have their say first. */
export function readCommandLine(
  call: Omit<Call, "tool">,
  [command, ...args]: CommandWords,
): { use: Use; tool: KnownTool | undefined } | undefined {
  const { container } = call.backend;
  const tool = toolOf(
    command.value,
    args.map(({ value }) => value),
  );
  const recipe = container.transport ?? tool?.recipe;
  if (recipe === undefined) return undefined;
  if (recipe === "go" && (container.go_package !== undefined || tool?.recipe !== "go")) {
    return { use: readGoPackage({ ...call, tool: "go" }, args, tool), tool };
  }
  if (tool !== undefined && tool.recipe === recipe) {
    return { use: READERS[tool.tool]({ ...call, tool: programName(command.value) }, args), tool };
  }
  return {
    use: READERS[recipe]({ ...call, tool: recipe }, tool === undefined ? [named(command), ...args] : args),
    tool,
  };
}

/** `go_package`: the module to install. The command names its binary, so the words are the server's. */
function readGoPackage(call: Call, args: readonly Text[], tool: KnownTool | undefined): GoUse {
  const { container } = call.backend;
  if (container.go_package === undefined) {
    throw callError(
      call,
      ["container", "transport"],
      "config/missing-go-package",
      "transport: go needs go_package, the module path that go install gets",
      "such as: go_package: github.com/strowk/mcp-k8s-go",
    );
  }
  const use = goUse(container.go_package);
  if (tool?.tool !== "go" || args[0]?.value !== "run") return { ...use, args };
  const run = readGo(call, args);
  if (withoutVersion(run.module) !== withoutVersion(use.module)) {
    callWarning(
      call,
      ["container", "go_package"],
      "plan/two-packages",
      "go_package wins over the module that the command line names",
    );
  }
  return { ...run, ...use, args: run.args };
}

function withoutVersion(module: string): string {
  return module.replace(/@.*$/, "");
}

/** A command that is no tool of its own, as a package's or binary's name. */
function named(command: Text): Text {
  const value = programName(command.value);
  return command.shown === command.value ? plain(value) : { shown: command.shown, value };
}

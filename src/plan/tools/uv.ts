/** `uv tool run`, which is uvx, and `uv run --with`, which is uvx beside a project. Other `uv run` forms need the project. */
import { plain, type Text } from "../../config/text.ts";
import { type Call, callError, localProject, nothingToRun } from "../call.ts";
import { optionTable, readOptions } from "../options.ts";
import { pythonProgram } from "../recipe.ts";
import { readModule } from "./python.ts";
import { isScript, localScript } from "./script.ts";
import type { UvxUse } from "./use.ts";
import { installWords, pythonOf, readUvx, toolUse, UV_OPTIONS, withOf } from "./uvx.ts";

const GLOBAL_OPTIONS = optionTable({
  drop: "quiet q verbose v no-cache|n managed-python no-managed-python no-python-downloads system-certs no-system-certs native-tls no-native-tls offline no-offline no-progress no-config preview no-preview no-color",
  dropValue: "cache-dir color python-preference preview-features allow-insecure-host|trusted-host",
  localValue: "directory project config-file",
  refuse: { "shows a text and starts no server": "help|h version|V" },
});

const RUN_OPTIONS = optionTable({
  ...UV_OPTIONS,
  use: "module|m",
  drop: `${UV_OPTIONS.drop} no-project no-dev dev no-default-groups exact active no-sync locked frozen no-editable`,
  dropValue: `${UV_OPTIONS.dropValue} no-extra no-group no-editable-package`,
  local: "all-extras only-dev all-groups script|s gui-script all-packages",
  localValue: `${UV_OPTIONS.localValue} extra group only-group package`,
});

/** Reads `uv tool run …` and `uv run …`. */
export function readUv(call: Call, words: readonly Text[]): UvxUse {
  const { rest } = readOptions(call, words, GLOBAL_OPTIONS);
  const [command, second] = rest;
  if (command?.value === "run") return readRun({ ...call, tool: "uv run" }, rest.slice(1), command);
  if (command?.value === "tool") {
    const afterTool = readOptions(call, rest.slice(1), GLOBAL_OPTIONS).rest;
    if (["run", "uvx"].includes(afterTool[0]?.value ?? ""))
      return readUvx({ ...call, tool: "uv tool run" }, afterTool.slice(1));
  }
  if (command === undefined) throw nothingToRun(call, "uv tool run mcp-server-fetch");
  const shown = command.value === "tool" && second !== undefined ? `tool ${second.shown}` : command.shown;
  throw callError(
    call,
    command,
    "config/not-a-server",
    `uv ${shown} starts no server`,
    "such as: uv tool run mcp-server-fetch",
  );
}

function readRun(call: Call, words: readonly Text[], at: Text): UvxUse {
  const { used, install, rest } = readOptions(call, words, RUN_OPTIONS);
  const [command, ...args] = rest;
  if (command === undefined) throw nothingToRun(call, "uv tool run mcp-server-fetch");
  const packages = withOf(call, used);
  const asModule = used.some(({ name }) => name === "module");
  const python = asModule ? {} : pythonProgram(command.value);
  if (packages.length === 0 || (python === undefined && isScript(command.value))) {
    throw localProject(call, command, `"uv run ${command.shown}"`);
  }
  const common = { ...pythonOf(call, used), installOptions: installWords(call, install) };
  const named = packages.findIndex(({ name }) =>
    sameName(name, asModule ? command.value.split(".")[0]! : command.value),
  );
  const own = packages[Math.max(named, 0)]!;
  const others = packages.filter((each) => each !== own);

  if (python !== undefined) {
    const dashM = asModule ? [plain("-m"), ...rest] : args;
    return { ...readModule({ ...call, tool: "uv run python" }, dashM, own, others), ...python, ...common };
  }
  localScript(call, command.value, args);
  if (!/^[A-Za-z0-9_][\w.+-]*$/.test(command.value)) throw localProject(call, at, `"uv run ${command.shown}"`);
  return toolUse(own, others, command.value, { ...common, args });
}

/** Python's names are equal whatever their case and separators. https://packaging.python.org/specifications/name-normalization */
function sameName(one: string | undefined, other: string): boolean {
  const normal = (name: string) => name.toLowerCase().replace(/[-_.]+/g, "-");
  return one !== undefined && normal(one) === normal(other);
}

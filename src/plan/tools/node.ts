/** `node` and `tsx`: programs that run a file. What an image can hold of it are the packages beside which it stands. */
import type { Text } from "../../config/text.ts";
import { type Call, callError, localProject, nothingToRun } from "../call.ts";
import { readNpx } from "./npx.ts";
import { isScript } from "./script.ts";
import type { NpxUse } from "./use.ts";

/**
 * Reads `node [options] FILE [args]` and `tsx …`, where FILE is one of `container.additional_packages`.
 * `transport: npx` says that the words are those of npx.
 */
export function readNode(call: Call, words: readonly Text[]): NpxUse {
  const { container } = call.backend;
  const packages = container.additional_packages;
  const [first] = words;
  if (first === undefined) throw nothingToRun(call, "npx -y @modelcontextprotocol/server-everything");
  const file = words.findIndex(({ value }, index) => !value.startsWith("-") && !takesValue(words[index - 1]?.value));
  const script = words[Math.max(file, 0)]!;
  const packaged = isPackaged(script.value);
  if (container.transport === "npx" && !packaged && !isScript(script.value)) {
    return readNpx({ ...call, tool: "npx" }, words);
  }
  const text = words.find(({ value }) => /^(-e|-p|-pe|--eval|--print)(=|$)/.test(value));
  if (text !== undefined) {
    throw callError(
      call,
      text,
      "config/unsupported-option",
      `${call.tool} ${text.value.split("=")[0]}: a program given as text cannot be packaged`,
      "such as: npx -y @modelcontextprotocol/server-everything",
    );
  }
  if (packages.length === 0 || !packaged) {
    throw localProject(call, script, `"${call.tool} ${script.shown}"`, call.adHoc ? "" : OF_A_PACKAGE);
  }
  const runner = /^tsx\b/i.test(call.tool) ? "tsx" : "node";
  const own = runner === "tsx" && !packages.some((each) => /^tsx(@|$)/.test(each)) ? ["tsx"] : [];
  return {
    recipe: "npx",
    packages: own,
    ...(runner === "tsx" ? { binary: "tsx" } : {}),
    runner,
    name: packageOf(script.value) ?? runner,
    git: false,
    args: words,
  };
}

const OF_A_PACKAGE =
  "a package's server is run with npx, or its file node_modules/PACKAGE/… with the package in container.additional_packages; else ";

/** Whether a file stands in npm's folder, beside which the command runs. */
function isPackaged(file: string): boolean {
  return /^(\.\/|\/app\/)?node_modules\/./.test(file) && !file.split("/").includes("..");
}

function packageOf(file: string): string | undefined {
  return /node_modules\/((?:@[^/]+\/)?[^/@.][^/]*)\/./.exec(file)?.[1];
}

/** Options of node that come before a script and take the next word. https://nodejs.org/api/cli.html */
function takesValue(option: string | undefined): boolean {
  return /^(-r|--require|--import|--loader|--experimental-loader|-C|--conditions|--env-file|--tsconfig|--title|--input-type)$/.test(
    option ?? "",
  );
}

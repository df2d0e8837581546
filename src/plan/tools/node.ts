/** `node` and `tsx`: programs that run a file, which only a source build or a Dockerfile can bring into an image. */
import type { Text } from "../../config/text.ts";
import { type Call, callError, localProject, nothingToRun } from "../call.ts";

/** Always throws: there is no package in `node dist/index.js`. */
export function readNode(call: Call, words: readonly Text[]): never {
  const [first] = words;
  if (first === undefined) throw nothingToRun(call, "npx -y @modelcontextprotocol/server-everything");
  const text = words.find(({ value }) => /^(-e|-p|-pe|--eval|--print)(=|$)/.test(value));
  if (text !== undefined) {
    throw callError(
      call,
      text,
      "config/unsupported-option",
      `${call.tool} ${text.value.split("=")[0]}: a program given as text cannot be packaged`,
    );
  }
  const file = words.findIndex(({ value }, index) => !value.startsWith("-") && !takesValue(words[index - 1]?.value));
  const script = words[Math.max(file, 0)]!;
  throw localProject(call, script, `"${call.tool} ${script.shown}"`);
}

/** Options of node that come before a script and take the next word. https://nodejs.org/api/cli.html */
function takesValue(option: string | undefined): boolean {
  return /^(-r|--require|--import|--loader|--experimental-loader|-C|--conditions|--env-file|--tsconfig|--title|--input-type)$/.test(
    option ?? "",
  );
}

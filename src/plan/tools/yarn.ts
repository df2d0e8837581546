/** `yarn dlx`: an npm package's executable. Options as in `yarn dlx --help` of yarn 4. */
import type { Text } from "../../config/text.ts";
import type { Call } from "../call.ts";
import { optionsNamed, optionTable, readOptions } from "../options.ts";
import { npxUse } from "./npx.ts";
import type { NpxUse } from "./use.ts";

const GLOBAL_OPTIONS = optionTable({
  localValue: "cwd",
  refuse: { "shows a text and starts no server": "help|h version|v" },
});

const OPTIONS = optionTable({
  useValue: "package|p",
  drop: "quiet|q",
  refuse: { "shows a text and starts no server": "help|h" },
});

/** Reads `yarn dlx [options] PACKAGE [args]`. */
export function readYarn(call: Call, words: readonly Text[]): NpxUse {
  const before = readOptions(call, words, GLOBAL_OPTIONS);
  const dlx = { ...call, tool: "yarn dlx" };
  const { used, rest } = readOptions(dlx, before.rest.slice(1), OPTIONS);
  return npxUse(dlx, optionsNamed(used, "package"), rest);
}

/** `bunx` and `bun x`: an npm package's executable, run by Node like any other. Options as in `bunx --help` of Bun 1.4. */
import type { Text } from "../../config/text.ts";
import type { Call } from "../call.ts";
import { optionsNamed, optionTable, readOptions } from "../options.ts";
import { npmEnvironment, npxUse } from "./npx.ts";
import type { NpxUse } from "./use.ts";

const OPTIONS = optionTable({
  useValue: "package|p",
  install: "ignore-scripts",
  installValue: "registry",
  drop: "bun|b yes|y no-install verbose silent quiet|q trust",
  dropValue: "minimum-release-age ca",
  localValue: "cwd env-file cafile",
  refuse: { "shows a text and starts no server": "help|h version|v revision" },
});

/** Reads `bunx [options] PACKAGE [args]`. */
export function readBunx(call: Call, words: readonly Text[]): NpxUse {
  const { used, install, rest } = readOptions(call, words, OPTIONS);
  return npxUse(call, optionsNamed(used, "package"), rest, npmEnvironment(call, install));
}

/** Reads `bun x [options] PACKAGE [args]`. */
export function readBun(call: Call, words: readonly Text[]): NpxUse {
  const before = readOptions(call, words, OPTIONS);
  return readBunx({ ...call, tool: "bun x" }, before.rest.slice(1));
}

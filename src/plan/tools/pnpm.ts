/** `pnpm dlx` and `pnpx`: an npm package's executable. Options as in `pnpm dlx --help` of pnpm 10 to 12. */
import type { Text } from "../../config/text.ts";
import type { Call } from "../call.ts";
import { optionsNamed, optionTable, readOptions } from "../options.ts";
import { npmEnvironment, npxUse } from "./npx.ts";
import type { NpxUse } from "./use.ts";

const OPTIONS = optionTable({
  useValue: "package",
  install: "ignore-scripts",
  installValue: "registry",
  drop: "yes|y silent|s color no-color no-progress stream aggregate-output use-stderr ignore-workspace fail-if-no-match no-fail-if-no-match sort no-sort reverse parallel offline prefer-offline loglevel-silent",
  dropValue:
    "allow-build cpu os libc store-dir state-dir https-proxy http-proxy no-proxy reporter loglevel workspace-concurrency",
  local: "recursive|r workspace-root|w include-workspace-root no-include-workspace-root",
  localValue:
    "dir|C env-file filter|F filter-prod npmrc-auth-file|userconfig workspace-packages test-pattern changed-files-ignore-pattern",
  refuse: {
    "shows a text and starts no server": "help|h version|v",
    "a shell line cannot be packaged; name the package and its executable": "shell-mode|c",
  },
});

/** Reads `pnpm [options] dlx [options] PACKAGE [args]`. */
export function readPnpm(call: Call, words: readonly Text[]): NpxUse {
  const before = readOptions(call, words, OPTIONS);
  const after = readOptions({ ...call, tool: "pnpm dlx" }, before.rest.slice(1), OPTIONS);
  return npxUse(
    { ...call, tool: "pnpm dlx" },
    optionsNamed([...before.used, ...after.used], "package"),
    after.rest,
    npmEnvironment(call, [...before.install, ...after.install]),
  );
}

/** Reads `pnpx [options] PACKAGE [args]`. */
export function readPnpx(call: Call, words: readonly Text[]): NpxUse {
  const { used, install, rest } = readOptions(call, words, OPTIONS);
  return npxUse(call, optionsNamed(used, "package"), rest, npmEnvironment(call, install));
}

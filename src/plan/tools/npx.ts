/**
 * `npx` and `npm exec`: an npm package's executable. Words are cut as npx itself does it: an option that it does not
 * know takes the next word as its value, unless that looks like an option too.
 */
import type { Text } from "../../config/text.ts";
import { type Call, callError, nothingToRun } from "../call.ts";
import { type Given, optionsNamed, optionTable, readOptions } from "../options.ts";
import { buildWord, npmSpec, packageWord } from "../specs.ts";
import { localScript } from "./script.ts";
import type { NpxUse } from "./use.ts";

/** npm's own options, by type, as its config definitions list them (npm 11). */
const LISTS = {
  useValue: "package|p",
  install:
    "legacy-peer-deps strict-peer-deps ignore-scripts force|f engine-strict prefer-dedupe legacy-bundling global-style install-links strict-ssl",
  installValue:
    "registry|reg before|enjoy-by min-release-age tag omit include only also install-strategy replace-registry-host",
  drop: "yes|y no-yes no-install no always-spawn ignore-existing shell-auto-fallback quiet|q silent|s verbose d dd ddd all|a audit no-audit bin-links browser color no-color commit-hooks description desc dry-run expect-results foreground-scripts format-package-lock fund no-fund git-tag-version global|g if-present json l|long offline omit-lockfile-registry-resolved optional package-lock no-package-lock package-lock-only parseable|porcelain prefer-offline prefer-online production dev progress no-progress provenance read-only|readonly rebuild-bundle save|S no-save save-bundle|B save-dev|D save-exact|E save-optional|O save-peer save-prod|P shrinkwrap timing unicode update-notifier no-update-notifier dangerously-allow-all-scripts strict-allow-scripts local allow-same-version bypass-2fa diff-ignore-all-space diff-name-only diff-no-prefix diff-text include-staged include-attestations init-private link allow-scripts-pending allow-scripts-pin packages-all sign-git-commit sign-git-tag workspaces-update",
  dropValue:
    "cache loglevel logs-dir logs-max script-shell shell node-arg|n npm fetch-retries fetch-retry-factor fetch-retry-maxtimeout fetch-retry-mintimeout fetch-timeout maxsockets location|L audit-level auth-type proxy https-proxy noproxy user-agent umask node-options cpu os libc allow-scripts message|m",
  local: "workspaces|ws include-workspace-root|iwr",
  localValue: "workspace|w prefix|C userconfig globalconfig cafile local-prefix",
  refuse: { "shows a text and starts no server": "help|h|?|H usage version|v versions" },
  refuseValue: { "a shell line cannot be packaged; name the package and its executable": "call|c" },
} as const;

const OPTIONS = optionTable(LISTS, "npm");
/** `npm exec` reads short options as npm does, where `-p` is not `--package`. */
const EXEC_OPTIONS = optionTable({ ...LISTS, useValue: "package", drop: `${LISTS.drop} p` }, "npm");

/** Reads `npx [options] PACKAGE [args]`. */
export function readNpx(call: Call, words: readonly Text[]): NpxUse {
  const { used, install, rest } = readOptions(call, words, OPTIONS);
  return npxUse(call, optionsNamed(used, "package"), rest, npmEnvironment(call, install));
}

/** Reads `npm exec …` and `npm x …`, where npm's options may stand on either side of the package until `--`. */
export function readNpm(call: Call, words: readonly Text[]): NpxUse {
  const before = readOptions(call, words, EXEC_OPTIONS);
  const exec = { ...call, tool: "npm exec" };
  const used = [...before.used];
  const install = [...before.install];
  const positional: Text[] = [];
  let rest: readonly Text[] = before.rest.slice(1);
  while (rest.length > 0) {
    const read = readOptions(exec, rest, EXEC_OPTIONS);
    used.push(...read.used);
    install.push(...read.install);
    const end = rest.length - read.rest.length;
    if (rest[end - 1]?.value === "--") {
      positional.push(...read.rest);
      break;
    }
    positional.push(...read.rest.slice(0, 1));
    rest = read.rest.slice(1);
  }
  return npxUse(exec, optionsNamed(used, "package"), positional, npmEnvironment(exec, install));
}

/** What a runner of npm packages asks for: the packages that it names, or the first word, and the executable. */
export function npxUse(
  call: Call,
  named: readonly Given[],
  rest: readonly Text[],
  buildEnv: Readonly<Record<string, Text>> = {},
): NpxUse {
  const [command, ...args] = rest;
  if (command === undefined) throw nothingToRun(call, "npx -y @modelcontextprotocol/server-everything");
  const words = named.length > 0 ? named.map(({ value }) => value!) : [command];
  const packages = words.map((word) => npmSpec(call, word));
  const first = packages[0]!;
  const binary = named.length > 0 ? executable(call, command) : undefined;
  localScript(call, binary ?? first.name ?? "", args);
  return {
    recipe: "npx",
    packages: packages.map(({ spec }) => spec),
    ...(binary === undefined ? {} : { binary }),
    name: first.name ?? binary ?? "server",
    git: packages.some(({ git }) => git),
    buildEnv,
    args,
  };
}

/** npm reads every option from a variable too, which is how the options reach the build. */
export function npmEnvironment(call: Call, given: readonly Given[]): Record<string, Text> {
  const variables: Record<string, Text> = {};
  for (const { name, value, at } of given) {
    const text = value === undefined ? "true" : buildWord(call, value);
    if (!/^[A-Za-z0-9][\w.:/?&=+,@%~-]*$/.test(text)) {
      throw callError(
        call,
        value ?? at,
        "config/unsafe-value",
        `${call.tool} --${name}: the value has characters that no such option needs`,
        "leave them out",
      );
    }
    variables[`NPM_CONFIG_${name.toUpperCase().replaceAll("-", "_")}`] = { shown: value?.shown ?? text, value: text };
  }
  return variables;
}

function executable(call: Call, word: Text): string {
  const name = packageWord(call, word);
  if (/^(@[\w.-]+\/)?[A-Za-z0-9_][\w.-]*$/.test(name)) return name;
  throw callError(
    call,
    word,
    "config/bad-executable",
    `${call.tool}: "${word.shown}" is not the name of an executable`,
    "write it as the package's own manual does",
  );
}

/** `uvx`: a Python package's executable. Options as in `uvx --help` of uv 0.13 and the hidden spellings of older ones. */
import { pythonVersion, pythonVersionProblem } from "../../config/rules/python_version.ts";
import type { Text } from "../../config/text.ts";
import { type Call, callError, nothingToRun, type Part } from "../call.ts";
import { type Given, optionsNamed, optionTable, readOptions } from "../options.ts";
import { pythonProgram } from "../recipe.ts";
import { isLocalPath, type PackageSpec, packageWord, pythonCommand, pythonSpec, requirementList } from "../specs.ts";
import { readModule } from "./python.ts";
import { localScript } from "./script.ts";
import type { UvxUse } from "./use.ts";

/** What uv, uvx and `uv run` share. */
export const UV_OPTIONS = {
  useValue: "python|p with|w",
  install:
    "no-index no-sources no-build-isolation no-build no-binary require-build-hashes no-require-build-hashes pre lfs",
  installValue:
    "index default-index index-url|i extra-index-url find-links|f index-strategy resolution prerelease prerelease-package fork-strategy exclude-newer exclude-newer-package no-sources-package config-setting|C config-settings-package no-build-isolation-package no-build-package no-binary-package torch-backend allow-insecure-host|trusted-host",
  drop: "isolated no-env-file upgrade|U reinstall force-reinstall force compile-bytecode compile no-cache|no-cache-dir|n refresh managed-python no-managed-python no-python-downloads quiet|q verbose|v no-color system-certs no-system-certs native-tls no-native-tls offline no-offline no-progress no-config|no_config preview no-preview show-resolution",
  dropValue:
    "upgrade-package|P upgrade-group reinstall-package link-mode cache-dir refresh-package python-preference python-fetch color preview-features keyring-provider python-platform",
  localValue:
    "with-editable with-requirements constraints|constraint|c build-constraints|build-constraint|b overrides|override excludes env-file directory project config-file",
  refuse: { "shows a text and starts no server": "help|h version|V" },
} as const;

const OPTIONS = optionTable({ ...UV_OPTIONS, useValue: `${UV_OPTIONS.useValue} from` });

/** Reads `uvx [options] PACKAGE [args]`, which `uv tool run` is as well. */
export function readUvx(call: Call, words: readonly Text[]): UvxUse {
  const { used, install, rest } = readOptions(call, words, OPTIONS);
  const [command, ...args] = rest;
  if (command === undefined) throw nothingToRun(call, "uvx mcp-server-fetch");
  const from = optionsNamed(used, "from").at(-1)?.value;
  const common = { ...pythonOf(call, used), installOptions: installWords(call, install) };
  const extra = withOf(call, used);

  const python = pythonProgram(command.value);
  if (python !== undefined) {
    // `uvx --from pkg python -m mod` runs the tool environment's own interpreter.
    const spec = from === undefined ? undefined : pythonSpec(call, from);
    return { ...readModule({ ...call, tool: "python" }, args, spec, extra), ...python, ...common };
  }
  const own = from === undefined ? pythonCommand(call, command) : pythonSpec(call, from);
  const binary = from === undefined ? ownExecutable(call, command, own.name) : executable(call, command);
  localScript(call, binary, args);
  return toolUse(own, extra, binary, { ...common, args });
}

/** An executable of a package, with other packages beside it. */
export function toolUse(
  own: PackageSpec,
  beside: readonly PackageSpec[],
  binary: string,
  rest: Pick<UvxUse, "python" | "installOptions" | "args">,
): UvxUse {
  return {
    recipe: "uvx",
    install: { kind: "tool", spec: own.spec, with: beside.map((each) => each.spec), binary },
    name: own.name ?? binary,
    git: [own, ...beside].some((each) => each.git),
    ...rest,
  };
}

/** The packages of every `--with`, each of which may hold several. */
export function withOf(call: Call, used: readonly Given[]): PackageSpec[] {
  return optionsNamed(used, "with").flatMap(({ value }) => {
    const text = packageWord(call, value!);
    const isPlain = value!.shown === value!.value;
    return requirementList(text).map((each) =>
      pythonSpec(call, { shown: isPlain ? each : value!.shown, value: each, origin: value!.origin ?? value! }),
    );
  });
}

/** `--python`: a version, in any of uv's spellings. */
export function pythonOf(call: Call, used: readonly Given[]): { python?: string } {
  const given = optionsNamed(used, "python").at(-1);
  if (given === undefined) return {};
  const wanted = packageWord(call, given.value!).trim();
  if (isLocalPath(wanted) || wanted.includes("/")) {
    throw callError(
      call,
      given.value,
      "config/unsupported-option",
      `${call.tool} --python: an interpreter of this machine is not in the image`,
      "give a version, such as --python 3.12",
    );
  }
  const problem = pythonVersionProblem(wanted);
  if (problem !== undefined) {
    const message = `${call.tool} --python: the value ${problem.message}`;
    throw callError(call, given.value, "config/bad-python", message, problem.hint);
  }
  const python = pythonVersion(wanted);
  return python === undefined ? {} : { python };
}

/** Options that shape the installation, as words for uv. */
export function installWords(call: Call, given: readonly Given[]): string[] {
  return given.flatMap(({ name, value }) => {
    if (name === "pre") return ["--prerelease", "allow"];
    if (value === undefined) return [name.length === 1 ? `-${name}` : `--${name}`];
    return [`--${name}`, safeValue(call, name, value)];
  });
}

/** The executable that a package without `--from` runs: its own name. */
function ownExecutable(call: Call, word: Text, name: string | undefined): string {
  if (name !== undefined) return name;
  throw callError(
    call,
    word,
    "config/unknown-executable",
    `${call.tool} ${word.shown}: the address does not tell which executable to run`,
    `name it: uvx --from ${word.shown} <executable>`,
  );
}

function executable(call: Call, word: Text): string {
  const name = packageWord(call, word);
  if (/^[A-Za-z0-9_][\w.+-]*$/.test(name)) return name;
  throw callError(
    call,
    word,
    "config/bad-executable",
    `${call.tool}: "${word.shown}" is not the name of an executable`,
    "write it as the package's own manual does",
  );
}

function safeValue(call: Call, name: string, value: Part): string {
  const text = packageWord(call, value);
  if (
    /^(index|default-index|index-url|extra-index-url|find-links)$/.test(name) &&
    !/^([\w-]+=)?https?:\/\//i.test(text)
  ) {
    throw callError(
      call,
      value,
      "config/unsupported-option",
      `${call.tool} --${name}: a folder of this machine is not in the build`,
      "give an https:// address",
    );
  }
  if (/^[A-Za-z0-9][\w.:/?&=+,@%<>!~*-]*$/.test(text)) return text;
  throw callError(
    call,
    value,
    "config/unsafe-value",
    `${call.tool} --${name}: the value has characters that no such option needs`,
    "leave them out",
  );
}

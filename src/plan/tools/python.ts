/** `python -m module`: an installed module. A file, `-c` or standard input is a local program. */
import { pythonModuleProblem } from "../../config/rules/python_module.ts";
import type { Text } from "../../config/text.ts";
import { type Call, callError, callWarning, localProject, nothingToRun } from "../call.ts";
import { type PackageSpec, packageWord } from "../specs.ts";
import type { UvxUse } from "./use.ts";

/** Switches that change nothing in an image of our own: buffering, bytecode, search paths, messages. */
const HARMLESS = "uBqsEIPvdib";
/** Switches that do change how the server runs. */
const NOTABLE = "OSx";
const WITH_VALUE = "WX";

const MODULE = "such as: python -m my_server";

/**
 * Reads `python [options] -m MODULE [args]`. `from` is the package that is said to carry the module; without it, the
 * module's top-level name is taken for the distribution's, with `-` for `_`.
 */
export function readModule(
  call: Call,
  words: readonly Text[],
  from?: PackageSpec,
  extra: readonly PackageSpec[] = [],
): UvxUse {
  const { module: word, args } = moduleOf(call, words);
  const module = packageWord(call, word);
  const problem = pythonModuleProblem(module);
  if (problem !== undefined) {
    throw callError(call, word, "config/bad-module", `${call.tool} -m: the module ${problem.message}`, problem.hint);
  }
  const guess = module.split(".")[0]!.replaceAll("_", "-");
  return {
    recipe: "uvx",
    install: { kind: "module", module, distribution: from?.spec ?? guess },
    name: from?.name ?? guess,
    git: from?.git === true || extra.some((each) => each.git),
    installOptions: [],
    ...(extra.length === 0 ? {} : { extraPackages: extra.map((each) => each.spec) }),
    args,
  };
}

/** The word that names the module, and what follows it. `-m` ends python's own options. */
function moduleOf(call: Call, words: readonly Text[]): { module: Text; args: readonly Text[] } {
  let next = 0;
  while (next < words.length) {
    const word = words[next]!;
    const text = word.value;
    next += 1;
    if (text === "-" || !text.startsWith("-")) throw localProject(call, word, `"${call.tool} ${word.shown}"`);
    if (text.startsWith("--check-hash-based-pycs")) {
      if (!text.includes("=")) next += 1;
      continue;
    }
    if (text.startsWith("--")) {
      throw callError(call, word, "config/unknown-option", `${call.tool} has no option ${word.shown}`, MODULE);
    }
    for (let index = 1; index < text.length; index += 1) {
      const letter = text[index]!;
      const attached = text.slice(index + 1);
      if (letter === "c") {
        throw callError(
          call,
          word,
          "config/unsupported-option",
          `${call.tool} -c: a program given as text cannot be packaged`,
          MODULE,
        );
      }
      if (letter === "m") {
        const module =
          attached === "" ? words[next] : { shown: word.shown === text ? attached : word.shown, value: attached };
        if (module === undefined)
          throw callError(call, word, "config/missing-value", `${call.tool} -m needs a module's name`, MODULE);
        return { module, args: words.slice(attached === "" ? next + 1 : next) };
      }
      if (HARMLESS.includes(letter)) continue;
      if (!NOTABLE.includes(letter) && !WITH_VALUE.includes(letter)) {
        throw callError(
          call,
          word,
          "config/unknown-option",
          `${call.tool} has no option -${letter} that starts a server`,
          MODULE,
        );
      }
      callWarning(call, word, "plan/option-dropped", `${call.tool} -${letter} has no effect in the image`);
      if (!WITH_VALUE.includes(letter)) continue;
      if (attached === "") next += 1;
      break;
    }
  }
  throw nothingToRun(call, "python -m my_server");
}

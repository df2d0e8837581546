/** `go run module@version`. Options as in `go help run` and `go help build`. */
import { goModuleProblem } from "../../config/rules/go_module.ts";
import { plain, type Text } from "../../config/text.ts";
import { type Call, callError, localProject, nothingToRun } from "../call.ts";
import { type Given, optionTable, readOptions } from "../options.ts";
import { follow, isLocalPath, packageWord } from "../specs.ts";
import type { GoUse } from "./use.ts";

const OPTIONS = optionTable(
  {
    install: "trimpath linkshared",
    installValue: "tags ldflags gcflags asmflags gccgoflags buildmode pgo compiler installsuffix",
    drop: "a n v work x json modcacherw race msan asan cover buildvcs",
    dropValue: "p covermode coverpkg mod pkgdir toolexec exec",
    localValue: "C modfile overlay",
  },
  "go",
);

/** Reads `go run [options] MODULE[@VERSION] [args]`. */
export function readGo(call: Call, words: readonly Text[]): GoUse {
  const [command, ...others] = words;
  const example = "go run github.com/owner/server@latest";
  if (command === undefined) throw nothingToRun(call, example);
  if (command.value !== "run") {
    throw callError(
      call,
      command,
      "config/not-a-server",
      `go ${command.shown} starts no server`,
      `such as: ${example}`,
    );
  }
  const run = { ...call, tool: "go run" };
  const { install, rest } = readOptions(run, others, OPTIONS);
  const [word, ...args] = rest;
  if (word === undefined) throw nothingToRun(run, example);
  if (isLocalPath(word.value) || /\.go$/.test(word.value) || !/^[^/@]*\.[^/@]*(\/|@|$)/.test(word.value)) {
    throw localProject(run, word, `"go run ${word.shown}"`);
  }
  const module = packageWord(run, word);
  follow(goModuleProblem, run, word, module);
  return { ...goUse(module), buildEnv: goFlags(run, install), args };
}

/** A module as `go install` wants it: with a version, the latest when none is named. */
export function goUse(written: string): Omit<GoUse, "args"> {
  const module = written.includes("@") ? written : `${written}@latest`;
  return { recipe: "go", module, name: moduleName(module), git: false };
}

/** The program's name by go's rule: the last element of the path that is no major version. `go help install` */
function moduleName(module: string): string {
  const elements = module
    .replace(/@.*$/, "")
    .split("/")
    .filter((each) => each !== "");
  const last = elements.at(-1) ?? module;
  return /^v\d+$/.test(last) && elements.length > 1 ? elements.at(-2)! : last;
}

/** GOFLAGS carries build options; it separates them at blanks, so a value with blanks has no place in it. */
function goFlags(call: Call, given: readonly Given[]): Record<string, Text> {
  if (given.length === 0) return {};
  const flags = given.map(({ name, value }) => {
    if (value === undefined) return plain(`-${name}`);
    const text = packageWord(call, value);
    if (!/^[\w.,:/=+-]+$/.test(text)) {
      throw callError(
        call,
        value,
        "config/unsafe-value",
        `${call.tool} -${name}: the value has characters that cannot be carried into the build`,
        "leave them out",
      );
    }
    return { shown: `-${name}=${value.shown}`, value: `-${name}=${text}` };
  });
  const joined = (form: keyof Text) => flags.map((flag) => flag[form]).join(" ");
  return { GOFLAGS: { shown: joined("shown"), value: joined("value") } };
}

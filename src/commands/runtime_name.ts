import { RUNTIME_WORDS, type RuntimeName, runtimeWord } from "../config/settings.ts";
import { ArgusError } from "../errors.ts";

/** The runtime that `--runtime` names; undefined when it is not given. */
export function runtimeName(word: string | undefined): RuntimeName | undefined {
  if (word === undefined) return undefined;
  const name = runtimeWord(word);
  if (name !== undefined) return name;
  throw new ArgusError("usage/runtime", `unknown runtime "${word}"; expected ${RUNTIME_WORDS}`, {
    hint: "drop --runtime to use what is installed",
  });
}

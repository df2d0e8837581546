import { RUNTIMES, type RuntimeName } from "../config/settings.ts";
import { ArgusError } from "../errors.ts";

/** The runtime that `--runtime` names; undefined when it is not given. */
export function runtimeName(word: string | undefined): RuntimeName | undefined {
  if (word === undefined) return undefined;
  const name = RUNTIMES.find((candidate) => candidate === word.trim().toLowerCase());
  if (name !== undefined) return name;
  throw new ArgusError("usage/runtime", `unknown runtime "${word}"; expected docker, podman or kubernetes`, {
    hint: "drop --runtime to use what is installed",
  });
}

import { ArgusError } from "../errors.ts";
import type { RuntimeName } from "../plan/plan.ts";

const NAMES: readonly RuntimeName[] = ["docker", "podman", "kubernetes"];

/** The runtime that `--runtime` names; undefined when it is not given. */
export function runtimeName(word: string | undefined): RuntimeName | undefined {
  if (word === undefined) return undefined;
  const name = NAMES.find((candidate) => candidate === word.trim().toLowerCase());
  if (name !== undefined) return name;
  throw new ArgusError("usage/runtime", `unknown runtime "${word}"; expected docker, podman or kubernetes`, {
    hint: "drop --runtime to use what is installed",
  });
}

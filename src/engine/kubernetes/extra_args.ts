/** `extra_args` are words for `docker run`: on a cluster they mean nothing, and some have a field of their own. */
import type { Where } from "../../config/config.ts";
import type { Text } from "../../config/text.ts";
import { ArgusError, throwAll } from "../../errors.ts";

/**
 * Refuses any, without a value of theirs in the message.
 *
 * @throws ArgusError `config/kubernetes-extra-args`, with the field that does what they ask for.
 */
export function refuseExtraArgs(words: readonly Text[], where: Where): void {
  const flags = words.flatMap(({ shown, value }, index) => (value.startsWith("-") ? [{ shown, index }] : []));
  if (flags.length === 0 && words.length > 0) {
    throw refused("extra_args", undefined, where(["container", "extra_args"]));
  }
  throwAll(
    flags.map(({ shown, index }) => {
      const flag = flagOf(shown);
      return refused(`extra_args: ${flag}`, FIELDS[flag], where(["container", "extra_args", index]));
    }),
  );
}

/** `-v`, `-vx:y`, `--volume=x` → `--volume`. */
function flagOf(word: string): string {
  if (word.startsWith("--")) return word.split("=")[0]!;
  return SHORT[word.charAt(1)] ?? word.slice(0, 2);
}

const SHORT: Readonly<Record<string, string>> = {
  c: "--cpus",
  e: "--env",
  l: "--label",
  m: "--memory",
  p: "--publish",
  u: "--user",
  v: "--volume",
};

/** What to use in place of a flag, as it stands in the config. */
const FIELDS: Readonly<Record<string, string>> = {
  "--annotation": "`kubernetes.annotations`",
  "--cpus": "`cpus`",
  "--cpu-quota": "`cpus`",
  "--env": "the backend's `env`",
  "--env-file": "the backend's `env`",
  "--label": "`kubernetes.labels`",
  "--memory": "`memory`",
  "--mount": "`volumes`, with the name of a PersistentVolumeClaim",
  "--net": "`network`",
  "--network": "`network`",
  "--platform": "`kubernetes.node_selector`, with the label kubernetes.io/arch",
  "--runtime": "`kubernetes.runtime_class`",
  "--stop-timeout": "`session.eof_grace`",
  "--timeout": "`kubernetes.deadline`",
  "--volume": "`volumes`, with the name of a PersistentVolumeClaim",
};

function refused(subject: string, field: string | undefined, where: string): ArgusError {
  return new ArgusError(
    "config/kubernetes-extra-args",
    `container.${subject} is for docker and podman, and means nothing on kubernetes`,
    {
      hint:
        field === undefined
          ? "no field does this on kubernetes: drop it, or let the cluster's own policies do it"
          : `use ${field}`,
      where,
    },
  );
}

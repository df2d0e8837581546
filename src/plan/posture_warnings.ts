/** What weakens the container's posture, said aloud. */
import type { Config, StdioBackend } from "../config/config.ts";
import { extraArgsProblems } from "../config/rules/extra_args.ts";
import { networkWarning } from "../config/rules/network.ts";
import { ArgusError, throwAll } from "../errors.ts";
import type { Notice } from "./plan.ts";
import { volumeNotices } from "./volume_notices.ts";

/**
 * Warnings about network, mounts and `extra_args`.
 *
 * @throws ArgusError `config/extra-args` for a word that no run can have; the code of a warning that the policy forbids.
 */
export function postureWarnings(backend: StdioBackend, policy: Config["policy"]): Notice[] {
  return permitted([...networkWarnings(backend), ...volumeWarnings(backend), ...extraArgsWarnings(backend)], policy);
}

/**
 * The warnings as they are, where the policy allows what they are about.
 *
 * @throws ArgusError the code of the first that the policy forbids, with the others in it.
 */
export function permitted(warnings: Notice[], policy: Config["policy"]): Notice[] {
  const forbidden = policy.allowWeakening ? [] : warnings.filter(({ code }) => WEAKENING.has(code));
  const hint = "drop it, or allow it for every backend with policy.allow_weakening: true";
  throwAll(
    forbidden.map(({ code, message, where }) => {
      return new ArgusError(code, `${message}, which policy.allow_weakening: false forbids`, { hint, where });
    }),
  );
  return warnings;
}

/** Warnings about what takes isolation away; a mount over the tmpfs takes none. */
const WEAKENING = new Set(["config/weakening", "config/shared-network", "config/engine-socket", "config/wide-mount"]);

function networkWarnings({ container, where }: StdioBackend): Notice[] {
  const message = container.network === undefined ? undefined : networkWarning(container.network);
  if (message === undefined) return [];
  const hint = 'write "bridge", "none", or the name of a network of its own';
  return [{ code: "config/shared-network", message, hint, where: where(["container", "network"]) }];
}

function volumeWarnings({ container, where }: StdioBackend): Notice[] {
  return container.volumes.flatMap((volume, index) =>
    volumeNotices(volume).map((notice) => ({ ...notice, where: where(["container", "volumes", index]) })),
  );
}

function extraArgsWarnings({ container, where }: StdioBackend): Notice[] {
  const { refused, weakening } = extraArgsProblems(container.extra_args.map(({ value }) => value));
  const place = (index: number) => where(["container", "extra_args", index]);
  const [wrong] = refused;
  if (wrong !== undefined) {
    const details = { hint: wrong.hint, where: place(wrong.index) };
    throw new ArgusError("config/extra-args", `container.extra_args: ${wrong.message}`, details);
  }
  return weakening.map(({ index, flag, why }) => ({
    code: "config/weakening",
    message: `container.extra_args: ${flag} ${why}`,
    hint: "leave it out, unless the server cannot do without it",
    where: place(index),
  }));
}

/** `container.network`: `none`, `bridge` or a network's name; what shares a network namespace is warned about. */
import { switchWord } from "../words.ts";
import type { RuleProblem } from "./rule.ts";

/** Source: Docker's RestrictedNamePattern, which names of networks and containers follow. */
const NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,127}$/;

export function networkProblem(value: string): RuleProblem | undefined {
  const word = modeWord(value);
  if (word !== undefined && word !== value) {
    return { message: "must be none, bridge or the name of a network", hint: `write "${word}"` };
  }
  const name = value.startsWith("container:") ? value.slice("container:".length) : value;
  if (NAME.test(name)) return undefined;
  return {
    message: "must be the name of a network",
    hint: '"none", "bridge", or a name as `docker network ls` prints it',
  };
}

/** The word for no network or for the default one; undefined for what can only be a name. */
function modeWord(value: string): string | undefined {
  const plain = value.toLowerCase();
  if (plain === "none" || plain === "bridge") return plain;
  const on = switchWord(plain);
  return on === undefined ? undefined : on ? "bridge" : "none";
}

/** Why a network isolates less than a network of the container's own; undefined when it does not. */
export function networkWarning(network: string): string | undefined {
  if (network === "host")
    return "network: host gives the server every interface and every local service of this machine";
  if (network.startsWith("container:"))
    return "network: container:… puts the server into the network of another container";
  return undefined;
}

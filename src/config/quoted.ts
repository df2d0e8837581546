import { UNSEEN } from "./rules/rule.ts";

/** Longer than every name that is allowed. */
const LONGEST = 80;
const EVERY_UNSEEN = new RegExp(UNSEEN, "g");

/** A name of the file as messages show it: in quotes, cut, and without anything that a terminal would not show as it is. */
export function quoted(name: string): string {
  const cut = name.length > LONGEST ? `${name.slice(0, LONGEST)}…` : name;
  return JSON.stringify(cut).replace(
    EVERY_UNSEEN,
    (unseen) => `\\u${unseen.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

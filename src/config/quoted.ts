import { visible } from "./visible.ts";

/** Longer than every name that is allowed. */
const LONGEST = 80;

/** A name of the file as messages show it: in quotes, cut, and without anything that a terminal would not show as it is. */
export function quoted(name: string): string {
  const cut = name.length > LONGEST ? `${name.slice(0, LONGEST)}…` : name;
  return visible(JSON.stringify(cut));
}

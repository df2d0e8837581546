import { stripVTControlCharacters } from "node:util";
import { visible } from "../visible.ts";

/** A line of another program as a terminal may show it: no colours, of a progress bar its last state, nothing unseen. */
export function plainLine(line: string): string {
  const shown = stripVTControlCharacters(line).trimEnd();
  return visible(shown.slice(shown.lastIndexOf("\r") + 1));
}

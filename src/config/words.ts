/** Words that stand for a value: switches, in the file and in variables, and lengths of time. */

const OFF = ["0", "false", "no", "off", "disabled"];
const ON = ["1", "true", "yes", "on", "enabled"];

/** What an error says when a word is none of them. */
export const SWITCH_WORDS = "true or false (also yes and no, on and off, 1 and 0, enabled and disabled)";

/** True for on, false for off, undefined for any other word; case and outer blanks do not count. */
export function switchWord(word: string): boolean | undefined {
  const plain = word.trim().toLowerCase();
  if (ON.includes(plain)) return true;
  return OFF.includes(plain) ? false : undefined;
}

/** Milliseconds of a length of time such as `500ms`, `3s`, `5m`, `1h`; undefined when it is none. */
export function durationMs(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text);
  if (match === null) return text === "0" ? 0 : undefined;
  const unit = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }[match[2] as "ms" | "s" | "m" | "h"];
  return Math.round(Number(match[1]) * unit);
}

/** Texts of others as a terminal may show them. */

/**
 * Characters that end a line for some reader, or that make a text look like another one: C0 and C1 controls, the Unicode
 * line separators, zero-width characters and the bidirectional overrides. A tab is none of them.
 * Source: https://www.unicode.org/reports/tr36/#Bidirectional_Text_Spoofing
 */
export const UNSEEN =
  /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]/;

const EVERY_UNSEEN = new RegExp(UNSEEN, "g");

/** A text as a terminal may get it: each character that nobody sees, or that moves the cursor, stands as `\u001b`. */
export function visible(text: string): string {
  return text.replace(EVERY_UNSEEN, (unseen) => `\\u${unseen.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** Longer than every name that is allowed. */
const LONGEST = 80;

/** A name that somebody wrote as messages show it: in quotes, cut, and without anything that a terminal would not show as it is. */
export function quoted(name: string): string {
  const cut = name.length > LONGEST ? `${name.slice(0, LONGEST)}…` : name;
  return visible(JSON.stringify(cut));
}

import { UNSEEN } from "./rules/rule.ts";

const EVERY_UNSEEN = new RegExp(UNSEEN, "g");

/** A text as a terminal may get it: each character that nobody sees, or that moves the cursor, stands as `\u001b`. */
export function visible(text: string): string {
  return text.replace(EVERY_UNSEEN, (unseen) => `\\u${unseen.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** Keys of the file as messages show them. */
import { quoted } from "../visible.ts";

/** A key of the file in quotes, as {@link shownKey} gives it. */
export function quotedKey(key: string): string {
  return quoted(shownKey(key));
}

/** A key up to its first `=`, `:` or blank: where `NAME=value` stands as a key, the value could be a secret. */
export function shownKey(key: string): string {
  return key.replace(/([=:\s]).+$/s, "$1…");
}

/** The name in a key such as `NAME=value`, which has its value in it. */
export function nameInKey(key: string): string | undefined {
  return /^(?:export )?([\w./-]+)[=:]/.exec(key)?.[1];
}

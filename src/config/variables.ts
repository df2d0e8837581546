/**
 * `${VAR}` (also as clients write it, `${env:VAR}`), `${VAR:-default}` and, in volumes, `$VAR` and `~`: expansion is
 * textual, inside quotes too. `$${` is a `${` that starts no variable, as in Compose.
 */
import type { Env } from "./config.ts";
import type { Text } from "./text.ts";

/** A text with its variables replaced. */
export interface Expanded extends Text {
  /** Names of the variables that stand in it. */
  readonly names: readonly string[];
  /** Names that are unset and have no default; their reference stays in `value`. */
  readonly unset: readonly string[];
  /** A `${` starts something that is no reference and stays as it is. */
  readonly odd: boolean;
  /** A `${input:` of VS Code starts in it, for which its user is asked. */
  readonly asks: boolean;
}

/** What to write in place of a secret that another program would have filled in. */
export const FROM_CLIENT = "write ${NAME}, and give NAME to argus in the client's env";

// A default ends before the next `${`, so that no search runs through the same text again and again.
const BRACED = /\$\$\{|\$\{(?:env:)?([A-Za-z_][A-Za-z0-9_]*)(?::-((?:[^}$]|\$(?!\{))*))?\}/g;
const ESCAPED = "$${";
const BRACED_OR_BARE = new RegExp(`${BRACED.source}|\\$([A-Za-z_][A-Za-z0-9_]*)`, "g");

/** Expands the braced references of a text. A default also stands in for an empty variable, as in the shell. */
export function expand(shown: string, env: Env): Expanded {
  return replace(shown, BRACED, env);
}

/** Expands a volume: `$VAR` too, and `~` at the start. */
export function expandVolume(shown: string, env: Env): Expanded {
  const home = env.HOME === undefined && env.USERPROFILE !== undefined ? "USERPROFILE" : "HOME";
  const expanded = replace(/^~(?=[/\\:]|$)/.test(shown) ? `\${${home}}${shown.slice(1)}` : shown, BRACED_OR_BARE, env);
  return { ...expanded, shown };
}

/**
 * What stands in the file and its value as a text. Without a variable, what escapes one is no part of it.
 *
 * @param written Undefined where the file has none.
 */
export function textOf(written: string | undefined, value: string): Text {
  if (written !== undefined && holdsReference(written)) return { shown: written, value };
  return { shown: value, value, ...(written !== value && holdsReference(value) ? { literal: true } : {}) };
}

/** Whether a variable stands in a text, also one that is not set. */
export function holdsVariable({ shown, value, literal }: Text): boolean {
  return shown !== value || (literal !== true && holdsReference(shown));
}

function holdsReference(written: string): boolean {
  return [...written.matchAll(BRACED)].some(([found]) => found !== ESCAPED);
}

function replace(shown: string, pattern: RegExp, env: Env): Expanded {
  if (!shown.includes("$")) return { shown, value: shown, names: [], unset: [], odd: false, asks: false };
  const names: string[] = [];
  const unset: string[] = [];
  const value = shown.replace(pattern, (reference, braced: string, fallback: string | undefined, bare: string) => {
    if (reference === ESCAPED) return ESCAPED.slice(1);
    const name = braced ?? bare;
    names.push(name);
    const found = env[name];
    if (fallback !== undefined && (found === undefined || found === "")) return fallback;
    if (found !== undefined) return found;
    unset.push(name);
    return reference;
  });
  const rest = shown.replace(BRACED, " ");
  return { shown, value, names, unset, odd: rest.includes("${"), asks: rest.includes("${input:") };
}

/** Words of a POSIX shell. */

/** Words as one line that can be pasted. */
export function pasteableWords(words: readonly string[]): string {
  return words.map(shellQuoted).join(" ");
}

/** One word, quoted where it has to be. */
export function shellQuoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

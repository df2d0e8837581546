/** Did you mean …? */

/**
 * The word of a list that is nearest to what was written, when it is near enough to be meant.
 *
 * @param most How many letters may differ. Default: every third one.
 */
export function nearest(written: string, words: Iterable<string>, most = Number.POSITIVE_INFINITY): string | undefined {
  const plain = written.toLowerCase().replaceAll("-", "_");
  let best: string | undefined;
  let least = Math.min(most, Math.max(1, Math.floor(plain.length / 3))) + 1;
  for (const word of words) {
    // So many letters more or less cannot be near; comparing each of a very long word would take minutes.
    if (Math.abs(word.length - plain.length) >= least) continue;
    const distance = levenshtein(plain, word.toLowerCase().replaceAll("-", "_"));
    if (distance < least) [best, least] = [word, distance];
  }
  return best;
}

/** How many letters have to be put in, left out, changed or swapped with the next one to make one word of the other. */
function levenshtein(from: string, to: string): number {
  let before: number[] = [];
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const change = row[j - 1]! + (from[i - 1] === to[j - 1] ? 0 : 1);
      const swapped = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      next.push(Math.min(change, row[j]! + 1, next[j - 1]! + 1, swapped ? before[j - 2]! + 1 : change));
    }
    [before, row] = [row, next];
  }
  return row[to.length]!;
}

/** Did you mean …? */

/** The word of a list that is nearest to what was written, when it is near enough to be meant. */
export function nearest(written: string, words: Iterable<string>): string | undefined {
  const plain = written.toLowerCase().replaceAll("-", "_");
  let best: string | undefined;
  let least = Math.max(1, Math.floor(plain.length / 3)) + 1;
  for (const word of words) {
    const distance = levenshtein(plain, word.toLowerCase().replaceAll("-", "_"));
    if (distance < least) [best, least] = [word, distance];
  }
  return best;
}

/** How many letters have to be put in, left out or changed to make one word of the other. */
function levenshtein(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const change = row[j - 1]! + (from[i - 1] === to[j - 1] ? 0 : 1);
      next.push(Math.min(change, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[to.length]!;
}

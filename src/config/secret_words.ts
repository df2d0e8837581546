/** Secrets that stand among the words of a command line, which whoever lists the processes can read. */

/** `--api-key`, `--figma-api-key=…`, `-token`. */
const SECRET_FLAG = /^--?[\w-]*(?:key|token|password|passwd|secret)(?:=(.*))?$/is;

/** Which words are the value of a flag for a secret, written out; a reference to a variable is none. */
export function secretWords(words: readonly string[]): number[] {
  return words.flatMap((word, index) => {
    const flag = SECRET_FLAG.exec(word);
    if (flag === null) return [];
    const [value, at] = flag[1] === undefined ? [words[index + 1], index + 1] : [flag[1], index];
    return value !== undefined && couldBeValue(value) ? [at] : [];
  });
}

/** Another flag, a switch, the path of a file and what holds a variable are no secrets themselves. */
function couldBeValue(value: string): boolean {
  return value !== "" && !/^(?:-|[./~]|[a-z]:[\\/]|(?:true|false)$)|\$\{/i.test(value);
}

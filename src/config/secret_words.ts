/** Secrets that stand among the words of a command line, which whoever lists the processes can read. */
import { standIn } from "./rules/env.ts";

/** `--key`, `--api-key`, `--figma-api-key=…`, `-token`; not the key that something is sorted by. */
const SECRET_FLAG =
  /^--?(?:key|[\w-]*(?:api|access|auth|private|secret|license|app)[-_]?key|[\w-]*(?:token|password|passwd|secret))(?:=(.*))?$/is;

/** `--header "Authorization: …"` of mcp-remote and others. */
const HEADER_FLAG = /^(?:--header|-H)(?:=(.*))?$/s;
const SECRET_HEADER = /^(?:authorization|[\w-]*(?:key|token)):(.*)$/is;

/** Which words are the value of a flag for a secret, written out; a reference to a variable is none. */
export function secretWords(words: readonly string[]): number[] {
  return words.flatMap((word, index) => {
    const secret = SECRET_FLAG.exec(word);
    const flag = secret ?? HEADER_FLAG.exec(word);
    if (flag === null) return [];
    const [text, at] = flag[1] === undefined ? [words[index + 1] ?? "", index + 1] : [flag[1], index];
    // A header's begins with a scheme such as Bearer.
    const value = secret === null ? SECRET_HEADER.exec(text)?.[1]?.trim().split(/\s/).at(-1) : text;
    return value !== undefined && couldBeValue(value) && !text.includes("${") ? [at] : [];
  });
}

/** Another flag, a switch, the path of a file, a placeholder and nothing are no secrets themselves. */
function couldBeValue(value: string): boolean {
  return value !== "" && !/^(?:-|[./~]|[a-z]:[\\/]|(?:true|false)$)/i.test(value) && standIn(value) === undefined;
}

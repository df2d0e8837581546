/** What people write for YAML that is none, or that means something else, and what to write instead. */

/** The cure of a command that holds its arguments, too. */
export const WORDS_APART = "leave the first word in command and put each of the others in args";

const CURLY_DOUBLE = "“”„‟";

/** Quotes of a word processor, which YAML, JSON and every shell take for text. */
export const CURLY_QUOTES = `${CURLY_DOUBLE}‘’‚‛`;
export const CURLY = new RegExp(`[${CURLY_QUOTES}]`);

export const STRAIGHT = "write straight quotes, \" or ', in place of the curly ones";

/** An apostrophe may begin a word, and any single quote end one. */
const CURLY_QUOTED = new RegExp(`^(?!’)[${CURLY_QUOTES}]|[${CURLY_DOUBLE}]$`);

/** Whether a text stands in curly quotes, or begins or ends with one as `“two words”` does between blanks. */
export function isCurlyQuoted(text: string): boolean {
  return CURLY_QUOTED.test(text);
}

/** The cure of a line such as `command:uvx` or `command = uvx`. Only the key is repeated: the value may be a secret. */
export function lineHint(line: string): string | undefined {
  const [, quoted, colon] = /^\s*(?:"([\w.-]+)"|([A-Za-z_][\w.-]*)):(?![\s/\\])./.exec(line) ?? [];
  if (quoted !== undefined || colon !== undefined) return `put a space after the : of ${quoted ?? colon}`;
  const equals = /^\s*(?:export )?([A-Za-z_][\w.-]*) *=/.exec(line)?.[1];
  return equals === undefined ? undefined : `write ${equals}: with a colon and a space, in place of =`;
}

/** Whether a text ends as an entry of JSON does; a list such as `a,b,` and a mark such as `=,` mean their comma. */
export function endsLikeEntry(text: string): boolean {
  return /^[^,]*[\w./)\]}'"-],$/.test(text);
}

/** The cure of what most often causes an error of the parser, where its own words do not say. */
export function syntaxHint(reason: string, source: string, at: number): string | undefined {
  const hint = hintAt(reason, source, at);
  if (!/\bmcpServers\b/.test(source)) return hint;
  const pasted = "a client's JSON works as a file of its own: rename mcpServers to backends";
  return hint === undefined || hint === UNEVEN ? pasted : `${hint}; ${pasted}`;
}

const UNEVEN = 'indent keys of one level alike; put text that holds ": " in quotes';

function hintAt(reason: string, source: string, at: number): string | undefined {
  const lines = source.slice(0, at).split("\n");
  const before = lines.at(-1)!;
  const [line = ""] = source.slice(at - before.length).split("\n", 1);
  const found = source[at] ?? "";
  if (/^ *\t/.test(line) && !/flow collection/.test(reason)) return "indent with spaces: YAML allows no tabs";
  if (/[@`%]/.test(found)) return `put the text in quotes: YAML keeps the character ${found} for itself`;
  if (/escape sequence|hexadecimal/.test(reason)) {
    return "use single quotes, or / in place of \\: a \\ in double quotes starts an escape";
  }
  if (/indentation of a (mapping|sequence) entry|mapping key|mapping values|mapping entry/.test(reason)) {
    if (found === ",") {
      const isLast = /^,\s*(#.*)?$/.test(line.slice(before.length));
      return isLast ? "remove the , at the end of the line" : "start a new line in place of the ,";
    }
    if (/[\]}]/.test(found)) return `remove the ${found}: nothing is open that it could close`;
    return slipIn(line, lines) ?? UNEVEN;
  }
  if (/deficient indentation/.test(reason)) {
    if (!/[\]}]/.test(found)) return "close the quote, [ or { that is open above, or indent this line";
    const comma = /^.\s*,/.test(line.slice(before.length)) ? ", and remove the , after it" : "";
    return `indent this ${found} deeper than the line that opens it${comma}`;
  }
  if (/maxDepth/.test(reason)) return "a config is at most five levels deep";
  if (/separator is expected/.test(reason) && /^\[[\w."-]+\]/.test(source)) return "this looks like TOML: write YAML";
  if (/missed comma/.test(reason)) {
    if (before.trim() !== "") return `put a , between ${before.includes("{") ? "the entries" : "the words"}`;
    return "put a , at the end of the line above, or close the [ or { that is open there";
  }
  if (/found ','/.test(reason)) return "remove one of the two ,";
  if (/flow collection/.test(reason)) return "close the [ or { that is open here";
  if (/quoted scalar/.test(reason)) return "close the quote that is open here";
  if (/\btag\b/.test(reason)) return "text that starts with ! needs quotes";
  if (/unidentified alias/.test(reason)) return "text that starts with * needs quotes";
  return undefined;
}

/** A key without its colon or space swallows the lines below it, so that only one of them is an error. */
function slipIn(line: string, lines: readonly string[]): string | undefined {
  const here = lineHint(line);
  if (here !== undefined) return here;
  const above = lines.findLastIndex((each, index) => index < lines.length - 1 && each.trim() !== "");
  const hint = lineHint(lines[above] ?? "");
  return hint === undefined ? undefined : `line ${above + 1}: ${hint}`;
}

/** What a `.dockerignore` keeps out of a build context: https://docs.docker.com/build/concepts/context/#dockerignore-files */

/** Says whether a path of the context ("src/a.ts", no leading slash) stays out of it. */
export interface Ignore {
  ignores(path: string): boolean;
  /** True when nothing below an ignored folder can come back, so that it need not be walked. */
  readonly final: boolean;
}

/** The rules of a `.dockerignore`; the last one that matches wins. */
export function readDockerignore(text: string): Ignore {
  const rules = text
    .replace(/^\uFEFF/, "")
    .split(/\r\n|\n|\r/)
    .filter((line) => !line.startsWith("#") && line.trim() !== "")
    .map(readRule)
    .filter((rule) => rule !== undefined);
  return {
    final: !rules.some((rule) => rule.back),
    ignores: (path) => rules.reduce((ignored, rule) => (matches(rule.pattern, path) ? !rule.back : ignored), false),
  };
}

/** The line that ignores one path of the context, and no more than a few others that differ in an odd character. */
export function ignoreLine(path: string): string {
  return path.replace(/[*?[\]\\^#!\s]/g, "?");
}

interface Rule {
  readonly pattern: RegExp;
  /** `!pattern`: takes the path back into the context. */
  readonly back: boolean;
}

function readRule(line: string): Rule | undefined {
  const trimmed = line.trim();
  const back = trimmed.startsWith("!");
  const parts = (back ? trimmed.slice(1).trim() : trimmed).split("/").filter((part) => part !== "" && part !== ".");
  const clean: string[] = [];
  for (const part of parts) {
    if (part === "..") clean.pop();
    else clean.push(part);
  }
  if (clean.length === 0) return undefined;
  const glob = clean.join("/");
  // Judged so that the hash covers what the builder may get: at worst an image is built once more.
  if ((glob.match(/\*+/g)?.length ?? 0) > MOST_WILDCARDS) return { back, pattern: back ? /(?:)/ : /(?!)/ };
  return { back, pattern: patternOf(glob) };
}

/** A pattern with many wildcards can be tried against one long name in billions of ways. */
const MOST_WILDCARDS = 4;

/** A rule for a folder holds for everything below it. */
function matches(pattern: RegExp, path: string): boolean {
  for (let end = path.length; end > 0; end = path.lastIndexOf("/", end - 1)) {
    if (pattern.test(path.slice(0, end))) return true;
  }
  return false;
}

function patternOf(glob: string): RegExp {
  const source = glob.replace(/\*\*\/|\*\*|\*|\?|\[[^\]]+\]|\\.|[^\w]/g, (token) => {
    if (token === "**/") return "(?:.*/)?";
    if (token === "**") return ".*";
    if (token === "*") return "[^/]*";
    if (token === "?") return "[^/]";
    if (token.length > 2 && token.startsWith("[")) return token;
    if (token.length === 2 && token.startsWith("\\")) return escaped(token[1]!);
    return escaped(token);
  });
  try {
    return new RegExp(`^${source}$`, "s");
  } catch {
    // A class like [z-a] matches nothing; the builder is the one to complain about it.
    return /(?!)/;
  }
}

function escaped(character: string): string {
  return /[\w]/.test(character) || character > "\x7f" ? character : `\\${character}`;
}

/** What a JUnit report says, as bun, node and deno write it: their attributes differ, the elements do not. */

/** Counts of a suite, with the names of what failed. */
export interface Tally {
  readonly passed: number;
  readonly skipped: number;
  readonly failures: readonly Failure[];
}

/** A test that failed; the file is empty where the runner does not say. */
export interface Failure {
  readonly file: string;
  readonly name: string;
}

/** Counts the test cases of a report. */
export function readJunit(xml: string): Tally {
  let passed = 0;
  let skipped = 0;
  const failures: Failure[] = [];
  // What a test prints may look like an element, but stands in the escaped form or in CDATA.
  const text = xml.replace(/<!\[CDATA\[[\s\S]*?\]\]>/g, "");
  for (const [, attributes = "", empty, body = ""] of text.matchAll(
    /<testcase\b((?:[^>"']|"[^"]*"|'[^']*')*?)(?:(\/)>|>([\s\S]*?)<\/testcase>)/g,
  )) {
    const inside = empty === "/" ? "" : body;
    if (/<(failure|error)\b/.test(inside)) failures.push(failureOf(attributes));
    else if (/<skipped\b/.test(inside)) skipped += 1;
    else passed += 1;
  }
  return { passed, skipped, failures };
}

function failureOf(attributes: string): Failure {
  return { file: attribute(attributes, "file"), name: attribute(attributes, "name") };
}

function attribute(attributes: string, name: string): string {
  const value = new RegExp(`(?:^|\\s)${name}="([^"]*)"`).exec(attributes)?.[1] ?? "";
  return value
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&apos;", "'")
    .replace(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)))
    .replaceAll("&amp;", "&");
}

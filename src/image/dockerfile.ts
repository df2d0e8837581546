/**
 * A user's Dockerfile, read for one purpose: what the image would run. It follows stages by name, and skips what only looks
 * like an instruction: comments, continued lines and the bodies of here-documents.
 * https://docs.docker.com/reference/dockerfile/
 */

/** ENTRYPOINT or CMD as written: a list of words, or a line for a shell. */
export type Invocation =
  | { readonly form: "exec"; readonly words: readonly string[] }
  | { readonly form: "shell"; readonly line: string };

/** What the last stage sets, itself or through the stages that it starts from. */
export interface DockerfileEntry {
  readonly entrypoint?: Invocation | undefined;
  readonly cmd?: Invocation | undefined;
  /** A RUN has used /bin/sh, so that the image has one, and shell lines are its. */
  readonly shell?: boolean | undefined;
}

/** The entry of the image that the Dockerfile describes. */
export function readDockerfile(text: string): DockerfileEntry {
  const stages = new Map<string, DockerfileEntry>();
  const globals = new Map<string, string>();
  let stage: DockerfileEntry | undefined;
  let name = "";
  let cmdIsOwn = false;
  // SHELL names another one, which stages that start from this one have too: nothing is known any more.
  let ownShell = false;
  for (const { keyword, value } of instructions(text)) {
    if (keyword === "FROM") {
      const from = readFrom(value, globals);
      // A stage can start from an earlier one only, so its entry is complete by now.
      stage = { ...stages.get(from.image.toLowerCase()) };
      name = from.name?.toLowerCase() ?? "";
      cmdIsOwn = false;
    } else if (stage === undefined) {
      if (keyword === "ARG") readArg(value, globals);
      continue;
    } else if (keyword === "ENTRYPOINT") {
      // A new ENTRYPOINT drops the CMD of the image below, for that was meant for another program.
      stage = { ...stage, entrypoint: readInvocation(value), cmd: cmdIsOwn ? stage.cmd : undefined };
    } else if (keyword === "CMD") {
      stage = { ...stage, cmd: readInvocation(value) };
      cmdIsOwn = true;
    } else if (keyword === "RUN" && !ownShell && isShellLine(value)) {
      stage = { ...stage, shell: true };
    } else if (keyword === "SHELL") {
      ownShell = true;
      stage = { ...stage, shell: undefined };
    }
    if (name !== "") stages.set(name, stage);
  }
  return stage ?? {};
}

interface Instruction {
  readonly keyword: string;
  readonly value: string;
}

function* instructions(text: string): Generator<Instruction> {
  const lines = text.replace(/^\uFEFF/, "").split(/\r\n|\n|\r/);
  const continued = escapeOf(lines) === "`" ? /`[ \t]*$/ : /\\[ \t]*$/;
  let index = 0;
  while (index < lines.length) {
    let line = "";
    let more = true;
    while (more && index < lines.length) {
      const part = lines[index++]!;
      // Inside a continued instruction, comments and empty lines are as if they were not there.
      if (/^\s*(#|$)/.test(part)) {
        more = line !== "";
        continue;
      }
      more = continued.test(part);
      line += part.replace(continued, "");
    }
    const match = /^\s*([A-Za-z]+)(?:\s+(.*))?$/.exec(line);
    if (match === null) continue;
    const keyword = match[1]!.toUpperCase();
    const value = (match[2] ?? "").trim();
    if (keyword === "RUN" || keyword === "COPY" || keyword === "ADD") index = afterHeredocs(value, lines, index);
    yield { keyword, value };
  }
}

/** The escape character: a backslash, unless a directive above everything else says backtick. */
function escapeOf(lines: readonly string[]): string {
  for (const line of lines) {
    const directive = /^#\s*([A-Za-z]\w*)\s*=\s*(\S+)\s*$/.exec(line.trim());
    if (directive === null) break;
    if (directive[1]!.toLowerCase() === "escape") return directive[2]!;
  }
  return "\\";
}

/** The index of the line after the here-documents that an instruction starts. */
function afterHeredocs(value: string, lines: readonly string[], start: number): number {
  let index = start;
  for (const [, dash, , word] of value.matchAll(/(?<=^|\s)\d*<<(-?)(["']?)([A-Za-z_]\w*)\2(?=\s|$)/g)) {
    const end = lines.findIndex((line, at) => at >= index && (dash === "-" ? line.replace(/^\t+/, "") : line) === word);
    // Without an end it was no here-document but part of some quoted text.
    if (end >= 0) index = end + 1;
  }
  return index;
}

function readFrom(value: string, globals: ReadonlyMap<string, string>): { image: string; name: string | undefined } {
  const words = value.split(/\s+/).filter((word) => !word.startsWith("--"));
  const name = words[1]?.toLowerCase() === "as" ? words[2] : undefined;
  return { image: substituted(words[0] ?? "", globals), name };
}

function readArg(value: string, globals: Map<string, string>): void {
  for (const word of value.split(/\s+/)) {
    const [, name, text] = /^(\w+)=["']?([^"']*)["']?$/.exec(word) ?? [];
    if (name !== undefined && text !== undefined) globals.set(name, text);
  }
}

function substituted(text: string, globals: ReadonlyMap<string, string>): string {
  return text.replace(
    /\$(?:\{(\w+)(?::-((?:[^}$]|\$(?!\{))*))?\}|(\w+))/g,
    (_, braced?: string, fallback?: string, bare?: string) => {
      return globals.get(braced ?? bare ?? "") ?? fallback ?? "";
    },
  );
}

/** True for a RUN that /bin/sh carries out; the body of a here-document may name a program of its own. */
function isShellLine(value: string): boolean {
  const line = value.replace(/^(--\S+\s+)+/, "");
  return !line.startsWith("<<") && readList(line) === undefined;
}

/** An empty list or line takes back what a stage below has set. */
function readInvocation(value: string): Invocation | undefined {
  const words = readList(value);
  if (words !== undefined) return words.length === 0 ? undefined : { form: "exec", words };
  return value === "" ? undefined : { form: "shell", line: value };
}

/** The words of a JSON list; a list that is no JSON is a line for the shell, as the builder has it. */
function readList(value: string): string[] | undefined {
  if (!value.startsWith("[")) return undefined;
  try {
    const words: unknown = JSON.parse(value);
    return Array.isArray(words) && words.every((word) => typeof word === "string") ? words : undefined;
  } catch {
    return undefined;
  }
}

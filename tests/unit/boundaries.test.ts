/** The architecture, read from the import lines: who may know whom, what is pure, and what may never be in the repository. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { test } from "node:test";
import { ROOT } from "../support/proc.ts";

/** An import as it stands in a file. */
interface Import {
  readonly from: string;
  /** A repository path for a relative import, else the name of a package or a part of Node. */
  readonly to: string;
  readonly typeOnly: boolean;
  readonly lazy: boolean;
}

/** What a folder's files may import from, types included. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  config: [],
  plan: ["config"],
  image: ["config", "plan"],
  engine: ["config", "plan"],
  host: ["config", "plan", "image", "engine"],
  session: ["config", "plan", "image", "engine", "host", "ui"],
  ui: ["config"],
  commands: ["config", "plan", "image", "engine", "host", "session", "ui"],
};

/** Same input, same bytes: nothing here sees the machine. */
const PURE = ["config", "plan", "image", "engine"];

/** Parts of Node that compute and touch nothing. */
const PURE_NODE = ["node:path", "node:path/posix", "node:path/win32", "node:crypto", "node:buffer", "node:util"];

/** Modules without imports of their own, which every layer may use. */
const LEAVES = ["src/errors.ts", "src/version.ts", "src/shell.ts", "src/visible.ts", "src/plan/defaults.ts"];

/** Tests quote what users write and real tools say. */
const MAY_NAME_REGISTRIES = ["tests/"];

const SOURCES = filesBelow("src").filter((file) => file.endsWith(".ts"));
const IMPORTS = SOURCES.flatMap(importsOf);

test("there is something to look at", () => {
  assert.ok(SOURCES.length > 20, `${SOURCES.length} files`);
  assert.ok(IMPORTS.length > 50, `${IMPORTS.length} imports`);
  for (const { from, to } of IMPORTS.filter((found) => found.to.startsWith("src/"))) {
    assert.ok(existsSync(join(ROOT, to)), `${from} imports ${to}, which does not exist`);
  }
});

test("layers know only what stands left of them: config, plan, image and engine, host, session, commands", () => {
  assert.deepEqual(IMPORTS.filter((found) => !mayImport(found)).map(shown), []);
});

test("leaves import nothing", () => {
  assert.deepEqual(IMPORTS.filter(({ from }) => LEAVES.includes(from)).map(shown), []);
});

test("pure folders import no part of Node that touches the machine, and use no global that does", () => {
  const wrong = IMPORTS.filter(
    ({ from, to }) => PURE.includes(folderOf(from)) && to.startsWith("node:") && !PURE_NODE.includes(to),
  );
  assert.deepEqual(wrong.map(shown), []);
  const touches =
    /\b(process|console|Deno|Bun)\.[a-z]|\bfetch\(|\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\brandom(Bytes|UUID)\(/;
  assert.deepEqual(
    codeLines()
      .filter(({ file, code }) => PURE.includes(folderOf(file)) && touches.test(code))
      .map(place),
    [],
  );
});

test("nothing in src is tied to one runtime", () => {
  assert.deepEqual(
    codeLines()
      .filter(({ code }) => /\b(Bun|Deno)\.[a-z]/.test(code))
      .map(place),
    [],
  );
  const tied = IMPORTS.filter(({ to }) => /^(bun|jsr|npm|https?):/.test(to) || to === "bun");
  assert.deepEqual(tied.filter((found) => !hasWayWithout(found)).map(shown), []);
});

/** What other runtimes lack is asked for when it is used, and done without. */
function hasWayWithout({ from, to, lazy }: Import): boolean {
  return from === "src/host/hangup.ts" && to === "bun:ffi" && lazy;
}

test("only src/cli.ts decides how argus exits", () => {
  const exits = codeLines().filter(({ code }) => /\bprocess\.(exit|reallyExit|abort|exitCode)\b/.test(code));
  assert.deepEqual(exits.filter(({ file }) => file !== "src/cli.ts").map(place), []);
});

test("stdout belongs to data: only the program's entry, commands, ui and the server's own output reach it", () => {
  const writes = codeLines().filter(({ code }) => /\bconsole\.(log|info|table|dir)\(|\bstdout\.write\(/.test(code));
  assert.deepEqual(
    writes.filter(({ file }) => !/^src\/(ui\/|commands\/|session\/output\.ts|cli\.ts|main\.ts)/.test(file)).map(place),
    [],
  );
});

test("start-up stays fast: every command is loaded when it is called, and not before", () => {
  const eager = IMPORTS.filter(({ from, to, typeOnly, lazy }) => {
    if (typeOnly || lazy) return false;
    return (
      (from === "src/cli.ts" && !["src/version.ts", "src/ui/data.ts"].includes(to)) ||
      (from === "src/main.ts" && folderOf(to) === "commands")
    );
  });
  assert.deepEqual(eager.map(shown), []);
});

test("the repository names no machine's folder and no package registry but where it must", () => {
  const files = ["src", "templates", "tests", "scripts", ".ci"].flatMap(filesBelow);
  const top = readdirSync(ROOT, { withFileTypes: true }).filter((entry) => entry.isFile() && isText(entry.name));
  const texts = [...files, ...top.map(({ name }) => name)].filter((file) => file !== "tests/unit/boundaries.test.ts");
  const machine = /\/work\/(main|shared)\b|\/work\/\.library|\/tmp\/h\//;
  assert.deepEqual(placesOf(texts, machine), []);
  const registry =
    /registry\.npmjs\.org|\bpypi\.org|files\.pythonhosted\.org|deb\.debian\.org|proxy\.golang\.org|static\.crates\.io/;
  assert.deepEqual(
    placesOf(
      texts.filter((file) => !MAY_NAME_REGISTRIES.some((start) => file.startsWith(start))),
      registry,
    ),
    [],
  );
});

function mayImport({ from, to }: Import): boolean {
  if (!to.startsWith("src/") || LEAVES.includes(to)) return true;
  const [own, other] = [folderOf(from), folderOf(to)];
  if (own === "") return true;
  if (own === other) return true;
  return (MAY_IMPORT[own] ?? []).includes(other);
}

/** "config" for src/config/x.ts, "" for src/x.ts. */
function folderOf(file: string): string {
  return file.split("/").slice(1, -1)[0] ?? "";
}

function importsOf(file: string): Import[] {
  const text = codeOf(readFileSync(join(ROOT, file), "utf8"));
  const found: Import[] = [];
  // Clauses hold names, braces and commas; a quote in between would belong to another statement.
  for (const [, clause = "", word = ""] of text.matchAll(/^(?:import|export)\b([^"';]*?)\bfrom\s+"([^"]+)"/gm)) {
    found.push({ from: file, to: resolved(file, word), typeOnly: /^\s+type\b/.test(clause), lazy: false });
  }
  for (const [, word = ""] of text.matchAll(/^import\s+"([^"]+)"/gm)) {
    found.push({ from: file, to: resolved(file, word), typeOnly: false, lazy: false });
  }
  for (const [, word = ""] of text.matchAll(/(?<!typeof )\bimport\("([^"]+)"\)/g)) {
    found.push({ from: file, to: resolved(file, word), typeOnly: false, lazy: true });
  }
  return found;
}

function resolved(file: string, word: string): string {
  return word.startsWith(".") ? posix(join(dirname(file), word)) : word;
}

/** Every line of every source file that is not a comment, without what stands in strings: that may be code for another program. */
function codeLines(): { file: string; line: number; code: string }[] {
  return SOURCES.filter((file) => !file.endsWith(".gen.ts")).flatMap((file) =>
    codeOf(readFileSync(join(ROOT, file), "utf8"))
      .split("\n")
      .map((code, index) => ({ file, line: index + 1, code: code.replace(/"(?:[^"\\]|\\.)*"/g, '""') })),
  );
}

/** The text with its comments blanked, and its lines still the same ones. Comments stand on lines of their own here, or after two blanks. */
function codeOf(text: string): string {
  let inside = false;
  return text
    .split("\n")
    .map((line) => {
      if (!inside && /^\s*\/\*/.test(line)) inside = true;
      if (inside) {
        inside = !line.includes("*/");
        return "";
      }
      return line.replace(/(^|\s)\/\/ .*$/, "");
    })
    .join("\n");
}

function placesOf(files: readonly string[], pattern: RegExp): string[] {
  return files.flatMap((file) =>
    readFileSync(join(ROOT, file), "utf8")
      .split("\n")
      .flatMap((line, index) => (pattern.test(line) ? [`${file}:${index + 1}: ${line.trim().slice(0, 120)}`] : [])),
  );
}

function filesBelow(folder: string): string[] {
  if (!existsSync(join(ROOT, folder))) return [];
  return readdirSync(join(ROOT, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && isText(entry.name))
    .map((entry) => posix(relative(ROOT, join(entry.parentPath, entry.name))))
    .sort();
}

function isText(name: string): boolean {
  return !/\.(log|png|gz|tar|bin|wasm|zip)$/.test(name);
}

function posix(path: string): string {
  return path.split(sep).join("/");
}

function place({ file, line, code }: { file: string; line: number; code: string }): string {
  return `${file}:${line}: ${code.trim().slice(0, 120)}`;
}

function shown({ from, to }: Import): string {
  return `${from} imports ${to}`;
}

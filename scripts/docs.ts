/**
 * Writes the README's tables: fields and variables from the schema, what engines have in common from the table that the tests
 * read. `--check` writes nothing and fails when they are stale.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type FieldRow, fieldRows } from "../src/config/json_schema.ts";
import { SETTINGS } from "../src/config/settings.ts";
import { parityTable } from "../tests/support/posture.ts";

const README = fileURLToPath(new URL("../README.md", import.meta.url));

const before = readFileSync(README, "utf8");
const tables = { fields: fieldTables(), variables: variableTable(), parity: parityTable() };
const after = Object.entries(tables).reduce((text, [name, table]) => between(text, name, table), before);
if (process.argv.includes("--check")) {
  if (after !== before) {
    console.error("README.md is stale; run: bun scripts/docs.ts");
    process.exitCode = 1;
  }
} else {
  writeFileSync(README, after);
}

function between(text: string, name: string, content: string): string {
  const [open, close] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const [from, to] = [text.indexOf(open), text.indexOf(close)];
  if (from === -1 || to === -1) throw new Error(`README.md has no ${open} … ${close}`);
  return `${text.slice(0, from + open.length)}\n${content}\n${text.slice(to)}`;
}

function fieldTables(): string {
  const rows = fieldRows();
  const own = (prefix: string, row: FieldRow) => ({ ...row, field: row.field.slice(prefix.length) });
  const backend = "backends.<name>.";
  const container = `${backend}container.`;
  // The section of a backend has the same fields as the global one, and is described by its own row.
  const isRepeated = (row: FieldRow) => row.field.startsWith(`${container}kubernetes.`);
  const ofContainer = rows.filter((row) => row.field.startsWith(container) && !isRepeated(row));
  const ofBackend = rows.filter((row) => row.field.startsWith(backend) && !row.field.startsWith(container));
  // The stdio backend comes first; the remote one begins with the second `type`.
  const remote = ofBackend.findLastIndex((row) => row.field === `${backend}type`);
  const ofFile = rows.filter((row) => !row.field.startsWith(backend));
  return [
    "The file:\n",
    table(ofFile),
    "\nA backend, `backends.<name>`:\n",
    table(ofBackend.slice(0, remote).map((row) => own(backend, row))),
    "\nIts `container`:\n",
    table(ofContainer.map((row) => own(container, row))),
    "\nA backend that runs elsewhere (accepted, and skipped by `build` and `run`):\n",
    table(ofBackend.slice(remote).map((row) => own(backend, row))),
  ].join("\n");
}

function table(rows: readonly FieldRow[]): string {
  const lines = rows.map((row) => `| \`${row.field}\` | ${row.type} | ${row.default} | ${row.description} |`);
  return ["| field | type | default | meaning |", "|---|---|---|---|", ...lines].join("\n");
}

function variableTable(): string {
  const lines = SETTINGS.map((row) => `| \`${row.name}\` | ${row.type} | ${row.default} | ${row.meaning} |`);
  return ["| variable | type | default | meaning |", "|---|---|---|---|", ...lines].join("\n");
}

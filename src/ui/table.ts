import { visible } from "../visible.ts";

/** Rows as aligned columns, for people: what a terminal would act on is shown. The last column is not padded. */
export function table(texts: readonly (readonly string[])[]): string {
  const rows = texts.map((row) => row.map(visible));
  const widths: number[] = [];
  for (const row of rows) {
    for (const [index, cell] of row.entries()) widths[index] = Math.max(widths[index] ?? 0, cell.length);
  }
  return rows
    .map((row) =>
      row.map((cell, index) => (index === row.length - 1 ? cell : cell.padEnd(widths[index] ?? 0))).join("  "),
    )
    .join("\n");
}

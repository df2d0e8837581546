/** A line of the result: what was measured, what it is held against, and whether it keeps its budget. */
import type { EngineName } from "./lab.ts";

export interface Row {
  readonly name: string;
  /** "" where none was needed. */
  readonly engine: EngineName | "kubernetes" | "";
  readonly unit: "ms" | "MiB" | "MiB/s" | "calls";
  /** What argus took. */
  readonly argus: number;
  /** The same measure of what argus is held against. */
  readonly beside?: { readonly what: string; readonly value: number };
  /** Absent when a row is shown for information. */
  readonly budget?: Budget;
  /** What a value consists of, or was taken off it. */
  readonly detail?: Readonly<Record<string, number>>;
}

/** What the value of argus has to be: `times` what it stands beside, `plus` something in the row's unit. Both default to 0. */
export interface Budget {
  readonly bound: "<" | "≤" | "≥";
  readonly times?: number;
  readonly plus?: number;
}

/** How many times the value beside it; undefined when there is none. */
export function ratioOf({ argus, beside }: Row): number | undefined {
  return beside === undefined ? undefined : argus / beside.value;
}

/** Whether a row is within its budget; undefined when it has none. */
export function keepsBudget({ argus, beside, budget }: Row): boolean | undefined {
  if (budget === undefined) return undefined;
  const limit = (budget.times ?? 0) * (beside?.value ?? 0) + (budget.plus ?? 0);
  if (budget.bound === "≥") return argus >= limit;
  return budget.bound === "<" ? argus < limit : argus <= limit;
}

/** `≤ 2 × image ls + 100 ms` */
export function budgetText({ beside, budget, unit }: Row): string {
  if (budget === undefined) return "";
  const { bound, times, plus } = budget;
  const terms = [
    ...(times === undefined ? [] : [`${times} × ${beside?.what ?? ""}`]),
    ...(plus === undefined ? [] : [`${plus} ${unit}`]),
  ];
  return `${bound} ${terms.join(" + ")}`;
}

/** A row as scripts get it. */
export function rowJson(row: Row): object {
  return { ...row, ratio: ratioOf(row), budget: budgetText(row), ok: keepsBudget(row) };
}

/** Rows as an aligned table for people. */
export function tableOf(rows: readonly Row[]): string {
  const head = ["what", "engine", "argus", "beside", "ratio", "budget", ""];
  const lines = rows.map((row) => [
    row.name,
    row.engine,
    `${digits(row.argus)} ${row.unit}`,
    [
      ...(row.beside === undefined ? [] : [`${row.beside.what} ${digits(row.beside.value)}`]),
      ...Object.entries(row.detail ?? {}).map(([what, value]) => `(${what} ${digits(value)})`),
    ].join(" "),
    ratioOf(row)?.toFixed(2) ?? "",
    budgetText(row),
    { true: "ok", false: "OVER", undefined: "" }[`${keepsBudget(row)}`],
  ]);
  const widths = head.map((title, at) => Math.max(title.length, ...lines.map((line) => line[at]!.length)));
  return [head, ...lines]
    .map((line) =>
      line
        .map((cell, at) => cell.padEnd(widths[at]!))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

function digits(value: number): string {
  if (value === 0) return "0";
  if (Math.abs(value) < 1) return value.toFixed(3);
  return Math.abs(value) < 100 ? value.toFixed(1) : value.toFixed(0);
}

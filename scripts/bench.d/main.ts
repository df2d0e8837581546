/** Runs the benchmarks and prints a table, or JSON; budgets are shown, and never decide the exit code. */
import { execFileSync } from "node:child_process";
import { cpus, release } from "node:os";
import process from "node:process";
import { parseArgs } from "node:util";
import { ARGUS, type EngineName, enginesHere, Lab } from "./lab.ts";
import { BENCHMARKS, type Row } from "./rows.ts";

const USAGE = `usage: scripts/bench [--only NAME,…] [--engine docker|podman] [--rounds N] [--json]
${BENCHMARKS.map(({ name, about }) => `  ${name.padEnd(11)} ${about}`).join("\n")}`;

const { values } = parseArgs({
  options: {
    only: { type: "string" },
    engine: { type: "string" },
    rounds: { type: "string", default: "12" },
    json: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
if (values.help) console.log(USAGE);
else await main();

async function main(): Promise<void> {
  const only = values.only?.split(",");
  const chosen = BENCHMARKS.filter(({ name }) => only === undefined || only.includes(name));
  const rounds = Number(values.rounds);
  const stranger = only?.find((name) => !BENCHMARKS.some((bench) => bench.name === name));
  if (stranger !== undefined || !(rounds >= 1)) {
    console.error(stranger === undefined ? "--rounds takes a number" : `no benchmark ${stranger}\n${USAGE}`);
    process.exitCode = 2;
    return;
  }
  const rows: Row[] = [];
  const failures: string[] = [];
  const lab = new Lab();
  // What was interrupted leaves no folder; its sessions end with their stdin.
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      lab.close();
      process.exit(130);
    });
  }
  try {
    const engines = enginesHere().filter((name) => values.engine === undefined || values.engine === name);
    for (const { name, engines: needs, images, run } of chosen) {
      const turns: (EngineName | "")[] =
        needs === "none" ? [""] : engines.filter((one) => needs === "each" || one === needs);
      for (const engine of turns) {
        note(`${name} ${engine}`);
        try {
          if (engine !== "" && images.length > 0) lab.build(engine, images);
          rows.push(...(await run({ lab, engine: engine === "" ? "docker" : engine, rounds, note })));
        } catch (error) {
          failures.push(`${name} ${engine}: ${(error as Error).message}`);
          note(`failed: ${failures.at(-1)}`);
        }
      }
    }
  } finally {
    lab.close();
  }
  if (values.json) console.log(JSON.stringify({ machine: machine(), rounds, rows, failures }, null, 2));
  else console.log(table(rows));
  process.exitCode = failures.length === 0 ? 0 : 1;
}

function machine(): Record<string, string> {
  const facts: Record<string, string> = {
    cpu: `${cpus().length} × ${cpus()[0]?.model ?? "?"}`,
    kernel: release(),
    argus: output(ARGUS, ["--version"]),
  };
  for (const engine of enginesHere()) facts[engine] = output(engine, ["--version"]);
  return facts;
}

function output(bin: string, args: readonly string[]): string {
  return execFileSync(bin, [...args], { encoding: "utf8" }).trim();
}

function table(rows: readonly Row[]): string {
  const head = ["what", "engine", "argus", "beside", "ratio", "budget", ""];
  const lines = rows.map(({ name, engine, unit, argus, against, budget, ok }) => {
    const [first] = Object.values(against);
    const beside = Object.entries(against).map(([other, value]) => `${other} ${number(value)}`);
    const shown = budget.includes("×") && !budget.includes("+") ? (argus / (first ?? Number.NaN)).toFixed(2) : "";
    return [
      name,
      engine,
      `${number(argus)} ${unit}`,
      beside.join(", "),
      shown,
      budget,
      budget === "" ? "" : ok ? "ok" : "OVER",
    ];
  });
  const widths = head.map((title, at) => Math.max(title.length, ...lines.map((line) => line[at]?.length ?? 0)));
  const text = [head, ...lines].map((line) =>
    line
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join("  ")
      .trimEnd(),
  );
  const facts = Object.entries(machine()).map(([name, value]) => `${name}: ${value}`);
  return [...facts, "", ...text].join("\n");
}

function number(value: number): string {
  if (value === 0) return "0";
  if (Math.abs(value) < 1) return value.toFixed(3);
  return Math.abs(value) < 100 ? value.toFixed(1) : value.toFixed(0);
}

function note(text: string): void {
  console.error(`bench: ${text}`);
}

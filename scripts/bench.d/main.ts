/** Runs the benchmarks and prints a table, or JSON; budgets are shown, and never decide the exit code. */
import { execFileSync } from "node:child_process";
import { cpus, loadavg, release } from "node:os";
import process from "node:process";
import { parseArgs } from "node:util";
import { type Bench, type Benchmark, FULL, QUICK } from "./benchmark.ts";
import { CLUSTER } from "./cluster.ts";
import { COMMANDS } from "./commands.ts";
import { COSTS } from "./costs.ts";
import { ARGUS, enginesHere, Lab } from "./lab.ts";
import { type Row, rowJson, tableOf } from "./row.ts";
import { STARTS } from "./starts.ts";
import { STREAMS } from "./streams.ts";

/** In the order of the table. */
const BENCHMARKS: readonly Benchmark[] = [...COMMANDS, ...STARTS, ...STREAMS, ...COSTS, ...CLUSTER];

const USAGE = `usage: scripts/bench [--quick] [--only NAME,…] [--engine docker|podman|kubernetes] [--rounds N] [--json]
  --quick     fewer rounds, one server: a look in two minutes
${BENCHMARKS.map(({ name, about }) => `  ${name.padEnd(11)} ${about}`).join("\n")}`;

const values = parsed();
if (values.help) console.log(USAGE);
else process.exitCode = await main();

function parsed() {
  try {
    return parseArgs({
      options: {
        quick: { type: "boolean", default: false },
        only: { type: "string" },
        engine: { type: "string" },
        rounds: { type: "string" },
        json: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    }).values;
  } catch (error) {
    console.error(`${(error as Error).message}\n${USAGE}`);
    process.exit(2);
  }
}

async function main(): Promise<number> {
  const effort = values.quick ? QUICK : FULL;
  const rounds = Number(values.rounds ?? effort.rounds);
  const only = values.only?.split(",") ?? BENCHMARKS.map(({ name }) => name);
  const stranger = only.find((name) => !BENCHMARKS.some((benchmark) => benchmark.name === name));
  if (stranger !== undefined || !(rounds >= 1)) {
    console.error(stranger === undefined ? "--rounds takes a number" : `no benchmark ${stranger}\n${USAGE}`);
    return 2;
  }
  const facts = machine();
  const lab = new Lab();
  // What was interrupted leaves no folder; its sessions end with their stdin.
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      lab.close();
      process.exit(130);
    });
  }
  const chosen = BENCHMARKS.filter(({ name }) => only.includes(name));
  const { rows, failures } = await runAll(chosen, { lab, effort: { ...effort, rounds }, note });
  lab.close();
  if (values.json) console.log(JSON.stringify({ machine: facts, rounds, rows: rows.map(rowJson), failures }, null, 2));
  else console.log([...Object.entries(facts).map(([name, fact]) => `${name}: ${fact}`), "", tableOf(rows)].join("\n"));
  return failures.length === 0 ? 0 : 1;
}

async function runAll(chosen: readonly Benchmark[], bench: Bench): Promise<{ rows: Row[]; failures: string[] }> {
  const rows: Row[] = [];
  const failures: string[] = [];
  const attempt = async (title: string, measure: () => Promise<Row[]>) => {
    note(title);
    try {
      rows.push(...(await measure()));
    } catch (error) {
      failures.push(`${title}: ${(error as Error).message}`);
      note(`failed: ${failures.at(-1)}`);
    }
  };
  const engines = enginesHere().filter((name) => values.engine === undefined || values.engine === name);
  for (const benchmark of chosen) {
    if ("run" in benchmark) {
      if (benchmark.cluster === true && ![undefined, "kubernetes"].includes(values.engine)) continue;
      await attempt(benchmark.name, () => benchmark.run(bench));
      continue;
    }
    for (const engine of engines) {
      await attempt(`${benchmark.name} ${engine}`, () => benchmark.runOn(engine, bench));
    }
  }
  return { rows, failures };
}

/** Whom the numbers are about; the load before the first row says how far to trust them. */
function machine(): Record<string, string> {
  const facts: Record<string, string> = {
    cpu: `${cpus().length} × ${cpus()[0]?.model ?? "?"}, load ${loadavg()[0]?.toFixed(1)}`,
    kernel: release(),
    argus: output(ARGUS, ["--version"]),
  };
  for (const engine of enginesHere()) facts[engine] = output(engine, ["--version"]);
  return facts;
}

function output(bin: string, args: readonly string[]): string {
  return execFileSync(bin, [...args], { encoding: "utf8" }).trim();
}

function note(text: string): void {
  console.error(`bench: ${text}`);
}

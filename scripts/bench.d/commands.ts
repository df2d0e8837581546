/** The program alone, and `argus build` where nothing is left to build. */
import { execFileSync } from "node:child_process";
import { dirname } from "node:path";
import process from "node:process";
import { type Bench, type Benchmark, medians } from "./benchmark.ts";
import { wholeRun } from "./child.ts";
import { ARGUS, type EngineName } from "./lab.ts";
import type { Row } from "./row.ts";
import { interleaved, median } from "./stats.ts";

export const COMMANDS: readonly Benchmark[] = [
  { name: "version", about: "argus --version", run: (bench) => alone(bench, ["--version"], "argus --version", 15) },
  { name: "validate", about: "argus validate, 10 backends", run: validate },
  { name: "build", about: "argus build, 100 images present", runOn: buildPresent },
];

async function validate(bench: Bench): Promise<Row[]> {
  const backends = Array.from(
    { length: 10 },
    (_, at) =>
      `  b${at}:\n    command: uvx\n    args: [mcp-server-${at}]\n    container: { memory: 256m, cpus: 0.5 }\n`,
  );
  const file = bench.lab.write("ten/config.yaml", `backends:\n${backends.join("")}`);
  return alone(bench, ["validate", "--config", file], "argus validate, 10 backends", 30);
}

/** A time with a limit in milliseconds; what starting any program costs here is shown and taken off. */
async function alone({ lab, effort }: Bench, words: readonly string[], name: string, limit: number): Promise<Row[]> {
  // These are short: many more rounds cost little.
  const samples = await interleaved(effort.rounds * 5, {
    argus: () => wholeRun({ words: [ARGUS, ...words], cwd: lab.folder }),
    true: () => wholeRun({ words: ["true"] }),
  });
  const floor = median(samples.get("true") ?? []);
  const argus = median(samples.get("argus") ?? []) - floor;
  const detail = { "taken off for any program": floor };
  return [{ name, engine: "", unit: "ms", argus, budget: { bound: "≤", plus: limit }, detail }];
}

async function buildPresent(engine: EngineName, { lab, effort }: Bench): Promise<Row[]> {
  const backends = Array.from(
    { length: 100 },
    (_, at) => `  p${at}: { command: uvx, args: [argus-bench-package-${at}] }\n`,
  );
  const file = lab.write("hundred/config.yaml", `backends:\n${backends.join("")}`);
  const words = ["plan", "--json", "--runtime", engine, "--config", file];
  const env = { ...process.env, ARGUS_RUNTIME: engine };
  const plans = JSON.parse(execFileSync(ARGUS, words, { encoding: "utf8", env, maxBuffer: 1 << 26 })) as {
    image: string;
  }[];
  // One small image with the label that argus looks for, under a hundred names; all names go when the row is done.
  const names = [...new Set(plans.map(({ image }) => image))];
  const dockerfile = lab.write("present/Dockerfile", "FROM alpine:3.21\nLABEL argus.inputs=bench\n");
  const tags = names.flatMap((name) => ["-t", name]);
  execFileSync(engine, ["build", "--quiet", ...tags, "-f", dockerfile, dirname(dockerfile)], { stdio: "ignore" });
  try {
    const samples = await interleaved(effort.rounds, {
      argus: () =>
        wholeRun({ words: [ARGUS, "build", "--config", file], cwd: lab.folder, env: { ARGUS_RUNTIME: engine } }),
      "image ls": () => wholeRun({ words: [engine, "image", "ls", "--no-trunc"] }),
    });
    const budget = { bound: "≤", times: 2, plus: 100 } as const;
    return [{ name: "build, 100 images present", engine, unit: "ms", ...medians(samples, "image ls"), budget }];
  } finally {
    execFileSync(engine, ["image", "rm", ...names], { stdio: "ignore" });
  }
}

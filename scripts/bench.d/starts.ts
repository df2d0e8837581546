/** From the start of a server to its first reply. */
import { type Bench, type Benchmark, medians } from "./benchmark.ts";
import { firstReply, type Line } from "./child.ts";
import type { EngineName } from "./lab.ts";
import type { Row } from "./row.ts";
import { interleaved } from "./stats.ts";

export const STARTS: readonly Benchmark[] = [
  {
    name: "start",
    about: "start to first reply: argus, the same argv typed, the bare command with warm caches",
    runOn: start,
  },
  {
    name: "start10",
    about: "10 sessions at once, start to the last one's first reply",
    runOn: startTen,
  },
];

async function start(engine: EngineName, { lab, effort, note }: Bench): Promise<Row[]> {
  const rows: Row[] = [];
  lab.build(engine, effort.servers);
  for (const server of effort.servers) {
    const bare = lab.bare(server);
    if (bare === undefined) note(`start of ${server}, bare: skipped, its tool is not installed and not to be had`);
    const samples = await interleaved(effort.rounds, {
      argus: () => firstReply(lab.argus(engine, server)),
      typed: () => firstReply(lab.typed(engine, server)),
      ...(bare === undefined ? {} : { bare: () => firstReply(bare) }),
    });
    const name = `first reply, ${server}`;
    rows.push({ name, engine, unit: "ms", ...medians(samples, "typed"), budget: { bound: "≤", times: 1.1 } });
    if (bare === undefined) continue;
    rows.push({ name, engine, unit: "ms", ...medians(samples, "bare"), budget: { bound: "<", times: 1 } });
  }
  return rows;
}

async function startTen(engine: EngineName, { lab, effort }: Bench): Promise<Row[]> {
  lab.build(engine, ["everything"]);
  // The slowest one counts; the lines are made before the first one starts.
  const ten = async (line: () => Line) => {
    const lines = Array.from({ length: 10 }, line);
    return Math.max(...(await Promise.all(lines.map(firstReply))));
  };
  const samples = await interleaved(Math.ceil(effort.rounds / 4), {
    argus: () => ten(() => lab.argus(engine, "everything")),
    typed: () => ten(() => lab.typed(engine, "everything")),
  });
  const budget = { bound: "≤", times: 1.1 } as const;
  return [{ name: "10 starts at once, last first reply", engine, unit: "ms", ...medians(samples, "typed"), budget }];
}

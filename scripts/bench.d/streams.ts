/** What a running session carries: round trips, streams one way, and the end of the client's input. */
import { type Bench, type Benchmark, medians } from "./benchmark.ts";
import { type Line, open } from "./child.ts";
import { type EngineName, READY, STREAM_BYTES } from "./lab.ts";
import type { Row } from "./row.ts";
import { interleaved, percentile } from "./stats.ts";

export const STREAMS: readonly Benchmark[] = [
  { name: "roundtrip", about: "one line there and back, p50 and p99", runOn: roundTrips },
  { name: "throughput", about: "a stream one way, each way", runOn: throughput },
  {
    name: "eof",
    about: "the client's end of input until the server has seen it",
    runOn: endOfInput,
  },
];

/** Sizes of a line with how often it is sent in one round. */
const LINES = [
  ["200 B", 200, 500],
  ["64 KiB", 65_536, 50],
  ["1 MiB", 1_048_576, 8],
] as const;

async function roundTrips(engine: EngineName, { lab, effort }: Bench): Promise<Row[]> {
  const rows: Row[] = [];
  lab.build(engine, ["echo"]);
  for (const [label, size, count] of LINES) {
    const message = `${"x".repeat(size - 1)}\n`;
    const trips: Record<"argus" | "typed", number[]> = { argus: [], typed: [] };
    // Both sessions live at once and take turns in blocks: what the machine does in between hits both.
    const sessions = { argus: open(lab.argus(engine, "echo")), typed: open(lab.typed(engine, "echo")) };
    const names = ["argus", "typed"] as const;
    for (const name of names) await sessions[name].exchange(message, size);
    for (let round = 0; round < effort.rounds; round += 1) {
      for (const name of round % 2 === 0 ? names : names.toReversed()) {
        for (let trip = 0; trip < count; trip += 1) trips[name].push(await sessions[name].exchange(message, size));
      }
    }
    await Promise.all([sessions.argus.close(), sessions.typed.close()]);
    const at = (part: number) => ({
      argus: percentile(trips.argus, part),
      beside: { what: "typed", value: percentile(trips.typed, part) },
    });
    const name = `round trip of ${label}`;
    rows.push({ name: `${name}, p50`, engine, unit: "ms", ...at(0.5), budget: { bound: "≤", times: 1.15 } });
    // The slowest hundredth is the machine's, not argus': shown, with no budget.
    rows.push({ name: `${name}, p99`, engine, unit: "ms", ...at(0.99) });
  }
  return rows;
}

async function throughput(engine: EngineName, { lab, effort }: Bench): Promise<Row[]> {
  const rows: Row[] = [];
  lab.build(engine, ["source", "sink"]);
  for (const [name, server, measure] of [
    ["server to client", "source", toClient],
    ["client to server", "sink", toServer],
  ] as const) {
    const samples = await interleaved(Math.max(2, Math.ceil(effort.rounds / 3)), {
      argus: () => measure(lab.argus(engine, server)),
      typed: () => measure(lab.typed(engine, server)),
    });
    const budget = { bound: "≥", times: 0.95 } as const;
    rows.push({ name: `throughput, ${name}`, engine, unit: "MiB/s", ...medians(samples, "typed"), budget });
  }
  return rows;
}

/** MiB/s from the server; the clock runs from the first word that the client sends, when the container has started. */
async function toClient(line: Line): Promise<number> {
  const session = open(line);
  await session.exchange("", READY.length);
  const took = await session.exchange("go\n", STREAM_BYTES);
  await session.close();
  return mebibytesPerSecond(took);
}

/** MiB/s to the server, until it says that all has come. */
async function toServer(line: Line): Promise<number> {
  const session = open(line);
  await session.exchange("", READY.length);
  const done = session.exchange("", "done\n".length);
  const chunk = new Uint8Array(64 * 1024).fill(97);
  const { stdin } = session.child;
  for (let sent = 0; sent < STREAM_BYTES; sent += chunk.length) {
    if (!stdin.write(chunk)) await new Promise((resolve) => stdin.once("drain", resolve));
  }
  const took = await done;
  await session.close();
  return mebibytesPerSecond(took);
}

function mebibytesPerSecond(ms: number): number {
  return STREAM_BYTES / 1_048_576 / (ms / 1000);
}

async function endOfInput(engine: EngineName, { lab, effort }: Bench): Promise<Row[]> {
  lab.build(engine, ["ender"]);
  const measure = async (line: Line) => {
    const session = open(line);
    await session.exchange("hello\n", "hello\n".length);
    const seen = session.exchange("", "end\n".length);
    session.child.stdin.end();
    const took = await seen;
    await session.close();
    return took;
  };
  const samples = await interleaved(effort.rounds, {
    argus: () => measure(lab.argus(engine, "ender")),
    typed: () => measure(lab.typed(engine, "ender")),
  });
  const budget = { bound: "≤", plus: 50 } as const;
  return [{ name: "end of input until the server says so", engine, unit: "ms", ...medians(samples, "typed"), budget }];
}

/** What a running session carries: round trips, streams one way, and the end of the client's input. */
import { type Bench, type Benchmark, medians, pause, SETTLED_MS } from "./benchmark.ts";
import { type Line, open, type Session } from "./child.ts";
import { DONE, type EngineName, STREAM_BYTES } from "./lab.ts";
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

/** How often each session has its turn. */
const TURNS = 3;

/** Sizes of a line with how often it is sent in one round. */
const LINES = [
  ["200 B", 200, 500],
  ["64 KiB", 65_536, 50],
  ["1 MiB", 1_048_576, 8],
] as const;

async function roundTrips(engine: EngineName, bench: Bench): Promise<Row[]> {
  const samples = await sample(engine, "echo", bench, async (session) => {
    const trips: number[][] = [];
    for (const [, size, count] of LINES) trips.push(await times(session, `${"x".repeat(size - 1)}\n`, count));
    return trips;
  });
  return LINES.flatMap(([label], at): Row[] => {
    const trips = new Map([...samples].map(([side, rounds]) => [side, rounds.flatMap((round) => round[at]!)]));
    const name = `round trip of ${label}`;
    return [
      { name: `${name}, p50`, engine, unit: "ms", ...besideTyped(trips, 0.5), budget: { bound: "≤", times: 1.15 } },
      // The slowest hundredth is the machine's, not argus': shown, with no budget.
      { name: `${name}, p99`, engine, unit: "ms", ...besideTyped(trips, 0.99) },
    ];
  });
}

/** Milliseconds of so many round trips in a row. */
async function times(session: Session, message: string, count: number): Promise<number[]> {
  const trips: number[] = [];
  for (let trip = 0; trip < count; trip += 1) trips.push(await session.exchange(message, message.length));
  return trips;
}

async function throughput(engine: EngineName, bench: Bench): Promise<Row[]> {
  const rows: Row[] = [];
  for (const [name, server, stream] of [
    ["server to client", "source", toClient],
    ["client to server", "sink", toServer],
  ] as const) {
    const samples = await sample(engine, server, bench, async (session) => mebibytesPerSecond(await stream(session)));
    const budget = { bound: "≥", times: 0.95 } as const;
    rows.push({ name: `throughput, ${name}`, engine, unit: "MiB/s", ...besideTyped(samples, 0.5), budget });
  }
  return rows;
}

/** Milliseconds of a stream from the server. */
function toClient(session: Session): Promise<number> {
  return session.exchange("go\n", STREAM_BYTES);
}

/** Milliseconds of a stream to the server, until it says that all has come. */
async function toServer(session: Session): Promise<number> {
  const done = session.exchange("go\n", DONE.length);
  const chunk = new Uint8Array(64 * 1024).fill(97);
  const { stdin } = session.child;
  for (let sent = 0; sent < STREAM_BYTES; sent += chunk.length) {
    if (!stdin.write(chunk)) await new Promise((resolve) => stdin.once("drain", resolve));
  }
  return await done;
}

/** The same line is typed twice: how far the two are apart is this machine's chance, and less than that means nothing. */
type Side = "argus" | "typed" | "again";

/**
 * Measures live sessions in turns. They are let alone until argus has tidied up after its start, and opened anew a few times:
 * where the kernel happens to put the processes of one stays for its life.
 */
async function sample<Sample>(
  engine: EngineName,
  server: string,
  { lab, effort }: Bench,
  measure: (session: Session) => Promise<Sample>,
): Promise<Map<Side, Sample[]>> {
  lab.build(engine, [server]);
  const all = new Map<Side, Sample[]>();
  const sets = Math.ceil(effort.rounds / TURNS);
  for (let set = 0; set < sets; set += 1) {
    const argus = open(lab.argus(engine, server));
    const typed = open(lab.typed(engine, server));
    const again = open(lab.typed(engine, server));
    await pause(SETTLED_MS);
    const samples = await interleaved<Side, Sample>(TURNS, {
      argus: () => measure(argus),
      typed: () => measure(typed),
      again: () => measure(again),
    });
    for (const [side, measured] of samples) all.set(side, [...(all.get(side) ?? []), ...measured]);
    await Promise.all([argus.close(), typed.close(), again.close()]);
  }
  return all;
}

/** A percentile of argus and of the line typed, as the middle of a row. */
function besideTyped(samples: ReadonlyMap<Side, readonly number[]>, part: number) {
  const at = (side: Side) => percentile(samples.get(side) ?? [], part);
  return { argus: at("argus"), beside: { what: "typed", value: at("typed") }, detail: { again: at("again") } };
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

/** The rows of the table: what is measured, beside what, and the budget that holds. */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import process from "node:process";
import { firstReply, type Line, open, wholeRun } from "./child.ts";
import { ARGUS, type EngineName, type Lab, STREAM_BYTES } from "./lab.ts";
import { countedSocket } from "./socket.ts";
import { interleaved, median, percentile } from "./stats.ts";

/** One line of the result. */
export interface Row {
  readonly name: string;
  readonly engine: EngineName | "";
  readonly unit: "ms" | "MiB" | "MiB/s" | "calls";
  readonly argus: number;
  /** The same measure of what argus is held against, by its name. */
  readonly against: Readonly<Record<string, number>>;
  /** What the value, or its ratio to the named one, may be at most ("at least" for throughput). */
  readonly budget: string;
  readonly ok: boolean;
}

/** What a benchmark gets. */
export interface Bench {
  readonly lab: Lab;
  readonly engine: EngineName;
  readonly rounds: number;
  readonly note: (text: string) => void;
}

/** A benchmark: some need no engine and run once. */
export interface Benchmark {
  readonly name: string;
  readonly about: string;
  readonly engines: "none" | "each" | "docker";
  /** Backends whose images must be there. */
  readonly images: readonly string[];
  readonly run: (bench: Bench) => Promise<Row[]>;
}

/** All of them, in the order of the table. */
export const BENCHMARKS: readonly Benchmark[] = [
  { name: "version", about: "argus --version", engines: "none", images: [], run: version },
  { name: "validate", about: "argus validate, 10 backends", engines: "none", images: [], run: validate },
  {
    name: "start",
    about: "start to first reply: argus, the same argv typed, the bare command with warm caches",
    engines: "each",
    images: ["everything", "time"],
    run: start,
  },
  {
    name: "start10",
    about: "10 sessions at once, start to the last one's first reply",
    engines: "each",
    images: ["everything"],
    run: startTen,
  },
  { name: "roundtrip", about: "one line there and back", engines: "each", images: ["echo"], run: roundTrips },
  { name: "throughput", about: "256 MiB one way", engines: "each", images: ["source", "sink"], run: throughput },
  {
    name: "memory",
    about: "anonymous memory of a session's own processes",
    engines: "each",
    images: ["echo"],
    run: memory,
  },
  { name: "idle", about: "calls to the daemon in 10 idle seconds", engines: "docker", images: ["echo"], run: idle },
  { name: "build", about: "argus build, 100 images present", engines: "each", images: [], run: buildPresent },
];

async function version({ lab, rounds }: Bench): Promise<Row[]> {
  const samples = await interleaved(rounds * 3, {
    argus: () => wholeRun({ words: [ARGUS, "--version"], cwd: lab.folder }),
    true: () => wholeRun({ words: ["true"] }),
  });
  return [absolute("argus --version", "", samples, 15)];
}

async function validate({ lab, rounds }: Bench): Promise<Row[]> {
  const backends = Array.from(
    { length: 10 },
    (_, at) =>
      `  b${at}:\n    command: uvx\n    args: [mcp-server-${at}]\n    container: { memory: 256m, cpus: 0.5 }\n`,
  );
  const file = lab.write("ten/config.yaml", `backends:\n${backends.join("")}`);
  const samples = await interleaved(rounds * 3, {
    argus: () => wholeRun({ words: [ARGUS, "validate", "--config", file], cwd: lab.folder }),
    true: () => wholeRun({ words: ["true"] }),
  });
  return [absolute("argus validate, 10 backends", "", samples, 30)];
}

async function start({ lab, engine, rounds, note }: Bench): Promise<Row[]> {
  const rows: Row[] = [];
  for (const backend of ["everything", "time"]) {
    const bare = lab.bare(backend);
    if (bare === undefined) note(`start of ${backend}, bare: skipped, its tool is not installed and not to be had`);
    const samples = await interleaved(rounds, {
      argus: () => firstReply(lab.argus(engine, backend)),
      typed: () => firstReply(lab.typed(engine, backend)),
      ...(bare === undefined ? {} : { bare: () => firstReply(bare) }),
    });
    rows.push(ratio(`first reply, ${backend}, beside typed`, engine, samples, "typed", 1.1));
    if (bare !== undefined) rows.push(ratio(`first reply, ${backend}, beside bare`, engine, samples, "bare", 1));
  }
  return rows;
}

async function startTen({ lab, engine, rounds }: Bench): Promise<Row[]> {
  // The slowest one counts; the lines are made before the first one starts.
  const ten = async (line: () => Line) => {
    const lines = Array.from({ length: 10 }, line);
    return Math.max(...(await Promise.all(lines.map(firstReply))));
  };
  const samples = await interleaved(Math.max(2, Math.ceil(rounds / 4)), {
    argus: () => ten(() => lab.argus(engine, "everything")),
    typed: () => ten(() => lab.typed(engine, "everything")),
  });
  return [ratio("10 starts at once, last first reply", engine, samples, "typed", 1.1)];
}

async function roundTrips({ lab, engine, rounds }: Bench): Promise<Row[]> {
  const rows: Row[] = [];
  for (const [label, size, count, budget] of [
    ["200 B", 200, 500, 1.15],
    ["64 KiB", 65_536, 50, 1.15],
    ["1 MiB", 1_048_576, 8, 1.15],
  ] as const) {
    const message = `${"x".repeat(size - 1)}\n`;
    const trips: Record<"argus" | "typed", number[]> = { argus: [], typed: [] };
    // Both sessions live at once and take turns in blocks: what the machine does in between hits both.
    const sessions = { argus: open(lab.argus(engine, "echo")), typed: open(lab.typed(engine, "echo")) };
    for (const name of ["argus", "typed"] as const) await sessions[name].exchange(message, size);
    for (let round = 0; round < rounds; round += 1) {
      for (const name of round % 2 === 0 ? (["argus", "typed"] as const) : (["typed", "argus"] as const)) {
        for (let trip = 0; trip < count; trip += 1) trips[name].push(await sessions[name].exchange(message, size));
      }
    }
    await Promise.all([sessions.argus.close(), sessions.typed.close()]);
    for (const [word, part] of [
      ["p50", 0.5],
      ["p99", 0.99],
    ] as const) {
      const [argus, typed] = [percentile(trips.argus, part), percentile(trips.typed, part)];
      // The slowest hundredth is the machine's, not argus': shown, with no budget.
      const limit = word === "p50" ? budget : Number.POSITIVE_INFINITY;
      rows.push(ratioRow(`round trip ${label}, ${word}`, engine, "ms", argus, "typed", typed, limit));
    }
  }
  return rows;
}

async function throughput({ lab, engine, rounds }: Bench): Promise<Row[]> {
  const chunk = new Uint8Array(64 * 1024).fill(97);
  const toClient = async (line: Line) => {
    const session = open(line);
    // The first bytes come when the container has started; the clock runs from them on.
    await session.exchange("", 1);
    const took = await session.exchange("", STREAM_BYTES * 0.9);
    await session.close();
    return (STREAM_BYTES * 0.9) / 1_048_576 / (took / 1000);
  };
  const toServer = async (line: Line) => {
    const session = open(line);
    const began = performance.now();
    for (let sent = 0; sent < STREAM_BYTES; sent += chunk.length) {
      if (!session.child.stdin.write(chunk)) await new Promise((resolve) => session.child.stdin.once("drain", resolve));
    }
    await session.firstLine();
    const took = performance.now() - began;
    await session.close();
    return STREAM_BYTES / 1_048_576 / (took / 1000);
  };
  const few = Math.max(3, Math.ceil(rounds / 3));
  const rows: Row[] = [];
  for (const [name, backend, measure] of [
    ["server to client", "source", toClient],
    ["client to server, start included", "sink", toServer],
  ] as const) {
    const samples = await interleaved(few, {
      argus: () => measure(lab.argus(engine, backend)),
      typed: () => measure(lab.typed(engine, backend)),
    });
    const [argus, typed] = [median(samples.get("argus") ?? []), median(samples.get("typed") ?? [])];
    rows.push({
      name: `throughput ${name}`,
      engine,
      unit: "MiB/s",
      argus,
      against: { typed },
      budget: "≥ 0.95 × typed",
      ok: argus >= 0.95 * typed,
    });
  }
  return rows;
}

async function memory({ lab, engine }: Bench): Promise<Row[]> {
  const session = open(lab.argus(engine, "echo"));
  await session.exchange("hello\n", 6);
  await pause(3000);
  const own = ownProcesses(session.pid);
  const argus = anonymousMiB([session.pid]);
  const guard = anonymousMiB(own.filter((pid) => pid !== session.pid));
  await session.close();
  return [
    {
      name: "memory of argus and its guard",
      engine,
      unit: "MiB",
      argus: argus + guard,
      against: { "argus alone": argus, "guard's processes": guard },
      budget: "≤ 8 MiB",
      ok: argus + guard <= 8,
    },
  ];
}

async function idle({ lab, engine }: Bench): Promise<Row[]> {
  const socket = await countedSocket(process.env.DOCKER_HOST?.replace(/^unix:\/\//, "") ?? "/var/run/docker.sock");
  try {
    const line = lab.argus(engine, "echo");
    const session = open({ ...line, env: { ...line.env, DOCKER_HOST: `unix://${socket.path}` } });
    await session.exchange("hello\n", 6);
    await pause(5000);
    const before = socket.calls();
    await pause(10_000);
    const calls = socket.calls() - before;
    await session.close();
    if (socket.calls() === 0) throw new Error("the session did not use the counted socket");
    const row = {
      name: "calls to the daemon while idle, 10 s",
      engine,
      unit: "calls",
      argus: calls,
      against: {},
    } as const;
    return [{ ...row, budget: "0", ok: calls === 0 }];
  } finally {
    socket.close();
  }
}

async function buildPresent({ lab, engine, rounds, note }: Bench): Promise<Row[]> {
  const backends = Array.from(
    { length: 100 },
    (_, at) => `  p${at}: { command: uvx, args: [argus-bench-package-${at}] }\n`,
  );
  const file = lab.write("hundred/config.yaml", `backends:\n${backends.join("")}`);
  const env = { ...process.env, ARGUS_RUNTIME: engine };
  const words = ["plan", "--json", "--runtime", engine, "--config", file];
  const plans = JSON.parse(execFileSync(ARGUS, words, { encoding: "utf8", env, maxBuffer: 1 << 26 })) as {
    image: string;
  }[];
  const images = [...new Set(plans.map(({ image }) => image))];
  // One small image with the label that argus looks for, under a hundred names; all names go when the row is done.
  const base = "localhost/argus-bench:present";
  const present = () => {
    const input = "FROM alpine:3.21\nLABEL argus.inputs=bench\n";
    const dockerfile = lab.write("present/Dockerfile", input);
    const words = ["build", "--quiet", "-t", base, "-f", dockerfile, dirname(dockerfile)];
    execFileSync(engine, words, { stdio: "ignore" });
    for (const image of images) execFileSync(engine, ["tag", base, image], { stdio: "ignore" });
  };
  try {
    present();
    const line = { words: [ARGUS, "build", "--config", file], cwd: lab.folder, env: { ARGUS_RUNTIME: engine } };
    const samples = await interleaved(rounds, {
      argus: () => wholeRun(line),
      "image ls": () => wholeRun({ words: [engine, "image", "ls", "--no-trunc"] }),
    });
    const [argus, list] = [median(samples.get("argus") ?? []), median(samples.get("image ls") ?? [])];
    const row = {
      name: "build, 100 images present",
      engine,
      unit: "ms",
      argus,
      against: { "image ls": list },
    } as const;
    return [{ ...row, budget: "≤ 2 × image ls + 100 ms", ok: argus <= 2 * list + 100 }];
  } finally {
    for (const image of [...images, base]) {
      try {
        execFileSync(engine, ["image", "rm", image], { stdio: "ignore" });
      } catch {
        note(`could not remove the name ${image}`);
      }
    }
  }
}

/** A time with a limit in milliseconds; what starting any program costs here is shown and taken off. */
function absolute(name: string, engine: "", samples: ReadonlyMap<string, readonly number[]>, limit: number): Row {
  const floor = median(samples.get("true") ?? []);
  const argus = median(samples.get("argus") ?? []) - floor;
  return {
    name,
    engine,
    unit: "ms",
    argus,
    against: { "true (taken off)": floor },
    budget: `≤ ${limit} ms`,
    ok: argus <= limit,
  };
}

function ratio(
  name: string,
  engine: EngineName,
  samples: ReadonlyMap<string, readonly number[]>,
  other: string,
  limit: number,
): Row {
  const [argus, against] = [median(samples.get("argus") ?? []), median(samples.get(other) ?? [])];
  return ratioRow(name, engine, "ms", argus, other, against, limit);
}

function ratioRow(
  name: string,
  engine: EngineName,
  unit: Row["unit"],
  argus: number,
  other: string,
  against: number,
  limit: number,
): Row {
  const budget = Number.isFinite(limit) ? `≤ ${limit} × ${other}` : "";
  return { name, engine, unit, argus, against: { [other]: against }, budget, ok: argus <= limit * against };
}

/** The process and its descendants without the engine's program and what that started. */
function ownProcesses(root: number): number[] {
  const all = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, "utf8");
        const [, comm = "", parent = ""] = /^\d+ \((.*)\) \S (\d+)/s.exec(stat) ?? [];
        return [{ pid: Number(name), comm, parent: Number(parent) }];
      } catch {
        return [];
      }
    });
  const below = (pid: number): number[] => [
    pid,
    ...all
      .filter(({ parent, comm }) => parent === pid && !/^(docker|podman)/.test(comm))
      .flatMap((child) => below(child.pid)),
  ];
  return below(root);
}

function anonymousMiB(pids: readonly number[]): number {
  const sizes = pids.map((pid) => {
    try {
      const text = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
      return Number(/^Anonymous:\s+(\d+) kB/m.exec(text)?.[1] ?? 0) / 1024;
    } catch {
      // It has ended since it was listed.
      return 0;
    }
  });
  return sizes.reduce((sum, size) => sum + size, 0);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

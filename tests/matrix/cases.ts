/** The cases of the kill matrix: how a session ends × what its server does × when. */
import { SERVERS, type ServerName } from "./servers.ts";

/** Ways to end a session. */
export const ENDS = [
  "eof",
  "eof and a client that reads no more",
  "SIGTERM",
  "SIGINT",
  "SIGHUP",
  "SIGQUIT",
  "eof and SIGTERM",
  "kill argus",
  "kill cli",
  "kill client",
  "kill guard and argus",
  "kill conmon",
] as const;

export type End = (typeof ENDS)[number];

/** One case. */
export interface Case {
  readonly end: End;
  readonly server: ServerName;
  /** Milliseconds after the start; "steady" = once the container runs. */
  readonly at: number | "steady";
}

/** Every 25 ms step of the first 500 ms, and the steady state. */
export const MOMENTS: readonly (number | "steady")[] = [
  ...Array.from({ length: 20 }, (_, step) => step * 25),
  "steady",
];

/** The whole matrix for an engine. */
export function allCases(engine: "docker" | "podman"): Case[] {
  const servers = Object.keys(SERVERS) as ServerName[];
  return ENDS.filter((end) => end !== "kill conmon" || engine === "podman").flatMap((end) =>
    servers.flatMap((server) => MOMENTS.map((at) => ({ end, server, at }))),
  );
}

/** A selection that is the same for the same seed: every end and every server once, then what chance adds. */
export function someCases(engine: "docker" | "podman", count: number, seed: number): Case[] {
  const random = generator(seed);
  const cases = allCases(engine);
  const shuffled = cases.map((item) => ({ item, key: random() })).sort((a, b) => a.key - b.key);
  const chosen: Case[] = [];
  for (const { item } of shuffled) if (!chosen.some(({ end }) => end === item.end)) chosen.push(item);
  for (const { item } of shuffled) if (!chosen.some(({ server }) => server === item.server)) chosen.push(item);
  for (const { item } of shuffled) if (chosen.length < count && !chosen.includes(item)) chosen.push(item);
  return chosen;
}

/** What a case is called in a report. */
export function nameOf({ end, server, at }: Case): string {
  return `${end} × ${server} × ${at === "steady" ? at : `${at} ms`}`;
}

/** Numbers in [0, 1) from a seed. Source: mulberry32, public domain. */
export function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

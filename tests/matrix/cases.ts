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
  "normal close",
  "version probe",
  "kill argus",
  "kill cli",
  "kill client",
  "kill guard and argus",
  "kill conmon",
] as const;

/** Ends that hit every session of an engine, so that they need a daemon of their own. */
export const DAEMON_ENDS = ["restart daemon", "kill daemon"] as const;

export type DaemonEnd = (typeof DAEMON_ENDS)[number];
export type End = (typeof ENDS)[number] | DaemonEnd;

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

/** Every server. */
export const SERVER_NAMES = Object.keys(SERVERS) as ServerName[];

/** The whole matrix for an engine; podman alone has a conmon. */
export function allCases(engine: string): Case[] {
  const ends = ENDS.filter((end) => end !== "kill conmon" || engine === "podman");
  return ends.flatMap((end) => casesOf(end));
}

/** All cases of one end. */
export function casesOf(end: End): Case[] {
  return SERVER_NAMES.flatMap((server) => MOMENTS.map((at) => ({ end, server, at })));
}

/** A selection that is the same for the same seed: every end and every server once, then what chance adds. */
export function someCases(engine: string, count: number, seed: number): Case[] {
  const mixed = shuffled(allCases(engine), seed);
  const chosen: Case[] = [];
  for (const item of mixed) if (!chosen.some(({ end }) => end === item.end)) chosen.push(item);
  for (const item of mixed) if (!chosen.some(({ server }) => server === item.server)) chosen.push(item);
  for (const item of mixed) if (chosen.length < count && !chosen.includes(item)) chosen.push(item);
  return chosen;
}

/** What a case is called in a report. */
export function nameOf({ end, server, at }: Case): string {
  return `${end} × ${server} × ${at === "steady" ? at : `${at} ms`}`;
}

/** The same items in an order that the seed decides, so that any beginning of it is a fair sample. */
export function shuffled<Item>(items: readonly Item[], seed: number): Item[] {
  const random = generator(seed);
  return items
    .map((item) => ({ item, key: random() }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);
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

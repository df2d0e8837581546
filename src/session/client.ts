/** The client that started argus: its signals and its death. */
import process from "node:process";

/** Who started argus: it may be gone before a session begins. */
const PARENT = process.ppid;

/** How often the parent is looked at, in milliseconds: one cheap system call. */
const POLL = 200;

/** The signals that end a session. */
const SIGNALS = ["SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT"] as const;

/** What ends a session from outside. */
export type ClientEnd = (typeof SIGNALS)[number] | "gone";

/** Calls `end` for every signal, and once when the client is gone; returns the function that stops it. */
export function watchClient(end: (reason: ClientEnd) => void): () => void {
  const timer = setInterval(() => {
    if (process.ppid === PARENT) return;
    clearInterval(timer);
    end("gone");
  }, POLL);
  const listeners = SIGNALS.map((signal) => [signal, () => end(signal)] as const);
  for (const [signal, listener] of listeners) process.on(signal, listener);
  return () => {
    clearInterval(timer);
    for (const [signal, listener] of listeners) process.off(signal, listener);
  };
}

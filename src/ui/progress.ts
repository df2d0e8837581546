/** Progress of long work: on a terminal one live line per item with step and elapsed time, on a pipe plain lines. */
import { isatty } from "node:tty";
import { printLine } from "./line.ts";

export interface Progress {
  /** The item is being worked on. */
  start(item: string): void;
  /** What is done with it from now on: "building", "pushing …". */
  phase(item: string, phase: string): void;
  /** The small part of it that is done right now. */
  step(item: string, step: string): void;
  /** The item is finished; `outcome` stays on the screen. */
  finish(item: string, outcome: string): void;
  /** Ends the redrawing; nothing is printed after it. */
  close(): void;
}

const REDRAW_MS = 120;

interface ProgressOptions {
  readonly quiet: boolean;
  readonly verbose: boolean;
  /** Where nothing is redrawn: so often a line says that an item is still being built. Milliseconds; default never. */
  readonly remindEvery?: number;
}

/**
 * Progress on stderr: live when it is a terminal that can redraw, plain lines else, nothing with `quiet`; with `verbose`
 * plain lines in any case, each step among them, for other lines stand between them.
 */
export function createProgress(options: ProgressOptions): Progress {
  if (options.quiet) return { start() {}, phase() {}, step() {}, finish() {}, close() {} };
  const live = isatty(2) && process.env.TERM !== "dumb" && process.env.CI === undefined;
  return live && !options.verbose ? liveProgress() : plainProgress(options);
}

function plainProgress({ verbose, remindEvery }: ProgressOptions): Progress {
  const reminders = new Map<string, ReturnType<typeof setInterval>>();
  const remind = (item: string, began: number) => {
    printLine(`argus: ${item}: still building after ${Math.round((Date.now() - began) / 1000)} s`);
  };
  return {
    start(item) {
      if (remindEvery !== undefined) reminders.set(item, setInterval(remind, remindEvery, item, Date.now()));
    },
    phase: (item, phase) => printLine(`argus: ${item}: ${phase}`),
    step: (item, step) => {
      if (verbose) printLine(`argus: ${item}: ${step}`);
    },
    finish(item, outcome) {
      clearInterval(reminders.get(item));
      printLine(`argus: ${item}: ${outcome}`);
    },
    close() {
      for (const reminder of reminders.values()) clearInterval(reminder);
    },
  };
}

function liveProgress(): Progress {
  const running = new Map<string, { since: number; step: string }>();
  let drawn = 0;
  const draw = (above = "") => {
    const width = process.stderr.columns ?? 80;
    const lines = [...running].map(([item, { since, step }]) => {
      const seconds = Math.round((Date.now() - since) / 1000);
      return `  ${item}  ${seconds}s  ${step}`.slice(0, width - 1);
    });
    const up = drawn > 0 ? `\x1b[${drawn}A\x1b[J` : "";
    process.stderr.write(`${up}${above}${lines.map((line) => `${line}\n`).join("")}`);
    drawn = lines.length;
  };
  const timer = setInterval(draw, REDRAW_MS);
  timer.unref();
  const step = (item: string, step: string) => {
    const entry = running.get(item);
    if (entry !== undefined) entry.step = step;
  };
  return {
    start(item) {
      running.set(item, { since: Date.now(), step: "" });
      draw();
    },
    phase: step,
    step,
    finish(item, outcome) {
      running.delete(item);
      draw(`argus: ${item}: ${outcome}\n`);
    },
    close() {
      clearInterval(timer);
      draw();
    },
  };
}

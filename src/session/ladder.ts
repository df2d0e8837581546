/** The stop ladder: when to forward, to kill, to remove and to give up, as a pure function of events and time. */

/** Lengths of time in milliseconds. */
export interface Timing {
  /** Silence after the end of input before the ladder starts, the user's choice; undefined = the server may take for ever. */
  readonly eofGrace: number | undefined;
  /** From the start of the session; silence before that is a server that still loads, and its answer would be lost. */
  readonly start: number;
  /** From the forwarded signal to the engine's `kill`. */
  readonly forward: number;
  /** From `kill` to the first `rm -f`. */
  readonly kill: number;
  /** From one `rm -f` to the next: any single call may hang. */
  readonly remove: number;
  /** From the first step to the moment when argus leaves the rest to the guard. */
  readonly budget: number;
}

/**
 * Clients kill 2 s after their SIGTERM, a version probe after 1 s.
 * Source: closing a stdio connection, https://modelcontextprotocol.io/specification/2025-11-25/basic/lifecycle#shutdown
 */
export const TIMING: Omit<Timing, "eofGrace"> = { start: 10_000, forward: 700, kill: 200, remove: 400, budget: 1900 };

/** Where the ladder stands. */
export interface Ladder {
  readonly step: "none" | "draining" | "forwarded" | "killed" | "removing" | "abandoned";
  /** When this step began. */
  readonly since: number;
  /** When the first step of the stop itself began. */
  readonly stopped: number | undefined;
  /** The count of written bytes that was seen last. */
  readonly written: number | undefined;
}

/** What can happen to it. */
export type LadderEvent =
  /** The client closed our stdin, when the session was so old. */
  | { readonly kind: "eof"; readonly age: number }
  /** A signal came, or the client died. */
  | { readonly kind: "stop" }
  /** The engine lost the container: there is nobody to forward a signal to. */
  | { readonly kind: "lost" }
  /** Time passed; `written` counts what the server has written so far, where that is known. */
  | { readonly kind: "tick"; readonly written?: number | undefined };

/** What the session does next. */
export type LadderAction = "forward" | "kill" | "remove" | "abandon";

/** The ladder of a session that nobody has ended yet. */
export const CALM: Ladder = { step: "none", since: 0, stopped: undefined, written: undefined };

/** The next state, and what to do now. */
export function climb(
  ladder: Ladder,
  event: LadderEvent,
  now: number,
  timing: Timing,
): { readonly ladder: Ladder; readonly action?: LadderAction } {
  switch (event.kind) {
    case "eof":
      return { ladder: ladder.step === "none" ? drain(ladder, event.age, now, timing) : ladder };
    case "stop":
      return stop(ladder, now);
    case "lost":
      return ladder.step === "removing" || ladder.step === "abandoned"
        ? { ladder }
        : enter(ladder, "removing", "remove", now);
    case "tick":
      return tick(ladder, event.written, now, timing);
  }
}

/** Waits for silence, which counts from now, or as if it had begun late enough in a young session. */
function drain(ladder: Ladder, age: number, now: number, { start, eofGrace = 0 }: Timing): Ladder {
  return { ...ladder, step: "draining", since: Math.max(now, now - age + start - eofGrace) };
}

/** The first signal forwards, a second one hastens. */
function stop(ladder: Ladder, now: number): { ladder: Ladder; action?: LadderAction } {
  if (ladder.step === "none" || ladder.step === "draining") return enter(ladder, "forwarded", "forward", now);
  if (ladder.step === "forwarded") return enter(ladder, "killed", "kill", now);
  return { ladder };
}

function tick(
  ladder: Ladder,
  written: number | undefined,
  now: number,
  timing: Timing,
): { ladder: Ladder; action?: LadderAction } {
  const waited = now - ladder.since;
  if (ladder.stopped !== undefined && ladder.step !== "abandoned" && now - ladder.stopped >= timing.budget) {
    return enter(ladder, "abandoned", "abandon", now);
  }
  switch (ladder.step) {
    case "draining":
      // Output that still flows is an answer that the client waits for.
      if (flowed(ladder.written, written))
        return { ladder: { ...ladder, since: Math.max(now, ladder.since), written } };
      // From tick to tick, so that what an idle program writes to itself does not add up.
      if (timing.eofGrace === undefined || waited < timing.eofGrace) return { ladder: { ...ladder, written } };
      return enter(ladder, "forwarded", "forward", now);
    case "forwarded":
      return waited < timing.forward ? { ladder } : enter(ladder, "killed", "kill", now);
    case "killed":
      return waited < timing.kill ? { ladder } : enter(ladder, "removing", "remove", now);
    case "removing":
      return waited < timing.remove ? { ladder } : enter(ladder, "removing", "remove", now);
    default:
      return { ladder };
  }
}

/** An idle podman writes a byte to itself every 0.2 s; the shortest message is longer than that. */
function flowed(before: number | undefined, after: number | undefined): boolean {
  return after !== undefined && (before === undefined || after - before >= LEAST_FLOW);
}

const LEAST_FLOW = 16;

function enter(
  ladder: Ladder,
  step: Ladder["step"],
  action: LadderAction,
  now: number,
): { ladder: Ladder; action: LadderAction } {
  return { ladder: { ...ladder, step, since: now, stopped: ladder.stopped ?? now }, action };
}

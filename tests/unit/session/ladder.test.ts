import assert from "node:assert/strict";
import { test } from "node:test";
import { CALM, climb, type LadderAction, type LadderEvent, TIMING, type Timing } from "../../../src/session/ladder.ts";

type Story = readonly (readonly [at: number, event: LadderEvent])[];

const EOF: LadderEvent = { kind: "eof", age: 60_000 };
const STOP: LadderEvent = { kind: "stop" };
const LOST: LadderEvent = { kind: "lost" };

/** What the ladder does in a story, with ticks every 50 ms as in a session; `written` is what the server wrote by then. */
function play(
  story: Story,
  until: number,
  written: (at: number) => number | undefined = () => 100,
  timing: Timing = { ...TIMING, eofGrace: 3000 },
): [number, LadderAction][] {
  const done: [number, LadderAction][] = [];
  let ladder = CALM;
  for (let now = 0; now <= until; now += 50) {
    const events = story.filter(([at]) => at === now).map(([, event]) => event);
    for (const event of [...events, { kind: "tick", written: written(now) } as const]) {
      const next = climb(ladder, event, now, timing);
      ladder = next.ladder;
      if (next.action !== undefined) done.push([now, next.action]);
    }
  }
  return done;
}

test("nobody ends the session: nothing happens, however long it takes", () => {
  assert.deepEqual(play([], 60_000), []);
});

test("a signal is forwarded at once; a server that ignores it is killed, removed, and left to the guard", () => {
  assert.deepEqual(play([[1000, STOP]], 10_000), [
    [1000, "forward"],
    [1700, "kill"],
    [1900, "remove"],
    [2300, "remove"],
    [2700, "remove"],
    [2900, "abandon"],
  ]);
});

test("a server that still loads is not cut: its first answer may take 10 s", () => {
  const young = (age: number): LadderEvent => ({ kind: "eof", age });
  assert.deepEqual(play([[0, young(0)]], 20_000)[0], [10_000, "forward"]);
  assert.deepEqual(play([[0, young(4000)]], 20_000)[0], [6000, "forward"]);
  assert.deepEqual(play([[0, young(9000)]], 20_000)[0], [3000, "forward"]);
  // What the engine's program says while it starts is no answer.
  assert.deepEqual(play([[0, young(0)]], 20_000, (at) => Math.min(at, 500))[0], [10_000, "forward"]);
});

test("everything happens within the 2 s that a client waits before it kills", () => {
  const actions = play([[0, STOP]], 10_000);
  assert.ok(actions.every(([at]) => at < 2000));
  assert.equal(actions.at(-1)?.[1], "abandon");
});

test("a second signal hastens the kill", () => {
  const [first, second] = play(
    [
      [0, STOP],
      [100, STOP],
    ],
    300,
  );
  assert.deepEqual(
    [first, second],
    [
      [0, "forward"],
      [100, "kill"],
    ],
  );
});

test("the end of input starts the ladder after 3 s of silence", () => {
  assert.deepEqual(play([[500, EOF]], 4300).slice(0, 2), [
    [3500, "forward"],
    [4200, "kill"],
  ]);
});

test("output that flows after the end of input is never cut", () => {
  assert.deepEqual(
    play([[0, EOF]], 60_000, (at) => at * 1000),
    [],
  );
  // One answer of 40 bytes every 2 s.
  assert.deepEqual(
    play([[0, EOF]], 60_000, (at) => Math.floor(at / 2000) * 40),
    [],
  );
});

test("the grace begins when the output stops", () => {
  const flows = (at: number) => Math.min(at, 10_000);
  assert.deepEqual(play([[0, EOF]], 13_100, flows), [[13_000, "forward"]]);
});

test("a few bytes that an idle podman writes to itself are no output, however many they become", () => {
  const noise = (at: number) => 1000 + Math.floor(at / 20);
  assert.deepEqual(play([[0, EOF]], 20_000, noise, { ...TIMING, eofGrace: 15_000 })[0], [15_000, "forward"]);
});

test("where nobody counts the output, the grace is counted from the end of input", () => {
  assert.deepEqual(
    play([[0, EOF]], 3100, () => undefined),
    [[3000, "forward"]],
  );
});

test("a grace of never leaves the server alone", () => {
  assert.deepEqual(
    play([[0, EOF]], 600_000, () => 100, { ...TIMING, eofGrace: undefined }),
    [],
  );
});

test("a signal after the end of input does not wait for the grace", () => {
  const story: Story = [
    [0, EOF],
    [2000, STOP],
  ];
  assert.deepEqual(play(story, 2000), [[2000, "forward"]]);
});

test("a second end of input changes nothing", () => {
  const story: Story = [
    [0, EOF],
    [2000, EOF],
  ];
  assert.deepEqual(play(story, 3100).length, 1);
});

test("a container that the engine lost is removed at once, again and again", () => {
  assert.deepEqual(play([[0, LOST]], 10_000), [
    [0, "remove"],
    [400, "remove"],
    [800, "remove"],
    [1200, "remove"],
    [1600, "remove"],
    [1900, "abandon"],
  ]);
});

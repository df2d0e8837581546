import assert from "node:assert/strict";
import process from "node:process";
import { afterEach, test } from "node:test";
import type { LadderAction } from "../../../src/session/ladder.ts";
import { Lifecycle } from "../../../src/session/lifecycle.ts";

const lives: Lifecycle[] = [];

/** A life and the actions that it asked for. */
function open(eofGrace?: number): { readonly life: Lifecycle; readonly actions: LadderAction[] } {
  const actions: LadderAction[] = [];
  const life = new Lifecycle(eofGrace, { act: (action) => void actions.push(action), written: () => undefined });
  lives.push(life);
  return { life, actions };
}

afterEach(() => {
  for (const life of lives.splice(0)) {
    life.gone();
    life.release();
  }
});

test("goes from starting to attached, stopping and gone", () => {
  const { life, actions } = open();
  assert.equal(life.state, "starting");
  life.attached();
  assert.equal(life.state, "attached");
  process.emit("SIGTERM", "SIGTERM");
  assert.deepEqual([life.state, life.cause, life.stopped, life.hurried], ["stopping", "SIGTERM", true, true]);
  assert.equal(life.gone(), true);
  assert.equal(life.state, "gone");
  assert.equal(life.gone(), false);
  assert.deepEqual(actions, ["forward"]);
});

test("a signal before the server runs is a stop too, and the first one is the cause", () => {
  const { life, actions } = open();
  process.emit("SIGHUP", "SIGHUP");
  process.emit("SIGTERM", "SIGTERM");
  life.attached();
  assert.deepEqual([life.state, life.cause], ["stopping", "SIGHUP"]);
  assert.deepEqual(actions, ["forward", "kill"]);
});

test("a server that did not run after all is waited for again, but not after a stop", () => {
  const { life, actions } = open(0);
  life.attached();
  life.endOfInput();
  life.detached();
  assert.equal(life.state, "starting");
  life.attached();
  assert.equal(life.state, "attached");
  process.emit("SIGTERM", "SIGTERM");
  life.detached();
  assert.equal(life.state, "stopping");
  assert.deepEqual(actions, ["forward"]);
});

test("what comes after the end is nobody's", () => {
  const before = process.listenerCount("SIGTERM");
  const { life, actions } = open();
  life.gone();
  process.emit("SIGTERM", "SIGTERM");
  life.lost();
  assert.deepEqual(actions, []);
  life.release();
  assert.equal(process.listenerCount("SIGTERM"), before);
});

test("a lost container is removed at once, and the client did not ask for it", () => {
  const { life, actions } = open();
  life.attached();
  life.lost();
  assert.deepEqual([actions, life.stopped, life.hurried], [["remove"], true, false]);
});

test("the end of input is remembered, and stops nothing by itself", () => {
  const { life, actions } = open(0);
  life.endOfInput();
  assert.deepEqual([life.inputEnded, life.state, actions], [true, "starting", []]);
  life.attached();
  assert.deepEqual([life.state, life.stopped, actions], ["attached", false, []]);
});

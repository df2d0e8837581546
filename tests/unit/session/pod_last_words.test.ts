import assert from "node:assert/strict";
import { test } from "node:test";
import type { PodState, ServerState } from "../../../src/engine/kubernetes/parse.ts";
import { podTrouble } from "../../../src/engine/kubernetes/trouble.ts";
import { type PodEnding, podLastWords } from "../../../src/session/pod_last_words.ts";

function pod(server: ServerState | undefined): PodState {
  return {
    name: "argus-time-0123456789ab",
    image: "r/x@sha256:1",
    created: "2026-01-01T00:00:00Z",
    backend: "time",
    owner: undefined,
    deleting: false,
    phase: "Failed",
    changed: "2026-01-01T00:00:00Z",
    reason: "",
    message: "",
    memory: "512Mi",
    unscheduled: undefined,
    server,
  };
}

function ended(exitCode: number, reason = "Error"): PodState {
  return pod({ state: "terminated", exitCode, reason, message: "" });
}

function words(ending: Partial<PodEnding>): string {
  const state = ending.pod ?? ended(ending.code ?? 0);
  return podLastWords({
    backend: "time",
    code: 0,
    attachCode: 0,
    inputEnded: false,
    interactive: false,
    lived: 1500,
    pod: state,
    trouble: podTrouble(state),
    log: "",
    passed: "",
    ...ending,
  }).join("\n");
}

test("a server that ended well leaves no words", () => {
  assert.equal(words({ inputEnded: true }), "");
  assert.equal(words({ interactive: true }), "");
  assert.equal(words({ code: 7, inputEnded: true }), "");
});

test("a server that ended by itself is told with its code", () => {
  assert.equal(
    words({}),
    'argus: server: the server of "time" ended by itself with exit code 0 after 1.5 s, before the end of its input; was its node restarted?',
  );
  assert.equal(
    words({ code: 7 }),
    'argus: server: the server of "time" ended by itself with exit code 7 after 1.5 s; its own words are above',
  );
});

test("what nobody has heard is added, without messages and without what was heard", () => {
  const log = 'loading\n{"jsonrpc":"2.0"}\nno database\nbye\n';
  const text = words({ code: 3, log, passed: "no database\nbye\n" });
  assert.match(text, /as its node kept it:\nloading\nargus: server/);
  assert.match(words({ code: 3, log }), /loading\nno database\nbye\nargus: server/);
});

test("a limit that was hit is the reason", () => {
  const text = words({ code: 137, pod: ended(137, "OOMKilled") });
  assert.match(text, /^argus: server: the server used more memory than its limit of 512Mi; raise/);
});

test("an end that is not the server's names what ended", () => {
  assert.match(words({ code: 137, attachCode: 137, pod: pod({ state: "running" }) }), /kubectl command was killed/);
  assert.match(words({ code: 1, pod: pod({ state: "running" }) }), /the connection to the server ended/);
  const removed = podLastWords({
    backend: "time",
    code: 1,
    attachCode: 0,
    inputEnded: false,
    interactive: false,
    lived: 1,
    pod: undefined,
    trouble: undefined,
    log: "",
    passed: "",
  });
  assert.match(removed.join(), /was removed while it was in use/);
});

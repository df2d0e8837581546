import assert from "node:assert/strict";
import { test } from "node:test";
import { labelValue, podName } from "../../../../src/engine/kubernetes/names.ts";
import { cpuQuantity, memoryQuantity } from "../../../../src/engine/kubernetes/quantity.ts";

for (const [size, quantity] of [
  ["512m", "512Mi"],
  ["1.5g", "1536Mi"],
  ["1g", "1Gi"],
  ["2048MB", "2Gi"],
  ["10240k", "10Mi"],
  ["6291457b", "6291457"],
  ["0.3g", "322122547"],
] as const) {
  test(`memory ${size} is ${quantity}`, () => assert.equal(memoryQuantity(size), quantity));
}

for (const [cpus, quantity] of [
  ["1", "1"],
  ["0.5", "500m"],
  ["1.25", "1250m"],
  ["2.0", "2"],
  ["0.01", "10m"],
  ["0.1", "100m"],
  ["0.0101", "11m"],
  ["1.9999", "2"],
] as const) {
  test(`cpus ${cpus} is ${quantity}`, () => assert.equal(cpuQuantity(cpus), quantity));
}

const OWNER = { pid: 1, started: "", boot: "", host: "", uid: 0 };

for (const [container, name] of [
  ["argus-time-0123456789ab", "argus-time-0123456789ab"],
  ["argus-My_Server.v2-0123456789ab", "argus-my-server-v2-0123456789ab"],
  [`argus-${"x".repeat(80)}-0123456789ab`, `${"x".repeat(50)}-0123456789ab`],
] as const) {
  test(`${container} is the Pod ${name}`, () => {
    assert.equal(podName({ backend: "b", container, owner: OWNER }), name);
    assert.ok(name.length <= 63);
  });
}

for (const [text, value] of [
  ["time", "time"],
  ["Time_Server.v2", "Time_Server.v2"],
  ["_x_", "x"],
  ["a:b c", "a-b-c"],
  ["x".repeat(80), "x".repeat(63)],
  [`${"x".repeat(62)}_y`, "x".repeat(62)],
] as const) {
  test(`${text} is the label ${value}`, () => assert.equal(labelValue(text), value));
}

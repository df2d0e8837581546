import assert from "node:assert/strict";
import { test } from "node:test";
import { cpusProblem } from "../../../../src/config/rules/cpus.ts";
import { memoryBytes, memoryProblem } from "../../../../src/config/rules/memory.ts";
import { networkProblem, networkWarning } from "../../../../src/config/rules/network.ts";
import { table, UNSEEN } from "./table.ts";

table("memory", memoryProblem, {
  fine: [
    "512m",
    "1g",
    "2048m",
    "512M",
    "1GB",
    "1.5g",
    "6m",
    "6291456b",
    "6291456",
    "536870912",
    "1024000k",
    "8192KB",
    "600mb",
  ],
  refused: [
    ...[
      "",
      " ",
      "abc",
      "-1",
      "-512m",
      "512",
      "0",
      "0m",
      "5m",
      "6291455b",
      "6291455",
      "1bb",
      "512 m",
      " 512m",
      "512m\n",
      "1t",
      "1e3m",
    ],
    ...["٥١٢m", "512mi", "1,5g", ".5g", "5.g", "0x10m", "512m;", "512m 1g", `${"9".repeat(400)}g`, ...UNSEEN],
  ],
});

test("a size is counted in bytes", () => {
  const rows: [string, number | undefined][] = [
    ["512m", 512 * 1024 ** 2],
    ["1.5G", 1.5 * 1024 ** 3],
    ["1024KB", 1024 ** 2],
    ["7b", 7],
    ["7", 7],
    ["", undefined],
  ];
  for (const [size, bytes] of rows) assert.equal(memoryBytes(size), bytes, size);
});

table("cpus", cpusProblem, {
  fine: ["1", "2", "0.5", "1.25", "0.01", "16", "1.50"],
  refused: [
    "",
    "0",
    "0.0",
    "0.001",
    "-1",
    "+1",
    "1e1",
    "1,5",
    ".5",
    "1.",
    "abc",
    "1m",
    "Infinity",
    "NaN",
    "1\n",
    "1 ",
    "٢",
    ...UNSEEN,
  ],
});

table("network", networkProblem, {
  fine: ["none", "bridge", "host", "my_net", "net-1.a", "container:db", "n", "default"],
  refused: [
    ...[
      "",
      " ",
      "has space",
      "net;drop",
      "net/slash",
      "-net",
      "container:",
      "container:-x",
      "container:a:b",
      "ns:/proc/1/ns/net",
    ],
    ...["false", "off", "no", "None", "NONE", "disabled", "0", "true", "yes", "on", "Bridge"],
    ...["pasta:-T,80", "name=x,ip=1", "none\n", "none ", "$(id)", "`id`", "a".repeat(129), ...UNSEEN],
  ],
});

test("a switch in place of a network is told which word it stands for", () => {
  const hints = (words: readonly string[]) => words.map((word) => networkProblem(word)?.hint);
  assert.deepEqual(hints(["false", "off", "no", "None", "disabled"]), Array(5).fill('write "none"'));
  assert.deepEqual(hints(["true", "yes", "on", "enabled"]), Array(4).fill('write "bridge"'));
});

test("a shared network namespace is warned about", () => {
  assert.match(networkWarning("host") ?? "", /every local service/);
  assert.match(networkWarning("container:db") ?? "", /another container/);
  for (const network of ["none", "bridge", "my-net"]) assert.equal(networkWarning(network), undefined);
});

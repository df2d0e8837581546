import assert from "node:assert/strict";
import { test } from "node:test";
import { parseVolume, type Volume, volumeProblem } from "../../../../src/config/rules/volume.ts";
import { table, UNSEEN } from "./table.ts";

const READ: [string, Volume][] = [
  ["/home/me/.mcp-data:/data:rw", { source: "/home/me/.mcp-data", kind: "path", target: "/data", mode: "rw" }],
  ["/a:/b", { source: "/a", kind: "path", target: "/b", mode: "rw" }],
  ["/a:/b:ro", { source: "/a", kind: "path", target: "/b", mode: "ro" }],
  ["/a:/b:ro,z", { source: "/a", kind: "path", target: "/b", mode: "ro,z" }],
  ["/a:/b:Z", { source: "/a", kind: "path", target: "/b", mode: "Z" }],
  ["cache:/data:ro,nocopy", { source: "cache", kind: "named", target: "/data", mode: "ro,nocopy" }],
  ["my_vol.1-x:/data", { source: "my_vol.1-x", kind: "named", target: "/data", mode: "rw" }],
  ["C:\\Users\\me:/data:ro", { source: "C:\\Users\\me", kind: "path", target: "/data", mode: "ro" }],
  ["c:/Users/me:/data", { source: "c:/Users/me", kind: "path", target: "/data", mode: "rw" }],
  ["\\\\srv\\share:/data", { source: "\\\\srv\\share", kind: "path", target: "/data", mode: "rw" }],
  ["/a b/c:/d e", { source: "/a b/c", kind: "path", target: "/d e", mode: "rw" }],
  ["/odd:name:/data:ro", { source: "/odd:name", kind: "path", target: "/data", mode: "ro" }],
  ["/dev/shm:/dev/shm", { source: "/dev/shm", kind: "path", target: "/dev/shm", mode: "rw" }],
  ["/a:/sys/fs/cgroup:ro", { source: "/a", kind: "path", target: "/sys/fs/cgroup", mode: "ro" }],
  ["/a:/system", { source: "/a", kind: "path", target: "/system", mode: "rw" }],
  ["/a:/tmp/", { source: "/a", kind: "path", target: "/tmp", mode: "rw" }],
  ["/a://data//x/.", { source: "/a", kind: "path", target: "/data/x", mode: "rw" }],
  [
    "/a:/b:rw,U,rshared,cached,noexec,nosuid,nodev",
    { source: "/a", kind: "path", target: "/b", mode: "rw,U,rshared,cached,noexec,nosuid,nodev" },
  ],
];

for (const [text, volume] of READ) {
  test(`the volume ${text} is read`, () => assert.deepEqual(parseVolume(text), volume));
}

table("volumes", volumeProblem, {
  fine: READ.map(([text]) => text),
  refused: [
    ...[
      "",
      " ",
      "/a",
      "cache",
      ":/b",
      "/a:",
      "/a::ro",
      "/a:b",
      "/a:b:ro",
      "./a:/b",
      "../a:/b",
      "a/b:/c",
      "~/a:/b",
      "$HOME:/b",
      "${X}:/b",
    ],
    ...[
      "/a:/",
      "/a://",
      "/a:/.",
      "/a:/./",
      "/a:/proc",
      "/a:/proc/x",
      "/a:/sys",
      "/a://sys/:ro",
      "/a:/dev/./",
      "/a:/b/..",
      "/a:/../b",
      "/a:/b/../c:ro",
      "/a:..",
      "/a:/b:",
      "/a:/b:weird",
      "/a:/b:ro,rw",
    ],
    ...[
      "/a:/b:ro,ro",
      "/a:/b:z,Z",
      "/a:/b:RO",
      "/a:/b:ro,",
      "/a:/b: ro",
      "/a:/b:ro:rw",
      "x:/b",
      "C:\\x",
      "C:/x",
      "-v:/b",
      "file:///etc",
      "https://u:s3cret@a.b/c",
      "$(cmd):/d",
    ],
    ...[
      ";rm -rf /:/x",
      "/a:/b:ro --privileged",
      "a:C:\\x",
      `/${"x".repeat(8192)}:/b`,
      ...UNSEEN.map((each) => `/${each}:/b`),
    ],
    ...UNSEEN.map((each) => `/a:/${each}`),
  ],
});

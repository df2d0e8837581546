import assert from "node:assert/strict";
import { test } from "node:test";
import { readPosture } from "../../../src/engine/posture.ts";

/** What a hardened container on docker 20.10, cgroups 1, prints. */
const GOOD = `Uid:\t65532\t65532\t65532\t65532
Gid:\t65532\t65532\t65532\t65532
CapInh:\t0000000000000000
CapPrm:\t0000000000000000
CapEff:\t0000000000000000
CapBnd:\t0000000000000000
CapAmb:\t0000000000000000
NoNewPrivs:\t1
Seccomp:\t2
root: read-only
home: writable
mount /tmp: rw,nosuid,nodev,noexec,relatime,size=65536k
mount /home/nonroot: rw,nosuid,nodev,noexec,relatime,size=65536k
memory: 536870912
pids: 256
cpu: 100000
`;

test("a container with the whole posture has no gaps", () => {
  assert.deepEqual(readPosture(GOOD), { open: [], unlimited: [] });
  assert.deepEqual(readPosture(GOOD.replace("cpu: 100000", "cpu: 100000 100000")), { open: [], unlimited: [] });
});

const GAPS: [string, string, string][] = [
  ["NoNewPrivs:\t1", "NoNewPrivs:\t0", "programs can gain privileges"],
  ["Seccomp:\t2", "Seccomp:\t0", "system calls are not filtered"],
  ["CapBnd:\t0000000000000000", "CapBnd:\t00000000a80425fb", "capabilities are left"],
  ["Uid:\t65532", "Uid:\t0", "the user is not 65532"],
  ["Gid:\t65532", "Gid:\t0", "the group is not 65532"],
  ["root: read-only", "root: writable", "the root file system can be written"],
  ["home: writable", "home: read-only", "the home cannot be written"],
  ["mount /tmp: rw,nosuid,nodev,noexec", "mount /tmp: rw,nosuid,nodev", "programs can be put into /tmp"],
  ["mount /home/nonroot", "mount /home/other", "programs can be put into /home/nonroot"],
];

for (const [good, bad, sentence] of GAPS) {
  test(`gap: ${sentence}`, () => assert.deepEqual(readPosture(GOOD.replace(good, bad))?.open, [sentence]));
}

const UNLIMITED: [string, string, string][] = [
  ["memory: 536870912", "memory: 9223372036854771712", "memory"],
  ["memory: 536870912", "memory: max", "memory"],
  ["pids: 256", "pids: max", "pids"],
  ["pids: 256", "pids: ", "pids"],
  ["cpu: 100000", "cpu: -1", "cpus"],
  ["cpu: 100000", "cpu: max 100000", "cpus"],
];

for (const [good, bad, limit] of UNLIMITED) {
  test(`no limit: ${bad}`, () => assert.deepEqual(readPosture(GOOD.replace(good, bad))?.unlimited, [limit]));
}

test("an image without a shell tells nothing", () => {
  assert.equal(readPosture(""), undefined);
  assert.equal(readPosture("exec: /bin/sh: not found"), undefined);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Engine } from "../../../src/engine/engine.ts";
import { factsCommand, parseFacts } from "../../../src/engine/facts.ts";

const DOCKER: Engine = { name: "docker", bin: "docker", env: {}, rootless: false };
const PODMAN: Engine = { name: "podman", bin: "podman", env: {}, rootless: false };
const ROOTLESS: Engine = { ...PODMAN, rootless: true };

/** What docker 20.10 and podman 4.3 really print. */
const DOCKER_SAYS = '20.10.24+dfsg1\t1\ttrue true true\t/var/lib/docker\t["name=seccomp,profile=default"]\n';
const PODMAN_SAYS =
  '4.3.1\tv1\t["cpuset","cpu","cpuacct","memory","pids"]\t/var/lib/containers/storage\t{"apparmorEnabled":false,"seccompEnabled":true,"selinuxEnabled":false}\n';

test("docker's facts", () => {
  assert.deepEqual(parseFacts(DOCKER, DOCKER_SAYS), {
    version: "20.10.24+dfsg1",
    cgroups: 1,
    unenforced: [],
    storage: "/var/lib/docker",
    seccomp: true,
    lsm: undefined,
  });
  const bad = parseFacts(DOCKER, '26.1.5\t2\ttrue false false\t/d\t["name=apparmor"]');
  assert.deepEqual([bad?.cgroups, bad?.unenforced, bad?.seccomp, bad?.lsm], [2, ["cpus", "pids"], false, "AppArmor"]);
});

test("podman's facts", () => {
  assert.deepEqual(parseFacts(PODMAN, PODMAN_SAYS), {
    version: "4.3.1",
    cgroups: 1,
    unenforced: [],
    storage: "/var/lib/containers/storage",
    seccomp: true,
    lsm: undefined,
  });
});

test("rootless podman has the limits that are handed to the user, none on cgroups 1", () => {
  const v2 = PODMAN_SAYS.replace("v1", "v2")
    .replace('"cpu",', "")
    .replace('selinuxEnabled":false', 'selinuxEnabled":true');
  assert.deepEqual(parseFacts(ROOTLESS, PODMAN_SAYS)?.unenforced, ["memory", "cpus", "pids"]);
  assert.deepEqual(parseFacts(ROOTLESS, v2)?.unenforced, ["cpus"]);
  assert.equal(parseFacts(ROOTLESS, v2)?.lsm, "SELinux");
});

test("an engine that said nothing gives no facts", () => {
  for (const text of ["", "\n", "\t\tfalse false false\t\tnull"]) assert.equal(parseFacts(DOCKER, text), undefined);
  assert.equal(factsCommand(DOCKER).args[0], "info");
});

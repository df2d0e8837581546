import assert from "node:assert/strict";
import { dirname } from "node:path";
import { test } from "node:test";
import { parseVolume } from "../../../src/config/rules/volume.ts";
import { dockerEndpoints } from "../../../src/engine/detect.ts";
import { volumeNotices } from "../../../src/plan/volume_notices.ts";

test("a mount of more than files is told", () => {
  const rows: [string, string[]][] = [
    ["/var/run/docker.sock:/s", ["config/engine-socket"]],
    ["/run/user/1000/podman/podman.sock:/s:ro", ["config/engine-socket"]],
    ["/home/me/.colima/default/docker.sock:/s", ["config/engine-socket"]],
    ["/run/containerd/containerd.sock:/s", ["config/engine-socket"]],
    ["\\\\.\\pipe\\docker_engine:/s", ["config/engine-socket"]],
    ["/:/host:ro", ["config/wide-mount"]],
    ["/run/:/r", ["config/wide-mount"]],
    ["C:\\:/c", ["config/wide-mount"]],
    ["//etc:/e", ["config/wide-mount"]],
    ["/etc/.:/e", ["config/wide-mount"]],
    ["/srv/../var//run/:/r", ["config/wide-mount"]],
    ["/run/user/1000:/r", ["config/wide-mount"]],
    ["/var/run/user:/r", ["config/wide-mount"]],
    ["/private/var/run:/r", ["config/wide-mount"]],
    ["/private/etc:/e:ro", ["config/wide-mount"]],
    ["/run/podman/:/r", ["config/engine-socket"]],
    ["/run/user/1000/podman:/r", ["config/engine-socket"]],
    ["/run/user/1000/docker:/r", ["config/engine-socket"]],
    ["/var/run/docker:/r", ["config/engine-socket"]],
    ["/run/docker/containerd:/r", ["config/engine-socket"]],
    ["/run/k3s/containerd:/r", ["config/engine-socket"]],
    ["/run/cri-dockerd.sock:/s", ["config/engine-socket"]],
    ["/home/me/.docker:/d:ro", ["config/engine-socket"]],
    ["/home/me/.colima/work:/d", ["config/engine-socket"]],
    ["/home/me/site/.docker:/d:ro", []],
    ["/home/me/.docker/cli-plugins:/d:ro", []],
    ["/home/me/.config:/c:ro", []],
    ["/home/me/colima:/c", []],
    ["/home:/h:ro", ["config/wide-mount"]],
    ["/Users:/h:ro", ["config/wide-mount"]],
    ["C:\\Users\\.:/h:ro", ["config/wide-mount"]],
    ["/var/./run//docker.sock:/s", ["config/engine-socket"]],
    ["//./pipe/docker_engine:/s", ["config/engine-socket"]],
    ["\\\\srv\\etc:/x", []],
    ["/run/user/1000/app:/r", []],
    ["/home/etc:/h", []],
    ["/srv/etc/..:/h", []],
    ["/a:/tmp", ["config/replaced-tmpfs"]],
    ["cache:/home/nonroot/", ["config/replaced-tmpfs"]],
    ["/etc:/tmp:ro", ["config/wide-mount", "config/replaced-tmpfs"]],
    ["/home/me/projects:/workspace:ro", []],
    ["/home/me/.kube:/home/nonroot/.kube:ro", []],
    ["/srv/my-docker.sock.d:/x", []],
  ];
  for (const [text, codes] of rows) {
    assert.deepEqual(codesOf(text), codes, text);
  }
});

test("a mount of a folder that holds an engine's socket, however deep, is told", () => {
  const machines = [
    { platform: "linux", home: "/home/me", uid: 1000 },
    { platform: "linux", home: "/root", uid: 0 },
    { platform: "darwin", home: "/Users/me", uid: 501 },
    { platform: "win32", home: "C:\\Users\\me", uid: -1 },
  ];
  for (const machine of machines) {
    for (const { address } of dockerEndpoints({ ...machine, env: {} })) {
      const path = address.replace(/^(?:unix|npipe):\/\//, "");
      // A whole home or `.config` may be mounted: they are the user's own, and hold far more than an engine.
      const own = [machine.home, `${machine.home}/.config`];
      for (let place = path; place !== "/" && place !== "//./pipe" && !own.includes(place); place = dirname(place)) {
        assert.notDeepEqual(codesOf(`${place}:/x`), [], place);
      }
    }
  }
});

function codesOf(text: string): string[] {
  const volume = parseVolume(text);
  assert.ok("target" in volume, text);
  return volumeNotices(volume).map(({ code }) => code);
}

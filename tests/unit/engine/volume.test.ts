import assert from "node:assert/strict";
import { test } from "node:test";
import type { Volume } from "../../../src/config/rules/volume.ts";
import { volumeFlags, writableVolumes } from "../../../src/engine/volume.ts";
import { mount } from "./samples.ts";

const DOCKER = { name: "docker", rootless: false } as const;
const PODMAN = { name: "podman", rootless: true } as const;

const CASES: [string, Volume, string][] = [
  ["a folder", mount("/a", "/b"), "-v /a:/b"],
  ["read-only", mount("/a", "/b", "ro"), "-v /a:/b:ro"],
  ["SELinux", mount("/a", "/b", "ro,Z"), "-v /a:/b:ro,Z"],
  ["a name", { source: "data", kind: "named", target: "/b", mode: "rw" }, "-v data:/b"],
  ["a drive", mount("C:\\Users\\me", "/b", "ro"), "-v C:\\Users\\me:/b:ro"],
  ["a colon in the source", mount("/a:1", "/b", "ro"), "--mount type=bind,source=/a:1,target=/b,readonly"],
  ["a colon in the target", mount("/a", "/b:1"), "--mount type=bind,source=/a,target=/b:1"],
  ["colon, comma and quote", mount('/a:1,"2"', "/b"), '--mount type=bind,"source=/a:1,""2""",target=/b'],
];

for (const [name, volume, expected] of CASES) {
  test(`mount: ${name}`, () => assert.equal(volumeFlags(DOCKER, volume).join(" "), expected));
}

test("a mode that --mount does not have is refused by name", () => {
  assert.deepEqual(volumeFlags(PODMAN, mount("/a:1", "/b", "z")), [
    "--mount",
    "type=bind,source=/a:1,target=/b,relabel=shared",
  ]);
  assert.throws(() => volumeFlags(DOCKER, mount("/a:1", "/b", "z")), /docker cannot mount \/a:1 with the mode "z"/);
});

test("what Docker would give to root are the named volumes that are not read-only; podman gives them to the server", () => {
  const named = (source: string, mode: string): Volume => ({ source, kind: "named", target: `/${source}`, mode });
  const volumes = [
    named("data", "rw"),
    named("data", "rw"),
    named("z", "rw,z"),
    named("ro", "ro,z"),
    mount("/a", "/b"),
  ];
  assert.deepEqual(writableVolumes(DOCKER, volumes), ["data", "z"]);
  assert.deepEqual(writableVolumes(PODMAN, volumes), []);
});

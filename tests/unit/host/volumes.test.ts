import assert from "node:assert/strict";
import { chmodSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { test } from "node:test";
import type { Volume } from "../../../src/config/rules/volume.ts";
import { plain } from "../../../src/config/text.ts";
import { checkVolumes as check } from "../../../src/host/volumes.ts";
import { withTmp, writeTree } from "../../support/tmp.ts";

const DOCKER = { name: "docker", rootless: false } as const;
const ROOTLESS = { name: "podman", rootless: true } as const;

function checkVolumes(
  volumes: readonly Volume[],
  engine: Parameters<typeof check>[1],
  ...extraArgs: readonly string[]
) {
  return check({ volumes, extraArgs: extraArgs.map(plain) }, engine);
}

function at(source: string, mode = "rw"): Volume {
  return { source, kind: "path", target: "/data", mode };
}

test("a source that is not there is an error before an engine makes it", async () => {
  await withTmp((folder) => {
    assert.throws(() => checkVolumes([at(join(folder, "nope"))], DOCKER), {
      code: "volume/missing",
      message: `${folder}/nope, to be mounted at /data, does not exist`,
      hint: `\`mkdir -p ${folder}/nope\` if a folder is meant, or drop the mount of /data`,
    });
  });
});

test("a path of Windows elsewhere is told to be one", { skip: process.platform === "win32" }, () => {
  assert.throws(() => checkVolumes([at("C:\\data")], DOCKER), { code: "volume/missing", hint: /path of Windows/ });
});

test("the folders of another machine are its own affair", () => {
  assert.deepEqual(checkVolumes([at("/nonexistent/x")], { ...DOCKER, remote: true }), []);
});

test("named volumes are left to the engine", () => {
  assert.deepEqual(checkVolumes([{ source: "nope", kind: "named", target: "/data", mode: "rw" }], DOCKER), []);
});

test("a link is warned about as what it leads to", { skip: process.platform !== "linux" }, async () => {
  await withTmp((folder) => {
    const link = (to: string) => {
      const path = join(folder, to.replaceAll("/", "_"));
      symlinkSync(to, path);
      return path;
    };
    const codes = (source: string) => checkVolumes([at(source, "ro")], DOCKER).map(({ code }) => code);
    assert.deepEqual(codes(link("/etc")), ["config/wide-mount"]);
    assert.deepEqual(codes(link("/")), ["config/wide-mount"]);
    assert.deepEqual(codes("/etc"), [], "the plan has told it");
    assert.deepEqual(codes(link("/usr")), []);
    const [notice] = checkVolumes([at(link("/proc"), "ro")], DOCKER);
    assert.match(notice?.message ?? "", / \(.*\/_proc leads to \/proc\)$/);
  });
});

test("what the server's user cannot reach is warned about", { skip: process.platform !== "linux" }, async () => {
  await withTmp((folder) => {
    const codes = (mode: number, mount: "rw" | "ro", engine: typeof DOCKER | typeof ROOTLESS) => {
      const source = join(folder, "d");
      mkdirSync(source, { recursive: true });
      chmodSync(source, mode);
      return checkVolumes([at(source, mount)], engine).map(({ code }) => code);
    };
    assert.deepEqual(codes(0o777, "rw", DOCKER), []);
    assert.deepEqual(codes(0o755, "ro", DOCKER), []);
    assert.deepEqual(codes(0o755, "rw", DOCKER), ["volume/not-writable"]);
    assert.deepEqual(codes(0o700, "ro", DOCKER), ["volume/not-readable"]);
    assert.deepEqual(codes(0o744, "ro", DOCKER), ["volume/not-readable"]);
    assert.deepEqual(codes(0o700, "rw", ROOTLESS), []);
    assert.deepEqual(codes(0o500, "rw", ROOTLESS), ["volume/not-writable"]);
  });
});

test("the warning says who owns it and what to type", { skip: process.platform !== "linux" }, async () => {
  await withTmp((folder) => {
    const file = writeTree(folder, "f", "");
    chmodSync(file, 0o640);
    const [notice] = checkVolumes([at(file, "ro")], DOCKER);
    assert.match(
      notice?.message ?? "",
      /^the server cannot read \/data: .*mode 640, the server runs as user 65532; `chmod -R o\+rX \S+` opens it to everybody/,
    );
    for (const words of [["--user", "1000:1000"], ["--user=1000"], ["-u1000"], ["--userns=host"]]) {
      assert.deepEqual(checkVolumes([at(file, "ro")], DOCKER, ...words), []);
      assert.throws(() => checkVolumes([at(`${file}x`)], DOCKER, ...words), { code: "volume/missing" });
    }
    assert.equal(checkVolumes([at(file, "ro")], DOCKER, "--ulimit", "nofile=9").length, 1);
  });
});

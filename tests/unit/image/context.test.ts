import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, rmSync, symlinkSync } from "node:fs";
import { join, posix, win32 } from "node:path";
import process from "node:process";
import { test } from "node:test";
import { isWithin, readContext } from "../../../src/host/context.ts";
import { withTmp, writeTree } from "../../support/tmp.ts";

const TAKES_ALL = "FROM a\nCOPY . .\n";

test("the Dockerfile and its folder are read", () =>
  withTmp((folder) => {
    writeTree(folder, "srv/my.dockerfile", TAKES_ALL);
    const context = readContext(folder, "srv/my.dockerfile");
    assert.equal(context.text, TAKES_ALL);
    assert.equal(context.context, join(folder, "srv"));
    assert.equal(context.file, join(folder, "srv/my.dockerfile"));
    assert.match(context.digest, /^[0-9a-f]{64}$/);
  }));

test("the digest is the same for equal folders and another for any change that a builder sees", () =>
  withTmp((folder) => {
    const digest = (name: string) => readContext(folder, `${name}/Dockerfile`).digest;
    const make = (name: string) => {
      writeTree(folder, `${name}/Dockerfile`, TAKES_ALL);
      writeTree(folder, `${name}/.dockerignore`, "secret\n*.log\n!keep.log\n");
      writeTree(folder, `${name}/src/a.js`, "1");
      writeTree(folder, `${name}/secret/key`, "1");
      return digest(name);
    };
    const first = make("one");
    assert.equal(make("two"), first);

    writeTree(folder, "two/secret/key", "2");
    writeTree(folder, "two/x.log", "2");
    assert.equal(digest("two"), first, "what is ignored changes nothing");

    const changed = [
      () => writeTree(folder, "two/src/a.js", "2"),
      () => writeTree(folder, "two/src/b.js", ""),
      () => writeTree(folder, "two/keep.log", ""),
      () => mkdirSync(join(folder, "two/empty")),
      () => rmSync(join(folder, "two/src/a.js")),
      ...(process.platform === "win32" ? [] : [() => chmodSync(join(folder, "two/src/b.js"), 0o755)]),
    ].map((change) => {
      change();
      return digest("two");
    });
    assert.equal(new Set([first, ...changed]).size, changed.length + 1);
  }));

test("checkouts under the usual umasks have one digest", { skip: process.platform === "win32" }, () =>
  withTmp((folder) => {
    const checkout = (umask: number) => {
      const name = umask.toString(8);
      for (const path of [`${name}/Dockerfile`, `${name}/bin/run`]) {
        writeTree(folder, path, TAKES_ALL);
        chmodSync(join(folder, path), (path.endsWith("run") ? 0o777 : 0o666) & ~umask);
      }
      chmodSync(join(folder, name, "bin"), 0o777 & ~umask);
      return readContext(folder, `${name}/Dockerfile`).digest;
    };
    const usual = checkout(0o022);
    assert.equal(checkout(0o002), usual);
    assert.equal(checkout(0o000), usual);
    // Users of the container cannot read such files.
    assert.notEqual(checkout(0o077), usual);
  }),
);

test("what is within a folder, on both kinds of systems", () => {
  for (const [folder, path, within] of [
    ["C:\\a", "C:\\a", true],
    ["C:\\a", "C:\\a\\b", true],
    ["C:\\a", "C:\\a\\..b", true],
    ["C:\\a", "C:\\ab", false],
    ["C:\\a", "D:\\b", false],
    ["C:\\a", "\\\\server\\share\\b", false],
  ] as const) {
    assert.equal(isWithin(folder, path, win32), within, path);
  }
  assert.ok(isWithin("/a", "/a/..b", posix));
  assert.ok(!isWithin("/a/b", "/a", posix));
});

test("with a .containerignore, which podman alone reads, what either engine gets changes the digest", () =>
  withTmp((folder) => {
    writeTree(folder, "c/Dockerfile", TAKES_ALL);
    writeTree(folder, "c/.dockerignore", "none\ndocker-only\n.*ignore\n");
    const digest = () => readContext(folder, "c/Dockerfile").digest;
    const seen = [digest()];
    const changes = [
      () => writeTree(folder, "c/.containerignore", "none\npodman-only\n.*ignore\n"),
      () => writeTree(folder, "c/docker-only", "1"),
      () => writeTree(folder, "c/podman-only", "1"),
      () => writeTree(folder, "c/.containerignore", "none\n.*ignore\n"),
      () => writeTree(folder, "c/.dockerignore", "none\n.*ignore\n"),
    ];
    for (const change of changes) {
      change();
      seen.push(digest());
    }
    assert.equal(new Set(seen).size, changes.length + 1);
    writeTree(folder, "c/none", "1");
    assert.equal(digest(), seen.at(-1), "what both ignore changes nothing");
  }));

test("links of the context are hashed as links", { skip: process.platform === "win32" }, () =>
  withTmp((folder) => {
    writeTree(folder, "c/Dockerfile", TAKES_ALL);
    writeTree(folder, "outside", "1");
    symlinkSync("../outside", join(folder, "c/link"));
    const { digest } = readContext(folder, "c/Dockerfile");
    writeTree(folder, "outside", "2");
    assert.equal(readContext(folder, "c/Dockerfile").digest, digest);
    rmSync(join(folder, "c/link"));
    symlinkSync("../other", join(folder, "c/link"));
    assert.notEqual(readContext(folder, "c/Dockerfile").digest, digest);
  }),
);

test("a Dockerfile that leads out of the config's folder is refused", { skip: process.platform === "win32" }, () =>
  withTmp((folder) => {
    writeTree(folder, "outside/Dockerfile", "FROM a\n");
    writeTree(folder, "config/sub/Dockerfile", TAKES_ALL);
    const config = join(folder, "config");
    symlinkSync("../outside/Dockerfile", join(config, "file"));
    symlinkSync("../outside", join(config, "folder"));
    symlinkSync("sub/Dockerfile", join(config, "inside"));
    for (const path of ["file", "folder/Dockerfile", "../outside/Dockerfile"]) {
      assert.throws(() => readContext(config, path), { code: "config/dockerfile-outside" }, path);
    }
    assert.equal(readContext(config, "inside").text, TAKES_ALL);
    assert.equal(readContext(config, "inside").context, config);
  }),
);

test(
  "a Dockerfile that is a folder or a pipe is refused, and a pipe beside it is not waited for",
  {
    skip: process.platform === "win32",
  },
  () =>
    withTmp((folder) => {
      writeTree(folder, "folder/Dockerfile/x", "");
      mkdirSync(join(folder, "pipe"));
      mkdirSync(join(folder, "beside"));
      writeTree(folder, "beside/Dockerfile", TAKES_ALL);
      for (const pipe of ["pipe/Dockerfile", "beside/.dockerignore", "beside/data"])
        execFileSync("mkfifo", [join(folder, pipe)]);
      for (const path of ["folder/Dockerfile", "pipe/Dockerfile"]) {
        assert.throws(() => readContext(folder, path), { code: "config/dockerfile-absent", message: /is no file/ });
      }
      assert.match(readContext(folder, "beside/Dockerfile").digest, /^[0-9a-f]{64}$/);
    }),
);

test("an absent Dockerfile is a clear error with its place", () =>
  withTmp((folder) => {
    assert.throws(() => readContext(folder, "no.dockerfile", { where: "config.yaml:3:5" }), {
      code: "config/dockerfile-absent",
      message: "there is no no.dockerfile in the config's folder",
      where: "config.yaml:3:5",
      exitCode: 2,
    });
    mkdirSync(join(folder, "dir"));
    assert.throws(() => readContext(folder, "dir"), { code: "config/dockerfile-absent" });
  }));

test("the config in use is left out of the context, unless an ignore file takes it back", () =>
  withTmp((folder) => {
    const config = writeTree(folder, "my config.yaml", "secret");
    const read = () => readContext(folder, "Dockerfile", { config });
    writeTree(folder, "Dockerfile", TAKES_ALL);
    const { digest, ignore } = read();
    assert.deepEqual(ignore, { docker: "my?config.yaml\n", podman: "my?config.yaml\n" });
    writeTree(folder, "my config.yaml", "another");
    assert.equal(read().digest, digest);
    writeTree(folder, "other.yaml", "1");
    assert.notEqual(read().digest, digest);

    writeTree(folder, ".containerignore", "x\n");
    assert.deepEqual(read().ignore, { docker: "my?config.yaml\n", podman: "my?config.yaml\nx\n" });

    writeTree(folder, ".dockerignore", "*.yaml\n");
    assert.deepEqual(read().ignore, { docker: undefined, podman: "my?config.yaml\nx\n" }, "its own file will do");
    rmSync(join(folder, ".containerignore"));
    const neither = { docker: undefined, podman: undefined };
    assert.deepEqual(read().ignore, neither);

    writeTree(folder, ".dockerignore", "!my config.yaml\n");
    const back = { ...read() };
    assert.deepEqual(back.ignore, neither);
    writeTree(folder, "my config.yaml", "third");
    assert.notEqual(read().digest, back.digest);
  }));

test(
  "the config in use is left out under each of its names in the context",
  { skip: process.platform === "win32" },
  () =>
    withTmp((folder) => {
      const config = writeTree(folder, "srv/.argus.yaml", "secret");
      symlinkSync(".argus.yaml", join(folder, "srv/link"));
      symlinkSync("srv/.argus.yaml", join(folder, "linked.yaml"));
      const ignored = (from: string) => readContext(folder, "srv/Dockerfile", { config: from }).ignore?.docker;
      // Its folder is given to the build of any Dockerfile: a base image may take files by ONBUILD.
      for (const text of [TAKES_ALL, "FROM a\n"]) {
        writeTree(folder, "srv/Dockerfile", text);
        assert.equal(ignored(config), ".argus.yaml\n");
        assert.equal(ignored(join(folder, "srv/link")), "link\n.argus.yaml\n");
        assert.equal(ignored(join(folder, "linked.yaml")), ".argus.yaml\n");
        assert.equal(ignored(join(folder, "absent.yaml")), undefined, "it is not in this folder");
      }
      writeTree(folder, "srv/.dockerignore", "link\n");
      assert.equal(ignored(join(folder, "srv/link")), ".argus.yaml\nlink\n", "the first line is what is missing");
    }),
);

test("a name that is no UTF-8 is told, unless it is ignored", { skip: process.platform !== "linux" }, () =>
  withTmp((folder) => {
    writeTree(folder, "Dockerfile", TAKES_ALL);
    writeTree(folder, "odd/a", "1");
    execFileSync("sh", ["-c", "touch \"$0/odd/$(printf 'a\\377')\"", folder]);
    assert.throws(() => readContext(folder, "Dockerfile", { where: "config.yaml:3:5" }).digest, {
      code: "config/dockerfile-unreadable",
      message: 'the folder of Dockerfile holds a file whose name is no UTF-8: "odd/a\uFFFD"',
      where: "config.yaml:3:5",
    });
    writeTree(folder, ".dockerignore", "odd\n");
    assert.match(readContext(folder, "Dockerfile").digest, /^[0-9a-f]{64}$/);
  }),
);

/** The compiled program: what it is started with, and where, must not change what it does. `scripts/build` makes it. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, readlinkSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { before, test } from "node:test";
import { VERSION } from "../../src/version.ts";
import { argusBinary, BINARY, cleanEnv, ROOT, run } from "../support/proc.ts";
import { withTmp, writeTree } from "../support/tmp.ts";

const CONFIG = "backends:\n  time:\n    command: uvx\n    args: [mcp-server-time]\n";

before(() => {
  assert.ok(existsSync(BINARY), `${BINARY} is missing: run scripts/build`);
});

test("it prints the version and nothing else", async () => {
  const ended = await argusBinary(["--version"]);
  assert.deepEqual([ended.code, ended.stdout, ended.stderr], [0, `${VERSION}\n`, ""]);
});

test("it is also called argus-mcp, as the specification spells it", () => {
  assert.equal(readlinkSync(join(dirname(BINARY), "argus-mcp")), "argus");
});

test("a stranger's bunfig.toml and .env do nothing, though bun itself obeys both", async () => {
  await withTmp(async (folder) => {
    const marker = join(folder, "preload-ran");
    writeTree(folder, "bunfig.toml", 'preload = ["./preload.ts"]\n');
    writeTree(folder, "preload.ts", `require("node:fs").writeFileSync(${JSON.stringify(marker)}, "");\n`);
    writeTree(folder, ".env", "ARGUS_CONFIG=/nonexistent/named-by-dotenv.yaml\n");
    writeTree(folder, "config.yaml", CONFIG);
    for (const words of [["--version"], ["--help"], ["validate"], ["plan", "time", "--json"]]) {
      const ended = await argusBinary(words, { cwd: folder });
      assert.equal(ended.code, 0, `${words.join(" ")}\n${ended.stderr}`);
      assert.equal(existsSync(marker), false, `${words.join(" ")} ran the preload`);
    }
    const bun = join(ROOT, "node_modules", "bun", "bin", "bun.exe");
    const trap = await run(bun, ["-e", "console.log(process.env.ARGUS_CONFIG)"], { cwd: folder });
    assert.match(trap.stdout, /named-by-dotenv/);
    assert.equal(existsSync(marker), true);
  });
});

test("init names it for a client's config by its absolute path, through the link that was typed", async () => {
  await withTmp(async (folder) => {
    const linked = join(folder, "bin", "argus");
    mkdirSync(dirname(linked));
    symlinkSync(BINARY, linked);
    const byName = (path: string) => ["/bin/sh", ["-c", `PATH=${path}; exec argus init $0`]] as const;
    const calls = [
      [BINARY, ["init"], BINARY],
      [linked, ["init"], linked],
      ["bin/argus", ["init"], linked],
      [...byName(dirname(linked)), linked],
      [...byName(dirname(BINARY)), BINARY],
    ] as const;
    for (const [index, [bin, args, command]] of calls.entries()) {
      const { stderr } = await run(bin, [...args, `${index}.yaml`], { cwd: folder });
      assert.equal(JSON.parse(stderr.split("\n")[1] ?? "").mcpServers.time.command, command, stderr);
    }
  });
});

test("it needs no environment: no HOME, no PATH, nothing", async () => {
  await withTmp(async (folder) => {
    writeTree(folder, "config.yaml", CONFIG);
    for (const words of [["--version"], ["validate"], ["plan", "time"]]) {
      const ended = await argusBinary(words, { cwd: folder, env: {} });
      assert.equal(ended.code, 0, `${words.join(" ")}\n${ended.stderr}`);
    }
  });
});

test("it needs no writable folder", async () => {
  await withTmp(async (folder) => {
    const place = join(folder, "read-only");
    mkdirSync(place);
    writeTree(place, "config.yaml", CONFIG);
    chmodSync(place, 0o555);
    const env = cleanEnv({ TMPDIR: join(folder, "nowhere") });
    const ended = await argusBinary(["validate"], { cwd: place, env });
    assert.equal(ended.code, 0, ended.stderr);
    chmodSync(place, 0o755);
  });
});

test("it names no folder of the machine that it was built on", () => {
  assert.equal(readFileSync(BINARY).includes(`${ROOT}/src/config/`), false);
});

test("the same source makes the same bytes, wherever they are put", { skip: skipOffBun() }, async () => {
  await withTmp(async (folder) => {
    const digests: string[] = [];
    for (const out of ["one", "another"]) {
      const ended = await run(join(ROOT, "scripts", "build"), ["--out", join(folder, out)], { timeoutMs: 600_000 });
      assert.equal(ended.code, 0, ended.stderr);
      digests.push(
        createHash("sha256")
          .update(readFileSync(join(folder, out, "argus")))
          .digest("hex"),
      );
    }
    assert.equal(digests[0], digests[1]);
  });
});

/** The compiler does not depend on what runs the test; once is enough. */
function skipOffBun(): string | false {
  return "bun" in process.versions ? false : "built twice under bun only";
}

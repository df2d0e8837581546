/** Runs a compiled argus where a stranger's folder tries to steer it, and in ways that a broken build would not survive. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { ROOT, runOrFail } from "./shell.ts";

/** Throws unless the program works and takes nothing from the bunfig.toml and the .env of the folder it is started in. */
export function proveBinary(program: string): void {
  const folder = mkdtempSync(join(tmpdir(), "argus-hostile-"));
  try {
    const marker = join(folder, "preload-ran");
    makeHostile(folder, marker);
    proveTrap(folder, marker);
    const version = argus(program, folder, ["--version"]);
    const wanted = (JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { version: string }).version;
    if (version.stdout !== `${wanted}\n`) throw new Error(`--version printed ${version.stdout}, expected ${wanted}`);
    // .env names a config that does not exist; the one in the folder is good. Found good = .env was not read.
    argus(program, folder, ["validate"]);
    argus(program, folder, ["--help"]);
    if (existsSync(marker)) throw new Error(`${program} ran the preload of a stranger's bunfig.toml`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function makeHostile(folder: string, marker: string): void {
  const preload = `require("node:fs").writeFileSync(${JSON.stringify(marker)}, "");\n`;
  writeFileSync(join(folder, "preload.ts"), preload);
  writeFileSync(join(folder, "bunfig.toml"), 'preload = ["./preload.ts"]\n');
  writeFileSync(join(folder, ".env"), "ARGUS_CONFIG=/nonexistent/named-by-dotenv.yaml\n");
  const backend = "backends:\n  time:\n    command: uvx\n    args: [mcp-server-time]\n";
  writeFileSync(join(folder, "config.yaml"), backend);
}

/** The trap itself must work, or a program that walks past it proves nothing: bun falls into it. */
function proveTrap(folder: string, marker: string): void {
  const words = ["-e", "console.log(process.env.ARGUS_CONFIG)"];
  const printed = runOrFail(process.execPath, words, { cwd: folder, env: environment() });
  if (!existsSync(marker) || !printed.includes("named-by-dotenv")) throw new Error("the hostile folder is not hostile");
  rmSync(marker);
}

function argus(program: string, cwd: string, words: readonly string[]): { stdout: string; stderr: string } {
  const done = spawnSync(program, [...words], { cwd, env: environment(), encoding: "utf8", timeout: 60_000 });
  if (done.error !== undefined) throw done.error;
  if (done.status === 0) return done;
  const said = `${done.stdout}${done.stderr}`;
  throw new Error(
    `${program} ${words.join(" ")} ended with ${done.status ?? done.signal} in a hostile folder\n${said}`,
  );
}

function environment(): Record<string, string> {
  return { PATH: process.env.PATH ?? "", HOME: tmpdir() };
}

/**
 * Compiles src/cli.ts into programs that need nothing installed, and proves the one for this machine.
 * usage: build.ts [--all | --targets a,b] [--out FOLDER]
 */
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { basename, join, resolve } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { sha256OfFile } from "./digest.ts";
import { proveBinary } from "./prove.ts";
import { TARGETS, type Target, unpackRuntime } from "./runtimes.ts";
import { ROOT, runOrFail } from "./shell.ts";

/**
 * Every flag has its reason:
 * bytecode, splitting and minify are what makes `--version` start in 8 ms instead of 90; bytecode needs the esm format,
 * or the result is broken although the compiler says nothing; source maps give src/*.ts in a trace for no start-up cost;
 * without the two --no-compile-autoload flags the program would run code that a stranger's folder names in
 * bunfig.toml, and take variables from its .env; a session collects its garbage itself once it has started, for which
 * --expose-gc is needed (--smol keeps as little memory, but collects twice before the engine starts, which costs 3 ms);
 * a command is over before compiling its functions pays, so that the compiler waits a hundred times longer (a quarter less
 * time for `validate` of 10 backends, and of 1,000; 1.3 MB less for a session).
 */
const FLAGS = [
  "--compile",
  "--minify",
  "--bytecode",
  "--splitting",
  "--format=esm",
  "--sourcemap",
  "--no-compile-autoload-dotenv",
  "--no-compile-autoload-bunfig",
  "--compile-exec-argv=--expose-gc",
  "--compile-jit-policy=100",
];

const { values } = parseArgs({
  options: { all: { type: "boolean" }, targets: { type: "string" }, out: { type: "string" } },
});
const out = resolve(values.out ?? join(ROOT, "dist"));
const began = Date.now();
mkdirSync(out, { recursive: true });
const work = mkdtempSync(join(out, ".building-"));
try {
  if (values.all === true) buildAll(Object.keys(TARGETS));
  else if (values.targets !== undefined) buildAll(values.targets.split(","));
  else buildHere();
} finally {
  rmSync(work, { recursive: true, force: true });
}
console.log(`built in ${((Date.now() - began) / 1000).toFixed(1)} s`);

function buildHere(): void {
  const program = compile(undefined, "here");
  proveBinary(program);
  const place = join(out, "argus");
  // A rename, so that a session which runs the former program keeps it.
  renameSync(program, place);
  const alias = join(out, "argus-mcp");
  rmSync(alias, { force: true });
  symlinkSync("argus", alias);
  report(place);
}

function buildAll(names: readonly string[]): void {
  const sums: string[] = [];
  for (const name of [...names].sort()) {
    const target = TARGETS[name];
    if (target === undefined) throw new Error(`no target ${name}; there are ${Object.keys(TARGETS).join(", ")}`);
    const program = compile(target, name);
    proveFormat(program, target);
    const place = join(out, `argus-${name}${target.suffix}`);
    renameSync(program, place);
    report(place);
    sums.push(`${sha256OfFile(place)}  ${basename(place)}\n`);
  }
  writeFileSync(join(out, "SHA256SUMS"), sums.join(""));
}

/** Compiles for a target, or for this machine with the installed bun; the bytes depend on the file's name, so that is fixed. */
function compile(target: Target | undefined, name: string): string {
  const folder = join(work, name);
  mkdirSync(folder);
  const program = join(folder, `argus${target?.suffix ?? ""}`);
  const more = target === undefined ? [] : crossFlags(target, folder);
  runOrFail(process.execPath, ["build", "src/cli.ts", ...FLAGS, ...more, `--outfile=${program}`]);
  return program;
}

function crossFlags(target: Target, folder: string): string[] {
  return [`--target=${target.bun}`, `--compile-executable-path=${unpackRuntime(target, folder)}`];
}

/** A program that cannot be run here must at least be one for its platform. */
function proveFormat(program: string, target: Target): void {
  const head = readFileSync(program).subarray(0, 4096);
  if (!target.format(head)) throw new Error(`${program} is not a program for ${target.bun}`);
}

function report(program: string): void {
  console.log(`${program}  ${(statSync(program).size / 1e6).toFixed(1)} MB`);
}

/** The runtimes that a program for another platform is made of: pinned by package-lock.json, verified before each use. */
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { integrityOfFile } from "./digest.ts";
import { ROOT, runOrFail } from "./shell.ts";

/** A platform that argus is compiled for. */
export interface Target {
  /** Bun's name for it. */
  readonly bun: string;
  /** The npm package with its runtime. */
  readonly runtime: string;
  /** The end of a program's file name. */
  readonly suffix: "" | ".exe";
  /** Tells from the first bytes of a file whether it is a program for this platform. */
  readonly format: (head: Uint8Array) => boolean;
}

/** Every platform by the name that its file carries. There is no -baseline: its runtime is the same bytes. */
export const TARGETS: Readonly<Record<string, Target>> = {
  "linux-x64": { bun: "bun-linux-x64", runtime: "bun-linux-x64", suffix: "", format: elf(0x3e, "ld-linux") },
  "linux-arm64": { bun: "bun-linux-arm64", runtime: "bun-linux-aarch64", suffix: "", format: elf(0xb7, "ld-linux") },
  "linux-x64-musl": {
    bun: "bun-linux-x64-musl",
    runtime: "bun-linux-x64-musl",
    suffix: "",
    format: elf(0x3e, "ld-musl"),
  },
  "linux-arm64-musl": {
    bun: "bun-linux-arm64-musl",
    runtime: "bun-linux-aarch64-musl",
    suffix: "",
    format: elf(0xb7, "ld-musl"),
  },
  "darwin-x64": { bun: "bun-darwin-x64", runtime: "bun-darwin-x64", suffix: "", format: machO(0x01000007) },
  "darwin-arm64": { bun: "bun-darwin-arm64", runtime: "bun-darwin-aarch64", suffix: "", format: machO(0x0100000c) },
  "windows-x64": { bun: "bun-windows-x64", runtime: "bun-windows-x64", suffix: ".exe", format: pe(0x8664) },
  "windows-arm64": { bun: "bun-windows-arm64", runtime: "bun-windows-aarch64", suffix: ".exe", format: pe(0xaa64) },
};

/** What package-lock.json says about a package. */
interface Locked {
  readonly version?: string;
  readonly integrity?: string;
}

/** Puts a target's runtime below a folder and returns the path of its executable. */
export function unpackRuntime(target: Target, folder: string): string {
  const tarball = verifiedTarball(`@oven/${target.runtime}`);
  runOrFail("tar", ["-xzf", tarball, "-C", folder, "package/bin"]);
  const program = join(folder, "package", "bin", `bun${target.suffix}`);
  chmodSync(program, 0o755);
  return program;
}

/** The package's tarball from the cache, or fetched; never one whose SHA-512 is not the locked one. */
function verifiedTarball(name: string): string {
  const { version, integrity } = locked(name);
  const cache = join(ROOT, ".cache", "bun");
  const file = join(cache, `${basename(name)}-${version}.tgz`);
  if (existsSync(file) && integrityOfFile(file) === integrity) return file;
  mkdirSync(cache, { recursive: true });
  const fresh = mkdtempSync(join(cache, ".fetch-"));
  try {
    const packed = join(fresh, fetchTarball(`${name}@${version}`, fresh));
    const found = integrityOfFile(packed);
    if (found !== integrity) throw new Error(`${name}@${version}: expected ${integrity}, got ${found}`);
    renameSync(packed, file);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
  return file;
}

/** Four tries, for a registry may hiccup. */
function fetchTarball(spec: string, folder: string): string {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const words = ["pack", spec, "--silent", "--pack-destination", folder];
      return runOrFail("npm", words).trim().split("\n").at(-1) ?? "";
    } catch (error) {
      if (attempt === 4) throw error;
      console.error(`npm pack ${spec}: try ${attempt} failed`);
    }
  }
}

function locked(name: string): Required<Locked> {
  const lock = JSON.parse(readFileSync(join(ROOT, "package-lock.json"), "utf8")) as {
    packages: Readonly<Record<string, Locked>>;
  };
  const { version, integrity } = lock.packages[`node_modules/${name}`] ?? {};
  if (version === undefined || integrity === undefined) throw new Error(`package-lock.json does not pin ${name}`);
  const bun = lock.packages["node_modules/bun"]?.version;
  if (version !== bun) throw new Error(`package-lock.json has ${name} ${version} beside bun ${bun}`);
  return { version, integrity };
}

/** 64-bit ELF of a machine, with a dynamic loader whose name tells the C library. */
function elf(machine: number, loader: string): Target["format"] {
  return (head) =>
    text(head.subarray(0, 4)) === "\x7fELF" &&
    head[4] === 2 &&
    view(head).getUint16(18, true) === machine &&
    text(head).includes(loader);
}

function machO(cpu: number): Target["format"] {
  return (head) => view(head).getUint32(0, true) === 0xfeedfacf && view(head).getUint32(4, true) === cpu;
}

function pe(machine: number): Target["format"] {
  return (head) => {
    if (text(head.subarray(0, 2)) !== "MZ") return false;
    const header = view(head).getUint32(0x3c, true);
    return text(head.subarray(header, header + 4)) === "PE\0\0" && view(head).getUint16(header + 4, true) === machine;
  };
}

function view(head: Uint8Array): DataView {
  return new DataView(head.buffer, head.byteOffset, head.byteLength);
}

function text(bytes: Uint8Array): string {
  return new TextDecoder("latin1").decode(bytes);
}

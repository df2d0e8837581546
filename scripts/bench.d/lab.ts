/** What is measured: a folder with a config, its images built, and the lines that start each variant. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import type { Line } from "./child.ts";

/** An engine that is measured. */
export type EngineName = "docker" | "podman";

/** The repository's folder. */
const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** The compiled program. */
export const ARGUS: string = join(ROOT, "dist", "argus");

/** Servers with what people type for them today. */
export const SERVERS: Readonly<Record<string, readonly string[]>> = {
  everything: ["npx", "-y", "@modelcontextprotocol/server-everything"],
  time: ["uvx", "mcp-server-time"],
};

/** Size of what the one-way servers send or swallow for each line that they get, in blocks of 64 KiB and in bytes. */
const STREAM_BLOCKS = 1024;
export const STREAM_BYTES: number = STREAM_BLOCKS * 64 * 1024;

/** What a one-way server says when it has swallowed that much. */
export const DONE = "done\n";

const DOCKERFILE = 'FROM alpine:3.21\nENTRYPOINT ["/bin/sh", "-c"]\n';

/** Servers that are one line of shell. */
const SCRIPTS = {
  echo: "exec cat",
  ender: 'while read -r line; do echo "$line"; done; echo end',
  source: `while read -r go; do head -c ${STREAM_BYTES} /dev/zero; done`,
  sink: `while read -r go; do dd bs=64k count=${STREAM_BLOCKS} iflag=fullblock of=/dev/null 2>/dev/null; echo done; done`,
};

const CONFIG = {
  backends: {
    ...mapValues(SCRIPTS, (script) => ({
      command: "sh",
      args: ["-c", script],
      container: { dockerfile: "image/Dockerfile", network: "none" },
    })),
    ...mapValues(SERVERS, ([command, ...args]) => ({ command, args, container: { network: "none" } })),
  },
};

/** A folder for one run of the benchmarks. */
export class Lab {
  readonly folder: string = mkdtempSync(join(tmpdir(), "argus-bench-"));
  #count = 0;

  constructor() {
    this.write("image/Dockerfile", DOCKERFILE);
    this.write("config.yaml", JSON.stringify(CONFIG));
  }

  write(path: string, text: string): string {
    const file = join(this.folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    return file;
  }

  /** Builds what the rows need; the words name backends. */
  build(engine: EngineName, backends: readonly string[]): void {
    execFileSync(ARGUS, ["build", "--quiet", ...backends], {
      cwd: this.folder,
      env: { ...process.env, ARGUS_RUNTIME: engine },
      stdio: ["ignore", "ignore", "inherit"],
    });
  }

  /** `argus run BACKEND`. */
  argus(engine: EngineName, backend: string): Line {
    return { words: [ARGUS, "run", backend], cwd: this.folder, env: { ARGUS_RUNTIME: engine } };
  }

  /**
   * The command that argus would start, typed by hand. The session's name is made unique, and the labels are renamed:
   * a container without a living owner is what argus removes.
   */
  typed(engine: EngineName, backend: string): Line {
    const words = ["plan", backend, "--json", "--runtime", engine];
    const [plan] = JSON.parse(execFileSync(ARGUS, words, { cwd: this.folder, encoding: "utf8" })) as [
      { readonly run: { readonly command: readonly string[] } },
    ];
    this.#count += 1;
    const name = `bench-${process.pid}-${this.#count}`;
    const typed = plan.run.command.map((word, index, all) => {
      if (all[index - 1] === "--name") return name;
      return all[index - 1] === "--label" ? word.replace(/^argus\./, "bench.") : word;
    });
    return { words: typed, cwd: this.folder };
  }

  /** What people type today, when its tool is here. */
  bare(backend: string): Line | undefined {
    const words = SERVERS[backend] ?? [];
    const [bin = "", ...args] = words;
    const tool = bin === "uvx" ? uvx() : bin;
    return tool === undefined ? undefined : { words: [tool, ...args], cwd: this.folder };
  }

  close(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function mapValues<Value, Result>(
  values: Readonly<Record<string, Value>>,
  change: (value: Value) => Result,
): Record<string, Result> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, change(value)]));
}

/** The engines that answer. */
export function enginesHere(): EngineName[] {
  return (["docker", "podman"] as const).filter((name) => succeeds(name, ["version"]));
}

/** uvx from PATH, else from PyPI in the cache folder, else nothing. */
function uvx(): string | undefined {
  if (succeeds("uvx", ["--version"])) return "uvx";
  const folder = join(ROOT, ".cache", "uv");
  const program = join(folder, "bin", "uvx");
  if (existsSync(program)) return program;
  return succeeds("python3", ["-m", "pip", "install", "--quiet", "--target", folder, "uv"]) ? program : undefined;
}

function succeeds(bin: string, args: readonly string[]): boolean {
  try {
    execFileSync(bin, [...args], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

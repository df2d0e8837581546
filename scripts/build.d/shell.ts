/** Starts the tools that a build needs. */
import { spawnSync } from "node:child_process";
import { dirname } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

/** The repository's folder. */
export const ROOT: string = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** What a tool is started with beside its words. */
interface ToolOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs a tool to its end and returns its output; throws with all of it when the tool fails. */
export function runOrFail(bin: string, args: readonly string[], options: ToolOptions = {}): string {
  const done = spawnSync(bin, [...args], {
    cwd: options.cwd ?? ROOT,
    env: options.env === undefined ? process.env : { ...options.env },
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  if (done.error !== undefined) throw done.error;
  if (done.status === 0) return `${done.stdout}${done.stderr}`;
  throw new Error(`${bin} ${args.join(" ")} ended with ${done.status ?? done.signal}\n${done.stdout}${done.stderr}`);
}

/** Where argus itself is. */
import { basename, delimiter, resolve } from "node:path";
import process from "node:process";
import { realPathOf } from "./files.ts";

const NAMES = ["argus", "argus-mcp"];

/**
 * The program as another one starts it, whose `PATH` may be short: its absolute path, by the link that was typed where there is
 * one. `argus` where a runtime runs it from its source.
 */
export function ownProgram(): string {
  const { argv0, execPath } = process;
  const folders = /[\\/]/.test(argv0) ? [""] : (process.env.PATH ?? "").split(delimiter);
  const own = realPathOf(execPath);
  // A link may outlive the version that it names.
  const typed = folders.map((folder) => resolve(folder, argv0)).find((file) => realPathOf(file) === own);
  return [typed, execPath].find((file) => file !== undefined && NAMES.includes(basename(file, ".exe"))) ?? "argus";
}

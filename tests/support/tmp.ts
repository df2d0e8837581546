/** Folders for tests: made below the system's temporary folder, gone when the test run ends. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";

/** Calls `use` with a new empty folder (its real path) and removes it afterwards, also when `use` throws. */
export async function withTmp<T>(use: (folder: string) => T | Promise<T>): Promise<T> {
  const folder = newFolder();
  try {
    return await use(folder);
  } finally {
    remove(folder);
  }
}

/** A new empty folder (its real path) that is removed when the process ends; for what a whole test file shares. */
export function tmpFolder(): string {
  const folder = newFolder();
  process.on("exit", () => remove(folder));
  return folder;
}

/** Writes a file below a folder and makes the folders in between; returns the file's path. */
export function writeTree(folder: string, path: string, text: string, mode = 0o644): string {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text, { mode });
  return file;
}

function newFolder(): string {
  return realpathSync(mkdtempSync(join(tmpdir(), "argus-test-")));
}

function remove(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}

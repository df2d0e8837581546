/** Files that nobody else sees, for a moment: what is opened there stays open when its name is gone. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { ArgusError } from "../errors.ts";

/** Where Linux keeps shared memory (shm_overview(7)): no disk that is full, and none that a secret is written to. */
const SHARED_MEMORY = "/dev/shm";

/**
 * Calls `use` with a new folder of this user alone, and removes the folder. Where one place fails, the next is tried.
 *
 * @throws ArgusError `host/no-temp-file` when no place can be written.
 */
export function inTempFolder<Result>(use: (folder: string) => Result): Result {
  const places = process.platform === "linux" ? [SHARED_MEMORY, tmpdir()] : [tmpdir()];
  let failure: unknown;
  for (const place of places) {
    try {
      const folder = mkdtempSync(join(place, "argus-"));
      try {
        return use(folder);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    } catch (error) {
      failure = error;
    }
  }
  throw noTempFile(places.join(" or "), failure);
}

/** The error when nothing can be written below a folder. */
export function noTempFile(where: string, cause: unknown): ArgusError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new ArgusError("host/no-temp-file", `cannot write below ${where}: ${reason}`, {
    hint: "set TMPDIR to a folder that can be written",
    cause,
  });
}

/** Files that nobody else sees, and of which nothing is left. */
import { closeSync, constants, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { ArgusError, messageOf } from "../errors.ts";

/** Where Linux keeps shared memory (shm_overview(7)): no disk that is full, and none that a secret is written to. */
const SHARED_MEMORY = "/dev/shm";

/** open(2): a file that never has a name. The runtimes have no constant for it. */
const O_TMPFILE = 0o20_000_000 | constants.O_DIRECTORY;

/**
 * Opens a file without a name that holds a text, and stands at its start. POSIX only.
 *
 * @throws ArgusError `host/no-temp-file` when no place can be written.
 */
export function openTempFile(text: string): number {
  return inPlaces((place) => {
    if (process.platform !== "linux") return openNamed(place, text);
    try {
      return openNameless(place, text);
    } catch {
      // Not every file system has files without a name.
      return openNamed(place, text);
    }
  });
}

function openNameless(place: string, text: string): number {
  const fd = openSync(place, O_TMPFILE | constants.O_RDWR, 0o600);
  try {
    const bytes = new TextEncoder().encode(text);
    // With a position, so that whoever inherits the descriptor reads from the start.
    for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at, bytes.length - at, at);
    return fd;
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

function openNamed(place: string, text: string): number {
  const { file, remove } = writeNamed(place, text);
  try {
    return openSync(file, "r");
  } finally {
    remove();
  }
}

/**
 * Writes a file that keeps its name until `remove`, for systems whose programs cannot open a descriptor.
 *
 * @throws ArgusError `host/no-temp-file` when no place can be written.
 */
export function writeTempFile(text: string): NamedFile {
  return inPlaces((place) => writeNamed(place, text));
}

/** A file of this user alone. */
export interface NamedFile {
  readonly file: string;
  remove(): void;
}

function writeNamed(place: string, text: string): NamedFile {
  const folder = mkdtempSync(join(place, "argus-"));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    const file = join(folder, "input");
    writeFileSync(file, text, { mode: 0o600, flag: "wx" });
    return { file, remove };
  } catch (error) {
    remove();
    throw error;
  }
}

/**
 * Calls `use` with a new folder of this user alone, and removes the folder.
 *
 * @throws ArgusError `host/no-temp-file` when no place can be written.
 */
export function inTempFolder<Result>(use: (folder: string) => Result): Result {
  return inPlaces((place) => {
    const folder = mkdtempSync(join(place, "argus-"));
    try {
      return use(folder);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
}

/**
 * Calls `use` with a new folder for what may be large, where podman has such things, and removes the folder.
 *
 * @param without Called where no folder can be made. Default: an error.
 * @throws ArgusError `host/no-temp-file` when the place cannot be written.
 */
export async function inLargeTempFolder<Result>(
  use: (folder: string) => Promise<Result>,
  without?: () => Promise<Result>,
): Promise<Result> {
  const place = process.env.TMPDIR || (process.platform === "win32" ? tmpdir() : "/var/tmp");
  let folder: string;
  try {
    folder = mkdtempSync(join(place, "argus-"));
  } catch (error) {
    if (without !== undefined) return await without();
    throw noTempFile([place], error);
  }
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Where one place fails, the next is tried. */
function inPlaces<Result>(use: (place: string) => Result): Result {
  const places = process.platform === "linux" ? [SHARED_MEMORY, tmpdir()] : [tmpdir()];
  let failure: unknown;
  for (const place of places) {
    try {
      return use(place);
    } catch (error) {
      if (error instanceof ArgusError) throw error;
      failure = error;
    }
  }
  throw noTempFile(places, failure);
}

function noTempFile(places: readonly string[], cause: unknown): ArgusError {
  return new ArgusError("host/no-temp-file", `cannot write below ${places.join(" or ")}: ${messageOf(cause)}`, {
    hint: "set TMPDIR to a folder that can be written",
    cause,
  });
}

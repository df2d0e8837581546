/** Small questions to the file system; an answer instead of an exception. */
import { accessSync, constants, readFileSync, realpathSync, type Stats, statSync } from "node:fs";

/** The text of a file; undefined when it cannot be read. */
export function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

/** What a path is; undefined when there is nothing, or nothing that this user may look at. */
export function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

/** True for a file that this user may execute. */
export function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** True when this user may read the path. */
export function isReadable(path: string): boolean {
  return allows(path, constants.R_OK);
}

/** True when this user may write to the path. */
export function isWritable(path: string): boolean {
  return allows(path, constants.W_OK);
}

/** A path without links; the path itself when it cannot be followed. */
export function realPathOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

function allows(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}

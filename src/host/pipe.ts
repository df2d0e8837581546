import { spawnSync } from "node:child_process";
import { closeSync, constants, openSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { inTempFolder } from "./temp.ts";

/** Both ends of a pipe, as descriptors. */
export interface Pipe {
  readonly read: number;
  readonly write: number;
}

/**
 * Opens a pipe. The runtimes have no call for one, so that it gets a name for a moment. POSIX only.
 *
 * @throws ArgusError `host/no-temp-file` when it cannot be made.
 */
export function openPipe(): Pipe {
  return inTempFolder((folder) => {
    const file = join(folder, "pipe");
    const { status, error, stderr } = spawnSync("mkfifo", ["-m", "600", file], {
      stdio: ["ignore", "ignore", "pipe"],
      encoding: "utf8",
      env: { PATH: `${process.env.PATH ?? ""}:/usr/bin:/bin:/run/current-system/sw/bin` },
    });
    if (status !== 0) throw new Error(error?.message ?? stderr.trim());
    // Opened for both, none of the others waits for its other side.
    const both = openSync(file, constants.O_RDWR);
    try {
      return { read: openSync(file, constants.O_RDONLY), write: openSync(file, constants.O_WRONLY) };
    } finally {
      closeSync(both);
    }
  });
}

import { spawnSync } from "node:child_process";
import { closeSync, constants, openSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { startFailure } from "./spawn.ts";
import { inTempFolder } from "./temp.ts";

/** Both ends of a pipe, as descriptors. */
export interface Pipe {
  readonly read: number;
  readonly write: number;
}

/**
 * Opens a pipe. The runtimes have no call for one, so that it gets a name for a moment. POSIX only.
 *
 * @throws ArgusError `absent/program` without mkfifo, `host/…` when there is no room for it.
 */
export function openPipe(): Pipe {
  return inTempFolder((folder) => {
    const file = join(folder, "pipe");
    const command = { bin: "mkfifo", args: ["-m", "600", file], env: {} };
    const { error, status, stderr } = spawnSync(command.bin, command.args, {
      stdio: ["ignore", "ignore", "pipe"],
      encoding: "utf8",
      env: { PATH: [process.env.PATH, "/usr/bin", "/bin"].filter(Boolean).join(":") },
    });
    if (status !== 0) throw startFailure(command, error ?? new Error(stderr.trim()));
    // Opened for both, none of the others waits for its other side.
    const both = openSync(file, constants.O_RDWR);
    try {
      const read = openSync(file, constants.O_RDONLY);
      try {
        return { read, write: openSync(file, constants.O_WRONLY) };
      } catch (error) {
        closeSync(read);
        throw error;
      }
    } finally {
      closeSync(both);
    }
  });
}

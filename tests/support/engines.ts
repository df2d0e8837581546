/** The engines that tests run on. */
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import process from "node:process";
import type { OciName } from "../../src/engine/engine.ts";

/** Absolute path of an engine's program; throws when it is not installed. */
export function enginePath(name: OciName): string {
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    const file = join(folder, name);
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      // The next folder may have it.
    }
  }
  throw new Error(`${name} is not installed`);
}

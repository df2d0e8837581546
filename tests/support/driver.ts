/** The words that start {@link ./session_driver.ts}. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import process from "node:process";
import { readableByAll } from "./argus_world.ts";
import { ROOT } from "./proc.ts";
import { tmpFolder } from "./tmp.ts";

/** ARGUS_TEST_DRIVER names a compiled driver: measurements want the program's own start-up time. */
export function driverWords(): string[] {
  const compiled = process.env.ARGUS_TEST_DRIVER;
  if (compiled !== undefined) return [compiled];
  const file = join(ROOT, "tests", "support", "session_driver.ts");
  if ("deno" in process.versions) return [process.execPath, "run", "-A", "--no-check", file];
  if ("bun" in process.versions) return [process.execPath, file];
  return [process.execPath, "--disable-warning=ExperimentalWarning", file];
}

/** Compiles the driver for what starts many sessions: a runtime that reads source costs more than the session does. */
export function compileDriver(): void {
  if (process.env.ARGUS_TEST_DRIVER !== undefined || !("bun" in process.versions)) return;
  const compiled = join(readableByAll(tmpFolder()), "session-driver");
  const source = join(ROOT, "tests", "support", "session_driver.ts");
  const { status, stderr } = spawnSync(process.execPath, ["build", "--compile", source, "--outfile", compiled], {
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`the driver was not compiled: ${stderr}`);
  process.env.ARGUS_TEST_DRIVER = compiled;
}

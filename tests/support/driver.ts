/** The words that start {@link ./session_driver.ts}. */
import { join } from "node:path";
import process from "node:process";
import { ROOT } from "./proc.ts";

/** ARGUS_TEST_DRIVER names a compiled driver: measurements want the program's own start-up time. */
export function driverWords(): string[] {
  const compiled = process.env.ARGUS_TEST_DRIVER;
  if (compiled !== undefined) return [compiled];
  const file = join(ROOT, "tests", "support", "session_driver.ts");
  if ("deno" in process.versions) return [process.execPath, "run", "-A", "--no-check", file];
  if ("bun" in process.versions) return [process.execPath, file];
  return [process.execPath, "--disable-warning=ExperimentalWarning", file];
}

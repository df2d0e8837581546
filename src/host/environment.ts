/** What a command's program finds in its environment. */
import process from "node:process";
import type { Env } from "../config/config.ts";
import type { Command } from "../engine/command.ts";

/** The command's own variables, and below them what it takes over. */
export function environmentOf({ env, unset = [] }: Pick<Command, "env" | "unset">, base: Env = process.env): Env {
  if (unset.length === 0) return { ...base, ...env };
  // Windows finds a variable in any case.
  const found = (name: string) => (process.platform === "win32" ? name.toUpperCase() : name);
  const kept = Object.entries(base).filter(([name]) => !unset.includes(found(name)));
  return { ...Object.fromEntries(kept), ...env };
}

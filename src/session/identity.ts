/** Who this argus is, and the name of the container that it is about to start. */
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import process from "node:process";
import type { Owner, SessionIdentity } from "../engine/engine.ts";

/** A new session of a backend: the name is decided before anything starts, so that it can be removed whatever happens. */
export function newIdentity(backend: string): SessionIdentity {
  // Both engines take [a-zA-Z0-9][a-zA-Z0-9_.-]*, and a host name of at most 63 characters is made of it.
  const label = backend.replaceAll(/[^a-zA-Z0-9_.-]+/g, "-").slice(0, 40);
  return { backend, container: `argus-${label}-${randomHex()}`, owner: thisOwner() };
}

/** This process as the owner of containers. */
export function thisOwner(): Owner {
  return {
    pid: process.pid,
    started: startedAt(process.pid) ?? String(Math.round(Date.now() - process.uptime() * 1000)),
    boot: bootId(),
    host: machine(),
    uid: process.getuid?.() ?? -1,
  };
}

/** Start time of a process in clock ticks since boot; undefined where it cannot be known, or when there is none. */
export function startedAt(pid: number): string | undefined {
  const stat = read(`/proc/${pid}/stat`);
  // The second field is the program's name in parentheses and may hold spaces and parentheses itself.
  const fields = stat?.slice(stat.lastIndexOf(")") + 2).split(" ");
  // A zombie has ended: only its parent has not looked yet.
  return fields?.[0] === "Z" ? undefined : fields?.[19];
}

/** The id of this boot of the machine, "" where there is none. */
export function bootId(): string {
  return read("/proc/sys/kernel/random/boot_id")?.trim() ?? "";
}

/**
 * The machine and the pid namespace that a pid belongs to: the host's name alone is shared by cloned machines and by
 * containers on the host's network, whose sessions on one daemon must not take each other for dead.
 */
function machine(): string {
  const id = read("/etc/machine-id")?.trim().slice(0, 8);
  return [hostname(), ...(id ? [id] : []), ...foreignPids()].join("/");
}

// The first namespace has this number on every Linux: PROC_PID_INIT_INO, include/linux/proc_ns.h.
function foreignPids(): string[] {
  try {
    const name = readlinkSync("/proc/self/ns/pid");
    return name === "pid:[4026531836]" ? [] : [name.replaceAll(/\D/g, "")];
  } catch {
    return [];
  }
}

/** True when that owner has surely ended. Of another machine, or another user's namespace, nothing is sure. */
export function ownerIsGone(owner: Owner, here: Owner = thisOwner()): boolean {
  if (owner.host !== here.host || owner.uid !== here.uid) return false;
  if (owner.boot !== here.boot) return true;
  if (!isAlive(owner.pid)) return true;
  // Where there is no start time, a pid that was given out again may keep a container: better than to remove a live one.
  return here.boot !== "" && startedAt(owner.pid) !== owner.started;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

function randomHex(): string {
  const bytes = globalThis.crypto.getRandomValues(new Uint8Array(6));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

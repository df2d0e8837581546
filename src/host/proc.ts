/** What is known about processes: the only reader of /proc/PID. */
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import process from "node:process";
import type { Owner } from "../engine/engine.ts";
import { textOf } from "./files.ts";

/** This process as the owner of a container. */
export function selfOwner(): Owner {
  const { pid } = process;
  return { pid, started: startedOf(pid) ?? "", boot: bootId(), host: machine(), uid: process.getuid?.() ?? -1 };
}

/**
 * Whether an owner still runs; undefined when this machine cannot tell (it is another machine's or another user's).
 * Owners of an earlier boot are gone, and a pid with another start time is somebody else's.
 */
export function ownerAlive(owner: Owner): boolean | undefined {
  if (owner.host !== machine() || owner.uid !== (process.getuid?.() ?? -1)) return undefined;
  if (owner.boot !== bootId()) return false;
  if (!isAlive(owner.pid)) return false;
  const started = startedOf(owner.pid);
  // Processes of others can be hidden (hidepid): then the pid alone must do, so that nothing alive is removed.
  return started === undefined || owner.started === "" || started === owner.started;
}

/** True when the process exists, also when it belongs to somebody else; a zombie has ended. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as { code?: string }).code === "EPERM";
  }
  return statFields(pid)?.[0] !== "Z";
}

/** Start time: clock ticks since boot on Linux, milliseconds since the epoch elsewhere; undefined when unknown. */
export function startedOf(pid: number): string | undefined {
  if (process.platform === "linux") return statFields(pid)?.[19];
  if (process.platform === "win32") return undefined;
  return startedByPs(pid);
}

/** Start time as `ps` knows it, in milliseconds since the epoch; undefined when unknown. */
export function startedByPs(pid: number): string | undefined {
  // Both ends in UTC: two that look at one process may live in different time zones.
  const time = Date.parse(`${psField(pid, "lstart")} UTC`);
  return Number.isNaN(time) ? undefined : String(time);
}

/** The parent's pid; undefined when unknown. */
export function parentOf(pid: number): number | undefined {
  if (pid === process.pid) return process.ppid;
  const text = process.platform === "linux" ? (statFields(pid)?.[1] ?? "") : psField(pid, "ppid");
  return text === "" ? undefined : Number(text);
}

/** Its children, theirs, and so on; empty where nobody tells. */
export function descendantsOf(pid: number): number[] {
  const text = textOf(`/proc/${pid}/task/${pid}/children`) ?? "";
  const children = text.split(" ").filter(Boolean).map(Number);
  return [...children, ...children.flatMap(descendantsOf)];
}

/** All processes that this user can see; empty where nobody tells. */
export function allPids(): number[] {
  if (process.platform !== "linux") return [];
  return readdirSync("/proc")
    .map(Number)
    .filter((pid) => pid > 0);
}

/** The name of its program, 15 characters at most; "" when unknown. */
export function commOf(pid: number): string {
  return (textOf(`/proc/${pid}/comm`) ?? "").trim();
}

/** Its command line; empty words when unknown. */
export function wordsOf(pid: number): string[] {
  return (textOf(`/proc/${pid}/cmdline`) ?? "").split("\0");
}

/** Whether it was started with a variable of that name; false for another user's. */
export function hasVariable(pid: number, name: string): boolean {
  return `\0${textOf(`/proc/${pid}/environ`) ?? ""}`.includes(`\0${name}=`);
}

/** Bytes that a process has written since its start, to files, pipes and sockets; undefined when unknown. */
export function writtenBytes(pid: number): number | undefined {
  const match = /^wchar: (\d+)$/m.exec(textOf(`/proc/${pid}/io`) ?? "");
  return match === null ? undefined : Number(match[1]);
}

/**
 * The machine and the pid namespace that a pid belongs to: a host's name alone is shared by cloned machines, and by
 * containers on the host's network, whose sessions on one daemon must not take each other for dead.
 */
function machine(): string {
  const id = (textOf("/etc/machine-id") ?? "").trim().slice(0, 8);
  return [hostname(), id, foreignNamespace()].filter(Boolean).join("/");
}

// The first pid namespace has this number on every Linux: PROC_PID_INIT_INO, include/linux/proc_ns.h.
function foreignNamespace(): string {
  try {
    const name = readlinkSync("/proc/self/ns/pid");
    return name === "pid:[4026531836]" ? "" : name.replaceAll(/\D/g, "");
  } catch {
    return "";
  }
}

/** Changes with every start of the machine; "" where there is none. */
export function bootId(): string {
  return (textOf("/proc/sys/kernel/random/boot_id") ?? "").trim();
}

/**
 * Fields of /proc/PID/stat from the third on (state), for the second is a name that may hold anything.
 * Source: proc_pid_stat(5)
 */
function statFields(pid: number): string[] | undefined {
  if (process.platform !== "linux") return undefined;
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "latin1");
    return text.slice(text.lastIndexOf(")") + 2).split(" ");
  } catch {
    return undefined;
  }
}

function psField(pid: number, field: string): string {
  if (process.platform === "win32") return "";
  // Only where there is no /proc: macOS and the BSDs.
  const { spawnSync } = process.getBuiltinModule("node:child_process");
  const said = spawnSync("ps", ["-o", `${field}=`, "-p", String(pid)], {
    encoding: "utf8",
    env: { LC_ALL: "C", TZ: "UTC", PATH: "/bin:/usr/bin" },
  });
  return said.status === 0 ? said.stdout.trim() : "";
}

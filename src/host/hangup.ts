/** The end of the other side of a pipe or socket, seen without reading from it. */
import { fstatSync } from "node:fs";
import process from "node:process";
import { textOf } from "./files.ts";

/** POLLRDHUP, poll(2): the peer of a socket has closed its writing half. A pipe without a writer is told unasked (POLLHUP). */
const PEER_CLOSED = 0x2000;
/** Where `struct pollfd` has what is asked for and what is told; it begins with the descriptor. Bytes. */
const EVENTS = 4;
const TOLD = 6;

/** The C library among a process' mappings: of glibc, of an old glibc, of musl. */
const LIBRARY = /\s(\/\S*\/(?:libc(?:-[\d.]+)?\.so[.\d]*|ld-musl-[\w-]+\.so\.1))$/m;

/**
 * A function that says whether a descriptor's other side has ended; its last words may still be unread then. undefined for
 * anything but a pipe or socket, and where it cannot be known: beside Linux, and in other runtimes than Bun.
 */
export async function hangupOf(fd: number): Promise<(() => boolean) | undefined> {
  if (process.platform !== "linux") return undefined;
  try {
    const kind = fstatSync(fd);
    if (!kind.isFIFO() && !kind.isSocket()) return undefined;
    // The one that is loaded already, by its path: a name alone would be looked for in the working folder, too.
    const library = LIBRARY.exec(textOf("/proc/self/maps") ?? "")?.[1];
    if (library === undefined) return undefined;
    const { dlopen, ptr } = await import("bun:ffi");
    const { symbols } = dlopen(library, { poll: { args: ["ptr", "u64", "i32"], returns: "i32" } });
    const pollfd = new DataView(new ArrayBuffer(8));
    pollfd.setInt32(0, fd, true);
    pollfd.setInt16(EVENTS, PEER_CLOSED, true);
    const address = ptr(pollfd);
    return () => symbols.poll(address, 1, 0) > 0 && pollfd.getInt16(TOLD, true) !== 0;
  } catch {
    return undefined;
  }
}

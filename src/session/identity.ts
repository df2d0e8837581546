/** The names of sessions' containers. */
import type { SessionIdentity } from "../engine/engine.ts";
import { selfOwner } from "../host/proc.ts";

/** A new session of a backend: the name is decided before anything starts, so that it can be removed whatever happens. */
export function newIdentity(backend: string): SessionIdentity {
  return { backend, container: containerName(backend, randomHex()), owner: selfOwner() };
}

/** The name of a backend's container; `end` keeps those of its sessions apart. */
export function containerName(backend: string, end: string): string {
  // Both engines take [a-zA-Z0-9][a-zA-Z0-9_.-]*.
  return `argus-${backend.replaceAll(/[^a-zA-Z0-9_.-]+/g, "-").slice(0, 40)}-${end}`;
}

function randomHex(): string {
  const bytes = globalThis.crypto.getRandomValues(new Uint8Array(6));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The name of the container that a session is about to start. */
import type { SessionIdentity } from "../engine/engine.ts";
import { selfOwner } from "../host/proc.ts";

/** A new session of a backend: the name is decided before anything starts, so that it can be removed whatever happens. */
export function newIdentity(backend: string): SessionIdentity {
  // Both engines take [a-zA-Z0-9][a-zA-Z0-9_.-]*.
  const label = backend.replaceAll(/[^a-zA-Z0-9_.-]+/g, "-").slice(0, 40);
  return { backend, container: `argus-${label}-${randomHex()}`, owner: selfOwner() };
}

function randomHex(): string {
  const bytes = globalThis.crypto.getRandomValues(new Uint8Array(6));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

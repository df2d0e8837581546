/** An owner as the value of a label. */
import type { Owner } from "./engine.ts";

/** `pid:started:boot:uid:host`. */
export function ownerText(owner: Owner): string {
  return [owner.pid, owner.started, owner.boot, owner.uid, owner.host].join(":");
}

/** The owner that a label names; undefined when it is not one. */
export function parseOwner(text: string): Owner | undefined {
  const match = /^(\d+):([^:]*):([^:]*):(-?\d+):(.*)$/.exec(text);
  if (match === null) return undefined;
  const [, pid = "", started = "", boot = "", uid = "", host = ""] = match;
  return { pid: Number(pid), started, boot, uid: Number(uid), host };
}

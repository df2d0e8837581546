/** Names of argus in the form that Kubernetes takes. Source: https://kubernetes.io/docs/concepts/overview/working-with-objects/names/ */
import type { SessionIdentity } from "../engine.ts";

/** The Pod's only container. */
export const CONTAINER = "server";

const LONGEST = 63;

/** The name of a session's Pod, and of all that belongs to it. */
export function podName(identity: SessionIdentity): string {
  // The end is the random part: it stays.
  return identity.container
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, "-")
    .slice(-LONGEST)
    .replaceAll(/^-+|-+$/g, "");
}

/** A text as the value of a label; equal texts stay equal, different ones may become so. */
export function labelValue(text: string): string {
  return text
    .replaceAll(/[^A-Za-z0-9._-]+/g, "-")
    .replace(/^[^A-Za-z0-9]+/, "")
    .slice(0, LONGEST)
    .replace(/[^A-Za-z0-9]+$/, "");
}

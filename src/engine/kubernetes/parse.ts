/** What kubectl prints, as data. */
import { LABEL } from "../../plan/labels.ts";
import type { Owner } from "../engine.ts";
import { jsonOf } from "../json.ts";
import { parseOwner } from "../owner.ts";
import { CONTAINER } from "./names.ts";

/** An object of a session. */
export interface SessionObject {
  readonly name: string;
  readonly backend: string;
  /** undefined = the annotation is not one of argus: leave the object alone. */
  readonly owner: Owner | undefined;
  /** ISO 8601 in UTC. */
  readonly created: string;
  /** It has been deleted and ends now. */
  readonly deleting: boolean;
}

/** A Pod of argus as the cluster sees it now. */
export interface PodState extends SessionObject {
  readonly image: string;
  /** "Pending", "Running", "Succeeded", "Failed", "Unknown". */
  readonly phase: string;
  /** When it last changed, as far as the cluster says; ISO 8601 in UTC. */
  readonly changed: string;
  /** Why the Pod as a whole ended: "Evicted", "DeadlineExceeded" …; "" mostly. */
  readonly reason: string;
  readonly message: string;
  readonly memory: string;
  /** Why no node takes it; undefined once one does. */
  readonly unscheduled: Condition | undefined;
  /** undefined = the node has said nothing about it yet. */
  readonly server: ServerState | undefined;
}

export interface Condition {
  readonly reason: string;
  readonly message: string;
}

/** The only container. */
export type ServerState =
  | ({ readonly state: "waiting" } & Condition)
  | { readonly state: "running" }
  /** The exit code of a signal is 128 + its number. */
  | ({ readonly state: "terminated"; readonly exitCode: number } & Condition);

/** Reads the output of `getPodCommand`; undefined when it is not a Pod. */
export function parsePod(output: string): PodState | undefined {
  const json = jsonOf(output);
  return textAt(json, "kind") === "Pod" ? podState(json) : undefined;
}

/** Reads the Pods in the output of `listCommand`. */
export function parsePods(output: string): PodState[] {
  return itemsOf(output, "Pod").map(podState);
}

/** Reads the policies in the output of `listCommand`. */
export function parsePolicies(output: string): SessionObject[] {
  return itemsOf(output, "NetworkPolicy").map(sessionObject);
}

function itemsOf(output: string, kind: string): readonly unknown[] {
  return listAt(jsonOf(output), "items").filter((item) => textAt(item, "kind") === kind);
}

/** Reads the output of `eventsCommand`. */
export function parseEvents(output: string): Condition[] {
  return listAt(jsonOf(output), "items").map(conditionOf);
}

/** The program's version and the cluster's; "" when one is unknown. */
export interface Versions {
  readonly client: string;
  readonly server: string;
}

/** Reads the output of `versionCommand`, also of one that reached no server. */
export function parseVersions(output: string): Versions {
  const json = jsonOf(output);
  return {
    client: textAt(json, "clientVersion", "gitVersion"),
    server: textAt(json, "serverVersion", "gitVersion"),
  };
}

/** A namespace. */
export interface NamespaceState {
  /** The level of PodSecurity that it enforces; "" = none. */
  readonly enforce: string;
}

/** Reads the output of `getNamespaceCommand`; undefined when it is not a namespace. */
export function parseNamespace(output: string): NamespaceState | undefined {
  const json = jsonOf(output);
  if (textAt(json, "kind") !== "Namespace") return undefined;
  return { enforce: textAt(json, "metadata", "labels", "pod-security.kubernetes.io/enforce") };
}

/** Where kubectl goes when nothing else is said. */
export interface ContextState {
  readonly context: string;
  readonly namespace: string;
  /** Address of the API server. */
  readonly server: string;
}

/** Reads the output of `contextCommand`; undefined when the kubeconfig has no current context. */
export function parseContext(output: string): ContextState | undefined {
  const json = jsonOf(output);
  const [context] = listAt(json, "contexts");
  if (context === undefined) return undefined;
  const [cluster] = listAt(json, "clusters");
  return {
    context: textAt(json, "current-context"),
    namespace: textAt(context, "context", "namespace") || "default",
    server: textAt(cluster, "cluster", "server"),
  };
}

function sessionObject(json: unknown): SessionObject {
  const annotation = (name: string) => textAt(json, "metadata", "annotations", name);
  return {
    name: textAt(json, "metadata", "name"),
    backend: annotation(LABEL.backend) || textAt(json, "metadata", "labels", LABEL.backend),
    owner: parseOwner(annotation(LABEL.owner)),
    created: textAt(json, "metadata", "creationTimestamp"),
    deleting: textAt(json, "metadata", "deletionTimestamp") !== "",
  };
}

function podState(json: unknown): PodState {
  const container = listAt(json, "spec", "containers").find((each) => textAt(each, "name") === CONTAINER);
  const conditions = listAt(json, "status", "conditions");
  const scheduled = conditions.find((each) => textAt(each, "type") === "PodScheduled");
  const status = listAt(json, "status", "containerStatuses").find((each) => textAt(each, "name") === CONTAINER);
  const object = sessionObject(json);
  const changes = conditions.map((each) => textAt(each, "lastTransitionTime"));
  return {
    ...object,
    image: textAt(container, "image"),
    phase: textAt(json, "status", "phase"),
    changed: [object.created, textAt(status, "state", "terminated", "finishedAt"), ...changes].sort().at(-1)!,
    ...conditionOf(at(json, "status")),
    memory: textAt(container, "resources", "limits", "memory"),
    unscheduled: textAt(scheduled, "status") === "False" ? conditionOf(scheduled) : undefined,
    server: serverState(at(status, "state")),
  };
}

function serverState(json: unknown): ServerState | undefined {
  const [waiting, running, ended] = ["waiting", "running", "terminated"].map((name) => at(json, name));
  if (ended !== undefined) {
    const code = at(ended, "exitCode");
    return { state: "terminated", exitCode: typeof code === "number" ? code : 1, ...conditionOf(ended) };
  }
  if (running !== undefined) return { state: "running" };
  return waiting === undefined ? undefined : { state: "waiting", ...conditionOf(waiting) };
}

function conditionOf(json: unknown): Condition {
  return { reason: textAt(json, "reason"), message: textAt(json, "message") };
}

function at(json: unknown, ...path: readonly string[]): unknown {
  let value = json;
  for (const name of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return undefined;
    value = (value as Record<string, unknown>)[name];
  }
  return value ?? undefined;
}

function textAt(json: unknown, ...path: readonly string[]): string {
  const value = at(json, ...path);
  return typeof value === "string" ? value : "";
}

function listAt(json: unknown, ...path: readonly string[]): readonly unknown[] {
  const value = at(json, ...path);
  return Array.isArray(value) ? value : [];
}

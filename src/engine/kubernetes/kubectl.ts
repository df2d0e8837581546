/** The one place where command lines for kubectl are written. */

import { LABEL } from "../../plan/labels.ts";
import type { Command } from "../command.ts";
import type { Manifest } from "./manifest.ts";
import { CONTAINER } from "./names.ts";

/** Which cluster, which namespace, and the program that reaches them. */
export interface Cluster {
  /** Name or absolute path of kubectl. */
  readonly bin: string;
  /** undefined = the kubeconfig's current one. */
  readonly context?: string | undefined;
  /** undefined = the context's. */
  readonly namespace?: string | undefined;
  /** Variables that kubectl needs beside those of argus. */
  readonly env?: Readonly<Record<string, string>>;
}

/** An answer of a cluster that lives takes less than a second. */
const REQUEST_TIMEOUT = "--request-timeout=15s";

/**
 * Makes objects, one after the other, and prints their names. The manifests travel on standard input, where no other
 * process sees them.
 */
export function createCommand(cluster: Cluster, manifests: readonly Manifest[]): Command {
  const list = { apiVersion: "v1", kind: "List", items: manifests };
  return { ...kubectl(cluster, ["create", "-f", "-", "-o", "name"]), input: json(list) };
}

/**
 * Connects standard input, output and error with the server's. It does not wait for the container and exits with 0
 * whatever the server's code: see {@link notYetAttachable} and {@link getPodCommand}.
 */
export function attachCommand(cluster: Cluster, pod: string): Command {
  // Without -q, kubectl adds lines of its own to standard error.
  return kubectl(cluster, ["attach", "-i", "-q", "--pod-running-timeout=30s", "-c", CONTAINER, pod], "stream");
}

/** True when an attach failed because the container has not started yet: try again. */
export function notYetAttachable(stderr: string): boolean {
  return /does not have a host assigned|container server not found in pod|unable to upgrade connection: container not found/.test(
    stderr,
  );
}

/** Prints one Pod; `parsePod` reads it. */
export function getPodCommand(cluster: Cluster, pod: string): Command {
  return kubectl(cluster, ["get", "pod", pod, "-o", "json"]);
}

/** Prints all Pods and policies of argus in the namespace; `parsePods` and `parsePolicies` read it. */
export function listCommand(cluster: Cluster): Command {
  return kubectl(cluster, ["get", "pods,networkpolicies", "-l", LABEL.session, "-o", "json"]);
}

/** Prints what the server wrote before anyone listened, its output and error mixed. */
export function logsCommand(cluster: Cluster, pod: string): Command {
  return kubectl(cluster, ["logs", pod, "-c", CONTAINER]);
}

/** Prints what went wrong with a Pod so far, the oldest first; `parseEvents` reads it. */
export function eventsCommand(cluster: Cluster, pod: string): Command {
  const selector = `involvedObject.kind=Pod,involvedObject.name=${pod},type=Warning`;
  return kubectl(cluster, ["get", "events", `--field-selector=${selector}`, "--sort-by=.lastTimestamp", "-o", "json"]);
}

/**
 * What a session may have made; all of it bears the Pod's name. Removed in this order: what is left when a call is cut short can be
 * found, and the policy holds as long as the Pod runs.
 */
const KINDS: readonly Manifest["kind"][] = ["Secret", "Pod", "NetworkPolicy"];

/**
 * Removes sessions without waiting for their end, and prints what there was. A grace of 0 would free the name while the
 * process lives on.
 *
 * @param kinds What they made. Default: all that they may have made.
 */
export function deleteCommand(cluster: Cluster, names: readonly string[], kinds = KINDS): Command {
  const kind = KINDS.filter((each) => kinds.includes(each))
    .join(",")
    .toLowerCase();
  return kubectl(cluster, ["delete", kind, "--grace-period=1", "--wait=false", "--ignore-not-found", ...names]);
}

/** Prints "yes" or "no". */
export function canICommand(cluster: Cluster, verb: string, resource: string, subresource?: string): Command {
  const part = subresource === undefined ? [] : [`--subresource=${subresource}`];
  return kubectl(cluster, ["auth", "can-i", verb, resource, ...part]);
}

/** Prints the versions of kubectl and of the server; `parseVersions` reads it. */
export function versionCommand(cluster: Cluster): Command {
  return kubectl(cluster, ["version", "-o", "json"]);
}

/** Prints a namespace with the labels of its PodSecurity level; `parseNamespace` reads it. */
export function getNamespaceCommand(cluster: Cluster, namespace: string): Command {
  return kubectl(cluster, ["get", "namespace", namespace, "-o", "json"]);
}

/** Prints the part of the kubeconfig that is used, without its secrets; asks no server. `parseContext` reads it. */
export function contextCommand(cluster: Cluster): Command {
  return kubectl(cluster, ["config", "view", "--minify", "-o", "json"], "local");
}

function kubectl(cluster: Cluster, args: readonly string[], kind: "request" | "stream" | "local" = "request"): Command {
  const [verb = "", ...others] = args;
  return {
    bin: cluster.bin,
    args: [
      verb,
      ...(kind === "request" ? [REQUEST_TIMEOUT] : []),
      ...(cluster.context === undefined ? [] : [`--context=${cluster.context}`]),
      ...(cluster.namespace === undefined ? [] : [`--namespace=${cluster.namespace}`]),
      ...others,
    ],
    env: cluster.env ?? {},
  };
}

function json(value: unknown): string {
  return `${JSON.stringify(value)}\n`;
}

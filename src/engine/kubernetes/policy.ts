/** `network` on a cluster. */
import type { Where } from "../../config/config.ts";
import { ArgusError } from "../../errors.ts";
import type { Notice } from "../../plan/plan.ts";
import type { Metadata, NetworkPolicy } from "./manifest.ts";

/**
 * True for `none`, false for `bridge`.
 *
 * @throws ArgusError `config/kubernetes-network` for what only a single machine has.
 */
export function deniesAll(network: string, where: Where): boolean {
  if (network === "none") return true;
  if (network === "bridge") return false;
  const shared = network === "host" || network.startsWith("container:");
  throw new ArgusError(
    "config/kubernetes-network",
    shared
      ? `network: ${network} would put the server into a network of the node, which argus does not do on kubernetes`
      : `network: "${network}" names a network of a single machine, and kubernetes has none`,
    {
      hint: '"bridge" (the Pod\'s own network) or "none"; for anything between, write a NetworkPolicy that selects `kubernetes.labels`',
      where: where(["container", "network"]),
    },
  );
}

/** What the user should know where nobody has tried whether the cluster enforces policies. */
export function policyNotices(network: string): Notice[] {
  if (network !== "none") return [];
  const message =
    "network: none is a NetworkPolicy on kubernetes, which isolates only where the cluster's network plugin enforces it";
  return [{ code: "kubernetes/policy-enforcement", message }];
}

/**
 * Neither in nor out for the Pods that carry the labels. The cluster's network plugin has to enforce it.
 * Source: https://kubernetes.io/docs/concepts/services-networking/network-policies/
 */
export function networkPolicy(metadata: Metadata, matchLabels: Readonly<Record<string, string>>): NetworkPolicy {
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata,
    // A direction without a rule allows nothing.
    spec: { podSelector: { matchLabels }, policyTypes: ["Ingress", "Egress"] },
  };
}

/** The way from this machine to a cluster: kubectl, and what it needs to find. */
import type { Env } from "../config/config.ts";
import type { KubernetesFields } from "../config/schema.ts";
import { pathSeparator, programCandidates, programFolders } from "../engine/detect.ts";
import type { Cluster } from "../engine/kubernetes/kubectl.ts";
import { ArgusError } from "../errors.ts";
import { surroundings } from "./engines.ts";
import { isProgram } from "./files.ts";

/**
 * The cluster and namespace that a config names; the kubeconfig's own where it names none.
 *
 * @throws ArgusError `absent/kubectl` when kubectl is not installed.
 */
export function findCluster(fields: KubernetesFields, env?: Env): Cluster {
  const here = surroundings(env);
  const bin = programCandidates("kubectl", here).find(isProgram);
  if (bin === undefined) {
    throw new ArgusError("absent/kubectl", "kubernetes is asked for and kubectl is not installed", {
      hint: "install kubectl: https://kubernetes.io/docs/tasks/tools/; or drop `runtime: kubernetes` and ARGUS_RUNTIME",
    });
  }
  const { context, namespace } = fields;
  // Programs that log kubectl in are found on PATH, which desktop clients scrub.
  return { bin, context, namespace, env: { PATH: programFolders("kubectl", here).join(pathSeparator(here)) } };
}

/** The way from this machine to a cluster: kubectl, and what it needs to find. */
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import process from "node:process";
import type { Env } from "../config/config.ts";
import type { KubernetesFields } from "../config/schema.ts";
import type { Cluster } from "../engine/kubernetes/kubectl.ts";
import { ArgusError } from "../errors.ts";
import { isProgram } from "./files.ts";

/**
 * The cluster and namespace that a config names; the kubeconfig's own where it names none.
 *
 * @throws ArgusError `absent/kubectl` when kubectl is not installed.
 */
export function findCluster(fields: KubernetesFields, env: Env = process.env): Cluster {
  const bin = findKubectl(env);
  if (bin === undefined) {
    throw new ArgusError("absent/kubectl", "kubernetes is asked for and kubectl is not installed", {
      hint: "install kubectl: https://kubernetes.io/docs/tasks/tools/; or drop `runtime: kubernetes` and ARGUS_RUNTIME",
    });
  }
  const { context, namespace } = fields;
  // Programs that log kubectl in are found on PATH, which desktop clients scrub.
  return { bin, context, namespace, env: { PATH: foldersOf(env).join(delimiter) } };
}

/** Absolute path of kubectl; undefined when it is not installed. ARGUS_ENGINE_PATH counts alone, as for engines. */
function findKubectl(env: Env): string | undefined {
  const file = process.platform === "win32" ? "kubectl.exe" : "kubectl";
  const own = (env.ARGUS_ENGINE_PATH ?? "").split(delimiter).filter((folder) => folder !== "");
  return (own.length > 0 ? own : foldersOf(env)).map((folder) => join(folder, file)).find(isProgram);
}

/** PATH first, then where installers put it and its helpers. */
function foldersOf(env: Env): string[] {
  const path = (env.PATH ?? env.Path ?? "").split(delimiter).filter((folder) => folder !== "");
  if (process.platform === "win32") return path;
  const home = env.HOME || homedir();
  const usual = [
    "/usr/local/bin",
    "/usr/bin",
    "/bin",
    "/opt/homebrew/bin",
    "/home/linuxbrew/.linuxbrew/bin",
    "/snap/bin",
    `${home}/.local/bin`,
    `${home}/bin`,
    `${home}/.rd/bin`,
    `${home}/.docker/bin`,
    `${home}/.orbstack/bin`,
    `${home}/google-cloud-sdk/bin`,
  ];
  return [...new Set([...path, ...usual])];
}

/** Why a Pod does not start, or ended without its server's doing. Nothing of this fails by itself: someone has to look. */
import { ArgusError, EXIT } from "../../errors.ts";
import { NO_REGISTRY } from "../../plan/image_name.ts";
import type { Condition, PodState, ServerState } from "./parse.ts";

/** The trouble as an error; undefined while nothing is wrong, and when the server itself ended. */
export function podTrouble(pod: PodState): ArgusError | undefined {
  const { server } = pod;
  const ended = server?.state === "terminated" ? server : undefined;
  return (
    endTrouble(pod) ??
    (ended === undefined ? undefined : containerEnd(pod, ended)) ??
    (server?.state === "waiting" ? waitTrouble(pod, server) : undefined) ??
    (pod.unscheduled === undefined ? undefined : placeTrouble(pod.unscheduled))
  );
}

/** The Pod as a whole was ended by the cluster. */
function endTrouble({ reason, message, phase }: PodState): ArgusError | undefined {
  if (reason === "DeadlineExceeded") {
    return error("deadline", "the Pod reached its deadline and was ended", "`kubernetes.deadline` sets another");
  }
  if (reason === "Evicted") {
    return error(
      "evicted",
      `the node evicted the Pod: ${message}`,
      "the node was short of what the message names: start again",
    );
  }
  if (/^(?:Terminated|NodeShutdown|Shutdown|NodeLost|Preempting)$/.test(reason)) {
    return error("node-gone", `the node that ran the Pod went away: ${message || reason}`, "start again");
  }
  if (phase === "Failed" && reason !== "") {
    return error(
      "refused-by-node",
      `the node refused the Pod (${reason}): ${message}`,
      "start again, or see `kubectl describe node`",
    );
  }
  return undefined;
}

type Ended = Extract<ServerState, { state: "terminated" }>;

function containerEnd(pod: PodState, { reason, message, exitCode }: Ended): ArgusError | undefined {
  // With exit code 0 only a child of the server was killed, and the server lived with it.
  if (reason === "OOMKilled" && exitCode !== 0) {
    return error(
      "out-of-memory",
      `the server used more memory than its limit of ${pod.memory}`,
      "raise `memory` of the backend",
    );
  }
  if (/^(?:StartError|ContainerCannotRun)$/.test(reason)) return startTrouble(message);
  if (reason === "ContainerStatusUnknown") {
    return error("node-gone", "the node lost sight of the server", "start again");
  }
  return undefined;
}

function startTrouble(message: string): ArgusError {
  const program = /exec: "([^"]+)": (?:executable file not found|stat [^:]+: no such file)/.exec(message)?.[1];
  return program === undefined
    ? error(
        "cannot-start",
        `the container does not start: ${message}`,
        "see `kubectl describe pod` before argus removes it",
      )
    : error("cannot-start", `the image has no program ${program}`, "check `entrypoint` or the Dockerfile's ENTRYPOINT");
}

function waitTrouble(pod: PodState, { reason, message }: Condition): ArgusError | undefined {
  switch (reason) {
    case "ErrImageNeverPull":
    case "ErrImagePull":
    case "ImagePullBackOff":
    case "ImageInspectError":
    case "RegistryUnavailable":
    case "SignatureValidationFailed":
      return imageTrouble(pod.image, message || reason);
    case "InvalidImageName":
      return error("image-name", `the cluster cannot read the image's name: ${message}`, "check `kubernetes.registry`");
    case "CreateContainerConfigError":
      return configTrouble(pod, message);
    case "CreateContainerError":
    case "RunContainerError":
    case "CrashLoopBackOff":
      return startTrouble(message);
    case "CreatePodSandboxError":
      return error("sandbox", `the node cannot make the Pod's sandbox: ${message}`, "see `kubectl describe node`");
    default:
      return undefined;
  }
}

function imageTrouble(image: string, message: string): ArgusError {
  if (image.startsWith(NO_REGISTRY)) {
    return error(
      "image-absent",
      `the node has no image ${image}, and no registry to pull it from`,
      "set `kubernetes.registry` to one that the cluster reaches: argus pushes the image there",
    );
  }
  for (const { pattern, code, says, hint } of PULL_RULES) {
    if (pattern.test(message)) return error(code, `the cluster cannot pull ${image}: ${says(message)}`, hint);
  }
  return error("image-pull", `the cluster cannot pull ${image}: ${message}`, "check `kubernetes.registry`");
}

const PULL_RULES: readonly { pattern: RegExp; code: string; says(message: string): string; hint: string }[] = [
  {
    pattern: /x509|certificate|server gave HTTP response to HTTPS client|tls:/i,
    code: "image-tls",
    says: () => "its nodes do not trust the registry's certificate, or the registry has none",
    hint: "let the nodes' container runtime trust the registry: that is set on the nodes, not in the Pod",
  },
  {
    pattern: /unauthorized|authentication required|authorization failed|denied|403 Forbidden|no basic auth/i,
    code: "image-forbidden",
    says: () => "the registry wants a login, or there is no such image",
    hint: "name a Secret of type kubernetes.io/dockerconfigjson in `kubernetes.image_pull_secret`",
  },
  {
    pattern: /not found|manifest unknown|not present with pull policy|name unknown/i,
    code: "image-absent",
    says: () => "it is not in the registry",
    hint: "push it: `argus build` with `kubernetes.registry` set, or without ARGUS_CONTAINER_BUILD_IF_MISSING=false",
  },
  {
    pattern:
      /no such host|connection refused|i\/o timeout|no route to host|network is unreachable|deadline exceeded|toomanyrequests|429/i,
    code: "image-unreachable",
    says: reachProblem,
    hint: "the nodes must reach the registry: an address of this machine such as localhost means the node itself there",
  },
];

/** The end of a long chain of calls: `connect: connection refused`, `lookup x on 192.0.2.53:53: no such host`. */
function reachProblem(message: string): string {
  return /(?:lookup \S+(?: on \S+)?|\w+): [^:]+$/.exec(message)?.[0] ?? message;
}

function configTrouble(pod: PodState, message: string): ArgusError | undefined {
  const secret = /secret "([^"]+)" not found/.exec(message)?.[1];
  // The Pod's own Secret is made right after it: the container waits for it.
  if (secret === pod.name) return undefined;
  return error("container-config", `the node cannot prepare the container: ${message}`, "see `kubectl describe pod`");
}

function placeTrouble({ message }: Condition): ArgusError {
  const hint = PLACE_HINTS.find(([pattern]) => pattern.test(message))?.[1];
  const why = message.replace(/\.?(?: no new claims to deallocate,| not found)?(?: preemption: .*)?$/s, "");
  return error(
    "unschedulable",
    `no node takes the Pod: ${why}`,
    hint ?? "`kubectl describe node` shows what the nodes offer",
  );
}

const PLACE_HINTS: readonly (readonly [RegExp, string])[] = [
  [
    /persistentvolumeclaim "[^"]+" not found/,
    "make the claim first: a named volume of the backend is a claim of that name",
  ],
  [
    /unbound immediate PersistentVolumeClaims/,
    "the claim has no volume yet: see `kubectl get pvc` and its storage class",
  ],
  [/Insufficient|Too many pods/, "lower `memory` or `cpus` of the backend, end other Pods, or add a node"],
  [/untolerated taint/, "`kubernetes.tolerations` lets the Pod onto such nodes"],
  [/node affinity\/selector|node selector/, "check `kubernetes.node_selector`: no node carries these labels"],
];

function error(code: string, message: string, hint: string): ArgusError {
  const exitCode = code === "image-absent" ? EXIT.absent : undefined;
  return new ArgusError(`kubernetes/${code}`, message, { hint, exitCode });
}

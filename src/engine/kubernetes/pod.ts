/**
 * One session as one Pod: the same posture as {@link runCommand} gives on Docker and Podman.
 *
 * What belongs to the Pod bears its name, so that one call makes all and one call by name removes all. The order is such
 * that a Secret, which argus may not list, never stays without the Pod by which it is found. Were it owned by the Pod, a
 * second call would have to make it, and a node that does not find it looks again only after 10 s (seen with 1.34); as the
 * next object of the same call it is there long before the node has made the Pod's sandbox.
 */
import type { Where } from "../../config/config.ts";
import type { KubernetesFields } from "../../config/schema.ts";
import type { Text } from "../../config/text.ts";
import { ArgusError, checkAll } from "../../errors.ts";
import { DEFAULT } from "../../plan/defaults.ts";
import { LABEL } from "../../plan/labels.ts";
import type { ContainerPlan } from "../../plan/plan.ts";
import { VERSION } from "../../version.ts";
import type { SessionIdentity } from "../engine.ts";
import { ownerText } from "../owner.ts";
import { homeVariables } from "../server_env.ts";
import { refuseExtraArgs } from "./extra_args.ts";
import { API_SERVER, gate } from "./gate.ts";
import type { Manifest, Metadata, NetworkPolicy, Pod, Secret } from "./manifest.ts";
import { CONTAINER, labelValue, podName } from "./names.ts";
import { deniesAll, networkPolicy } from "./policy.ts";
import { cpuQuantity, memoryQuantity } from "./quantity.ts";
import { literal, type ServerTexts, secretManifest, serverTexts } from "./secret.ts";
import { type PodVolumes, podVolumes } from "./volume.ts";

/** The part of a plan that shapes a Pod. */
export type PodPlan = Pick<ContainerPlan, "env" | "limits" | "network" | "volumes" | "extraArgs" | "requireIsolation">;

/** What a Pod needs to know; everything is decided before. */
export interface PodInput {
  readonly plan: PodPlan;
  /** As the cluster pulls it, by digest where it is known. */
  readonly image: string;
  /** The image's entry, where a shell can be put in front of it. */
  readonly entry?: readonly string[] | undefined;
  /** What follows the image's entry. */
  readonly args: readonly Text[];
  readonly identity: SessionIdentity;
  readonly kubernetes: KubernetesFields;
  /** Places of the backend in the config, for errors. */
  readonly where: Where;
}

/** What opens the gate of a Pod: the first bytes of its input, or nothing when it has none. */
export function gateKey(pod: Pod): string {
  return pod.spec.containers[0].command === undefined ? "" : "\n";
}

/** Seconds between TERM and KILL; the kubelet never waits less than 2 (seen with 1.34). */
const GRACE_SECONDS = 1;

/** All objects of a session. */
export interface PodObjects {
  readonly policy?: NetworkPolicy;
  readonly pod: Pod;
  readonly secret?: Secret;
}

/**
 * The Pod of a session and what belongs to it.
 *
 * @throws ArgusError `config/…` for all that a Pod cannot do.
 */
export function podObjects(input: PodInput): PodObjects {
  const { plan, identity } = input;
  const [, cutOff, mounted] = checkAll([
    () => refuseExtraArgs(plan.extraArgs, input.where),
    () => isCutOff(input),
    () => podVolumes(input),
  ]);
  const texts = serverTexts(plan.env, input.args);
  const { annotations: _, ...others } = metadataOf(input);
  const metadata: Metadata = { ...others, labels: argusLabels(identity) };
  // Should it stay alone, its owner tells whether anyone needs it.
  const owned: Metadata = { ...metadata, annotations: argusAnnotations(identity) };
  return {
    ...(cutOff ? { policy: networkPolicy(owned, { [LABEL.session]: podName(identity) }) } : {}),
    pod: podManifest(input, texts, mounted),
    ...(needsSecret(texts) ? { secret: secretManifest(metadata, texts) } : {}),
  };
}

/** The same objects with the image at the place that the cluster pulls it from. */
export function withImage(objects: PodObjects, image: string): PodObjects {
  const { pod } = objects;
  const [server] = pod.spec.containers;
  return { ...objects, pod: { ...pod, spec: { ...pod.spec, containers: [{ ...server, image }] } } };
}

/** The objects in the order in which they are to be made: nothing gets through before the policy is there. */
export function inOrder({ policy, pod, secret }: PodObjects): Manifest[] {
  return [policy, pod, secret].filter((each) => each !== undefined);
}

/**
 * It holds no value of the environment and no argument that came from a variable: they are in the Secret, which whoever may
 * read Pods need not be able to read.
 */
function podManifest(input: PodInput, texts: ServerTexts, { volumes, mounts }: PodVolumes): Pod {
  const { plan, kubernetes } = input;
  const resources = { cpu: cpuQuantity(plan.limits.cpus), memory: memoryQuantity(plan.limits.memory) };
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: metadataOf(input),
    spec: {
      restartPolicy: "Never",
      // The end of a Pod that nobody is left to end.
      ...deadlineOf(kubernetes),
      terminationGracePeriodSeconds: GRACE_SECONDS,
      // A server needs no rights in the cluster and no list of its services.
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      // A real first process, as `--init` gives: a server without handlers ends on TERM, and its children are reaped.
      shareProcessNamespace: true,
      securityContext: {
        runAsNonRoot: true,
        runAsUser: DEFAULT.uid,
        runAsGroup: DEFAULT.uid,
        fsGroup: DEFAULT.uid,
        fsGroupChangePolicy: "OnRootMismatch",
        seccompProfile: { type: "RuntimeDefault" },
      },
      ...placement(kubernetes),
      containers: [
        {
          name: CONTAINER,
          image: input.image,
          imagePullPolicy: "IfNotPresent",
          ...(input.entry === undefined ? {} : { command: [...gateOf(plan), ...input.entry.map(literal)] }),
          ...(texts.args.length === 0 ? {} : { args: texts.args }),
          // The server hears the client, and the end of the client's input ends the server's.
          stdin: true,
          stdinOnce: true,
          // A terminal would change bytes.
          tty: false,
          env: homeVariables(plan.env).map(([name, value]) => ({ name, value })),
          ...(needsSecret(texts) ? { envFrom: [{ secretRef: { name: podName(input.identity) } }] } : {}),
          resources: { requests: resources, limits: resources },
          securityContext: {
            readOnlyRootFilesystem: true,
            allowPrivilegeEscalation: false,
            capabilities: { drop: ["ALL"] },
          },
          volumeMounts: mounts,
        },
      ],
      volumes,
    },
  };
}

function gateOf({ network, requireIsolation }: PodPlan): string[] {
  if (network !== "none") return gate(undefined);
  return gate(requireIsolation ? "require" : "tell");
}

/** Whether the Pod is to be cut off; throws where it could not tell whether it is. */
function isCutOff({ plan, entry, where }: PodInput): boolean {
  if (!deniesAll(plan.network, where)) return false;
  const misleading = API_SERVER.find((name) => Object.hasOwn(plan.env, name));
  if (misleading !== undefined) {
    throw new ArgusError(
      "config/kubernetes-network",
      `env sets ${misleading}, by which a Pod with network: none tries whether it is cut off`,
      { hint: "leave it out, or set network: bridge", where: where(["env", misleading]) },
    );
  }
  if (!plan.requireIsolation || entry !== undefined) return true;
  throw new ArgusError(
    "absent/isolation",
    "isolation is required, and without a shell in the image nothing can try whether the cluster enforces network: none",
    {
      hint: "end the Dockerfile's last stage with a RUN line and an ENTRYPOINT in JSON form, or set network: bridge",
      where: where(["container", "network"]),
    },
  );
}

function needsSecret(texts: ServerTexts): boolean {
  return Object.keys(texts.secret).length > 0;
}

function metadataOf({ identity, kubernetes }: PodInput): Metadata {
  return {
    name: podName(identity),
    ...(kubernetes.namespace === undefined ? {} : { namespace: kubernetes.namespace }),
    // The last ones win: by them argus finds its Pods.
    labels: { ...kubernetes.labels, ...argusLabels(identity) },
    annotations: { ...kubernetes.annotations, ...argusAnnotations(identity) },
  };
}

/** As they are: the value of a label holds no colon, as an owner has, and ends with no dash, as a backend's name may. */
function argusAnnotations({ backend, owner }: SessionIdentity): Record<string, string> {
  return { [LABEL.backend]: backend, [LABEL.owner]: ownerText(owner) };
}

function argusLabels(identity: SessionIdentity): Record<string, string> {
  return {
    [LABEL.backend]: labelValue(identity.backend),
    [LABEL.session]: podName(identity),
    [LABEL.version]: labelValue(VERSION),
  };
}

function deadlineOf({ deadline = DEFAULT.deadlineMs }: KubernetesFields): { activeDeadlineSeconds?: number } {
  return deadline === "never" ? {} : { activeDeadlineSeconds: Math.ceil(deadline / 1000) };
}

/** Where the Pod may run, and as whom the cluster sees it. */
function placement(kubernetes: KubernetesFields): Record<string, unknown> {
  const { service_account, image_pull_secret, runtime_class, node_selector, tolerations } = kubernetes;
  return {
    ...(service_account === undefined ? {} : { serviceAccountName: service_account }),
    ...(image_pull_secret === undefined ? {} : { imagePullSecrets: [{ name: image_pull_secret }] }),
    ...(runtime_class === undefined ? {} : { runtimeClassName: runtime_class }),
    ...(node_selector === undefined ? {} : { nodeSelector: node_selector }),
    ...(tolerations === undefined ? {} : { tolerations }),
  };
}

import assert from "node:assert/strict";
import { test } from "node:test";
import type { KubernetesFields } from "../../../../src/config/schema.ts";
import { plain } from "../../../../src/config/text.ts";
import { gateKey, inOrder, type PodInput, type PodPlan, podObjects } from "../../../../src/engine/kubernetes/pod.ts";
import { withoutValues } from "../../../../src/engine/kubernetes/secret.ts";
import type { ArgusError } from "../../../../src/errors.ts";
import { VERSION } from "../../../../src/version.ts";
import { samplePlan } from "../samples.ts";

const PLAN: PodPlan = samplePlan();
const SECRET = { shown: "${TOKEN}", value: "s3cret" };

function sample(plan: Partial<PodPlan> = {}, kubernetes: KubernetesFields = {}, args: PodInput["args"] = []): PodInput {
  const owner = { pid: 42, started: "777", boot: "b-1", host: "laptop", uid: 1000 };
  const identity = { backend: "time", container: "argus-time-0123456789ab", owner };
  const where = (path: readonly (string | number)[]) => `config.yaml:${path.join(".")}`;
  return { plan: { ...PLAN, ...plan }, image: "r.example.com/argus/x@sha256:1", args, identity, kubernetes, where };
}

const podOf = (input: PodInput) => podObjects(input).pod;

function failure(input: PodInput): ArgusError {
  try {
    podOf(input);
  } catch (error) {
    return error as ArgusError;
  }
  throw new Error("a Pod was made");
}

test("a server waits for its client behind a shell where the image surely has one", () => {
  const entry = ["/app/mcp-server", "--price", "$(NAME) $$(NAME) $HOME"];
  const pod = podOf({ ...sample({}, {}, [plain("--last")]), entry });
  const [server] = pod.spec.containers;
  // Kubernetes replaces $(NAME) here too.
  const words = ["/app/mcp-server", "--price", "$$(NAME) $$$$(NAME) $HOME"];
  assert.deepEqual(server.command, ["/bin/sh", "-c", 'read -r _ && exec "$@"', "sh", ...words]);
  assert.deepEqual(server.args, ["--last"]);
  assert.equal(gateKey(pod), "\n");
  const open = podOf(sample());
  assert.equal(open.spec.containers[0].command, undefined);
  assert.equal(gateKey(open), "");
});

test("what tries the network stands in front of a server that is to have none", () => {
  const scriptOf = (plan: Partial<PodPlan>) =>
    podOf({ ...sample(plan), entry: ["server"] }).spec.containers[0].command?.[2] ?? "";
  assert.doesNotMatch(scriptOf({ requireIsolation: true }), /reaches/);
  assert.match(scriptOf({ network: "none" }), /argus: warning: network: none/);
  assert.match(scriptOf({ network: "none", requireIsolation: true }), /argus: error: network: none/);
  // Kubernetes would replace it.
  assert.ok(!scriptOf({ network: "none" }).includes("$("));
  assert.equal(failure(sample({ network: "none", requireIsolation: true })).code, "absent/isolation");
  const env = { KUBERNETES_SERVICE_HOST: plain("127.0.0.1") };
  assert.equal(failure(sample({ network: "none", env })).code, "config/kubernetes-network");
  assert.equal(podOf(sample({ env })).kind, "Pod");
});

test("a Pod gets the whole posture", () => {
  const { metadata, spec } = podOf(sample());
  const [server] = spec.containers;
  assert.deepEqual(metadata, {
    name: "argus-time-0123456789ab",
    labels: { "argus.backend": "time", "argus.session": "argus-time-0123456789ab", "argus.version": VERSION },
    annotations: { "argus.backend": "time", "argus.owner": "42:777:b-1:1000:laptop" },
  });
  assert.deepEqual(spec, {
    restartPolicy: "Never",
    activeDeadlineSeconds: 604_800,
    terminationGracePeriodSeconds: 1,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    shareProcessNamespace: true,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: 65532,
      runAsGroup: 65532,
      fsGroup: 65532,
      fsGroupChangePolicy: "OnRootMismatch",
      seccompProfile: { type: "RuntimeDefault" },
    },
    containers: [server],
    volumes: [
      { name: "tmp", emptyDir: { medium: "Memory", sizeLimit: "64Mi" } },
      { name: "home", emptyDir: { medium: "Memory", sizeLimit: "64Mi" } },
    ],
  });
  assert.deepEqual(server, {
    name: "server",
    image: "r.example.com/argus/x@sha256:1",
    imagePullPolicy: "IfNotPresent",
    stdin: true,
    stdinOnce: true,
    tty: false,
    env: [
      { name: "HOME", value: "/home/nonroot" },
      { name: "TMPDIR", value: "/tmp" },
    ],
    resources: { requests: { cpu: "1", memory: "512Mi" }, limits: { cpu: "1", memory: "512Mi" } },
    securityContext: {
      readOnlyRootFilesystem: true,
      allowPrivilegeEscalation: false,
      capabilities: { drop: ["ALL"] },
    },
    volumeMounts: [
      { name: "tmp", mountPath: "/tmp" },
      { name: "home", mountPath: "/home/nonroot" },
    ],
  });
});

test("a Pod of no variables on the bridge needs nothing", () => {
  const objects = podObjects(sample());
  assert.deepEqual(inOrder(objects), [objects.pod]);
});

test("values are in the Secret and nowhere else", () => {
  const input = sample({ env: { API_TOKEN: SECRET, HOME: plain("/data") } }, {}, [plain("--token"), SECRET]);
  const pod = podOf(input);
  assert.ok(!JSON.stringify(pod).includes("s3cret"));
  const [server] = pod.spec.containers;
  assert.deepEqual(server.args, ["--token", "$(ARGUS_ARG_2)"]);
  assert.deepEqual(server.envFrom, [{ secretRef: { name: pod.metadata.name } }]);
  assert.deepEqual(server.env, [{ name: "TMPDIR", value: "/tmp" }], "the backend's own HOME wins");

  const { secret, policy } = podObjects(input);
  assert.equal(policy, undefined);
  assert.ok(secret !== undefined);
  assert.deepEqual(secret.stringData, { API_TOKEN: "s3cret", HOME: "/data", ARGUS_ARG_2: "s3cret" });
  assert.equal(secret.metadata.name, pod.metadata.name, "one call by name removes all");
  assert.equal(secret.metadata.annotations, undefined);
  assert.deepEqual(withoutValues(secret).stringData, { API_TOKEN: "", HOME: "", ARGUS_ARG_2: "" });
});

test("an argument's variable never takes the name of one of the backend's", () => {
  const input = sample({ env: { ARGUS_ARG_1: plain("own") } }, {}, [SECRET]);
  assert.deepEqual(podOf(input).spec.containers[0].args, ["$(ARGUS_ARG_101)"]);
});

for (const [arg, sent] of [
  ["$(HOME)", "$$(HOME)"],
  ["$HOME", "$HOME"],
  ["a$$b", "a$$$b"],
  ["$$(x)", "$$$$(x)"],
  ["cost: 5$", "cost: 5$"],
] as const) {
  test(`the argument ${arg} reaches the server as it is`, () => {
    assert.deepEqual(podOf(sample({}, {}, [plain(arg)])).spec.containers[0].args, [sent]);
    assert.equal(expanded(sent), arg);
  });
}

/** Kubernetes' own rule: `$$` is one `$`, `$(NAME)` is replaced, any other `$` stays. */
function expanded(text: string): string {
  return text.replaceAll(/\$\$|\$\([^)]*\)/g, (found) => (found === "$$" ? "$" : "REPLACED"));
}

test("network: none is a policy that selects this Pod alone, made before the Pod, and the Secret after it", () => {
  const objects = podObjects(sample({ network: "none", env: { A: plain("b") } }));
  const { policy } = objects;
  assert.deepEqual(
    inOrder(objects).map(({ kind }) => kind),
    ["NetworkPolicy", "Pod", "Secret"],
  );
  assert.ok(policy !== undefined);
  assert.equal(policy.metadata.annotations?.["argus.owner"], "42:777:b-1:1000:laptop");
  assert.deepEqual(policy.spec, {
    podSelector: { matchLabels: { "argus.session": "argus-time-0123456789ab" } },
    policyTypes: ["Ingress", "Egress"],
  });
  assert.equal(policy.metadata.name, "argus-time-0123456789ab", "one call by name removes all");
});

test("every field of the section reaches the Pod, and argus' own keys win", () => {
  const tolerations = [{ operator: "Exists" as const, effect: "NoExecute" as const }];
  const { metadata, spec } = podOf(
    sample(
      {},
      {
        namespace: "mcp",
        image_pull_secret: "login",
        service_account: "mcp",
        node_selector: { disk: "ssd" },
        tolerations,
        runtime_class: "gvisor",
        labels: { team: "data", "argus.session": "mine" },
        annotations: { why: "so", "argus.owner": "me" },
        deadline: 90_500,
      },
    ),
  );
  assert.equal(metadata.namespace, "mcp");
  assert.equal(metadata.labels?.team, "data");
  assert.equal(metadata.labels?.["argus.session"], "argus-time-0123456789ab");
  assert.equal(metadata.annotations?.why, "so");
  assert.equal(metadata.annotations?.["argus.owner"], "42:777:b-1:1000:laptop");
  assert.deepEqual(spec.imagePullSecrets, [{ name: "login" }]);
  assert.equal(spec.serviceAccountName, "mcp");
  assert.equal(spec.automountServiceAccountToken, false);
  assert.deepEqual(spec.nodeSelector, { disk: "ssd" });
  assert.deepEqual(spec.tolerations, tolerations);
  assert.equal(spec.runtimeClassName, "gvisor");
  assert.equal(spec.activeDeadlineSeconds, 91);
});

test("deadline: never leaves the Pod without one", () => {
  assert.ok(!("activeDeadlineSeconds" in podOf(sample({}, { deadline: "never" })).spec));
});

test("a named volume is a claim, mounted as often as it is named", () => {
  const volume = (source: string, target: string, mode: string) => ({ source, kind: "named" as const, target, mode });
  const { spec } = podOf(
    sample({
      volumes: [volume("data", "/data", "ro,z"), volume("data", "/more", "rw"), volume("home", "/home/nonroot", "rw")],
    }),
  );
  assert.deepEqual(spec.volumes, [
    { name: "tmp", emptyDir: { medium: "Memory", sizeLimit: "64Mi" } },
    { name: "volume-1", persistentVolumeClaim: { claimName: "data" } },
    { name: "volume-2", persistentVolumeClaim: { claimName: "home" } },
  ]);
  assert.deepEqual(spec.containers[0].volumeMounts, [
    { name: "tmp", mountPath: "/tmp" },
    { name: "volume-1", mountPath: "/data", readOnly: true },
    { name: "volume-1", mountPath: "/more" },
    { name: "volume-2", mountPath: "/home/nonroot" },
  ]);
});

const path = (source: string, mode = "rw") => ({ source, kind: "path" as const, target: "/data", mode });

test("a folder of the node is mounted only where it is allowed", () => {
  const { spec } = podOf(sample({ volumes: [path("/srv", "ro")] }, { allow_host_path: true }));
  assert.deepEqual(spec.volumes.at(-1), { name: "volume-1", hostPath: { path: "/srv" } });
  assert.equal(failure(sample({ volumes: [path("/srv")] }, { allow_host_path: false })).code, "config/host-path");
});

for (const [why, plan, kubernetes, code, where, hint] of [
  ["a folder", { volumes: [path("/srv")] }, {}, "config/host-path", "volumes.0", /PersistentVolumeClaim/],
  ["a drive", { volumes: [path("C:\\x")] }, { allow_host_path: true }, "config/host-path", "volumes.0", /slashes/],
  [
    "a mode",
    { volumes: [path("/srv", "U")] },
    { allow_host_path: true },
    "config/volume-mode",
    "volumes.0",
    /"ro" or "rw"/,
  ],
  [
    "a claim's name",
    { volumes: [{ ...path("My_Data"), kind: "named" as const }] },
    {},
    "config/kubernetes-volume",
    "volumes.0",
    /small letters/,
  ],
  ["the node's network", { network: "host" }, {}, "config/kubernetes-network", "network", /bridge/],
  ["another's network", { network: "container:x" }, {}, "config/kubernetes-network", "network", /bridge/],
  ["a network's name", { network: "backend" }, {}, "config/kubernetes-network", "network", /NetworkPolicy/],
  ["-v", { extraArgs: [plain("-v=/a:/b")] }, {}, "config/kubernetes-extra-args", "extra_args.0", /`volumes`/],
  ["-e", { extraArgs: [plain("-eA=s3cret")] }, {}, "config/kubernetes-extra-args", "extra_args.0", /`env`/],
  [
    "--label",
    { extraArgs: [plain("--label=a=b")] },
    {},
    "config/kubernetes-extra-args",
    "extra_args.0",
    /kubernetes.labels/,
  ],
  [
    "--runtime",
    { extraArgs: [plain("--runtime"), plain("runsc")] },
    {},
    "config/kubernetes-extra-args",
    "extra_args.0",
    /runtime_class/,
  ],
  [
    "a device",
    { extraArgs: [plain("--device=/dev/kvm")] },
    {},
    "config/kubernetes-extra-args",
    "extra_args.0",
    /no field/,
  ],
] as const satisfies readonly (readonly [string, Partial<PodPlan>, KubernetesFields, string, string, RegExp])[]) {
  test(`a Pod cannot have ${why}, and the error says what can be had`, () => {
    const error = failure(sample(plan, kubernetes));
    assert.equal(error.code, code);
    assert.equal(error.where, `config.yaml:container.${where}`);
    assert.match(error.hint ?? "", hint);
    assert.equal(error.exitCode, 2);
    assert.ok(!`${error.message}${error.hint}`.includes("s3cret"));
  });
}

test("all that a Pod cannot have is told at once", () => {
  const { where, others } = failure(
    sample({
      network: "host",
      volumes: [path("/srv"), path("/opt")],
      extraArgs: ["--device=/dev/fuse", "-v", "/a:/b"].map(plain),
    }),
  );
  assert.deepEqual(
    [where, ...others.map((other) => other.where)],
    ["extra_args.0", "extra_args.1", "network", "volumes.0", "volumes.1"].map((at) => `config.yaml:container.${at}`),
  );
});

test("more than a Secret holds is told before the cluster is asked", () => {
  const error = failure(sample({ env: { BIG: plain("é".repeat(600_000)) } }));
  assert.equal(error.code, "config/env-size");
});

test("a name that is no key of a Secret is told", () => {
  assert.equal(failure(sample({ env: { "a b": plain("x") } })).code, "config/env-name");
});

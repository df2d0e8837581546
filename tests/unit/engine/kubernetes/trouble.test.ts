import assert from "node:assert/strict";
import { test } from "node:test";
import { parsePod } from "../../../../src/engine/kubernetes/parse.ts";
import { podTrouble } from "../../../../src/engine/kubernetes/trouble.ts";
import { type SampleStatus, samplePod } from "./samples.ts";

const troubleOf = (status: SampleStatus, image?: string) =>
  podTrouble(parsePod(JSON.stringify(samplePod(status, image)))!);
const waiting = (reason: string, message = ""): SampleStatus => ({
  phase: "Pending",
  container: { waiting: { reason, message } },
});
const ended = (terminated: object, more: Partial<SampleStatus> = {}): SampleStatus => ({
  phase: "Failed",
  container: { terminated },
  ...more,
});
const unscheduled = (message: string): SampleStatus => ({
  phase: "Pending",
  unscheduled: { reason: "Unschedulable", message },
});

const IMAGE = "registry.example.com/argus/uvx-time:abc";
const PULL = `failed to pull and unpack image "${IMAGE}": failed to resolve reference "${IMAGE}": `;

/** Texts of Kubernetes 1.34 with containerd. */
const TROUBLES: readonly (readonly [string, SampleStatus, string, RegExp, RegExp])[] = [
  [
    "an image that the registry has not",
    waiting("ErrImagePull", `rpc error: code = NotFound desc = ${PULL}${IMAGE}: not found`),
    "image-absent",
    /registry\.example\.com\/argus\/uvx-time:abc: it is not in the registry/,
    /argus build/,
  ],
  [
    "the same, later",
    waiting("ImagePullBackOff", `Back-off pulling image "${IMAGE}": ErrImagePull: ${PULL}${IMAGE}: not found`),
    "image-absent",
    /not in the registry/,
    /argus build/,
  ],
  [
    "an image that is never pulled",
    waiting("ErrImageNeverPull", `Container image "${IMAGE}" is not present with pull policy of Never`),
    "image-absent",
    /not in the registry/,
    /argus build/,
  ],
  [
    "a registry that wants a login",
    waiting("ErrImagePull", `${PULL}pull access denied, repository does not exist or may require authorization`),
    "image-forbidden",
    /wants a login/,
    /image_pull_secret/,
  ],
  [
    "a registry without TLS",
    waiting(
      "ErrImagePull",
      `${PULL}failed to do request: Head "https://x/v2/": http: server gave HTTP response to HTTPS client`,
    ),
    "image-tls",
    /certificate/,
    /nodes/,
  ],
  [
    "a registry with a foreign certificate",
    waiting("ErrImagePull", `${PULL}tls: failed to verify certificate: x509: certificate signed by unknown authority`),
    "image-tls",
    /certificate/,
    /nodes/,
  ],
  [
    "a registry out of reach",
    waiting(
      "ErrImagePull",
      `${PULL}failed to do request: Head "https://x/v2/": dial tcp 127.0.0.1:5000: connect: connection refused`,
    ),
    "image-unreachable",
    /connect: connection refused/,
    /localhost means the node/,
  ],
  [
    "a registry that does not resolve",
    waiting(
      "ErrImagePull",
      `${PULL}failed to do request: Head "https://registry.invalid/v2/x/manifests/1": dial tcp: lookup registry.invalid on 192.0.2.53:53: no such host`,
    ),
    "image-unreachable",
    /abc: lookup registry\.invalid on 192\.0\.2\.53:53: no such host$/,
    /nodes must reach/,
  ],
  ["a name that is none", waiting("InvalidImageName", "couldn't parse image name"), "image-name", /name/, /registry/],
  [
    "a Secret of somebody else's",
    waiting("CreateContainerConfigError", 'secret "nosecret" not found'),
    "container-config",
    /secret "nosecret" not found/,
    /describe/,
  ],
  [
    "a container that cannot be made",
    waiting("CreateContainerError", "context deadline"),
    "cannot-start",
    /context deadline/,
    /describe/,
  ],
  [
    "a program that the image has not",
    ended({
      exitCode: 128,
      reason: "StartError",
      message:
        'failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "/nope": stat /nope: no such file or directory: unknown',
    }),
    "cannot-start",
    /the image has no program \/nope/,
    /entrypoint/,
  ],
  [
    "too little memory on the nodes",
    unscheduled(
      "0/1 nodes are available: 1 Insufficient memory. no new claims to deallocate, preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod.",
    ),
    "unschedulable",
    /no node takes the Pod: 0\/1 nodes are available: 1 Insufficient memory$/,
    /lower `memory`/,
  ],
  [
    "a taint",
    unscheduled("0/1 nodes are available: 1 node(s) had untolerated taint(s)."),
    "unschedulable",
    /taint/,
    /tolerations/,
  ],
  [
    "a selector that no node fits",
    unscheduled("0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector."),
    "unschedulable",
    /selector/,
    /node_selector/,
  ],
  [
    "a claim that is not there",
    unscheduled('0/1 nodes are available: persistentvolumeclaim "data" not found. not found'),
    "unschedulable",
    /"data" not found$/,
    /make the claim/,
  ],
  [
    "too little memory for the server",
    ended({ exitCode: 137, reason: "OOMKilled" }),
    "out-of-memory",
    /512Mi/,
    /`memory`/,
  ],
  [
    "the deadline",
    ended(
      { exitCode: 143, reason: "Error" },
      { reason: "DeadlineExceeded", message: "Pod was active on the node longer than the specified deadline" },
    ),
    "deadline",
    /deadline/,
    /kubernetes\.deadline/,
  ],
  [
    "an eviction",
    ended({ exitCode: 137, reason: "Error" }, { reason: "Evicted", message: "The node was low on resource: memory." }),
    "evicted",
    /low on resource: memory/,
    /start again/,
  ],
  [
    "a node that shuts down",
    ended({ exitCode: 137, reason: "Error" }, { reason: "Terminated" }),
    "node-gone",
    /went away/,
    /again/,
  ],
  [
    "a node that has no room after all",
    { phase: "Failed", reason: "OutOfcpu", message: "Node didn't have enough resource: cpu" },
    "refused-by-node",
    /OutOfcpu/,
    /again/,
  ],
];

for (const [what, status, code, message, hint] of TROUBLES) {
  test(`a Pod in trouble: ${what}`, () => {
    const error = troubleOf(status);
    assert.equal(error?.code, `kubernetes/${code}`);
    assert.match(error?.message ?? "", message);
    assert.match(error?.hint ?? "", hint);
  });
}

for (const [what, status] of [
  ["that has just been made", { phase: "Pending" }],
  ["whose image is being pulled", waiting("ContainerCreating")],
  [
    "that waits for its own Secret",
    waiting("CreateContainerConfigError", 'secret "argus-time-0123456789ab" not found'),
  ],
  ["that runs", { phase: "Running", container: { running: {} } }],
  ["whose server ended well", { phase: "Succeeded", container: { terminated: { exitCode: 0, reason: "Completed" } } }],
  ["whose server failed", ended({ exitCode: 7, reason: "Error" })],
  ["whose server lost a child and ended well", ended({ exitCode: 0, reason: "OOMKilled" }, { phase: "Succeeded" })],
] as const satisfies readonly (readonly [string, SampleStatus])[]) {
  test(`no trouble with a Pod ${what}`, () => assert.equal(troubleOf(status), undefined));
}

test("an image that has only a local name needs a registry", () => {
  const error = troubleOf(waiting("ErrImagePull", "not found"), "localhost/argus/uvx-time:abc");
  assert.deepEqual([error?.code, error?.exitCode], ["kubernetes/image-absent", 3]);
  assert.match(error?.hint ?? "", /kubernetes\.registry/);
});

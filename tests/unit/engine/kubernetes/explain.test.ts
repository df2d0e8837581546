import assert from "node:assert/strict";
import { test } from "node:test";
import { explainKubectl } from "../../../../src/engine/kubernetes/explain.ts";
import { EXIT } from "../../../../src/errors.ts";

const CREATE = 'error when creating "STDIN": ';
const NOISE = (host: string, why: string) =>
  `E1128 19:37:29.817214   31227 memcache.go:265] "Unhandled Error" err="couldn't get current server API group list: Get \\"https://${host}/api?timeout=32s\\": ${why}"\n`.repeat(
    5,
  );

/** What kubectl 1.33 and 1.34 print. */
const FAILURES: readonly (readonly [string, string, string, RegExp, RegExp])[] = [
  [
    "no cluster",
    `${NOISE("127.0.0.1:1", "dial tcp 127.0.0.1:1: connect: connection refused")}The connection to the server 127.0.0.1:1 was refused - did you specify the right host or port?`,
    "no-cluster",
    /^no cluster answers at 127\.0\.0\.1:1$/,
    /kubernetes\.context/,
  ],
  [
    "no cluster while creating",
    'error: error validating "STDIN": error validating data: failed to download openapi: Get "https://127.0.0.1:1/openapi/v2?timeout=32s": dial tcp 127.0.0.1:1: connect: connection refused; if you choose to ignore these errors, turn validation off with --validate=false',
    "no-cluster",
    /^no cluster answers at 127\.0\.0\.1:1$/,
    /get pods/,
  ],
  [
    "no kubeconfig",
    `${NOISE("localhost:8080", "dial tcp [::1]:8080: connect: connection refused")}The connection to the server localhost:8080 was refused - did you specify the right host or port?`,
    "no-kubeconfig",
    /no kubeconfig/,
    /KUBECONFIG/,
  ],
  [
    "no kubeconfig while creating",
    'error: error validating "STDIN": error validating data: failed to download openapi: Get "http://localhost:8080/openapi/v2?timeout=32s": dial tcp 127.0.0.1:8080: connect: connection refused; if you choose',
    "no-kubeconfig",
    /no kubeconfig/,
    /KUBECONFIG/,
  ],
  [
    "no context",
    "Error in configuration: context was not found for specified context: nope",
    "no-context",
    /"nope"/,
    /get-contexts/,
  ],
  ["no context to view", "error: cannot locate context nope", "no-context", /"nope"/, /get-contexts/],
  [
    "no current context",
    "error: current-context must exist in order to minify",
    "no-context",
    /current/,
    /use-context/,
  ],
  [
    "a broken kubeconfig",
    'error: error loading config file "/home/me/.kube/config": yaml: line 1: did not find expected node content',
    "bad-kubeconfig",
    /\/home\/me\/\.kube\/config cannot be read: yaml: line 1/,
    /config view/,
  ],
  [
    "a certificate file that is gone",
    "Error in configuration: \n* unable to read client-cert /nope for u due to open /nope: no such file or directory\n",
    "bad-kubeconfig",
    /unable to read client-cert \/nope/,
    /get pods/,
  ],
  [
    "a login helper that is not installed",
    `E1128 19:37:30.729681   31337 memcache.go:265] "Unhandled Error" err=<
\tcouldn't get current server API group list: Get "https://127.0.0.1:1/api?timeout=32s": getting credentials: exec: executable gke-gcloud-auth-plugin not found
\t
\tTo learn more about this feature, consult the documentation
 >
Unable to connect to the server: getting credentials: exec: executable gke-gcloud-auth-plugin not found

It looks like you are trying to use a client-go credential plugin that is not installed.
`,
    "no-login",
    /helper gke-gcloud-auth-plugin is not installed$/,
    /PATH/,
  ],
  [
    "a login helper that fails",
    "Unable to connect to the server: getting credentials: exec: executable aws failed with exit code 255",
    "no-login",
    /aws failed with exit code 255/,
    /log in again/,
  ],
  ["a bad token", "error: You must be logged in to the server (Unauthorized)", "unauthorized", /login/, /whoami/],
  [
    "a foreign certificate",
    "Unable to connect to the server: tls: failed to verify certificate: x509: certificate signed by unknown authority",
    "tls",
    /certificate signed by unknown authority/,
    /certificate-authority-data/,
  ],
  [
    "no TLS",
    "Unable to connect to the server: tls: first record does not look like a TLS handshake",
    "tls",
    /does not look like a TLS handshake/,
    /HTTPS_PROXY/,
  ],
  [
    "an address that does not resolve",
    "Unable to connect to the server: dial tcp: lookup nope.invalid on 192.0.2.53:53: no such host",
    "no-cluster",
    /nope\.invalid does not resolve/,
    /VPN/,
  ],
  [
    "a route that is not there",
    "Unable to connect to the server: dial tcp 192.0.2.1:6443: i/o timeout",
    "no-cluster",
    /192\.0\.2\.1:6443 cannot be reached \(i\/o timeout\)/,
    /VPN/,
  ],
  [
    "an answer that does not come",
    "Unable to connect to the server: net/http: request canceled (Client.Timeout exceeded while awaiting headers)",
    "no-cluster",
    /does not answer/,
    /VPN/,
  ],
  [
    "a missing right",
    `Error from server (Forbidden): ${CREATE}pods is forbidden: User "nobody" cannot create resource "pods" in API group "" in the namespace "argus"`,
    "forbidden",
    /the user "nobody" may not create pods in the namespace "argus"/,
    /administrator/,
  ],
  [
    "a missing right to attach",
    'Error from server (Forbidden): pods "x" is forbidden: User "dev" cannot create resource "pods/attach" in API group "" in the namespace "argus"',
    "forbidden",
    /may not create pods\/attach/,
    /administrator/,
  ],
  [
    "PodSecurity",
    `Error from server (Forbidden): ${CREATE}pods "err" is forbidden: violates PodSecurity "restricted:latest": restricted volume types (volume "h" uses restricted volume type "hostPath")`,
    "pod-security",
    /level restricted refuses the Pod: restricted volume types/,
    /PersistentVolumeClaim/,
  ],
  [
    "PodSecurity, for another reason",
    `Error from server (Forbidden): ${CREATE}pods "err" is forbidden: violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false (container "server" must set x)`,
    "pod-security",
    /allowPrivilegeEscalation/,
    /argus plan time --runtime kubernetes/,
  ],
  [
    "a quota",
    `Error from server (Forbidden): ${CREATE}pods "err" is forbidden: exceeded quota: q, requested: limits.memory=512Mi,pods=1, used: limits.memory=1Gi,pods=2, limited: limits.memory=1Gi,pods=2`,
    "quota",
    /quota "q" has no room: asked for limits\.memory=512Mi,pods=1, in use limits\.memory=1Gi,pods=2, of limits\.memory=1Gi,pods=2/,
    /argus ps/,
  ],
  [
    "a quota that wants more said",
    `Error from server (Forbidden): ${CREATE}pods "err" is forbidden: failed quota: q: must specify limits.ephemeral-storage for: server`,
    "quota",
    /must? ?say|say limits\.ephemeral-storage for: server/,
    /LimitRange/,
  ],
  [
    "a LimitRange",
    `Error from server (Forbidden): ${CREATE}pods "err" is forbidden: maximum memory usage per Container is 256Mi, but limit is 512Mi`,
    "limit-range",
    /maximum memory usage per Container is 256Mi, but limit is 512Mi/,
    /`memory`/,
  ],
  [
    "a webhook",
    'Error from server: error when creating "STDIN": admission webhook "validate.kyverno.svc-fail" denied the request: label team is required',
    "policy",
    /validate\.kyverno\.svc-fail\) refuses the Pod: label team is required/,
    /kubernetes\.labels/,
  ],
  [
    "no service account",
    `Error from server (Forbidden): ${CREATE}pods "x" is forbidden: error looking up service account argus/mcp: serviceaccount "mcp" not found`,
    "no-service-account",
    /no service account "mcp"/,
    /service_account/,
  ],
  [
    "no runtime class",
    `Error from server (Forbidden): ${CREATE}pods "x" is forbidden: pod rejected: RuntimeClass "gvisor" not found`,
    "no-runtime-class",
    /"gvisor"/,
    /runtime_class/,
  ],
  [
    "no namespace",
    `Error from server (NotFound): ${CREATE}namespaces "nope" not found`,
    "no-namespace",
    /"nope"/,
    /create namespace nope/,
  ],
  [
    "a namespace that goes",
    `Error from server (Forbidden): ${CREATE}pods "x" is forbidden: unable to create new content in namespace argus because it is being terminated`,
    "no-namespace",
    /"argus" is being deleted/,
    /wait/,
  ],
  [
    "a name in use",
    `Error from server (AlreadyExists): ${CREATE}pods "err" already exists`,
    "name-taken",
    /err/,
    /argus clean/,
  ],
  ["a Pod that is gone", 'Error from server (NotFound): pods "argus-x" not found', "pod-gone", /argus-x/, /events/],
  [
    "a Pod that ended",
    "error: cannot attach a container in a completed pod; current phase is Failed",
    "ended",
    /ended/,
    /last words/,
  ],
  [
    "a lost connection",
    "error: websocket: close 1006 (abnormal closure): unexpected EOF",
    "connection-lost",
    /broke/,
    /network/,
  ],
  [
    "an old cluster",
    `Error from server (BadRequest): ${CREATE}Pod in version "v1" cannot be handled as a Pod: strict decoding error: unknown field "spec.x"`,
    "old-cluster",
    /spec\.x/,
    /kubectl version/,
  ],
  [
    "an old kubectl",
    "error: unknown flag: --subresource\nSee 'kubectl get --help' for usage.",
    "old-kubectl",
    /--subresource/,
    /version/,
  ],
  [
    "an object that the cluster does not take",
    'The Pod "Bad_Name" is invalid: metadata.name: Invalid value: "Bad_Name": a lowercase RFC 1123 subdomain',
    "invalid",
    /the Pod: metadata\.name/,
    /argus plan time/,
  ],
  [
    "a busy cluster",
    "Error from server (ServiceUnavailable): the server is currently unable to handle the request",
    "busy",
    /unable to handle/,
    /again/,
  ],
];

/** A cluster that cannot be used is an engine that is absent. */
const ABSENT = ["no-cluster", "no-kubeconfig", "no-context", "bad-kubeconfig", "no-login", "unauthorized", "tls"];

for (const [what, output, code, message, hint] of FAILURES) {
  test(`kubectl fails for ${what}`, () => {
    const error = explainKubectl({ output, command: "kubectl …", backend: "time" });
    assert.equal(error.code, `kubernetes/${code}`);
    assert.match(error.message, message);
    assert.match(error.hint ?? "", hint);
    assert.equal(error.command, "kubectl …");
    assert.equal(error.exitCode, ABSENT.includes(code) ? EXIT.absent : EXIT.failed);
    assert.doesNotMatch(error.output ?? "", /memcache\.go/);
  });
}

test("a missing right is told with the Role that grants all that argus needs", () => {
  const [, output = ""] = FAILURES.find(([what]) => what === "a missing right") ?? [];
  const said = explainKubectl({ output }).output ?? "";
  assert.match(said, /kind: Role\nmetadata: \{name: argus, namespace: argus\}/);
  assert.match(said, /resources: \[pods\/attach\], verbs: \[create, get\]/);
  assert.match(said, /kind: RoleBinding[\s\S]*name: "nobody"/);
});

test("what nobody knows is told in kubectl's own words", () => {
  const error = explainKubectl({ output: "error: something new\n" });
  assert.equal(error.code, "kubernetes/failed");
  assert.equal(error.message, "kubectl failed: something new");
  assert.equal(error.output, "error: something new");
  assert.equal(explainKubectl({ output: "" }).message, "kubectl failed");
});

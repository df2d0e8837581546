/** What a failure of kubectl means and what to type next, from what it printed. */
import { ArgusError, EXIT } from "../../errors.ts";
import { lastLines } from "../last_lines.ts";
import { errorOf, type Rule } from "../rules.ts";
import { roleYaml } from "./role.ts";

/** A failed call of kubectl. */
export interface KubectlFailure {
  /** Everything that it printed on standard error. */
  readonly output: string;
  /** The call as `shortLine` writes it. */
  readonly command?: string | undefined;
  readonly backend?: string | undefined;
}

type KubectlRule = Rule<KubectlFailure>;

/** The failure as an error with a hint; kubectl's own words when nothing is known about it. */
export function explainKubectl(failure: KubectlFailure): ArgusError {
  const lines = tellingLines(failure.output);
  const text = lines.join("\n");
  const known = errorOf(RULES, text === "" ? failure.output : text, failure, lines);
  if (known !== undefined) return known;
  const last = lines.at(-1)?.replace(/^error: /i, "");
  return new ArgusError("kubernetes/failed", last === undefined ? "kubectl failed" : `kubectl failed: ${last}`, {
    command: failure.command,
    output: lastLines(lines),
    hint: "`argus doctor` checks the cluster",
  });
}

const PLAN = ({ backend }: KubectlFailure) => `argus plan ${backend ?? "BACKEND"} --runtime kubernetes`;

/** Where the cluster cannot be used at all: as with an engine that is not there, nothing was tried. */
const UNREACHABLE: readonly KubectlRule[] = [
  {
    pattern: /(?:connection to the server|Get "https?:\/\/)\s*localhost:8080\b/,
    code: "kubernetes/no-kubeconfig",
    message: () => "kubectl knows no cluster: there is no kubeconfig, or it is empty",
    hint: () => "set KUBECONFIG, or write ~/.kube/config; `kubectl config get-contexts` shows what there is",
    exitCode: EXIT.absent,
  },
  {
    pattern:
      /context was not found for specified context: (\S+)|cannot locate context (\S+)|context "([^"]+)" does not exist/,
    code: "kubernetes/no-context",
    message: ([, used, viewed, other]) => `the kubeconfig has no context "${used ?? viewed ?? other}"`,
    hint: () => "`kubectl config get-contexts -o name` lists them; `kubernetes.context` chooses one",
    exitCode: EXIT.absent,
  },
  {
    pattern: /current-context must exist/,
    code: "kubernetes/no-context",
    message: () => "the kubeconfig has no current context",
    hint: () => "`kubectl config use-context NAME`, or set `kubernetes.context`",
    exitCode: EXIT.absent,
  },
  {
    pattern: /error loading config file "([^"]+)": (.+)/,
    code: "kubernetes/bad-kubeconfig",
    message: ([, file, why]) => `the kubeconfig ${file} cannot be read: ${why}`,
    hint: () => "`kubectl config view` must work first",
    exitCode: EXIT.absent,
  },
  {
    pattern: /Error in configuration:\s*\*?\s*([^\n]+)/,
    code: "kubernetes/bad-kubeconfig",
    message: ([, why]) => `the kubeconfig is not usable: ${why}`,
    hint: () => "`kubectl get pods` must work first",
    exitCode: EXIT.absent,
  },
  {
    pattern: /getting credentials: exec: executable (\S+) (not found|failed with exit code \d+)/,
    code: "kubernetes/no-login",
    message: ([, program, why]) =>
      `kubectl cannot log in: its helper ${program} ${why === "not found" ? "is not installed" : why}`,
    hint: ([, program, why]) =>
      why === "not found"
        ? `install ${program}, or put it on the PATH of the program that starts argus`
        : "log in again as your cluster's provider says; `kubectl get pods` must work first",
    exitCode: EXIT.absent,
  },
  {
    pattern: /You must be logged in to the server|\(Unauthorized\)/,
    code: "kubernetes/unauthorized",
    message: () => "the cluster does not accept the login of the kubeconfig",
    hint: () => "log in again: the token is wrong or over; `kubectl auth whoami` must work first",
    exitCode: EXIT.absent,
  },
  {
    pattern: /x509: ([^\n"]+)/,
    code: "kubernetes/tls",
    message: ([, why]) => `kubectl does not trust the cluster's certificate: ${why}`,
    hint: () => "check `certificate-authority-data` and `server` in the kubeconfig, and this machine's clock",
    exitCode: EXIT.absent,
  },
  {
    pattern: /tls: ([^\n"]+)|server gave HTTP response to HTTPS client/,
    code: "kubernetes/tls",
    message: ([, why]) =>
      `what answers in the cluster's place does not speak TLS as kubectl does${why === undefined ? "" : `: ${why}`}`,
    hint: () => "check `server` in the kubeconfig, and proxies in the environment (HTTPS_PROXY, NO_PROXY)",
    exitCode: EXIT.absent,
  },
  {
    pattern: /lookup (\S+?)(?: on \S+)?: (?:no such host|server misbehaving|[^\n"]*temporary failure[^\n"]*)/i,
    code: "kubernetes/no-cluster",
    message: ([, host]) => `the cluster's address ${host} does not resolve`,
    hint: () => "check the network, the VPN, and `server` in the kubeconfig",
    exitCode: EXIT.absent,
  },
  {
    pattern: /The connection to the server (\S+) was refused|dial tcp (\S+): [^\n"]*connection refused/,
    code: "kubernetes/no-cluster",
    message: ([, said, dialled]) => `no cluster answers at ${said ?? dialled}`,
    hint: () => "start it, or choose another with `kubernetes.context`; `kubectl get pods` must work first",
    exitCode: EXIT.absent,
  },
  {
    pattern:
      /dial tcp (\S+): [^\n"]*(i\/o timeout|no route to host|network is unreachable|operation timed out)|(Client\.Timeout exceeded|context deadline exceeded|net\/http: request canceled|TLS handshake timeout)/,
    code: "kubernetes/no-cluster",
    message: ([, host, why, timeout]) =>
      host === undefined
        ? `the cluster does not answer (${timeout})`
        : `the cluster at ${host} cannot be reached (${why})`,
    hint: () => "check the network, the VPN, and `server` in the kubeconfig",
    exitCode: EXIT.absent,
  },
];

/** All of them "Forbidden" to kubectl. */
const REFUSED: readonly KubectlRule[] = [
  {
    pattern: /violates PodSecurity "([^":]+)[^"]*": ([^\n]+)/,
    code: "kubernetes/pod-security",
    message: ([, level, why]) => `the namespace's PodSecurity level ${level} refuses the Pod: ${why}`,
    hint: ([, , why = ""], failure) =>
      why.includes("hostPath")
        ? "mount a PersistentVolumeClaim in place of the folder, or use a namespace whose level allows it"
        : `see the Pod: \`${PLAN(failure)}\``,
  },
  {
    pattern: /exceeded quota: ([^,]+), requested: (.+?), used: (.+?), limited: ([^\n]+)/,
    code: "kubernetes/quota",
    message: ([, name, asked, used, most]) =>
      `the namespace's quota "${name}" has no room: asked for ${asked}, in use ${used}, of ${most}`,
    hint: () => "end other sessions (`argus ps`), lower `memory` or `cpus`, or ask for a larger quota",
  },
  {
    pattern: /failed quota: ([^:]+): must specify ([^\n]+)/,
    code: "kubernetes/quota",
    message: ([, name, what]) => `the namespace's quota "${name}" wants every Pod to say ${what}`,
    hint: () => "argus sets memory and cpu; a LimitRange in the namespace can set a default for the rest",
  },
  {
    pattern: /((?:maximum|minimum) (?:memory|cpu) usage per (?:Container|Pod) is [^\n]+?)(?:\.|, and |\n|$)/,
    code: "kubernetes/limit-range",
    message: ([, why]) => `the namespace's LimitRange refuses the Pod: ${why}`,
    hint: () => "change `memory` or `cpus` of the backend",
  },
  {
    pattern: /admission webhook "([^"]+)" denied the request: ([^\n]+)/,
    code: "kubernetes/policy",
    message: ([, name, why]) => `a policy of the cluster (${name}) refuses the Pod: ${why}`,
    hint: (_, failure) =>
      `see the Pod: \`${PLAN(failure)}\`; \`kubernetes.labels\` and \`annotations\` may be what it asks for`,
  },
  {
    pattern: /ValidatingAdmissionPolicy '([^']+)'[^\n]*denied request: ([^\n]+)/,
    code: "kubernetes/policy",
    message: ([, name, why]) => `a policy of the cluster (${name}) refuses the Pod: ${why}`,
    hint: (_, failure) => `see the Pod: \`${PLAN(failure)}\``,
  },
  {
    pattern: /namespace (\S+) because it is being terminated/,
    code: "kubernetes/no-namespace",
    message: ([, name]) => `the namespace "${name}" is being deleted`,
    hint: () => "wait until it is gone and make it again, or choose another with `kubernetes.namespace`",
  },
  {
    pattern: /service account [^\n]*?serviceaccount "([^"]+)" not found/,
    code: "kubernetes/no-service-account",
    message: ([, name]) => `the namespace has no service account "${name}"`,
    hint: ([, name]) => `\`kubectl create serviceaccount ${name}\`, or another \`kubernetes.service_account\``,
  },
  {
    pattern: /RuntimeClass(?:\.node\.k8s\.io)? "([^"]+)" not found/i,
    code: "kubernetes/no-runtime-class",
    message: ([, name]) => `the cluster has no RuntimeClass "${name}"`,
    hint: () => "`kubectl get runtimeclass` lists them; `kubernetes.runtime_class` chooses one",
  },
  {
    pattern: /User "([^"]+)" cannot (\w+) resource "([^"]+)" in API group "[^"]*"(?: in the namespace "([^"]+)")?/,
    code: "kubernetes/forbidden",
    message: ([, user, verb, resource, namespace]) =>
      `the user "${user}" may not ${verb} ${resource}${namespace === undefined ? "" : ` in the namespace "${namespace}"`}`,
    hint: () => "let an administrator apply what stands above; all of it is what argus needs, and no more",
    output: ([, user = "", , , namespace]) => roleYaml(namespace ?? "NAMESPACE", user),
  },
];

const OTHERS: readonly KubectlRule[] = [
  {
    pattern: /namespaces "([^"]+)" not found/,
    code: "kubernetes/no-namespace",
    message: ([, name]) => `the cluster has no namespace "${name}"`,
    hint: ([, name]) => `\`kubectl create namespace ${name}\`, or another \`kubernetes.namespace\``,
  },
  {
    pattern: /pods "([^"]+)" already exists/,
    code: "kubernetes/name-taken",
    message: ([, name]) => `a Pod named ${name} exists already`,
    hint: () => "`argus clean` removes what argus left",
  },
  {
    pattern: /pods "([^"]+)" not found/,
    code: "kubernetes/pod-gone",
    message: ([, name]) => `the Pod ${name} was removed while it was in use`,
    hint: () => "`kubectl get events` may say by whom; start again",
  },
  {
    pattern: /cannot attach a container in a completed pod; current phase is (\w+)/,
    code: "kubernetes/ended",
    message: () => "the server ended before anyone could talk to it",
    hint: ([, phase]) => (phase === "Failed" ? "see its last words above" : "it does not seem to be a server on stdio"),
  },
  {
    pattern:
      /websocket: close 1006|lost connection to pod|error sending request|unexpected EOF|ping timeout|broken pipe/,
    code: "kubernetes/connection-lost",
    message: () => "the connection to the cluster broke while the server ran",
    hint: () => "check the network and the API server; the Pod ends by itself when its input is closed",
  },
  {
    pattern: /strict decoding error: unknown field "([^"]+)"/,
    code: "kubernetes/old-cluster",
    message: ([, field]) => `the cluster does not know ${field}, which argus needs`,
    hint: () => "it is older than what argus is made for: `kubectl version`",
  },
  {
    pattern: /unknown (?:shorthand )?flag: (\S+)/,
    code: "kubernetes/old-kubectl",
    message: ([, flag]) => `kubectl does not know the flag ${flag}`,
    hint: () => "it is older than what argus is made for: `kubectl version --client`",
  },
  {
    pattern: /request is too large|Request entity too large|RequestEntityTooLarge/i,
    code: "kubernetes/too-large",
    message: () => "the cluster does not take an object of that size",
    hint: () => "make `env` or `args` of the backend smaller: a large value belongs into a volume",
  },
  {
    pattern: /The (\w+) "[^"]+" is invalid:(?: \*)? ([^\n]+)/,
    code: "kubernetes/invalid",
    message: ([, kind, why]) => `the cluster does not take the ${kind}: ${why}`,
    hint: (_, failure) => `see it with \`${PLAN(failure)}\``,
  },
  {
    pattern: /\((?:ServiceUnavailable|TooManyRequests|InternalError|Timeout)\): ([^\n]+)/,
    code: "kubernetes/busy",
    message: ([, why]) => `the cluster cannot answer for now: ${why}`,
    hint: () => "try again; `kubectl get --raw /readyz?verbose` says what is wrong",
  },
];

/** The refusals come first: their texts quote names that others would match. */
const RULES: readonly KubectlRule[] = [...REFUSED, ...UNREACHABLE, ...OTHERS];

/** Without what kubectl logs for its developers, some of which goes over several lines. */
function tellingLines(output: string): string[] {
  return output
    .replaceAll(/^[EWI]\d{4} [^\n]*err=<\n(?:\t[^\n]*\n)* >\n?/gm, "")
    .split(/\r?\n/)
    .map((line) => line.trimEnd())
    .filter((line) => line !== "" && !/^[EWI]\d{4} \d\d:|^See 'kubectl .*--help'|^Warning: Use tokens/.test(line));
}

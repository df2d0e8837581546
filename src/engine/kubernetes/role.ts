/** The rights that argus needs in its namespace, and no more: errors, the manual and the tests read them here. */

/** One rule of a Role. */
interface RoleRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  /** argus does without it. */
  readonly optional?: true;
}

export const ROLE_RULES: readonly RoleRule[] = [
  // A session; `list` is for what another one left behind.
  { apiGroups: [""], resources: ["pods"], verbs: ["create", "get", "list", "delete"] },
  // `create` for SPDY, `get` for WebSocket, which kubectl 1.31 and newer use.
  { apiGroups: [""], resources: ["pods/attach"], verbs: ["create", "get"] },
  // The last words of a server that ended before anyone listened.
  { apiGroups: [""], resources: ["pods/log"], verbs: ["get"] },
  // The server's variables, gone as soon as it has started. Not `get`: argus reads no Secret.
  { apiGroups: [""], resources: ["secrets"], verbs: ["create", "delete"] },
  // Why a Pod waits for a volume or its network; without it that stays unknown.
  { apiGroups: [""], resources: ["events"], verbs: ["list"], optional: true },
  // `network: none`; `list` as for Pods.
  { apiGroups: ["networking.k8s.io"], resources: ["networkpolicies"], verbs: ["create", "list", "delete"] },
];

/** The Role as YAML with what binds it to a user: to be pasted into `kubectl apply -f -`. */
export function roleYaml(namespace: string, user: string): string {
  const rules = ROLE_RULES.map(
    ({ apiGroups, resources, verbs }) =>
      `  - {apiGroups: ${flow(apiGroups)}, resources: ${flow(resources)}, verbs: ${flow(verbs)}}`,
  );
  const metadata = `metadata: {name: argus, namespace: ${word(namespace)}}`;
  return [
    "apiVersion: rbac.authorization.k8s.io/v1",
    "kind: Role",
    metadata,
    "rules:",
    ...rules,
    "---",
    "apiVersion: rbac.authorization.k8s.io/v1",
    "kind: RoleBinding",
    metadata,
    "roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: argus}",
    `subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: ${JSON.stringify(user)}}]`,
  ].join("\n");
}

function flow(words: readonly string[]): string {
  return `[${words.map(word).join(", ")}]`;
}

/** Quoted unless every reader of YAML takes it for a text: `123`, `no` and `null` are none. */
function word(text: string): string {
  return /^[a-z][a-z0-9./-]*$/.test(text) && !/^(?:y|n|yes|no|on|off|true|false|null)$/.test(text)
    ? text
    : JSON.stringify(text);
}

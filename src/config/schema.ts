/**
 * The config: the one place where a field, its rule, its default and its description stand. Types, errors, `argus schema`
 * and the README's table of fields come from here.
 *
 * Every scalar of the file arrives as text (yaml.ts), with variables expanded; a rule says what the text has to be. No
 * message may hold the value: it could be a secret.
 */
import * as v from "valibot";
import { DEFAULT } from "../plan/defaults.ts";
import { CLIENT_TYPES } from "./foreign.ts";
import { additionalPackageProblem } from "./rules/additional_package.ts";
import { buildEnvNameProblem, buildEnvValueProblem } from "./rules/build_env.ts";
import { buildStepProblem } from "./rules/build_step.ts";
import { cpusProblem } from "./rules/cpus.ts";
import { dockerfilePathProblem } from "./rules/dockerfile_path.ts";
import { entrypointProblem, entrypointWordProblem } from "./rules/entrypoint.ts";
import { envNameProblem, processTextProblem } from "./rules/env.ts";
import { extraArgsProblems } from "./rules/extra_args.ts";
import { gitRefProblem } from "./rules/git_ref.ts";
import { gitUrlProblem } from "./rules/git_url.ts";
import { goModuleProblem } from "./rules/go_module.ts";
import { imageReferenceProblem } from "./rules/image_reference.ts";
import {
  annotationProblem,
  contextProblem,
  deadlineProblem,
  labelKeyProblem,
  labelValueProblem,
  namespaceProblem,
  objectNameProblem,
  ownKeyProblem,
  tolerationProblem,
} from "./rules/kubernetes.ts";
import { memoryProblem } from "./rules/memory.ts";
import { networkProblem } from "./rules/network.ts";
import { packageNameProblem } from "./rules/package_name.ts";
import { registryProblem } from "./rules/registry.ts";
import type { Rule, RuleProblem } from "./rules/rule.ts";
import { volumeProblem } from "./rules/volume.ts";
import { RUNTIMES } from "./settings.ts";
import { durationMs, SWITCH_WORDS, switchWord } from "./words.ts";

/** A rule about a value as a whole, told at its field. What an issue "expected" is the hint: what to write instead. */
function whole<Value>(rule: (value: Value) => RuleProblem | undefined) {
  return v.rawCheck<Value>(({ dataset, addIssue }) => {
    const found = dataset.typed ? rule(dataset.value) : undefined;
    if (found !== undefined) addIssue({ message: found.message, expected: found.hint ?? "", received: "" });
  });
}

/** A text that follows a rule. */
function text(rule: Rule = () => undefined, type = "must be text") {
  return v.pipe(v.string(type), whole(rule));
}

function list(rule?: Rule) {
  return v.array(text(rule), "must be a list of texts");
}

function mapping(rule?: Rule, nameRule?: Rule) {
  return v.record(text(nameRule), text(rule), "must be a mapping of names to texts");
}

/** Words that no run could take are told one by one; what merely weakens the isolation is for the plan to say. */
function engineWords() {
  return v.pipe(
    list(),
    v.rawCheck(({ dataset, addIssue }) => {
      if (!dataset.typed) return;
      const input = dataset.value;
      for (const { index, message, hint } of extraArgsProblems(input).refused) {
        const path: [v.ArrayPathItem] = [{ type: "array", origin: "value", input, key: index, value: input[index] }];
        addIssue({ message, expected: hint ?? "", received: "", path });
      }
    }),
  );
}

/** `true`, `off`, `1` …: becomes a boolean. */
function flag() {
  const message = `must be ${SWITCH_WORDS}`;
  return v.pipe(
    text((word) => (switchWord(word) === undefined ? { message } : undefined), message),
    v.metadata({ words: "switch" }),
    v.transform((word) => switchWord(word) === true),
  );
}

function choice<const Words extends readonly string[]>(words: Words) {
  return v.picklist(words, `must be ${orList(words)}`);
}

/** A length of time: becomes milliseconds. */
function duration() {
  const message = "must be a length of time";
  const hint = 'such as "500ms", "3s" or "5m"';
  return v.pipe(
    text((word) => (durationMs(word) === undefined ? { message, hint } : undefined), message),
    v.transform((word) => durationMs(word) as number),
  );
}

/** `"docker", "podman" or "kubernetes"` */
export function orList(words: readonly string[]): string {
  const quoted = words.map((word) => JSON.stringify(word));
  return quoted.length < 2 ? (quoted[0] ?? "") : `${quoted.slice(0, -1).join(", ")} or ${quoted.at(-1)}`;
}

/** A field that may be absent, with what the manual says about it. */
function optional<Schema extends v.GenericSchema>(schema: Schema, description: string, shownDefault?: string) {
  return v.optional(
    v.pipe(schema, v.metadata({ description, ...(shownDefault === undefined ? {} : { shownDefault }) })),
  );
}

const tolerationFields = v.strictObject(
  {
    key: optional(text(labelKeyProblem), "Key of the taint."),
    operator: optional(choice(["Equal", "Exists"]), "How `value` is compared.", "Equal"),
    value: optional(text(labelValueProblem), "Value of the taint."),
    effect: optional(choice(["NoSchedule", "PreferNoSchedule", "NoExecute"]), "Effect of the taint.", "all"),
  },
  "must be a mapping",
);
const toleration = v.pipe(tolerationFields, whole<v.InferOutput<typeof tolerationFields>>(tolerationProblem));

const kubernetes = v.strictObject(
  {
    context: optional(text(contextProblem), "Context of the kubeconfig.", "the current one"),
    namespace: optional(text(namespaceProblem), "Namespace of the Pod.", "the context's"),
    registry: optional(
      text(registryProblem),
      "Registry and path that the cluster pulls images from, and that they are pushed to.",
      "`registry`; without one the node has the image",
    ),
    image_pull_secret: optional(text(objectNameProblem), "Name of the Secret that the cluster pulls the image with."),
    service_account: optional(
      text(objectNameProblem),
      "Service account of the Pod; its token is never mounted.",
      "the namespace's default",
    ),
    node_selector: optional(mapping(labelValueProblem, labelKeyProblem), "Labels that a node must carry."),
    tolerations: optional(v.array(toleration, "must be a list of tolerations"), "Taints that the Pod tolerates."),
    runtime_class: optional(text(objectNameProblem), "RuntimeClass of the Pod, such as gVisor's."),
    labels: optional(mapping(labelValueProblem, ownKeyProblem), "More labels of the Pod."),
    annotations: optional(mapping(annotationProblem, ownKeyProblem), "More annotations of the Pod."),
    deadline: optional(
      v.union(
        [v.literal("never"), v.pipe(duration(), whole(deadlineProblem))],
        'must be a length of time such as "8h", or "never"',
      ),
      "The cluster ends the Pod after this time, whatever happens to argus: `8h`, `never`.",
      `${DEFAULT.deadlineMs / 3_600_000}h`,
    ),
    allow_host_path: optional(flag(), "Allow `volumes` that mount a folder of the node.", "false"),
  },
  "must be a mapping",
);

const container = v.strictObject(
  {
    enabled: optional(flag(), "Run this backend in a container.", "the global switch"),
    runtime: optional(
      choice(RUNTIMES),
      "Container runtime to use. Docker or Podman is detected when absent.",
      "detect",
    ),
    memory: optional(text(memoryProblem), "Memory limit in Docker's size syntax: `512m`, `1g`.", DEFAULT.memory),
    cpus: optional(text(cpusProblem), "CPU limit; fractions are allowed: `0.5`, `2`.", DEFAULT.cpus),
    network: optional(
      text(networkProblem),
      "`none` isolates fully, `bridge` allows outbound access, or a network's name.",
      DEFAULT.network,
    ),
    volumes: optional(
      list(volumeProblem),
      "Mounts: `host_path:container_path:mode`, mode `ro` or `rw` (the default). `~`, `$VAR` and `${VAR}` expand.",
      "[]",
    ),
    extra_args: optional(engineWords(), "Arguments for `docker run`, put before the image's name as they are.", "[]"),
    builder_image: optional(
      text(imageReferenceProblem),
      "Base image in place of the recipe's own; what a source build in another language needs, such as `golang:1.24-alpine`.",
    ),
    system_deps: optional(list(packageNameProblem), "OS packages of the final image.", "[]"),
    build_system_deps: optional(list(packageNameProblem), "OS packages of the builder stage only.", "[]"),
    additional_packages: optional(
      list((value) => additionalPackageProblem(value)),
      "Language-level packages beside the server.",
      "[]",
    ),
    source_url: optional(
      text(gitUrlProblem),
      "Git repository to build from: `https://`, or `git+ssh://` with your ssh agent. Needs `build_steps` and `entrypoint`.",
    ),
    source_ref: optional(text(gitRefProblem), "Branch, tag or commit to check out.", "the default branch"),
    build_steps: optional(
      list(buildStepProblem),
      "Commands to run after the clone, one a step. No backtick, `$( )` or `( )`, no `#` at the start.",
      "[]",
    ),
    entrypoint: optional(
      v.pipe(list(entrypointWordProblem), whole<string[]>(entrypointProblem)),
      "Command that starts the server, word by word. No shell characters.",
    ),
    build_env: optional(
      mapping(buildEnvValueProblem, buildEnvNameProblem),
      "Variables of the builder stage only.",
      "{}",
    ),
    transport: optional(choice(["uvx", "npx", "go"]), "Recipe to use whatever the command is.", "from the command"),
    go_package: optional(text(goModuleProblem), "Go module path for `go install`. Required with `transport: go`."),
    dockerfile: optional(
      text(dockerfilePathProblem),
      "Dockerfile of your own: a relative path at or below the config's folder.",
    ),
    kubernetes: optional(
      kubernetes,
      "Settings of `runtime: kubernetes` for this backend; they win over the global ones.",
    ),
  },
  "must be a mapping",
);

const session = v.strictObject(
  {
    eof_grace: optional(
      v.union([v.literal("never"), duration()], 'must be a length of time such as "500ms" or "3s", or "never"'),
      "Once the client has closed its end, a server that is silent for this long is stopped, but not in the first 10 s of the session: `3s`, `1m`, `never`.",
      `${DEFAULT.eofGraceMs / 1000}s`,
    ),
  },
  "must be a mapping",
);

/** A backend that argus starts. */
export const stdioBackend = v.strictObject(
  {
    type: optional(v.literal("stdio", 'must be "stdio"'), "`stdio`, `sse` or `streamable-http`.", "stdio"),
    command: v.pipe(text(processTextProblem), v.metadata({ description: "Program that starts the server." })),
    args: optional(list(processTextProblem), "Its arguments.", "[]"),
    env: optional(
      mapping(processTextProblem, envNameProblem),
      "Variables of the server. `${VAR}` expands, `$${` is a literal `${`.",
      "{}",
    ),
    container: optional(container, "How the backend is isolated."),
    stdout: optional(
      choice(["raw", "strict"]),
      "`strict` sends lines that are not JSON-RPC to stderr; `raw` passes every byte.",
      "raw",
    ),
    session: optional(session, "How a session ends."),
  },
  "must be a mapping",
);

/** The types of a remote backend, also as clients call them. */
export const REMOTE_TYPES: readonly string[] = ["sse", "streamable-http", ...CLIENT_TYPES];

/** A backend that runs elsewhere: argus accepts and skips it. */
export const remoteBackend = v.strictObject(
  {
    type: v.optional(
      v.pipe(
        choice(REMOTE_TYPES),
        v.metadata({
          description: "`sse` or `streamable-http`, which clients also call `http` and `streamableHttp`.",
          shownDefault: "streamable-http",
        }),
        v.transform((type) => (type === "sse" ? "sse" : "streamable-http")),
      ),
      "streamable-http",
    ),
    url: v.pipe(text(), v.metadata({ description: "Address of the server." })),
    headers: optional(mapping(), "HTTP headers.", "{}"),
  },
  "must be a mapping",
);

const featureFlags = v.strictObject(
  {
    container_isolation: optional(flag(), "Run stdio backends in containers.", "true"),
    require_isolation: optional(flag(), "Make every fallback to a bare process an error.", "false"),
  },
  "must be a mapping",
);

const policy = v.strictObject(
  {
    allow_weakening: optional(
      flag(),
      "Allow what weakens the isolation: such `extra_args`, `network: host`, mounts of the engine's socket or the machine's own folders.",
      "true",
    ),
  },
  "must be a mapping",
);

const top = {
  version: optional(v.literal("1", 'must be "1"'), "Version of the format.", "1"),
  feature_flags: optional(featureFlags, "Switches for all backends."),
  policy: optional(policy, "What the backends may do."),
  registry: optional(
    text(registryProblem),
    "Registry and path that `argus build --push` sends images to, and that absent ones are pulled from: `registry.example.com/mcp`.",
    "`ARGUS_REGISTRY`",
  ),
  kubernetes: optional(kubernetes, "Settings of `runtime: kubernetes` for all backends."),
  $schema: optional(text(), "Where an editor finds the JSON Schema of this file; argus does not read it."),
};

/** Everything but the backends, which are checked one by one. */
export const settingsOfFile = v.strictObject(top, "must be a mapping");

/** The whole file. */
export const configFile = v.strictObject(
  {
    ...top,
    backends: v.pipe(
      v.record(v.string(), v.union([stdioBackend, remoteBackend])),
      v.metadata({ description: "The servers, by name." }),
    ),
  },
  "must be a mapping",
);

/** The fields as the schema gives them: texts expanded, switches as booleans, lengths of time in milliseconds. */
export type FileSettings = v.InferOutput<typeof settingsOfFile>;
export type StdioFields = v.InferOutput<typeof stdioBackend>;
export type ContainerFields = v.InferOutput<typeof container>;
export type KubernetesFields = v.InferOutput<typeof kubernetes>;

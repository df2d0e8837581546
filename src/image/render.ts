/** The Dockerfile of a plan: values are made safe words here, the templates put them on their lines. */
import { Eta } from "eta/core";
import { holdsVariable } from "../config/variables.ts";
import { BUILD_VALUES } from "../plan/build_values.ts";
import { LABEL } from "../plan/labels.ts";
import type { GoImage, NpxImage, SourceImage, UvxImage } from "../plan/plan.ts";
import { VERSION } from "../version.ts";
import { entryOf, PROGRAM } from "./entry.ts";
import { hashOf } from "./hash.ts";
import { assignment, execForm, oneLine, shellLine, shellWord, shellWords } from "./quote.ts";
import { TEMPLATES } from "./templates.gen.ts";
import { type BuildValues, buildValues, stepVariable } from "./values.ts";

/** A plan whose Dockerfile argus writes. */
export type GeneratedImage = UvxImage | NpxImage | GoImage | SourceImage;

/** How a Dockerfile is written. */
export interface RenderOptions {
  /**
   * Use `RUN --mount`: caches that outlive a build, and the certificate bundle given as `--secret id=ca,src=FILE`.
   * Builders before BuildKit know neither; without mounts no certificate can be passed, the base image must hold it.
   */
  readonly mounts: boolean;
  /** The hash for the image's label. */
  readonly inputs: string;
}

/**
 * The text of the Dockerfile.
 *
 * @throws ArgusError `image/unsafe-value` for a value that would leave its line.
 */
export function renderDockerfile(plan: GeneratedImage, options: RenderOptions): string {
  const { mounts, inputs } = options;
  const labels = [...labelsOf(plan), assignment(LABEL.version, VERSION), assignment(LABEL.inputs, inputs)];
  return eta.render(templateOf(plan.recipe), { ...dataOf(plan, mounts), labels });
}

/** What the build gets beside the Dockerfile; undefined when that says everything. */
export function valuesOf(plan: GeneratedImage): BuildValues | undefined {
  return buildValues(plan.buildEnv, plan.recipe === "source" ? plan.steps : [], `argus ${plan.recipe} ${plan.name}`);
}

/** Hash of everything in the plan that shapes the image: 64 hex digits, the same for each builder and each version of argus. */
export function inputsOf(plan: GeneratedImage): string {
  return hashOf(eta.render(templateOf(plan.recipe), { ...dataOf(plan, true), labels: labelsOf(plan) }));
}

const eta = new Eta({ autoEscape: false, autoTrim: false, autoFilter: true, filterFunction: oneLine });

type Template = ReturnType<typeof eta.compile>;

const compiled = new Map<GeneratedImage["recipe"], Template>();

/** Compiling takes far longer than rendering, and a config has many backends of one recipe. */
function templateOf(recipe: GeneratedImage["recipe"]): Template {
  const template = compiled.get(recipe) ?? eta.compile(TEMPLATES[recipe]);
  compiled.set(recipe, template);
  return template;
}

function dataOf(plan: GeneratedImage, mounts: boolean): object {
  const values = valuesOf(plan);
  const git = plan.git ? ["git", "ca-certificates"] : [];
  const ssh = plan.ssh === true;
  const common = {
    mounts,
    base: plan.base,
    buildEnv: [
      // Before those of the user, who may know the keys of the host. A builder knows none, and nobody answers a question.
      ...(ssh ? [assignment("GIT_SSH_COMMAND", "ssh -o BatchMode=yes -o StrictHostKeyChecking=accept-new")] : []),
      ...Object.entries(plan.buildEnv).flatMap(([name, text]) =>
        holdsVariable(text) ? [] : [assignment(name, text.value)],
      ),
    ],
    builderPackages: installPackages([...git, ...(ssh ? ["openssh-client"] : []), ...plan.buildSystemDeps]),
    agent: ssh ? "--mount=type=ssh " : "",
    finalPackages: installPackages(plan.systemDeps),
    trustCa: TRUST_CA,
    ...handOver(values?.hash, mounts),
    entrypoint: execForm(entryOf(plan)),
  };
  switch (plan.recipe) {
    case "uvx":
      return { ...common, ...uvxData(plan) };
    case "npx":
      return { ...common, ...npxData(plan) };
    case "go":
      return { ...common, ...goData(plan) };
    case "source":
      return { ...common, ...sourceData(plan) };
  }
}

/** How the steps of the first stage get certificates and values; the last stage gets certificates alone. */
function handOver(hash: string | undefined, mounts: boolean): object {
  const { secret, variable } = BUILD_VALUES;
  const file = `/run/secrets/${secret}`;
  const ca = "--mount=type=secret,id=ca,target=/run/secrets/ca.pem";
  if (hash === undefined) return { secrets: ca, prepare: mounts ? TRUST_CA : "" };
  if (!mounts) return { values: `ARG ${variable}`, prepare: `eval "$${variable}"; ` };
  return {
    values: `ENV ${variable}=${hash}`,
    secrets: `${ca} --mount=type=secret,id=${secret},target=${file}`,
    prepare: `${TRUST_CA} . ${file};`,
  };
}

function uvxData(plan: UvxImage): object {
  const { install, installOptions } = plan;
  const python = plan.python === undefined ? [] : ["--python", plan.python];
  if (install.kind === "tool") {
    const beside = [...install.with, ...plan.additionalPackages].flatMap((each) => ["--with", each]);
    return {
      tool: {
        words: shellWords([...python, ...beside, ...installOptions, install.spec]),
        name: shellWord(install.binary),
        path: shellWord(entryOf(plan)[0] ?? ""),
      },
    };
  }
  return {
    tool: undefined,
    module: {
      name: shellWord(install.module),
      venvWords: shellWords([...python, "/app/venv"]),
      packages: plan.additionalPackages.length > 0 && shellWords([...installOptions, ...plan.additionalPackages]),
      distribution: shellWords([...installOptions, install.distribution]),
    },
  };
}

function npxData(plan: NpxImage): object {
  const { runner } = plan;
  return {
    program: runner !== "node",
    workdir: runner === undefined ? "/home/nonroot" : "/app",
    packages: shellWords([...plan.packages, ...plan.additionalPackages]),
    // The server's package, the executable that the command names, and the packages that are not the server's.
    wanted: shellWords([
      plan.packages[0] ?? "",
      plan.binary ?? "",
      ...plan.packages.slice(1),
      ...plan.additionalPackages,
    ]),
    // The file that a runner gets is no part of the image.
    warmUp: runner === undefined ? warmUp([PROGRAM]) : undefined,
  };
}

function goData(plan: GoImage): object {
  return {
    module: shellWord(plan.module),
    install: GO_INSTALL,
    extraModules: plan.additionalPackages.map(shellWord),
    runtimeBase: plan.runtimeBase,
    finalPackages: installPackages(["ca-certificates", ...plan.systemDeps]),
  };
}

function sourceData(plan: SourceImage): object {
  const packages = shellWords(plan.additionalPackages);
  const installer = plan.language === "node" ? "npm install --global --no-audit --no-fund --" : "pip install";
  return {
    url: shellWord(plan.url.replace(/^git\+/, "")),
    ref: shellWord(plan.ref ?? "HEAD"),
    python: plan.language !== "node",
    anyBase: plan.language === "unknown",
    packages: packages === "" ? undefined : `${installer} ${packages}`,
    steps: plan.steps.map((step, index) =>
      holdsVariable(step)
        ? { comment: step.shown, line: `eval "$${stepVariable(index)}"` }
        : { line: shellLine(step.value) },
    ),
    warmUp: plan.entrypoint[0] === "node" ? warmUp(plan.entrypoint.slice(1)) : undefined,
  };
}

/**
 * A start of a Node server that fills NODE_COMPILE_CACHE: first reply 12 % sooner in Docker, 5 % in Podman. Node writes
 * the cache when it ends, and not every server ends with its standard input, so this one ends after two seconds.
 * https://nodejs.org/api/module.html#module-compile-cache
 */
function warmUp(words: readonly string[]): string {
  const end = "setTimeout(() => { m.flushCompileCache?.(); process.exit(); }, 2000).unref()";
  return shellWords(["node", "--import", `data:text/javascript,import m from "node:module"; ${end}`, ...words]);
}

/** Labels of the image that shape its hash. */
function labelsOf(plan: GeneratedImage): string[] {
  const labels = [assignment(LABEL.recipe, plan.recipe), assignment("org.opencontainers.image.title", plan.name)];
  if (plan.recipe === "source") labels.push(assignment("org.opencontainers.image.source", plan.url));
  return labels;
}

/** The package manager is chosen in the build, by what the base has: a base's name says little about it. */
function installPackages(names: readonly string[]): string | undefined {
  if (names.length === 0) return undefined;
  const words = shellWords(names);
  return (
    `if command -v apk >/dev/null; then apk add --no-cache ${words}; ` +
    `else apt-get update && apt-get install -y --no-install-recommends ${words} && rm -rf /var/lib/apt/lists/* /var/cache/apt/*; fi`
  );
}

/** Of several -ldflags go hears the last alone, and that of a command line before those of GOFLAGS. */
const GO_INSTALL =
  'for flag in $GOFLAGS; do case $flag in -ldflags=*|--ldflags=*) ldflags="${flag#*-ldflags=} ";; esac; done; ' +
  'go install -trimpath -ldflags="$ldflags-s -w"';

/** Names the certificate bundle to OpenSSL, Go, uv, Node, pip, curl and git, when one is given. */
const TRUST_CA =
  "ca=/run/secrets/ca.pem; if [ -s $ca ]; then export SSL_CERT_FILE=$ca NODE_EXTRA_CA_CERTS=$ca " +
  "PIP_CERT=$ca REQUESTS_CA_BUNDLE=$ca CURL_CA_BUNDLE=$ca GIT_SSL_CAINFO=$ca; fi;";

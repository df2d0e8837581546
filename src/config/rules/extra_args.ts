/**
 * `container.extra_args`: words for `docker run` and `podman run`, read as those programs read them, so that none of them
 * can become the image and none goes unnoticed that weakens the isolation. Spec: "Volume Mounts and Extra Arguments".
 */
import type { RuleProblem } from "./rule.ts";

/** A word that a promise of argus does not allow. */
export interface RefusedArg extends RuleProblem {
  /** Which word. */
  readonly index: number;
}

/** A flag that takes isolation away. */
export interface WeakeningArg {
  /** Which word. */
  readonly index: number;
  /** In its long spelling, without its value: `--volume`. */
  readonly flag: string;
  /** What it does, in words that follow the flag's name. */
  readonly why: string;
}

export interface ExtraArgsProblems {
  readonly refused: readonly RefusedArg[];
  readonly weakening: readonly WeakeningArg[];
}

/** What is wrong with the words, and what is worth a warning. No message holds a value: `-e NAME=value` is allowed. */
export function extraArgsProblems(words: readonly string[]): ExtraArgsProblems {
  const refused: RefusedArg[] = [];
  const weakening: WeakeningArg[] = [];
  for (const { index, flag, value, problem } of givenFlags(words)) {
    const wrong = problem ?? refusal(flag, value);
    if (wrong !== undefined) {
      refused.push({ index, ...wrong });
      continue;
    }
    const why = weakness(flag, value);
    if (why !== undefined) weakening.push({ index, flag: `--${flag}`, why });
  }
  return { refused, weakening };
}

/** The words after `docker run`. */
export interface RunWords {
  /** The flags in front of the image, in their long spelling without dashes. */
  readonly flags: readonly Pick<Given, "index" | "flag" | "value">[];
  /** Which word is the image. */
  readonly image: number;
}

/** Reads the words after `docker run`; undefined where a flag is unknown, or no image is among them. */
export function readRunWords(words: readonly string[]): RunWords | undefined {
  const flags: Given[] = [];
  for (const given of givenFlags(words)) {
    if (given.problem === undefined) flags.push(given);
    else return words[given.index]!.startsWith("-") ? undefined : { flags, image: given.index };
  }
  return undefined;
}

/** A flag that was given, in its long spelling; with a problem when it is no flag, or not a whole one. */
interface Given {
  readonly index: number;
  readonly flag: string;
  readonly value: string;
  readonly problem?: RuleProblem;
}

const SWITCHES = new Set(
  [
    "detach disable-content-trust env-host help hostuser http-proxy init interactive no-healthcheck no-hostname no-hosts",
    "oom-kill-disable passwd privileged publish-all quiet read-only read-only-tmpfs replace rm rmi rootfs sig-proxy",
    "tls-verify tty unsetenv-all use-api-socket",
  ].flatMap((names) => names.split(" ")),
);

/** Source: https://docs.docker.com/reference/cli/docker/container/run, https://docs.podman.io/en/latest/markdown/podman-run.1.html */
const VALUED = new Set(
  [
    "add-host annotation arch attach authfile blkio-weight blkio-weight-device cap-add cap-drop cert-dir cgroup-conf",
    "cgroup-parent cgroupns cgroups chrootdirs cidfile conmon-pidfile cpu-count cpu-percent cpu-period cpu-quota",
    "cpu-rt-period cpu-rt-runtime cpu-shares cpus cpuset-cpus cpuset-mems creds decryption-key detach-keys device",
    "device-cgroup-rule device-read-bps device-read-iops device-write-bps device-write-iops dns dns-option dns-search",
    "domainname entrypoint env env-file env-merge expose gidmap gpus group-add group-entry health-cmd health-interval",
    "health-log-destination health-max-log-count health-max-log-size health-on-failure health-retries",
    "health-start-interval health-start-period health-startup-cmd health-startup-interval health-startup-retries",
    "health-startup-success health-startup-timeout health-timeout hostname hosts-file image-volume init-path",
    "io-maxbandwidth io-maxiops ip ip6 ipc isolation kernel-memory label label-file link link-local-ip log-driver log-opt",
    "mac-address memory memory-reservation memory-swap memory-swappiness mount name network network-alias oom-score-adj os",
    "passwd-entry personality pid pidfile pids-limit platform pod pod-id-file preserve-fd preserve-fds publish pull",
    "rdt-class requires restart retry retry-delay runtime sdnotify seccomp-policy secret security-opt shm-size",
    "shm-size-systemd stop-signal stop-timeout storage-opt subgidname subuidname sysctl systemd timeout tmpfs tz uidmap",
    "ulimit umask unsetenv user userns uts variant volume volume-driver volumes-from workdir",
  ].flatMap((names) => names.split(" ")),
);

/** What else a flag is called, with the name that is used here. */
const ALIASES: Readonly<Record<string, string>> = {
  net: "network",
  "net-alias": "network-alias",
  "dns-opt": "dns-option",
};

const LETTERS: Readonly<Record<string, string>> = {
  a: "attach",
  c: "cpu-shares",
  d: "detach",
  e: "env",
  h: "hostname",
  i: "interactive",
  l: "label",
  m: "memory",
  p: "publish",
  P: "publish-all",
  q: "quiet",
  t: "tty",
  u: "user",
  v: "volume",
  w: "workdir",
};

/** Both programs read flags with the same library: https://pkg.go.dev/github.com/spf13/pflag#hdr-Command_line_flag_syntax */
function* givenFlags(words: readonly string[]): Generator<Given> {
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index]!;
    const start = index;
    const take = () => (index + 1 < words.length ? words[++index] : undefined);
    if (word.includes("\0")) yield bad(start, "holds a NUL character, which no program can be given");
    else if (word === "--")
      yield bad(start, "-- would end the flags, and what follows would become the image", "leave it out");
    else if (!word.startsWith("-") || word === "-") {
      const message = "is no flag: it would take the place of the image";
      yield bad(start, message, "write a flag and its value as --flag=value; what the server gets belongs into args");
    } else if (word.startsWith("--")) yield longFlag(word, start, take);
    else yield* shortFlags(word, start, take);
  }
}

function longFlag(word: string, index: number, take: () => string | undefined): Given {
  const equals = word.indexOf("=");
  const written = word.slice(2, equals === -1 ? undefined : equals);
  if (!/^[A-Za-z0-9][A-Za-z0-9-]*$/.test(written)) return bad(index, "is no flag", "write it as --flag=value");
  const flag = Object.hasOwn(ALIASES, written) ? ALIASES[written]! : written;
  if (equals !== -1) return { index, flag, value: word.slice(equals + 1) };
  if (SWITCHES.has(flag)) return { index, flag, value: "true" };
  // A later engine's flag could take the next word, or even the image, as its value.
  if (!VALUED.has(flag)) return bad(index, "is a flag that argus does not know", "write it as --flag=value");
  return withValue(index, flag, take());
}

/** `-itv /a:/b`, `-v/a:/b`, `-u=0`: switches, of which the last may be a flag with a value. */
function* shortFlags(word: string, index: number, take: () => string | undefined): Generator<Given> {
  for (let at = 1; at < word.length; at += 1) {
    const letter = word[at]!;
    const flag = Object.hasOwn(LETTERS, letter) ? LETTERS[letter]! : undefined;
    if (flag === undefined) {
      yield bad(index, "is a flag that argus does not know", "write it in its long form, as --flag=value");
      return;
    }
    const rest = word.slice(at + 1);
    if (rest.startsWith("=") && rest.length > 1) yield { index, flag, value: rest.slice(1) };
    else if (SWITCHES.has(flag)) {
      yield { index, flag, value: "true" };
      continue;
    } else yield withValue(index, flag, rest === "" ? take() : rest);
    return;
  }
}

function withValue(index: number, flag: string, value: string | undefined): Given {
  if (value !== undefined) return { index, flag, value };
  return bad(index, `--${flag} lacks its value: it would take the image as one`, `write --${flag}=value`);
}

function bad(index: number, message: string, hint?: string): Given {
  return { index, flag: "", value: "", problem: hint === undefined ? { message } : { message, hint } };
}

/** Why argus cannot keep its promises with a flag. */
function refusal(flag: string, value: string): RuleProblem | undefined {
  const reason = Object.hasOwn(REFUSED, flag) ? REFUSED[flag]! : undefined;
  if (reason !== undefined && (reason.when?.(value) ?? true)) {
    return { message: `--${flag} is not allowed: ${reason.why}`, hint: reason.hint ?? "leave it out" };
  }
  if (SWITCHES.has(flag) && !isOff(value) && !isOn(value)) {
    return { message: `--${flag} must be true or false`, hint: `write --${flag}=true or --${flag}=false` };
  }
  return undefined;
}

interface Refusal {
  readonly why: string;
  readonly hint?: string;
  /** For which values; absent = for all. */
  readonly when?: (value: string) => boolean;
}

const REFUSED: Readonly<Record<string, Refusal>> = {
  rm: { when: (value) => !isOn(value), why: "the container would be left behind" },
  name: { why: "argus removes the container by the name that it gives it" },
  replace: { when: isOn, why: "it removes another container" },
  cidfile: { why: "it writes a file that nobody removes, and the next start fails on it" },
  pidfile: { why: "it writes a file that nobody removes" },
  "conmon-pidfile": { why: "it writes a file that nobody removes" },
  detach: { when: isOn, why: "the client would have nobody to talk to" },
  tty: { when: isOn, why: "a terminal changes the bytes that client and server exchange" },
  interactive: { when: (value) => !isOn(value), why: "the server would not hear the client" },
  attach: { why: "client and server need standard input, output and error" },
  "sig-proxy": { when: (value) => !isOn(value), why: "the server would not hear that it has to stop" },
  restart: { why: "a container that starts again outlives its client" },
  pull: { why: "argus builds images first and never downloads one for a run", hint: "build it with argus build" },
  "log-driver": { why: "the engine would keep what client and server say to each other" },
  init: {
    when: (value) => !isOn(value),
    why: "without a first process that forwards signals, servers cannot be stopped",
  },
  label: { when: isArgusLabel, why: "argus finds its containers by the labels argus.*", hint: "use another name" },
  "label-file": { why: "it could set the labels argus.*, by which argus finds its containers", hint: "use --label" },
  rmi: { when: isOn, why: "it removes the image" },
  rootfs: { when: isOn, why: "the image's name would be taken for a folder of this machine" },
  help: { when: isOn, why: "the engine would print its help to the client" },
};

function isArgusLabel(value: string): boolean {
  return /^\s*argus(?:[.=]|\s*$)/i.test(value);
}

/** Words that the engines take for true and false. Source: https://pkg.go.dev/strconv#ParseBool */
function isOn(value: string): boolean {
  return ["1", "t", "T", "true", "TRUE", "True"].includes(value);
}

function isOff(value: string): boolean {
  return ["0", "f", "F", "false", "FALSE", "False"].includes(value);
}

/** How a flag takes isolation away; undefined when it does not. */
function weakness(flag: string, value: string): string | undefined {
  const rule = Object.hasOwn(WEAKENING, flag) ? WEAKENING[flag]! : undefined;
  if (typeof rule === "string") return rule;
  return rule?.(value);
}

const MOUNT = "mounts what argus does not check; `volumes` is the field for mounts";
const LIMIT = "takes the place of a limit; `memory` and `cpus` are the place for those";
const HOST_PATHS = "shows the server devices or files of the host";
const JOIN = "joins a namespace that is not the container's own";

/** By long flag: what it does, or what it does with a value. */
const WEAKENING: Readonly<Record<string, string | ((value: string) => string | undefined)>> = {
  privileged: (value) => (isOn(value) ? "gives the server every right on this machine" : undefined),
  "cap-add": "gives the server a capability that argus drops",
  "security-opt": (value) =>
    /^no-new-privileges(?:[:=]true)?$/.test(value) ? undefined : "changes the confinement of the container",
  network: (value) => (value === "none" ? undefined : "changes the network; `network` is the place for it"),
  pid: unlessPrivate("lets the server see and signal processes outside"),
  ipc: unlessPrivate("shares memory with processes outside"),
  uts: unlessPrivate(JOIN),
  userns: (value) => (/^(?:private|nomap|auto(?::size=\d+)?)$/.test(value) ? undefined : JOIN),
  cgroupns: unlessPrivate(JOIN),
  cgroups: (value) => (value === "enabled" ? undefined : "takes the container out of its limits"),
  "cgroup-parent": "puts the container under limits of another group",
  "cgroup-conf": LIMIT,
  pod: JOIN,
  "pod-id-file": JOIN,
  uidmap: JOIN,
  gidmap: JOIN,
  subuidname: JOIN,
  subgidname: JOIN,
  // The engines read a sign, too.
  user: (value) => (/^(?:[+-]?0*|root)(?::|$)|:(?:[+-]?0+|root)$/.test(value) ? "runs the server as root" : undefined),
  hostuser: "adds users of the host",
  "group-add": "puts the server into another group, with what that may open",
  "read-only": (value) => (isOff(value) ? "lets the server change the image's files" : undefined),
  "read-only-tmpfs": (value) => (isOn(value) ? "adds folders that can be written" : undefined),
  annotation: (value) =>
    /^(?:run\.oci|org\.systemd\.property|io\.podman)\./.test(value)
      ? "tells the runtime to change what the container may do"
      : undefined,
  "seccomp-policy": (value) => (value === "default" ? undefined : "lets the image choose its own confinement"),
  "http-proxy": (value) =>
    isOn(value) ? "gives the server the proxy variables of this machine, with their passwords" : undefined,
  "hosts-file": (value) => (["none", "image"].includes(value) ? undefined : HOST_PATHS),
  volume: MOUNT,
  mount: MOUNT,
  "volumes-from": MOUNT,
  "volume-driver": MOUNT,
  "image-volume": MOUNT,
  tmpfs: (value) =>
    /[:,](?:exec|suid|dev)(?:,|$)/.test(value) ? "mounts a folder that programs can start from" : undefined,
  device: HOST_PATHS,
  "device-cgroup-rule": HOST_PATHS,
  gpus: HOST_PATHS,
  "use-api-socket": (value) => (isOn(value) ? "lets the server control the engine" : undefined),
  "preserve-fd": HOST_PATHS,
  "preserve-fds": HOST_PATHS,
  "env-host": (value) => (isOn(value) ? "gives the server all variables of this machine" : undefined),
  runtime: "hands the isolation to another runtime",
  isolation: "hands the isolation to another mechanism",
  entrypoint: "replaces the program that argus prepared",
  "init-path": "replaces the first process of the container",
  systemd: (value) => (isOff(value) ? undefined : "may mount more folders that can be written"),
  memory: LIMIT,
  "memory-swap": LIMIT,
  cpus: LIMIT,
  "cpu-quota": LIMIT,
  "cpu-period": LIMIT,
  "pids-limit": LIMIT,
  "kernel-memory": LIMIT,
  "oom-kill-disable": (value) => (isOn(value) ? LIMIT : undefined),
  "oom-score-adj": (value) => (value.startsWith("-") ? "lets other programs be killed before the server" : undefined),
  ulimit: LIMIT,
  publish: "opens a port of the server to the network of this machine",
  "publish-all": (value) => (isOn(value) ? "opens ports of the server to the network of this machine" : undefined),
  link: "connects the server with another container",
  sysctl: "changes settings of the kernel",
};

function unlessPrivate(why: string): (value: string) => string | undefined {
  return (value) => (value === "private" || value === "none" ? undefined : why);
}

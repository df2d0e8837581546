/**
 * What every engine promises, as a table: the manual prints it, and the tests read each row from inside a container, so that
 * neither can say what the other does not. Beside it the program that reads.
 */
import assert from "node:assert/strict";
import { writeTree } from "./tmp.ts";

/** Prints `name=value` lines about where it runs. Only tools that every small image has. */
const PROBE = `#!/bin/sh
status() { while read -r key value; do [ "$key" = "$1:" ] && echo "$value"; done </proc/self/status; }
try() { if (eval "$1") >/dev/null 2>&1; then echo yes; else echo no; fi; }
mounted() { while read -r _ target type options _; do [ "$target" = "$1" ] && echo "$type,$options"; done </proc/mounts; }
first() { for file in "$@"; do [ -r "$file" ] && cat "$file" && return; done; echo none; }
echo "uid=$(id -u)"; echo "gid=$(id -g)"
for set in Inh Prm Eff Bnd Amb; do echo "cap$set=$(status "Cap$set")"; done
echo "noNewPrivs=$(status NoNewPrivs)"; echo "seccomp=$(status Seccomp)"
echo "writeRoot=$(try 'echo x >/x')"; echo "writeEtc=$(try 'echo x >/etc/x')"; echo "writeVarTmp=$(try 'echo x >/var/tmp/x')"
for folder in /tmp /home/nonroot; do
  echo "write$folder=$(try "echo x >$folder/x")"
  printf '#!/bin/sh\\n' >$folder/program; chmod 755 $folder/program
  echo "execute$folder=$(try "$folder/program")"
  echo "mount$folder=$(mounted $folder)"
done
echo "HOME=$HOME"; echo "TMPDIR=$TMPDIR"
echo "memory=$(first /sys/fs/cgroup/memory.max /sys/fs/cgroup/memory/memory.limit_in_bytes)"
echo "swap=$(first /sys/fs/cgroup/memory.swap.max /sys/fs/cgroup/memory/memory.memsw.limit_in_bytes)"
echo "cpu=$(first /sys/fs/cgroup/cpu.max /sys/fs/cgroup/cpu/cpu.cfs_quota_us)"
echo "pids=$(first /sys/fs/cgroup/pids.max /sys/fs/cgroup/pids/pids.max)"
echo "init=$(cat /proc/1/comm)"
echo "interfaces=$(ls /sys/class/net | tr '\\n' ' ')"
echo "token=$(try 'ls /var/run/secrets/kubernetes.io/serviceaccount/token || ls /var/run/docker.sock /run/podman/podman.sock')"
`;

/** What a probe printed. */
export type Facts = Readonly<Record<string, string>>;

/** What a fact has to be. */
export type Row = readonly [fact: string, expected: string | RegExp];

/** How a promise is kept on one kind of engine. */
export interface Kept {
  /** For the manual. */
  readonly says: string;
  /** Read from inside; none where only what argus itself does can show it. */
  readonly facts: readonly Row[];
}

/** One line of the table. */
export interface Parity {
  readonly promise: string;
  readonly container: Kept;
  readonly pod: Kept;
  /** Held by cgroups, which rootless Podman may set only where the system delegates them: never on cgroup v1. */
  readonly limit?: boolean;
}

const NONE = "0000000000000000";
const SIZED = /^tmpfs,(?=.*\bsize=65536k\b)/;
const LOCKED = /^tmpfs,(?=.*\bnosuid\b)(?=.*\bnodev\b)(?=.*\bnoexec\b)(?=.*\bsize=65536k\b)/;

/** The table. */
export const PARITY: readonly Parity[] = [
  same("uid and gid 65532, no capabilities, no new privileges, seccomp", [
    ["uid", "65532"],
    ["gid", "65532"],
    ["capInh", NONE],
    ["capPrm", NONE],
    ["capEff", NONE],
    ["capBnd", NONE],
    ["capAmb", NONE],
    ["noNewPrivs", "1"],
    ["seccomp", "2"],
  ]),
  same("read-only root", [
    ["writeRoot", "no"],
    ["writeEtc", "no"],
    ["writeVarTmp", "no"],
  ]),
  same("64 MiB of memory each at `/tmp` and `/home/nonroot`, which can be written", [
    ["HOME", "/home/nonroot"],
    ["TMPDIR", "/tmp"],
    ["write/tmp", "yes"],
    ["mount/tmp", SIZED],
    ["write/home/nonroot", "yes"],
    ["mount/home/nonroot", SIZED],
  ]),
  {
    promise: "no programs and no devices in those two",
    container: {
      says: "yes",
      facts: [
        ["execute/tmp", "no"],
        ["mount/tmp", LOCKED],
        ["execute/home/nonroot", "no"],
        ["mount/home/nonroot", LOCKED],
      ],
    },
    pod: {
      says: "no: a Pod cannot say `noexec`",
      facts: [
        ["execute/tmp", "yes"],
        ["execute/home/nonroot", "yes"],
      ],
    },
  },
  {
    ...same("memory and cpu limits, no swap", [
      ["memory", "536870912"],
      ["swap", /^(536870912|0)$/],
      ["cpu", /^50000( 100000)?$/],
    ]),
    limit: true,
  },
  {
    promise: "pids limit",
    container: { says: "256", facts: [["pids", "256"]] },
    pod: { says: "the cluster's own: a Pod cannot say it", facts: [["pids", /^(?!256$)(max|\d+)$/]] },
    limit: true,
  },
  {
    promise: "first process that reaps and forwards signals",
    container: { says: "`--init`", facts: [["init", /^(docker-init|podman-init|catatonit|tini)$/]] },
    pod: { says: "the Pod's pause process", facts: [["init", "pause"]] },
  },
  {
    promise: "`network: none`",
    container: { says: "no interface but `lo`", facts: [["interfaces", "lo "]] },
    pod: {
      says: "a NetworkPolicy, which only some network plugins enforce: each start tries the API server's address, and tells",
      facts: [["interfaces", /\beth0\b/]],
    },
  },
  same("no credentials of the engine or the cluster inside", [["token", "no"]]),
  outside("`env`", "never on a command line", "in a Secret that is deleted once the server runs"),
  outside("what a server prints is kept on a disk", "no", "yes: the node logs it"),
  outside("`extra_args`, named networks", "yes", "refused, with the field that does it"),
  outside("`volumes`", "host paths and named volumes", "claims; host paths only with `allow_host_path`"),
];

function same(promise: string, facts: readonly Row[]): Parity {
  return { promise, container: { says: "yes", facts }, pod: { says: "yes", facts } };
}

function outside(promise: string, container: string, pod: string): Parity {
  return { promise, container: { says: container, facts: [] }, pod: { says: pod, facts: [] } };
}

/** All that has to be found on a kind of engine; `limits: false` where cgroups cannot be set. */
export function factRows(kind: "container" | "pod", limits = true): readonly Row[] {
  return PARITY.filter(({ limit }) => limits || limit !== true).flatMap((row) => row[kind].facts);
}

/** The table in Markdown. */
export function parityTable(): string {
  const lines = PARITY.map(({ promise, container, pod }) => `| ${promise} | ${container.says} | ${pod.says} |`);
  return ["| | Docker, Podman | Kubernetes |", "|---|---|---|", ...lines].join("\n");
}

/** Writes the probe's Dockerfile below a folder; its path is `probe/Dockerfile`. */
export function writeProbe(folder: string): void {
  writeTree(folder, "probe/probe.sh", PROBE, 0o755);
  writeTree(
    folder,
    "probe/Dockerfile",
    'FROM alpine:3.21\nCOPY probe.sh /probe.sh\nENTRYPOINT ["/bin/sh", "/probe.sh"]\n',
  );
}

/** The facts in a probe's output. */
export function factsIn(output: string): Facts {
  const lines = output.split("\n").filter((line) => line.includes("="));
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]));
}

/** Fails for the first promise that is not kept. */
export function assertPosture(facts: Facts, rows: readonly Row[], where: string): void {
  for (const [fact, expected] of rows) {
    const value = facts[fact] ?? "(not printed)";
    if (typeof expected === "string") assert.equal(value, expected, `${fact} on ${where}`);
    else assert.match(value, expected, `${fact} on ${where}`);
  }
}

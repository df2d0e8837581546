/** The posture that every engine promises, as a table, and the program that reads it from inside a container. */
import assert from "node:assert/strict";
import { writeTree } from "./tmp.ts";

/** Prints `name=value` lines about where it runs. Only tools that every small image has. */
const PROBE = `#!/bin/sh
# On a cluster nobody hears what a server says before its client.
read -r _
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
echo "token=$(try 'ls /var/run/secrets/kubernetes.io/serviceaccount/token')"
`;

/** What a probe printed. */
export type Facts = Readonly<Record<string, string>>;

/** One promise: what a fact has to be. */
export type Row = readonly [fact: string, expected: string | RegExp];

const NONE = "0000000000000000";

/** Each promise of the posture, the same on every engine. */
export const POSTURE: readonly Row[] = [
  ["uid", "65532"],
  ["gid", "65532"],
  ["capInh", NONE],
  ["capPrm", NONE],
  ["capEff", NONE],
  ["capBnd", NONE],
  ["capAmb", NONE],
  ["noNewPrivs", "1"],
  ["seccomp", "2"],
  ["writeRoot", "no"],
  ["writeEtc", "no"],
  ["writeVarTmp", "no"],
  ["write/tmp", "yes"],
  ["execute/tmp", "no"],
  ["mount/tmp", /^tmpfs,(?=.*\bnosuid\b)(?=.*\bnodev\b)(?=.*\bnoexec\b)(?=.*\bsize=65536k\b)/],
  ["write/home/nonroot", "yes"],
  ["execute/home/nonroot", "no"],
  ["mount/home/nonroot", /^tmpfs,(?=.*\bnosuid\b)(?=.*\bnodev\b)(?=.*\bnoexec\b)(?=.*\bsize=65536k\b)/],
  ["HOME", "/home/nonroot"],
  ["TMPDIR", "/tmp"],
  ["init", /^(docker-init|podman-init|catatonit|tini)$/],
  ["interfaces", "lo "],
  ["token", "no"],
];

/** Held by cgroups, which rootless Podman may set only where the system delegates them: never on cgroup v1. */
export const LIMITS: readonly Row[] = [
  ["memory", "536870912"],
  ["swap", /^(536870912|0)$/],
  ["cpu", /^50000( 100000)?$/],
  ["pids", "256"],
];

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

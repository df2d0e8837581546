/** The posture as a server finds it: read from inside a running container, on every engine, never from the command line. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { after, test } from "node:test";
import { readableByAll, runIn } from "../support/argus_world.ts";
import { engineCall, type World, worlds } from "../support/engines.ts";
import { tmpFolder, writeTree } from "../support/tmp.ts";

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
`;

const folder = readableByAll(tmpFolder());
writeTree(folder, "probe/probe.sh", PROBE, 0o755);
writeTree(
  folder,
  "probe/Dockerfile",
  'FROM alpine:3.21\nCOPY probe.sh /probe.sh\nENTRYPOINT ["/bin/sh", "/probe.sh"]\n',
);
const config = writeTree(
  folder,
  "config.yaml",
  `backends:
  posture: { command: probe, container: { dockerfile: probe/Dockerfile, network: none, cpus: "0.5" } }
  network: { command: probe, container: { dockerfile: probe/Dockerfile } }
`,
);

type Facts = Readonly<Record<string, string>>;
type Row = readonly [fact: string, expected: string | RegExp];

const NONE = "0000000000000000";

/** Each promise of the posture, the same on every engine. */
const POSTURE: readonly Row[] = [
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
];

/** Held by cgroups, which rootless Podman may set only where the system delegates them: never on cgroup v1. */
const LIMITS: readonly Row[] = [
  ["memory", "536870912"],
  ["swap", /^(536870912|0)$/],
  ["cpu", /^50000( 100000)?$/],
  ["pids", "256"],
];

for (const world of worlds()) {
  test(`${world.name}: a server finds the whole posture`, async () => {
    const facts = await factsOf(world, "posture");
    const rows = limitsHold(world) ? [...POSTURE, ...LIMITS] : POSTURE;
    for (const [fact, expected] of rows) {
      const value = facts[fact] ?? "(not printed)";
      if (typeof expected === "string") assert.equal(value, expected, `${fact} on ${world.name}`);
      else assert.match(value, expected, `${fact} on ${world.name}`);
    }
  });

  test(`${world.name}: the default network is a bridge`, async () => {
    assert.match((await factsOf(world, "network")).interfaces ?? "", /\beth0\b|\btap0\b/);
  });

  if (!limitsHold(world)) {
    test(`${world.name}: where limits cannot hold, doctor says so`, async () => {
      const { stdout } = await runIn(world, ["doctor", "--json", "--config", config]);
      const { checks } = JSON.parse(stdout) as { checks: { status: string; message: string }[] };
      const told = checks.filter(({ status, message }) => status === "warn" && /limit/i.test(message));
      assert.ok(told.length > 0, stdout);
    });
  }
}

after(() => {
  for (const world of worlds()) {
    const { stdout } = engineCall(world, ["image", "ls", "--format", "{{.Repository}}:{{.Tag}}"]);
    const ours = stdout.split("\n").filter((name) => name.startsWith("localhost/argus/dockerfile-probe:"));
    if (ours.length > 0) engineCall(world, ["image", "rm", "-f", ...ours]);
  }
});

/** Rootless engines get no limits on cgroup v1: the engine says so and starts without them. */
function limitsHold(world: World): boolean {
  return world.name !== "rootless" || existsSync("/sys/fs/cgroup/cgroup.controllers");
}

async function factsOf(world: World, backend: string): Promise<Facts> {
  const ended = await runIn(world, ["run", backend, "--config", config]);
  assert.equal(ended.code, 0, ended.stderr);
  const lines = ended.stdout.split("\n").filter((line) => line.includes("="));
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]));
}

/** The restrictions of a container as a process inside sees them: flags can be accepted and ignored. */
import { memoryBytes } from "../config/rules/memory.ts";
import { DEFAULT } from "../plan/defaults.ts";

/** What a container lacks. */
export interface PostureGaps {
  /** Restrictions that are not in force, as sentences. */
  readonly open: readonly string[];
  /** Limits that are not in force: "memory", "cpus", "pids". */
  readonly unlimited: readonly string[];
}

/** For `/bin/sh -c` in a container with the default limits; needs no program but the shell, `cat` and `grep`. */
export const POSTURE_SCRIPT = `grep -E '^(NoNewPrivs|Seccomp|CapEff|CapPrm|CapBnd|CapInh|CapAmb|Uid|Gid):' /proc/self/status
(: >/argus-probe) 2>/dev/null && echo 'root: writable' || echo 'root: read-only'
(: >"$HOME/argus-probe") 2>/dev/null && echo 'home: writable' || echo 'home: read-only'
grep -E '^[^ ]+ (${DEFAULT.temporary}|${DEFAULT.home}) ' /proc/mounts | while read -r _ place _ options _; do echo "mount $place: $options"; done
echo "memory: $(cat /sys/fs/cgroup/memory.max /sys/fs/cgroup/memory/memory.limit_in_bytes 2>/dev/null)"
echo "pids: $(cat /sys/fs/cgroup/pids.max /sys/fs/cgroup/pids/pids.max 2>/dev/null)"
echo "cpu: $(cat /sys/fs/cgroup/cpu.max /sys/fs/cgroup/cpu/cpu.cfs_quota_us 2>/dev/null)"
`;

/** Reads what {@link POSTURE_SCRIPT} printed; undefined when it did not run. */
export function readPosture(output: string): PostureGaps | undefined {
  const found = new Map<string, string>();
  for (const line of output.split("\n")) {
    const match = /^([\w/ ]+):\s*(.*)$/.exec(line);
    if (match !== null) found.set(match[1] ?? "", (match[2] ?? "").trim());
  }
  if (!found.has("NoNewPrivs")) return undefined;
  const value = (name: string) => found.get(name) ?? "";
  const id = String(DEFAULT.uid);
  const open = [
    [value("NoNewPrivs") === "1", "programs can gain privileges"],
    [value("Seccomp") === "2", "system calls are not filtered"],
    [CAPABILITIES.every((name) => /^0+$/.test(value(name))), "capabilities are left"],
    [
      value("Uid")
        .split(/\s+/)
        .every((word) => word === id),
      `the user is not ${id}`,
    ],
    [
      value("Gid")
        .split(/\s+/)
        .every((word) => word === id),
      `the group is not ${id}`,
    ],
    [value("root") === "read-only", "the root file system can be written"],
    [value("home") === "writable", "the home cannot be written"],
    ...[DEFAULT.temporary, DEFAULT.home].map((place): [boolean, string] => [
      ["noexec", "nosuid", "nodev"].every((option) => value(`mount ${place}`).split(",").includes(option)),
      `programs can be put into ${place}`,
    ]),
  ] as const;
  const limits = {
    memory: isLimit(value("memory"), memoryBytes(DEFAULT.memory)!),
    cpus: /^[1-9]\d*/.test(value("cpu")),
    pids: isLimit(value("pids"), DEFAULT.pids),
  };
  return {
    open: open.filter(([closed]) => !closed).map(([, sentence]) => sentence),
    unlimited: Object.entries(limits).flatMap(([name, limited]) => (limited ? [] : [name])),
  };
}

const CAPABILITIES = ["CapEff", "CapPrm", "CapBnd", "CapInh", "CapAmb"];

function isLimit(text: string, most: number): boolean {
  return /^\d+$/.test(text) && Number(text) <= most;
}

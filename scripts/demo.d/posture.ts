/** The restrictions of a running container as its first process has them, in words for people. */

/** Prints `name=value` lines; only tools that every small image has. Process 1 is the one that the engine started. */
const PROBE = `
status() { while read -r key value; do [ "$key" = "$1:" ] && echo "$value"; done </proc/1/status; }
can() { if (eval "$1") >/dev/null 2>&1; then echo yes; else echo no; fi; }
first() { for file in "$@"; do [ -r "$file" ] && read -r line <"$file" && echo "$line" && return; done; echo; }
echo "uid=$(status Uid)"; echo "gid=$(status Gid)"
for set in Inh Prm Eff Bnd Amb; do echo "cap$set=$(status "Cap$set")"; done
echo "noNewPrivs=$(status NoNewPrivs)"; echo "seccomp=$(status Seccomp)"
echo "writeRoot=$(can 'echo x >/x')"; echo "writeTmp=$(can 'echo x >/tmp/x')"
echo "memory=$(first /sys/fs/cgroup/memory.max /sys/fs/cgroup/memory/memory.limit_in_bytes)"
echo "pids=$(first /sys/fs/cgroup/pids.max /sys/fs/cgroup/pids/pids.max)"
echo "cpu=$(first /sys/fs/cgroup/cpu.max /sys/fs/cgroup/cpu/cpu.cfs_quota_us)"
echo "period=$(first /sys/fs/cgroup/cpu/cpu.cfs_period_us)"
echo "init=$(cat /proc/1/comm)"
echo "interfaces=$(ls /sys/class/net | tr '\\n' ' ')"
`;

/** What follows the engine's name to read the posture of a container. */
export function postureArgs(container: string): string[] {
  return ["exec", container, "sh", "-c", PROBE];
}

/** One line of the report; `ok` is false where the container is weaker than promised. */
export interface Finding {
  readonly text: string;
  readonly ok: boolean;
}

/** Judges what the probe printed. */
export function findings(printed: string): Finding[] {
  const facts = new Map(
    printed
      .split("\n")
      .filter((line) => line.includes("="))
      .map((line): [string, string] => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1).trim()]),
  );
  const fact = (name: string) => facts.get(name) ?? "";
  const uid = idOf(fact("uid"));
  const gid = idOf(fact("gid"));
  const capabilities = ["Inh", "Prm", "Eff", "Bnd", "Amb"].map((set) => fact(`cap${set}`));
  const none = capabilities.every((bits) => /^0+$/.test(bits));
  const [quota = "", period = fact("period")] = fact("cpu").split(" ");
  const cpus = Number(quota) / Number(period);
  const memory = Number(fact("memory")) / 1024 ** 2;
  return [
    { text: `uid ${uid}, gid ${gid}`, ok: uid === "65532" && gid === "65532" },
    { text: none ? "no capabilities" : `capabilities ${capabilities.join(" ")}`, ok: none },
    { text: `no-new-privs ${fact("noNewPrivs")}`, ok: fact("noNewPrivs") === "1" },
    { text: `seccomp ${fact("seccomp")}`, ok: fact("seccomp") === "2" },
    { text: fact("writeRoot") === "no" ? "root read-only" : "root WRITABLE", ok: fact("writeRoot") === "no" },
    { text: fact("writeTmp") === "yes" ? "/tmp writable" : "/tmp READ-ONLY", ok: fact("writeTmp") === "yes" },
    limit("memory", memory, "MiB", memory < 1024 * 1024),
    limit("cpus", cpus, "", cpus > 0),
    limit("pids", Number(fact("pids")), "", true),
    { text: `init ${fact("init")}`, ok: fact("init") !== "" },
    { text: `network ${fact("interfaces").replaceAll(" ", ", ")}`, ok: fact("interfaces") !== "" },
  ];
}

/** `/proc` lists the real, effective, saved and file system id; one that differs is shown. */
function idOf(ids: string): string {
  const all = new Set(ids.split(/\s+/));
  return [...all].join(" ");
}

/** A limit that is not there is told, and no failure: rootless Podman on cgroup v1 cannot set any. */
function limit(name: string, value: number, unit: string, set: boolean): Finding {
  const known = Number.isFinite(value) && set;
  return { text: known ? `${name} ${value} ${unit}`.trim() : `no ${name} limit`, ok: true };
}

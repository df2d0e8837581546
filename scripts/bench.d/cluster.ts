/** Sessions on a cluster, beside the best sequence of kubectl that a hand could write for the same Pod. */
import { execFileSync } from "node:child_process";
import { dirname } from "node:path";
import process from "node:process";
import { type Bench, type Benchmark, medians } from "./benchmark.ts";
import { firstReply, type Line, open } from "./child.ts";
import { ARGUS, type Lab, SERVERS } from "./lab.ts";
import type { Row } from "./row.ts";
import { interleaved, median, percentile } from "./stats.ts";

export const CLUSTER: readonly Benchmark[] = [
  {
    name: "cluster",
    about: "kubernetes: start to first reply, and one line there and back, beside kubectl typed",
    cluster: true,
    run: cluster,
  },
];

const NAMESPACE = "argus";
const ENGINE = "kubernetes";
const UNHEARD = "without the wait for the client";

/** What leads to the cluster; only one that is named for tests is touched. */
interface Way {
  readonly kubectl: string;
  readonly env: Readonly<Record<string, string>>;
  readonly registry: string;
}

function wayToCluster(): Way | undefined {
  const { ARGUS_TEST_KUBECONFIG, ARGUS_TEST_KUBECTL = "kubectl", ARGUS_TEST_REGISTRY, PATH = "" } = process.env;
  if (ARGUS_TEST_KUBECONFIG === undefined || ARGUS_TEST_REGISTRY === undefined) return undefined;
  return {
    kubectl: ARGUS_TEST_KUBECTL,
    env: {
      KUBECONFIG: ARGUS_TEST_KUBECONFIG,
      PATH: ARGUS_TEST_KUBECTL.includes("/") ? `${dirname(ARGUS_TEST_KUBECTL)}:${PATH}` : PATH,
      ARGUS_RUNTIME: ENGINE,
    },
    registry: `${ARGUS_TEST_REGISTRY}/argus-bench`,
  };
}

async function cluster({ lab, effort, note }: Bench): Promise<Row[]> {
  const way = wayToCluster();
  if (way === undefined) {
    note('cluster: skipped, none is named: eval "$(scripts/testbed env)"');
    return [];
  }
  const session = new Sessions(lab, way);
  const rows: Row[] = [];
  for (const server of effort.servers) {
    session.build(server);
    const samples = await interleaved(effort.rounds, {
      argus: () => firstReply(session.argus(server)),
      typed: () => firstReply(session.typed(server)),
      // What it costs that a server's first words are heard.
      [UNHEARD]: () => firstReply(session.typed(server, false)),
    });
    const budget = { bound: "≤", times: 1.15 } as const;
    const row = {
      name: `first reply, ${server}`,
      engine: ENGINE,
      unit: "ms",
      ...medians(samples, "typed"),
      budget,
    } as const;
    rows.push({ ...row, detail: { [UNHEARD]: median(samples.get(UNHEARD) ?? []) } });
  }
  session.build("echo");
  rows.push(...(await roundTrips(session, effort.rounds)));
  return rows;
}

async function roundTrips(session: Sessions, rounds: number): Promise<Row[]> {
  const message = `${"x".repeat(199)}\n`;
  const trips: Record<"argus" | "typed", number[]> = { argus: [], typed: [] };
  const sessions = { argus: open(session.argus("echo")), typed: open(session.typed("echo")) };
  const names = ["argus", "typed"] as const;
  for (const name of names) await sessions[name].exchange(message, message.length);
  for (let round = 0; round < rounds; round += 1) {
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      for (let trip = 0; trip < 200; trip += 1) {
        trips[name].push(await sessions[name].exchange(message, message.length));
      }
    }
  }
  await Promise.all([sessions.argus.close(), sessions.typed.close()]);
  const values = {
    argus: percentile(trips.argus, 0.5),
    beside: { what: "attach", value: percentile(trips.typed, 0.5) },
  };
  const budget = { bound: "≤", times: 1.1 } as const;
  return [{ name: "round trip of 200 B, p50", engine: ENGINE, unit: "ms", ...values, budget }];
}

/** Lines that start sessions on the cluster. */
class Sessions {
  #count = 0;
  readonly #lab: Lab;
  readonly #way: Way;
  readonly #config: string;

  constructor(lab: Lab, way: Way) {
    this.#lab = lab;
    this.#way = way;
    const servers = Object.entries(SERVERS).map(([name, [command, ...args]]) => [name, { command, args }]);
    const echo = { command: "sh", args: ["-c", "exec cat"], container: { dockerfile: "image/Dockerfile" } };
    const backends = { ...Object.fromEntries(servers), echo };
    const config = { kubernetes: { registry: way.registry, namespace: NAMESPACE }, backends };
    this.#config = lab.write("cluster.yaml", JSON.stringify(config));
  }

  build(server: string): void {
    this.#call(["build", "--quiet", server, "--config", this.#config]);
  }

  argus(server: string): Line {
    return { words: [ARGUS, "run", server, "--config", this.#config], cwd: this.#lab.folder, env: this.#way.env };
  }

  /** The same Pod made by hand and attached to as soon as that works; `waits: false` = its server starts at once. */
  typed(server: string, waits = true): Line {
    const [plan] = JSON.parse(
      this.#call(["plan", server, "--json", "--runtime", ENGINE, "--config", this.#config]),
    ) as [{ readonly pod: { readonly spec: { readonly containers: readonly [{ command?: unknown }] } } }];
    this.#count += 1;
    const name = `bench-${process.pid}-${this.#count}`;
    const { command, ...container } = plan.pod.spec.containers[0];
    const spec = { ...plan.pod.spec, containers: [waits ? { ...container, command } : container] };
    const pod = { ...plan.pod, metadata: { name, namespace: NAMESPACE }, spec };
    const file = this.#lab.write(`pods/${name}.json`, JSON.stringify(pod));
    const kubectl = `'${this.#way.kubectl}'`;
    const attach = `${kubectl} attach -n ${NAMESPACE} -i -q -c server ${name}`;
    const script = [
      `${kubectl} create -f '${file}' >/dev/null`,
      // A WebSocket would swallow the input of a try that fails.
      "export KUBECTL_REMOTE_COMMAND_WEBSOCKETS=false",
      // All tries read one pipe: what one that fails leaves, the next one finds.
      `{ ${waits ? "echo" : ":"}; exec cat; } | until ${attach} 2>/dev/null; do sleep 0.02; done`,
      `${kubectl} delete -n ${NAMESPACE} pod ${name} --grace-period=1 --wait=false >/dev/null`,
    ];
    return { words: ["sh", "-c", script.join("\n")], cwd: this.#lab.folder, env: this.#way.env };
  }

  #call(words: readonly string[]): string {
    const env = { ...process.env, ...this.#way.env };
    return execFileSync(ARGUS, [...words], { cwd: this.#lab.folder, encoding: "utf8", env });
  }
}

/** The rows of the manual's table that nobody can read from inside: what argus itself makes of a plan. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { plain } from "../../../src/config/text.ts";
import { realArgs } from "../../../src/engine/command.ts";
import { type PodInput, podObjects } from "../../../src/engine/kubernetes/pod.ts";
import { ROLE_RULES } from "../../../src/engine/kubernetes/role.ts";
import { runCommand } from "../../../src/engine/oci.ts";
import type { ContainerPlan } from "../../../src/plan/plan.ts";
import { factRows, PARITY } from "../../support/posture.ts";
import { IDENTITY, mount, samplePlan, sampleRun } from "./samples.ts";

const pod = (changes: Partial<ContainerPlan>, kubernetes: PodInput["kubernetes"] = {}): PodInput => ({
  plan: samplePlan(changes),
  image: "r.example.com/x",
  args: [],
  identity: IDENTITY,
  kubernetes,
  where: () => "",
});
const podOf = (input: PodInput) => podObjects(input).pod;
const argv = (changes: Partial<ContainerPlan>): string[] =>
  realArgs(runCommand(sampleRun({ plan: samplePlan(changes) })));

const CHECKS: Readonly<Record<string, () => void>> = {
  "`env`": () => {
    const words = realArgs(runCommand(sampleRun({ env: { TOKEN: "s3cret" } })));
    assert.ok(words.includes("TOKEN") && !words.join(" ").includes("s3cret"));
    const input = pod({ env: { TOKEN: plain("s3cret") } });
    assert.ok(!JSON.stringify(podOf(input)).includes("s3cret"));
    assert.deepEqual(podObjects(input).secret?.stringData, { TOKEN: "s3cret" });
    assert.ok(ROLE_RULES.some(({ resources, verbs }) => resources.includes("secrets") && verbs.includes("delete")));
  },
  "what a server prints is kept on a disk": () => {
    assert.match(argv({}).join(" "), /--log-driver none/);
  },
  "`extra_args`, named networks": () => {
    const extra = { extraArgs: [plain("--device"), plain("/dev/dri")] };
    assert.match(argv(extra).join(" "), /--device \/dev\/dri/);
    assert.throws(() => podOf(pod(extra)), { code: "config/kubernetes-extra-args" });
    assert.match(argv({ network: "mine" }).join(" "), /--network mine/);
    assert.throws(() => podOf(pod({ network: "mine" })), { code: "config/kubernetes-network" });
  },
  "`volumes`": () => {
    const path = { volumes: [mount("/data", "/data")] };
    const named = { volumes: [{ source: "data", kind: "named", target: "/data", mode: "rw" } as const] };
    for (const each of [path, named]) assert.ok(argv(each).join(" ").includes("/data"));
    assert.throws(() => podOf(pod(path)), { code: "config/host-path" });
    assert.match(JSON.stringify(podOf(pod(path, { allow_host_path: true }))), /hostPath/);
    assert.match(JSON.stringify(podOf(pod(named))), /"claimName":"data"/);
  },
};

for (const { promise, container, pod: inPod } of PARITY) {
  if (container.facts.length > 0 || inPod.facts.length > 0) continue;
  test(`what the table says of ${promise} is so`, () => {
    const check = CHECKS[promise];
    assert.ok(check !== undefined, "no check here, and no fact to be read from inside");
    check();
  });
}

test("both kinds of engines are read, and differ only where the table says so", () => {
  const facts = (kind: "container" | "pod") => new Set(factRows(kind).map(([fact]) => fact));
  assert.deepEqual([...facts("container")].sort(), [...facts("pod")].sort());
  for (const { promise, container, pod: inPod } of PARITY) {
    if (container.says === inPod.says) assert.deepEqual(container.facts, inPod.facts, promise);
  }
});

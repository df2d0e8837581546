/** Plans and identities that the engine's tests share. */

import type { Volume } from "../../../src/config/rules/volume.ts";
import type { SessionIdentity } from "../../../src/engine/engine.ts";
import type { RunInput } from "../../../src/engine/oci.ts";
import type { ContainerPlan } from "../../../src/plan/plan.ts";

/** A plan with the defaults. */
export function samplePlan(changes: Partial<ContainerPlan> = {}): ContainerPlan {
  return {
    kind: "container",
    backend: "time",
    image: {
      recipe: "dockerfile",
      name: "time",
      base: "",
      systemDeps: [],
      buildSystemDeps: [],
      additionalPackages: [],
      buildEnv: {},
      git: false,
      path: "Dockerfile",
      words: [],
    } as ContainerPlan["image"],
    args: [],
    env: {},
    limits: { memory: "512m", cpus: "1" },
    network: "bridge",
    volumes: [],
    extraArgs: [],
    requireIsolation: false,
    session: { stdout: "raw" },
    warnings: [],
    ...changes,
  };
}

export const IDENTITY: SessionIdentity = {
  backend: "time",
  container: "argus-time-0123456789ab",
  owner: { pid: 42, started: "777", boot: "b-1", host: "laptop", uid: 1000 },
};

/** A run on docker with the defaults. */
export function sampleRun(changes: Partial<RunInput> = {}): RunInput {
  return {
    engine: { name: "docker", bin: "docker", env: {}, rootless: false },
    image: "localhost/argus/uvx-time:abc",
    plan: samplePlan(),
    args: [],
    identity: IDENTITY,
    cpus: "1",
    env: {},
    ...changes,
  };
}

/** A mount of a host path. */
export function mount(source: string, target: string, mode = "rw"): Volume {
  return { source, kind: "path", target, mode };
}

/**
 * Starts one session as `argus run` does, for tests that need no config: the words are ENGINE BACKEND IMAGE ARGS...
 * Environment: DRIVER_EOF_GRACE (ms or "never"), DRIVER_STDOUT ("strict"), DRIVER_NETWORK, DRIVER_MEMORY.
 */
import process from "node:process";
import { plain } from "../../src/config/text.ts";
import type { Engine, OciName } from "../../src/engine/engine.ts";
import { runCommand } from "../../src/engine/oci.ts";
import type { ContainerPlan } from "../../src/plan/plan.ts";
import { newIdentity } from "../../src/session/identity.ts";
import { runSession } from "../../src/session/session.ts";
import { enginePath } from "./engines.ts";

const [name = "docker", backend = "test", image = "", ...args] = process.argv.slice(2);
const grace = process.env.DRIVER_EOF_GRACE;
const memory = process.env.DRIVER_MEMORY ?? "64m";
const engine: Engine = {
  name: name as OciName,
  bin: enginePath(name as OciName),
  env: {},
  rootless: name === "podman" && process.getuid?.() !== 0,
};
const session = {
  ...(grace === "never" ? {} : { eofGraceMs: Number(grace ?? 3000) }),
  stdout: process.env.DRIVER_STDOUT === "strict" ? ("strict" as const) : ("raw" as const),
};
const identity = newIdentity(backend);
const plan: ContainerPlan = {
  kind: "container",
  backend,
  image: { recipe: "dockerfile", name: "session", path: "Dockerfile", words: [] },
  args: [],
  env: {},
  limits: { memory, cpus: "1" },
  network: process.env.DRIVER_NETWORK ?? "none",
  volumes: [],
  extraArgs: [],
  session,
  warnings: [],
};
const command = runCommand({
  engine,
  bin: engine.bin,
  image,
  plan,
  args: args.map(plain),
  identity,
  cpus: "1",
  env: {},
});
process.exit(await runSession({ command, engine, identity, session, memory, image }));

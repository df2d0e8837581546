/** `argus ps`: the sessions of every engine that answers, orphans among them. */
import type { Engine, OciName } from "../engine/engine.ts";
import { EXIT } from "../errors.ts";
import { probeEngine } from "../host/engines.ts";
import { listContainers } from "../session/containers.ts";
import { log } from "../ui/log.ts";
import { table } from "../ui/table.ts";

/** Lists sessions; 1 when an engine that is there could not be asked. */
export async function ps(flags: { readonly json: boolean }): Promise<number> {
  const engines = await liveEngines();
  const lists = await Promise.all(engines.map((engine) => listContainers(engine)));
  const silent = engines.filter((_, index) => lists[index] === undefined);
  for (const { name } of silent) log.warn(`${name} did not list its containers`);
  const rows = lists
    .flatMap((list) => list ?? [])
    .map((found) => ({
      backend: found.backend,
      container: found.name,
      engine: found.engine.name,
      image: found.image,
      owner_pid: found.owner?.pid ?? null,
      started: found.created,
      orphan: found.orphan,
    }));
  if (flags.json) console.log(JSON.stringify(rows));
  else if (rows.length === 0) log.info("no sessions");
  else {
    const cells = rows.map((row) => [
      row.backend,
      row.container,
      row.engine,
      row.image,
      String(row.owner_pid ?? "?"),
      row.started,
      row.orphan ? "orphan" : "running",
    ]);
    console.log(table([["BACKEND", "CONTAINER", "ENGINE", "IMAGE", "PID", "STARTED", "STATE"], ...cells]));
    if (rows.some(({ orphan }) => orphan)) log.info("argus clean removes the orphans");
  }
  return silent.length === 0 ? EXIT.ok : EXIT.failed;
}

/** Every engine that is installed and answers. */
export async function liveEngines(): Promise<Engine[]> {
  const names: readonly OciName[] = ["docker", "podman"];
  const probes = await Promise.all(names.map((name) => probeEngine(name)));
  return probes.filter((probe) => probe?.state === "live").map((probe) => probe!.engine);
}

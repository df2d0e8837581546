/** `argus ps`: the sessions of every engine that answers and every cluster that is named, orphans among them. */
import { printData } from "../ui/data.ts";
import { log } from "../ui/log.ts";
import { table } from "../ui/table.ts";
import { exitCodeOf, findKeepers } from "./keepers.ts";

/** Lists sessions; 1 when an engine or a cluster that is named could not be asked, 3 when none could be used. */
export async function ps(flags: { readonly config: string | undefined; readonly json: boolean }): Promise<number> {
  const keepers = await findKeepers(flags.config);
  const lists = await Promise.all(
    keepers.map(async (keeper) => ({ engine: keeper.name, listed: await keeper.list() })),
  );
  const silent = lists.flatMap(({ engine, listed }) => ("why" in listed ? [{ engine, ...listed }] : []));
  for (const { engine, why } of silent) log.warn(`${engine} did not list its sessions: ${why}`);
  const rows = lists.flatMap(({ engine, listed }) =>
    ("why" in listed ? [] : listed).map((found) => ({
      backend: found.backend,
      container: found.name,
      engine,
      image: found.image,
      owner_pid: found.owner?.pid ?? null,
      started: found.created,
      orphan: found.orphan,
    })),
  );
  if (flags.json) printData(JSON.stringify(rows));
  else if (rows.length === 0) {
    if (silent.length === 0) log.info("no sessions");
  } else {
    const cells = rows.map((row) => [
      row.backend,
      row.container,
      row.engine,
      row.image,
      String(row.owner_pid ?? "?"),
      row.started,
      row.orphan ? "orphan" : "running",
    ]);
    printData(table([["BACKEND", "CONTAINER", "ENGINE", "IMAGE", "PID", "STARTED", "STATE"], ...cells]));
    if (rows.some(({ orphan }) => orphan)) log.info("argus clean removes the orphans");
  }
  return exitCodeOf(silent, keepers.length);
}

/** Named volumes on Docker: made before a session's container in such a way that its server can write to them. */
import type { Engine, SessionIdentity } from "../engine/engine.ts";
import { explainEngine } from "../engine/explain.ts";
import { removeCommand } from "../engine/oci.ts";
import { volumeInspectCommand, volumeMakeCommand } from "../engine/volume.ts";
import { run } from "../host/spawn.ts";
import { log } from "../ui/log.ts";

const LIMIT = { timeoutMs: 60_000 };

/**
 * Makes those of the volumes that are not there, by a container of the session's own name that never runs. Without the image it
 * makes none; what fails otherwise is told, for the server may not be able to write then.
 */
export async function makeVolumes(engine: Engine, names: readonly string[], image: string, identity: SessionIdentity) {
  const there = (await run(volumeInspectCommand(engine, names), LIMIT)).stdout.split(/\r?\n/);
  for (const name of names.filter((each) => !there.includes(each))) {
    const command = volumeMakeCommand(engine, name, image, identity);
    const made = await run(command, LIMIT);
    // Also after a failure: the engine may have gone on.
    await run(removeCommand(engine, [identity.container]), LIMIT);
    if (made.code === 0 || /no such image/i.test(made.stderr)) continue;
    const { message } = explainEngine({ engine: engine.name, phase: "other", output: made.stderr });
    log.warn(`the volume ${name} may not be writable for the server: ${message}`);
  }
}

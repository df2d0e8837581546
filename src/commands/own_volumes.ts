/** Named volumes on Docker: made before a session in such a way that its server can write to them. */
import type { Engine } from "../engine/engine.ts";
import { removeCommand } from "../engine/oci.ts";
import { volumeInspectCommand, volumeMakeCommand } from "../engine/volume.ts";
import { run } from "../host/spawn.ts";
import { newIdentity } from "../session/identity.ts";

const LIMIT = { timeoutMs: 60_000 };

/** Makes those of the volumes that are not there; without the image it makes none, and without success the run tells more. */
export async function makeVolumes(engine: Engine, names: readonly string[], image: string, backend: string) {
  const there = (await run(volumeInspectCommand(engine, names), LIMIT)).stdout.split(/\r?\n/);
  for (const name of names.filter((each) => !there.includes(each))) {
    const identity = newIdentity(backend);
    const made = await run(volumeMakeCommand(engine, name, image, identity), LIMIT);
    if (made.code === 0) await run(removeCommand(engine, [identity.container]), LIMIT);
  }
}

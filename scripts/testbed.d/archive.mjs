// Writes the folder of a docker-archive from ready layer tars, so that every engine loads the same image ids.
// stdin: {"dir": "out", "images": [{"name", "layers": [paths], "config": {...}}]}; the caller packs `dir` with tar.
import { createHash } from "node:crypto";
import { createReadStream, linkSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";

const EPOCH = "1970-01-01T00:00:00Z";
const { dir, images } = JSON.parse(readFileSync(0, "utf8"));
mkdirSync(dir, { recursive: true });

const paths = [...new Set(images.flatMap((image) => image.layers))];
const digests = new Map(await Promise.all(paths.map(async (path) => [path, await digestOf(path)])));
for (const [path, digest] of digests) linkSync(path, join(dir, `${digest}.tar`));

const manifest = images.map(({ name, layers, config }) => {
  const diffs = layers.map((path) => digests.get(path));
  const text = JSON.stringify({
    architecture: "amd64",
    config,
    created: EPOCH,
    history: diffs.map(() => ({ created: EPOCH, created_by: "argus testbed" })),
    os: "linux",
    rootfs: { type: "layers", diff_ids: diffs.map((digest) => `sha256:${digest}`) },
  });
  const id = createHash("sha256").update(text).digest("hex");
  writeFileSync(join(dir, `${id}.json`), text);
  return { Config: `${id}.json`, RepoTags: [name], Layers: diffs.map((digest) => `${digest}.tar`) };
});
writeFileSync(join(dir, "manifest.json"), JSON.stringify(manifest));

async function digestOf(path) {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash);
  return hash.digest("hex");
}

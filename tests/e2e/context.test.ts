/** What the image of a user's Dockerfile takes of its folder: whatever a line or a base image asks for, never the config in use. */
import assert from "node:assert/strict";
import { symlinkSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { test } from "node:test";
import { readableByAll, runIn } from "../support/argus_world.ts";
import { engineCall, type World, worlds } from "../support/engines.ts";
import { tmpFolder, writeTree } from "../support/tmp.ts";

const OPTIONS = { timeout: 600_000 };
const BUILDX = process.env.ARGUS_TEST_BUILDX;

/** Docker's two builders leave files out in ways of their own. */
const WAYS = worlds().flatMap(
  (world): { world: World; way: string; legacy: boolean; env: Record<string, string> }[] => {
    if (world.engine !== "docker") return [{ world, way: world.name, legacy: false, env: {} }];
    const plain = { world, way: "docker without BuildKit", legacy: true, env: { DOCKER_CONFIG: settings(undefined) } };
    if (BUILDX === undefined) return [plain];
    return [plain, { world, way: "docker with BuildKit", legacy: false, env: { DOCKER_CONFIG: settings(BUILDX) } }];
  },
);

for (const { world, way, legacy, env } of WAYS) {
  const id = `context-${process.pid}-${way.replaceAll(" ", "-").toLowerCase()}`;

  test(
    `${way}: the config is not in an image that takes its whole folder, and comes back when asked`,
    OPTIONS,
    async () => {
      const { build, folder, listing } = place(world, id, env);
      writeTree(
        folder,
        `${id}.dockerfile`,
        'FROM alpine:3.21\nCOPY . /c\nRUN rm -f /c/*.dockerfile\nENTRYPOINT ["cat"]\n',
      );
      const built = await build();
      if (legacy) {
        assert.equal(built.code, 1);
        assert.match(built.stdout, /"code":"build\/no-buildkit".*put my\?config.yaml into .dockerignore/);
        writeTree(folder, ".dockerignore", "my config.yaml\n");
      }
      assert.deepEqual(
        await listing(legacy ? await build() : built),
        [".dockerignore", "beside"].slice(legacy ? 0 : 1),
      );
      writeTree(folder, ".dockerignore", "x\n!my config.yaml\n");
      assert.deepEqual(await listing(await build()), [".dockerignore", "beside", "my config.yaml"]);
    },
  );

  test(
    `${way}: a base image that takes the whole folder gets no config that the builder can leave out`,
    OPTIONS,
    async () => {
      const { build, folder, listing } = place(world, id, env);
      const base = `localhost/${id}-base`;
      const made = readableByAll(tmpFolder());
      writeTree(made, "Dockerfile", "FROM alpine:3.21\nONBUILD COPY . /c\n");
      // Podman's own format knows no ONBUILD.
      const format = world.engine === "podman" ? ["--format", "docker"] : [];
      assert.equal(engineCall(world, ["build", "-t", base, ...format, made]).code, 0);
      try {
        writeTree(folder, `${id}.dockerfile`, `FROM ${base}\nENTRYPOINT ["cat"]\n`);
        const found = await listing(await build());
        // Docker's old builder leaves out nothing by itself, and argus does not see what a base image asks for.
        assert.deepEqual(found, ["beside", `${id}.dockerfile`, ...(legacy ? ["my config.yaml"] : [])]);
      } finally {
        engineCall(world, ["image", "rm", base]);
      }
    },
  );
}

type Ended = Awaited<ReturnType<typeof runIn>>;

/** A folder with a config that holds a secret, a file beside it, and a Dockerfile to be written. */
function place(world: World, id: string, env: Record<string, string>) {
  const folder = readableByAll(tmpFolder());
  const backends = {
    [id]: { command: "cat", env: { TOKEN: "s3cret" }, container: { dockerfile: `${id}.dockerfile` } },
  };
  const config = writeTree(folder, "my config.yaml", JSON.stringify({ backends }));
  writeTree(folder, "beside", "1");
  const build = () => runIn(world, ["build", "--json", "--config", config], { env });
  const image = ({ stdout }: Ended): string => JSON.parse(stdout).results[0].image;
  /** What the image has in /c; the image is gone afterwards. */
  const listing = async (built: Ended) => {
    assert.equal(built.code, 0, `${built.stdout}\n${built.stderr}`);
    const name = image(built);
    try {
      const { stdout } = engineCall(world, ["run", "--rm", "--entrypoint", "ls", name, "-A", "/c"]);
      return stdout.trim().split("\n");
    } finally {
      engineCall(world, ["image", "rm", name]);
    }
  };
  return { build, folder, listing };
}

/** A folder of docker's settings with that plugin alone. */
function settings(buildx: string | undefined): string {
  const folder = tmpFolder();
  writeTree(folder, "cli-plugins/none", "");
  if (buildx !== undefined) symlinkSync(buildx, join(folder, "cli-plugins/docker-buildx"));
  return folder;
}

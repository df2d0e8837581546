import assert from "node:assert/strict";
import { mkdirSync, symlinkSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { cpus, homedir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { cpusOf, findEngine, surroundings } from "../../../src/host/engines.ts";
import { fakeEngines } from "../../support/fake_engine.ts";
import { withTmp, writeTree } from "../../support/tmp.ts";

/** Only what the fakes need: nothing of the machine that runs the test. */
function envOf(folder: string, more: Record<string, string> = {}): Record<string, string> {
  return { HOME: join(folder, "home"), ARGUS_ENGINE_PATH: join(folder, "bin"), ...more };
}

async function withSocket<T>(path: string, use: () => Promise<T>): Promise<T> {
  const server: Server = createServer();
  await new Promise<void>((resolve) => server.listen(path, resolve));
  try {
    return await use();
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
}

const DEAD = "unix:///nonexistent/argus.sock";

test("nothing installed: no engine, and the caller decides", async () => {
  await withTmp(async (folder) => assert.equal(await findEngine({ env: envOf(folder) }), undefined));
});

test("docker that answers is taken before podman", async () => {
  await withTmp(async (folder) => {
    fakeEngines(folder, { docker: {}, podman: {} });
    const socket = join(folder, "d.sock");
    const env = envOf(folder, { DOCKER_HOST: `unix://${socket}` });
    const engine = await withSocket(socket, () => findEngine({ env }));
    assert.equal(engine?.name, "docker");
    assert.equal(engine?.bin, join(folder, "bin", "docker"));
    assert.equal(engine?.rootless, false);
  });
});

test("docker that does not answer leaves the place to podman", async () => {
  await withTmp(async (folder) => {
    fakeEngines(folder, { docker: {}, podman: {} });
    writeTree(folder, "home/.docker/config.json", '{"currentContext":"nosuch"}');
    const engine = await findEngine({ env: envOf(folder, { CONTAINER_HOST: "ssh://fake.invalid" }) });
    assert.equal(engine?.name, "podman");
  });
});

for (const [variables, at, hint] of [
  [
    { DOCKER_HOST: "tcp://127.0.0.1:1" },
    "docker is installed and does not answer at tcp://127.0.0.1:1 (DOCKER_HOST)",
    /^start what DOCKER_HOST points to, or change or unset it; ARGUS_RUNTIME=podman uses podman; /,
  ],
  [
    { DOCKER_CONTEXT: "nosuch" },
    "docker is installed and does not answer at context://nosuch (DOCKER_CONTEXT)",
    /DOCKER_CONTEXT.*ARGUS_RUNTIME=podman/,
  ],
] as const) {
  test(`docker that ${Object.keys(variables)[0]} names leaves its place to nobody`, async () => {
    await withTmp(async (folder) => {
      fakeEngines(folder, { docker: {}, podman: {} });
      const env = envOf(folder, { ...variables, CONTAINER_HOST: "ssh://fake.invalid" });
      await assert.rejects(findEngine({ env }), { code: "engine/not-running", exitCode: 3, message: at, hint });
      assert.equal((await findEngine({ env, named: "podman" }))?.name, "podman");
      // Who asked for docker by name is not sent elsewhere.
      await assert.rejects(findEngine({ env, named: "docker" }), ({ hint }) => !/ARGUS_RUNTIME/.test(hint));
    });
  });
}

test("podman that CONTAINER_HOST names is the one to blame where docker is down", async () => {
  await withTmp(async (folder) => {
    fakeEngines(folder, { docker: {}, podman: {} });
    writeTree(folder, "home/.docker/config.json", '{"currentContext":"nosuch"}');
    await assert.rejects(findEngine({ env: envOf(folder, { CONTAINER_HOST: DEAD }) }), {
      code: "engine/not-running",
      exitCode: 3,
      message: `podman is installed and does not answer at ${DEAD} (CONTAINER_HOST)`,
    });
  });
});

test("docker that does not answer, and nothing else, is an error and never no isolation", async () => {
  await withTmp(async (folder) => {
    fakeEngines(folder, { docker: {} });
    await assert.rejects(findEngine({ env: envOf(folder, { DOCKER_HOST: DEAD }) }), {
      code: "engine/not-running",
      exitCode: 3,
      message: `docker is installed and does not answer at ${DEAD} (DOCKER_HOST)`,
    });
  });
});

test("a socket file that nobody listens on is dead", async () => {
  await withTmp(async (folder) => {
    fakeEngines(folder, { docker: {} });
    const path = writeTree(folder, "d.sock", "");
    await assert.rejects(findEngine({ env: envOf(folder, { DOCKER_HOST: `unix://${path}` }) }), {
      code: "engine/not-running",
    });
  });
});

test("a TCP endpoint is dialled", async () => {
  await withTmp(async (folder) => {
    fakeEngines(folder, { docker: {} });
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as { port: number };
    const env = envOf(folder, { DOCKER_HOST: `tcp://127.0.0.1:${port}` });
    assert.equal((await findEngine({ env }))?.name, "docker");
    await new Promise((resolve) => server.close(resolve));
    await assert.rejects(findEngine({ env }), { code: "engine/not-running" });
  });
});

test("an address that leads nowhere is dead, also one without a scheme, which docker takes for TCP", async () => {
  await withTmp(async (folder) => {
    fakeEngines(folder, { docker: {} });
    for (const DOCKER_HOST of ["bogus.invalid", "127.0.0.1:1", "tcp://127.0.0.1:999999"]) {
      const message = `docker is installed and does not answer at ${DOCKER_HOST} (DOCKER_HOST)`;
      await assert.rejects(findEngine({ env: envOf(folder, { DOCKER_HOST }) }), { exitCode: 3, message });
    }
  });
});

test("the context of docker's settings is followed", async () => {
  await withTmp(async (folder) => {
    fakeEngines(folder, { docker: {} });
    const socket = join(folder, "c.sock");
    writeTree(folder, "home/.docker/config.json", '{"currentContext":"colima"}');
    writeTree(
      folder,
      "home/.docker/contexts/meta/f24fd3749c1368328e2b149bec149cb6795619f244c5b584e844961215dadd16/meta.json",
      JSON.stringify({ Name: "colima", Endpoints: { docker: { Host: `unix://${socket}` } } }),
    );
    await assert.rejects(findEngine({ env: envOf(folder) }), {
      code: "engine/not-running",
      message: /docker context colima/,
    });
    const engine = await withSocket(socket, () => findEngine({ env: envOf(folder) }));
    // docker finds it by itself.
    assert.equal(engine?.env.DOCKER_HOST, undefined);
  });
});

test("the containers of a context elsewhere run on another machine", async () => {
  await withTmp(async (folder) => {
    fakeEngines(folder, { docker: {} });
    writeTree(folder, "home/.docker/config.json", '{"currentContext":"colima"}');
    const meta =
      "home/.docker/contexts/meta/f24fd3749c1368328e2b149bec149cb6795619f244c5b584e844961215dadd16/meta.json";
    writeTree(folder, meta, '{"Endpoints":{"docker":{"Host":"ssh://me@build"}}}');
    const engine = await findEngine({ env: envOf(folder) });
    assert.equal(engine?.remote, true);
    assert.equal(cpusOf(engine), 0);
  });
});

test("the CPUs are the machine's, however few this process may use", () => {
  const engine = { name: "docker", bin: "docker", env: {}, rootless: false } as const;
  assert.equal(cpusOf(engine), cpus().length);
});

test("a HOME that is empty is none", () => {
  assert.equal(surroundings({ HOME: "" }).home, homedir());
  assert.equal(surroundings({ HOME: "", USERPROFILE: "/u" }).home, "/u");
});

test("a context that does not exist is dead", async () => {
  await withTmp(async (folder) => {
    fakeEngines(folder, { docker: {} });
    const message = "docker is installed and does not answer at context://nosuch (DOCKER_CONTEXT)";
    await assert.rejects(findEngine({ env: envOf(folder, { DOCKER_CONTEXT: "nosuch" }) }), { exitCode: 3, message });
  });
});

test("a named engine that is absent is an error, also when another is installed", async () => {
  await withTmp(async (folder) => {
    fakeEngines(folder, { docker: {} });
    const env = envOf(folder, { DOCKER_HOST: "ssh://fake.invalid" });
    await assert.rejects(findEngine({ named: "podman", env }), { code: "absent/engine", exitCode: 3 });
    assert.equal((await findEngine({ named: "docker", env }))?.name, "docker");
  });
});

test("a docker that is podman is not taken for docker", async () => {
  await withTmp(async (folder) => {
    fakeEngines(folder, { podman: {} });
    const env = envOf(folder, { DOCKER_HOST: "ssh://fake.invalid", CONTAINER_HOST: "ssh://fake.invalid" });
    symlinkSync(join(folder, "bin", "podman"), join(folder, "bin", "docker"));
    assert.equal((await findEngine({ env }))?.name, "podman");
    await assert.rejects(findEngine({ named: "docker", env }), { code: "absent/engine" });
  });
  await withTmp(async (folder) => {
    fakeEngines(folder, { podman: {} });
    const env = envOf(folder, { DOCKER_HOST: "ssh://fake.invalid", CONTAINER_HOST: "ssh://fake.invalid" });
    writeTree(
      folder,
      "bin/docker",
      '#!/bin/sh\n[ -e /etc/containers/nodocker ] || echo "Emulate" >&2\nexec /usr/bin/podman "$@"\n',
      0o755,
    );
    assert.equal((await findEngine({ env }))?.name, "podman");
  });
});

test("a folder or a file without the execute bit is no program", async () => {
  await withTmp(async (folder) => {
    mkdirSync(join(folder, "bin", "docker"), { recursive: true });
    writeTree(folder, "bin/podman", "", 0o644);
    assert.equal(await findEngine({ env: envOf(folder) }), undefined);
  });
});

test("an engine's program can reach its neighbours when PATH is scrubbed", async () => {
  await withTmp(async (folder) => {
    fakeEngines(folder, { docker: {} });
    const bin = join(folder, "bin");
    const pathFor = async (PATH?: string) =>
      (
        await findEngine({
          env: envOf(folder, { DOCKER_HOST: "ssh://fake.invalid", ...(PATH === undefined ? {} : { PATH }) }),
        })
      )?.env.PATH;
    assert.equal(await pathFor("/usr/bin:/bin"), `/usr/bin:/bin:${bin}`);
    assert.equal(await pathFor(`/usr/bin:${bin}`), undefined);
    assert.match((await pathFor()) ?? "", new RegExp(`:/usr/bin:.*:${bin}$`));
  });
});

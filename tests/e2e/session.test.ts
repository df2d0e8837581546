/** How a session ends for its client: exit codes, last words, the end of input, the client's own death. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import process from "node:process";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { realArgs } from "../../src/engine/command.ts";
import type { OciName } from "../../src/engine/engine.ts";
import { startEventsCommand } from "../../src/engine/oci.ts";
import { kill, leftoversOf, sweep } from "../matrix/traces.ts";
import { driverWords } from "../support/driver.ts";
import { engineCall, type World, worlds } from "../support/engines.ts";
import { noPrivateDocker, withPrivateDocker } from "../support/private_docker.ts";
import { type Client, openSession, writeAll } from "../support/session_client.ts";
import { tmpFolder, writeTree } from "../support/tmp.ts";

/** A limit against a hang, not a promise. */
const OPTIONS = { timeout: 300_000 };

let serial = 0;

/** A session whose client is a shell between it and the test, which holds neither end of its input. */
function startWithClient(
  world: World,
  id: string,
  words: readonly string[],
  env: NodeJS.ProcessEnv = {},
): ChildProcess {
  const wrapper = ["sh", "-c", 'exec 3<&0; "$@" <&3 & exec 3<&-; wait', "client"];
  const [bin = "", ...rest] = [...world.prefix, ...wrapper, ...driverWords(), world.engine, id, ...words];
  return spawn(bin, rest, { stdio: ["pipe", "ignore", "pipe"], env: { ...process.env, ...env, DRIVER_CASE: id } });
}

/** Runs a test's body with an id of its own and checks that nothing of it is left. */
async function withId(world: World, body: (id: string) => Promise<void>): Promise<void> {
  serial += 1;
  const id = `se${process.pid}x${serial}`;
  try {
    await body(id);
    await nothingIsLeft(world, id);
  } finally {
    sweep(world, id);
  }
}

async function nothingIsLeft(world: World, id: string): Promise<void> {
  let left: string[] = [];
  for (const began = performance.now(); performance.now() - began < 60_000; await sleep(200)) {
    left = leftoversOf(world, id);
    if (left.length === 0) return;
  }
  assert.deepEqual(left, []);
}

/** What the engine says of the starts of containers whose names begin so. */
function startsOf(world: World, name: string, until: number = Math.ceil(Date.now() / 1000) + 1): string[] {
  const engine = { name: world.engine as OciName, bin: "", env: {}, rootless: false };
  const words = realArgs(startEventsCommand(engine, name, until)).map((word) =>
    word.replace(/^container=.*/, "type=container"),
  );
  const { stdout } = engineCall(world, words);
  return stdout.split("\n").filter((line) => line.includes(`${name}-`));
}

/** A server that says that it runs, so that a test can act then. */
function shell(world: World, id: string, script: string, env: Record<string, string> = {}): Client {
  return openSession(world, id, ["sh", "-c", `echo ready; ${script}`], { env });
}

const READY = "ready\n".length;

for (const world of worlds()) {
  test(`${world.name}: the exit code is the server's own, and an early end names the layer`, OPTIONS, async () => {
    for (const code of [0, 1, 42]) {
      await withId(world, async (id) => {
        const ended = await openSession(world, id, ["sh", "-c", `exit ${code}`]).ended;
        assert.equal(ended.code, code);
        assert.equal(ended.stdout.length, 0);
        if (code !== 0) assert.match(ended.stderr, /^argus: server: the server of "se\w+" .*exit code \d+/m);
      });
    }
  });

  test(`${world.name}: a program that is not in the image is told as the entry's fault`, OPTIONS, () =>
    withId(world, async (id) => {
      const { code, stderr, stdout } = await openSession(world, id, ["no-such-program"]).ended;
      // Docker's init ends with 127, podman's with 1: then it could be the server's own.
      assert.match(stderr, code === 127 ? /^argus: entry: /m : /^argus: server: .*exit code 1 /m);
      assert.equal(stdout.length, 0);
    }),
  );

  test(
    `${world.name}: a container that cannot start is an error with its reason, and nothing of it stays`,
    OPTIONS,
    () =>
      withId(world, async (id) => {
        const { code, stderr, stdout } = await openSession(world, id, ["cat"], {
          env: { DRIVER_NETWORK: "no-such-net" },
        }).ended;
        assert.equal(code, 1);
        assert.match(stderr, /^argus: error: (docker|podman) has no network "no-such-net"$/m);
        assert.equal(stdout.length, 0);
      }),
  );

  // Where podman cannot remove either, the guard tries for 20 s: once is enough.
  if (world.name === "podman") {
    test(`${world.name}: a podman that cannot work here is named, although its code could be a server's`, OPTIONS, () =>
      withId(world, async (id) => {
        const settings = { CONTAINERS_CONF: writeTree(tmpFolder(), "containers.conf", "not TOML") };
        const { code, stderr, stdout } = await openSession(world, id, ["cat"], { env: settings }).ended;
        assert.match(stderr, /^argus: engine: podman does not answer/m);
        assert.notEqual(code, 0);
        assert.equal(stdout.length, 0);
      }),
    );
  }

  test(
    `${world.name}: a server that ends with a code of the engine's is run once, and the code is its own`,
    OPTIONS,
    () =>
      withId(world, async (id) => {
        const { code } = await openSession(world, id, ["sh", "-c", "exit 125"]).ended;
        assert.equal(code, 125);
        assert.equal(startsOf(world, `argus-${id}`).length, 1);
      }),
  );

  if (world.engine === "podman") {
    test(`${world.name}: a start is known of although the moment up to which it is asked for is over`, OPTIONS, () =>
      withId(world, async (id) => {
        await openSession(world, id, ["sh", "-c", "exit 1"]).ended;
        assert.equal(startsOf(world, `argus-${id}`, Date.now() / 1000 - 5).length, 1);
      }),
    );
  }

  test(`${world.name}: an image that is not there is an error, and nothing is on stdout`, OPTIONS, () =>
    withId(world, async (id) => {
      const image = "localhost/argus/no-such:000000000000";
      const { code, stderr, stdout } = await openSession(world, id, ["cat"], { image }).ended;
      assert.notEqual(code, 0);
      assert.match(stderr, /^argus: error: there is no image localhost\/argus\/no-such:000000000000$/m);
      assert.equal(stdout.length, 0);
    }),
  );

  test(`${world.name}: a server hears what was said before its image was made`, OPTIONS, () =>
    withId(world, async (id) => {
      const image = `localhost/argus/${id}:made`;
      // More than the pipe on the way holds.
      const said = randomBytes(300_000);
      const env = { DRIVER_MAKE_FROM: "alpine:3.21" };
      const client = openSession(world, id, ["cat"], { image, env });
      try {
        client.child.stdin!.end(said);
        const { code, stdout } = await client.ended;
        assert.equal(code, 0);
        assert.ok(stdout.equals(said));
      } finally {
        engineCall(world, ["rmi", image]);
      }
    }),
  );

  test(`${world.name}: a session that is stopped while its image is made stops that too`, OPTIONS, () =>
    withId(world, async (id) => {
      const env = { DRIVER_MAKE_MS: "60000" };
      const client = openSession(world, id, ["cat"], { image: `localhost/argus/${id}:made`, env });
      const making = new Promise((resolve) => client.child.stderr!.on("data", resolve));
      await making;
      await sleep(500);
      kill(client.child.pid!, "SIGTERM");
      const { code, stderr } = await client.ended;
      assert.equal(code, 143);
      assert.match(stderr, /^no longer making the image$/m);
    }),
  );

  test(`${world.name}: the death of the client is seen while its image is made`, OPTIONS, () =>
    withId(world, async (id) => {
      const env = { DRIVER_MAKE_MS: "3000", DRIVER_MAKE_FROM: "alpine:3.21" };
      const image = `localhost/argus/${id}:made`;
      const client = startWithClient(world, id, [image, "sh", "-c", "trap '' TERM; cat; sleep 1000"], env);
      try {
        await new Promise((resolve) => client.stderr!.once("data", resolve));
        client.kill("SIGKILL");
        await nothingIsLeft(world, id);
      } finally {
        client.stdin!.destroy();
        engineCall(world, ["rmi", image]);
      }
    }),
  );

  for (const [signal, code] of [
    ["SIGTERM", 143],
    ["SIGINT", 130],
    ["SIGHUP", 129],
    ["SIGQUIT", 131],
  ] as const) {
    test(`${world.name}: ${signal} ends a server that ignores it, with exit code ${code}`, OPTIONS, () =>
      withId(world, async (id) => {
        const client = shell(world, id, "trap '' TERM INT HUP QUIT; while :; do sleep 1000; done");
        await client.has(READY);
        kill(client.child.pid!, signal);
        assert.equal((await client.ended).code, code);
      }),
    );
  }

  test(`${world.name}: a server that handles SIGTERM keeps its own exit code`, OPTIONS, () =>
    withId(world, async (id) => {
      const client = shell(world, id, "trap 'exit 5' TERM; while :; do sleep 0.05; done");
      await client.has(READY);
      await sleep(300);
      kill(client.child.pid!, "SIGTERM");
      // On a machine so busy that 0.7 s are not enough for the server, the kill comes first.
      assert.ok([5, 143].includes((await client.ended).code!));
    }),
  );

  test(`${world.name}: the end of input ends a server that ignores it, after its answer`, OPTIONS, () =>
    withId(world, async (id) => {
      const client = shell(world, id, "cat; sleep 1; echo late; while :; do sleep 1000; done", {
        DRIVER_EOF_GRACE: "8000",
      });
      await writeAll(client, Buffer.from("hello\n"));
      client.child.stdin!.end();
      const { stdout } = await client.ended;
      assert.equal(stdout.toString("utf8"), "ready\nhello\nlate\n");
    }),
  );

  test(`${world.name}: output that flows after the end of input is not cut by a grace shorter than it`, OPTIONS, () =>
    withId(world, async (id) => {
      const line = "0123456789012345678901234567890123456789";
      const script = `cat; i=0; while [ $i -lt 100 ]; do echo ${line}; sleep 0.1; i=$((i+1)); done`;
      const client = shell(world, id, script, { DRIVER_EOF_GRACE: "8000" });
      client.child.stdin!.end();
      const { code, stdout } = await client.ended;
      assert.equal(stdout.toString("utf8"), `ready\n${`${line}\n`.repeat(100)}`);
      assert.equal(code, 0);
    }),
  );

  test(`${world.name}: a grace of never lets a silent server finish`, OPTIONS, () =>
    withId(world, async (id) => {
      const client = shell(world, id, "cat; sleep 6; echo done", { DRIVER_EOF_GRACE: "never" });
      client.child.stdin!.end();
      assert.equal((await client.ended).stdout.toString("utf8"), "ready\ndone\n");
    }),
  );

  // Without root a limit needs a delegated cgroup.
  if (world.name !== "rootless") {
    test(`${world.name}: a memory limit that is hit is told as such`, OPTIONS, () =>
      withId(world, async (id) => {
        const words = ["sh", "-c", "exec tail -c 200m /dev/zero"];
        // Podman leaves a file there.
        const cwd = tmpFolder();
        const { code, stderr } = await openSession(world, id, words, { env: { DRIVER_MEMORY: "16m" }, cwd }).ended;
        assert.equal(code, 137);
        assert.match(stderr, /probably out of memory \(limit 16m\)/);
      }),
    );
  }

  test(`${world.name}: the death of the client is seen although somebody else holds its pipe`, OPTIONS, () =>
    withId(world, async (id) => {
      const client = startWithClient(world, id, ["alpine:3.21", "sh", "-c", "trap '' TERM; cat; sleep 1000"]);
      while (!leftoversOf(world, id).some((text) => /docker|podman/.test(text))) await sleep(100);
      await sleep(1000);
      client.kill("SIGKILL");
      await nothingIsLeft(world, id);
      client.stdin!.destroy();
    }),
  );
}

test(
  "a daemon that goes away ends the session, and the engine is named",
  {
    ...OPTIONS,
    skip: worlds().every(({ name }) => name !== "docker") ? "Docker is not among the engines" : noPrivateDocker(),
  },
  () =>
    withPrivateDocker("alpine:3.21", async (docker) => {
      for (const signal of ["SIGTERM", "SIGKILL"] as const) {
        await withId(docker.world, async (id) => {
          const client = shell(docker.world, id, "exec cat");
          await client.has(READY);
          await docker.restart(signal);
          const { code, stdout, stderr } = await client.ended;
          assert.notEqual(code, 0);
          assert.equal(stdout.toString("utf8"), "ready\n");
          assert.match(
            stderr,
            /^argus: (error: (.*docker.* does not answer|cannot reach the docker)|engine: docker lost the session)/m,
          );
        });
      }
    }),
);

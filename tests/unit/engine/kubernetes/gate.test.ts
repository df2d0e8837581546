/** The gate's own script, run by this machine's shell. */
import assert from "node:assert/strict";
import { createServer } from "node:net";
import process from "node:process";
import { test } from "node:test";
import { gate, type NetworkCheck } from "../../../../src/engine/kubernetes/gate.ts";
import { run } from "../../../support/proc.ts";
import { withTmp, writeTree } from "../../../support/tmp.ts";

const POSIX = { skip: process.platform === "win32" ? "the gate is a shell script" : false };

/** What comes of a server that echoes its input, with this as the cluster's API server. */
async function through(
  network: NetworkCheck | undefined,
  port: number,
  path = process.env.PATH ?? "",
  host = "127.0.0.1",
) {
  const [sh = "", ...words] = gate(network);
  const env = { PATH: path, KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: String(port) };
  // What the server says last comes after what the gate has had the time to find out.
  const server = ["/bin/sh", "-c", 'cat; PATH=/usr/bin:/bin; sleep 1; echo "$1"', "sh", "an argument"];
  return run(sh, [...words, ...server], { env, input: "\nfirst\nlast\n", timeoutMs: 30_000 });
}

/** Runs a test's body with a port that takes connections and one that refuses them. */
async function withPorts(body: (open: number, closed: number) => Promise<void>): Promise<void> {
  const [one, other] = [createServer((socket) => socket.destroy()), createServer()];
  const portOf = (server: typeof one) =>
    new Promise<number>((resolve) => {
      server.listen(0, "127.0.0.1", () => resolve((server.address() as { port: number }).port));
    });
  const [open, closed] = [await portOf(one), await portOf(other)];
  await new Promise((resolve) => other.close(resolve));
  try {
    await body(open, closed);
  } finally {
    one.close();
  }
}

const SAID = "first\nlast\nan argument\n";

test("a server hears and says everything behind its gate, whatever the network", POSIX, () =>
  withPorts(async (open, closed) => {
    for (const [network, port] of [
      [undefined, open],
      ["tell", open],
      ["tell", closed],
      ["require", closed],
    ] as const) {
      const { code, stdout } = await through(network, port);
      assert.deepEqual([code, stdout], [0, SAID], `${network} ${port}`);
    }
  }),
);

test("a network that is not cut off is told, and the server is not started where that is required", POSIX, () =>
  withPorts(async (open, closed) => {
    assert.match((await through("tell", open)).stderr, /^argus: warning: network: none: .* does not enforce it/);
    assert.equal((await through("tell", closed)).stderr, "");
    const refused = await through("require", open);
    assert.deepEqual([refused.code, refused.stdout], [3, ""]);
    assert.match(
      refused.stderr,
      /^argus: error: network: none: .* the server is not started \[absent\/isolation\]\n {2}hint: choose a network plugin .*\n$/,
    );
    assert.equal((await through("require", closed)).stderr, "");
  }),
);

test("an image that has nothing to try the network with is told apart from one that is cut off", POSIX, () =>
  withTmp(async (folder) => {
    writeTree(folder, "timeout", "#!/bin/sh\nexit 1\n", 0o755);
    assert.match((await through("tell", 1, folder)).stderr, /warning: .* is not known/);
    assert.match((await through("tell", 1, process.env.PATH, "")).stderr, /warning: .* is not known/);
    const refused = await through("require", 1, folder);
    assert.deepEqual([refused.code, refused.stdout], [3, ""]);
    assert.match(refused.stderr, /error: .* is not known.*\n {2}hint: put them into the image/);
  }),
);

test("a timeout that takes the seconds for the program, as BusyBox before 1.30, is nothing to try it with", POSIX, () =>
  withTmp(async (folder) => {
    writeTree(folder, "timeout", '#!/bin/sh\nexec "$@"\n', 0o755);
    writeTree(folder, "nc", "#!/bin/sh\nexit 1\n", 0o755);
    const refused = await through("require", 1, folder);
    assert.deepEqual([refused.code, refused.stdout], [3, ""]);
    assert.match(refused.stderr, /error: .* is not known/);
  }),
);

test("an nc that ends only when the other side answers is given a request to answer", POSIX, () =>
  withTmp(async (folder) => {
    writeTree(folder, "timeout", '#!/bin/sh\nshift; exec "$@"\n', 0o755);
    writeTree(folder, "nc", '#!/bin/sh\nread -r words; [ "${words%% *}" = GET ]\n', 0o755);
    assert.match((await through("tell", 1, folder)).stderr, /warning: .* does not enforce it/);
  }),
);

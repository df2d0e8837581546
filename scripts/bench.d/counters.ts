/** Counters between argus and an engine. */
import type { Buffer } from "node:buffer";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface Counter {
  /** Variables with which argus goes through the counter. */
  readonly env: Readonly<Record<string, string>>;
  calls(): number;
  close(): void;
}

/** Counts connections to docker's daemon, and requests sent over one that was open already. */
export async function countRequests(socket: string): Promise<Counter> {
  const folder = mkdtempSync(join(tmpdir(), "argus-bench-socket-"));
  const path = join(folder, "docker.sock");
  let calls = 0;
  const server = createServer({ allowHalfOpen: true }, (client) => {
    calls += 1;
    let first = true;
    const daemon = connect({ path: socket, allowHalfOpen: true });
    client.on("data", (bytes: Buffer) => {
      if (!first && /^(GET|POST|HEAD|DELETE|PUT) /.test(bytes.subarray(0, 8).toString("latin1"))) calls += 1;
      first = false;
    });
    client.pipe(daemon);
    daemon.pipe(client);
    client.on("error", () => daemon.destroy());
    daemon.on("error", () => client.destroy());
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return {
    env: { DOCKER_HOST: `unix://${path}` },
    calls: () => calls,
    close() {
      server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Counts starts of an engine's program. */
export function countPrograms(name: string): Counter {
  const folder = mkdtempSync(join(tmpdir(), "argus-bench-program-"));
  const log = join(folder, "calls");
  const real = execFileSync("sh", ["-c", `command -v ${name}`], { encoding: "utf8" }).trim();
  writeFileSync(log, "");
  writeFileSync(join(folder, name), `#!/bin/sh\necho >>'${log}'\nexec '${real}' "$@"\n`, { mode: 0o755 });
  return {
    env: { ARGUS_ENGINE_PATH: folder },
    calls: () => readFileSync(log, "utf8").length,
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}

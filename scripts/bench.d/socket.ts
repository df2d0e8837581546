/** A socket in front of the daemon's that counts the requests going through it. */
import type { Buffer } from "node:buffer";
import { mkdtempSync, rmSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A running counter. */
export interface CountedSocket {
  readonly path: string;
  /** Connections made, and requests sent over one that was open already. */
  calls(): number;
  close(): void;
}

/** Opens a socket that passes everything on to `target`. */
export async function countedSocket(target: string): Promise<CountedSocket> {
  const folder = mkdtempSync(join(tmpdir(), "argus-bench-socket-"));
  const path = join(folder, "docker.sock");
  let calls = 0;
  const server = createServer({ allowHalfOpen: true }, (client) => {
    calls += 1;
    let first = true;
    const daemon = connect({ path: target, allowHalfOpen: true });
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
    path,
    calls: () => calls,
    close() {
      server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

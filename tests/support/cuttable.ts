/** A network that a test can cut: a proxy on loopback whose connections stay open and carry nothing any more. */
import { connect, createServer, type Socket } from "node:net";

/** A way to one address. */
export interface Cuttable {
  /** On 127.0.0.1. */
  readonly port: number;
  /** From now on nothing gets through, and nobody is told: as when a machine loses its network. */
  cut(): void;
  /** What has waited goes on. */
  heal(): void;
  close(): void;
}

/** Opens a way to an address. */
export async function cuttable(host: string, port: number): Promise<Cuttable> {
  const pairs = new Set<readonly [Socket, Socket]>();
  let isCut = false;
  const server = createServer({ allowHalfOpen: true }, (near) => {
    const far = connect({ port, host, allowHalfOpen: true });
    const pair = [near, far] as const;
    pairs.add(pair);
    for (const [from, to] of [pair, [far, near] as const]) {
      from.on("data", (bytes) => {
        if (!to.write(bytes)) from.pause();
      });
      to.on("drain", () => {
        if (!isCut) from.resume();
      });
      from.on("end", () => to.end());
      from.on("error", () => to.destroy());
      from.on("close", () => {
        to.destroy();
        pairs.delete(pair);
      });
      if (isCut) from.pause();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the proxy has no port");
  return {
    port: address.port,
    cut() {
      isCut = true;
      for (const pair of pairs) for (const socket of pair) socket.pause();
    },
    heal() {
      isCut = false;
      for (const pair of pairs) for (const socket of pair) socket.resume();
    },
    close() {
      server.close();
      for (const pair of pairs) for (const socket of pair) socket.destroy();
    },
  };
}

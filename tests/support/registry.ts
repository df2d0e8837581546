/** Registries on loopback that say one thing only. */
import { createServer } from "node:http";
import { type AddressInfo, createServer as createTcpServer, type Server } from "node:net";

/** One that answers every question with this status; it is there until the tests end. */
export async function registryThat(answers: number): Promise<string> {
  return await listening(createServer((_, response) => response.writeHead(answers).end()).unref());
}

/** One that takes every connection and never says a word; `asked` resolves once somebody has connected. */
export async function hangingRegistry(): Promise<{ readonly address: string; readonly asked: Promise<void> }> {
  const server = createTcpServer().unref();
  const asked = new Promise<void>((resolve) => {
    server.on("connection", (socket) => {
      socket.on("error", () => {}).unref();
      resolve();
    });
  });
  return { address: await listening(server), asked };
}

/** An address where nobody listens. */
export async function nowhere(): Promise<string> {
  const server = createTcpServer();
  const address = await listening(server);
  await new Promise((resolve) => server.close(resolve));
  return address;
}

async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

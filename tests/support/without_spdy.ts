/** A way to an API server that lets no SPDY through, as some proxies do: TLS ends here and begins anew. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { connect, createServer } from "node:tls";
import { tmpFolder } from "./tmp.ts";

/** The way, and what it has refused so far. */
export interface WithoutSpdy {
  /** On 127.0.0.1, with a certificate that nobody has signed. */
  readonly port: number;
  readonly refused: () => number;
  close(): void;
}

/** Opens a way to an address. */
export async function withoutSpdy(host: string, port: number): Promise<WithoutSpdy> {
  const folder = tmpFolder();
  const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
  const words = [
    "req",
    "-x509",
    "-newkey",
    "ec",
    "-pkeyopt",
    "ec_paramgen_curve:P-256",
    "-noenc",
    "-subj",
    "/CN=proxy",
  ];
  execFileSync("openssl", [...words, "-keyout", key, "-out", cert], { stdio: "ignore" });
  let refused = 0;
  const server = createServer(
    { key: readFileSync(key), cert: readFileSync(cert), ALPNProtocols: ["http/1.1"] },
    (near) => {
      near.on("error", () => {});
      // An upgrade comes on a connection of its own, whose first bytes are its head.
      near.once("data", (head) => {
        if (/^upgrade: spdy/im.test(head.toString("latin1"))) {
          refused += 1;
          near.end("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
          return;
        }
        const far = connect({ host, port, rejectUnauthorized: false, ALPNProtocols: ["http/1.1"] });
        far.on("error", () => near.destroy());
        near.on("close", () => far.destroy());
        far.write(head);
        near.pipe(far);
        far.pipe(near);
      });
    },
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { port: (server.address() as AddressInfo).port, refused: () => refused, close: () => server.close() };
}

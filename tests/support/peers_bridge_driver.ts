/**
 * An HTTP endpoint in front of a stdio server, for suites that only know addresses: messages pass as they are. The words
 * are the server's; the address is printed as the first line. One session at a time: a new one ends the one before.
 */
import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import process from "node:process";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import type { JSONRPCMessage, RequestId } from "@modelcontextprotocol/sdk/types.js";

interface Session {
  readonly http: StreamableHTTPServerTransport;
  close(): Promise<void>;
}

/** Sessions that are ending: nobody waits for them but the end of the bridge. */
const ending = new Set<Promise<void>>();

const [command = "", ...args] = process.argv.slice(2);
let session: Session | undefined;

const server = createServer((request, response) => {
  handle(request, response).catch((error) => {
    console.error(error);
    if (!response.headersSent) response.writeHead(500);
    response.end();
  });
});
server.listen(0, "127.0.0.1", () => console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`));

// The end of its input ends it, so that it cannot outlive the test.
process.stdin.on("end", async () => {
  end(session);
  await Promise.all(ending);
  process.exit(0);
});
process.stdin.resume();

async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = request.method === "POST" ? await bodyOf(request) : undefined;
  if (request.headers["mcp-session-id"] === undefined && isInitialize(body)) {
    end(session);
    session = await open();
  }
  if (session === undefined) {
    response.writeHead(400).end();
    return;
  }
  await session.http.handleRequest(request, response, body);
}

async function open(): Promise<Session> {
  const http = new StreamableHTTPServerTransport({ sessionIdGenerator: () => randomUUID() });
  const stdio = new StdioClientTransport({ command, args, env: process.env as Record<string, string> });
  const pending: RequestId[] = [];
  http.onmessage = (message) => {
    if ("id" in message && "method" in message) pending.push(message.id);
    stdio.send(message).catch(console.error);
  };
  stdio.onmessage = (message: JSONRPCMessage) => {
    const isAnswer = "id" in message && !("method" in message);
    // What a server says while it works on a request belongs to that request's stream.
    const related = isAnswer ? undefined : pending.at(-1);
    if (isAnswer && message.id !== undefined) pending.splice(pending.indexOf(message.id), 1);
    http.send(message, related === undefined ? {} : { relatedRequestId: related }).catch(console.error);
  };
  await stdio.start();
  await http.start();
  return {
    http,
    async close() {
      await http.close();
      await stdio.close();
    },
  };
}

function end(old: Session | undefined): void {
  if (old !== undefined) ending.add(old.close().catch(console.error));
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) chunks.push(chunk as Uint8Array);
  return JSON.parse(Buffer.concat(chunks).toString("utf8"));
}

function isInitialize(body: unknown): boolean {
  return typeof body === "object" && body !== null && "method" in body && body.method === "initialize";
}

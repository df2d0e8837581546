#!/usr/bin/env node
// A whole MCP server on stdio in plain JavaScript: one tool that repeats what it is given.
import { createInterface } from "node:readline";

const info = { name: "__NAME__", version: "__VERSION__" };
const tools = [
  {
    name: "echo",
    description: "Repeats its text",
    inputSchema: { type: "object", properties: { text: { type: "string" } }, required: ["text"] },
  },
  {
    name: "about",
    description: "Says how this server was built and started",
    inputSchema: { type: "object", properties: {} },
  },
];

const methods = {
  initialize: ({ protocolVersion }) => ({ protocolVersion, capabilities: { tools: {} }, serverInfo: info }),
  ping: () => ({}),
  "tools/list": () => ({ tools }),
  "tools/call": ({ name, arguments: given }) => {
    if (name === "echo") return text(String(given?.text ?? ""));
    if (name === "about") return text(JSON.stringify({ ...info, label: "__LABEL__", argv: process.argv.slice(2) }));
    throw Object.assign(new Error(`unknown tool ${name}`), { code: -32602 });
  },
};

const text = (value) => ({ content: [{ type: "text", text: value }] });
const send = (message) => process.stdout.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);

createInterface({ input: process.stdin })
  .on("line", (line) => {
    if (line.trim() === "") return;
    const { id, method, params = {} } = JSON.parse(line);
    if (id === undefined) return;
    try {
      if (!methods[method]) throw Object.assign(new Error(`unknown method ${method}`), { code: -32601 });
      send({ id, result: methods[method](params) });
    } catch (error) {
      send({ id, error: { code: error.code ?? -32603, message: error.message } });
    }
  })
  .on("close", () => process.exit(0));

// Serves the repositories below a folder over HTTPS through `git http-backend`, read-only.
// usage: node server.mjs DIR PORT ADDRESS...   (DIR holds server.key, server.pem and the repositories)
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import { join } from "node:path";

const [dir, port, ...addresses] = process.argv.slice(2);
const tls = { key: readFileSync(join(dir, "server.key")), cert: readFileSync(join(dir, "server.pem")) };
const wanted = /^\/[a-z-]+\/[a-z-]+(\.git)?\/(info\/refs|git-upload-pack|HEAD|objects\/[\w/.-]+)$/;

for (const address of new Set(addresses)) createServer(tls, answer).listen(Number(port), address);

function answer(request, response) {
  const url = new URL(request.url, "https://host");
  if (!wanted.test(url.pathname)) {
    response.writeHead(404).end("not found\n");
    return;
  }
  const backend = spawn("git", ["http-backend"], {
    env: {
      PATH: process.env.PATH,
      GIT_PROJECT_ROOT: dir,
      GIT_HTTP_EXPORT_ALL: "1",
      GIT_PROTOCOL: request.headers["git-protocol"] ?? "",
      GIT_CONFIG_COUNT: "1",
      GIT_CONFIG_KEY_0: "safe.directory",
      GIT_CONFIG_VALUE_0: "*",
      REQUEST_METHOD: request.method,
      PATH_INFO: url.pathname.replace(/^(\/[^/]+\/[^/]+?)(\.git)?\//, "$1.git/"),
      QUERY_STRING: url.search.slice(1),
      CONTENT_TYPE: request.headers["content-type"] ?? "",
      HTTP_CONTENT_ENCODING: request.headers["content-encoding"] ?? "",
      REMOTE_ADDR: request.socket.remoteAddress ?? "",
    },
    stdio: ["pipe", "pipe", "inherit"],
  });
  backend.on("error", () => response.destroy());
  backend.stdin.on("error", () => {});
  request.pipe(backend.stdin);
  response.on("close", () => backend.kill());
  forward(backend.stdout, response);
}

/** CGI output is headers, a blank line, the body. */
function forward(output, response) {
  let head = Buffer.alloc(0);
  const collect = (chunk) => {
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf("\r\n\r\n");
    if (end < 0) return;
    output.off("data", collect);
    const fields = head
      .subarray(0, end)
      .toString("latin1")
      .split("\r\n")
      .map((line) => line.split(/:\s*/, 2));
    const headers = Object.fromEntries(fields.filter(([name]) => name !== "Status"));
    response.writeHead(Number.parseInt(fields.find(([name]) => name === "Status")?.[1] ?? "200", 10), headers);
    response.write(head.subarray(end + 4));
    output.pipe(response);
  };
  output.on("data", collect);
  output.on("end", () => response.headersSent || response.destroy());
}

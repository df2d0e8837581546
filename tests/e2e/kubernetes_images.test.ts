/**
 * Images on their way to a real cluster: each recipe is built, pushed, pulled and answers a real client; a large image, a
 * node that has none, and a registry that is in the way. Skipped aloud without ARGUS_TEST_KUBECONFIG.
 */
import assert from "node:assert/strict";
import process from "node:process";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { clusterEnv, registry } from "../support/cluster.ts";
import {
  ANSWER_MS,
  argusOn,
  argusWords,
  BUILD_MS,
  clusterTest,
  configOf,
  folder,
  newBackend,
  onCluster,
  runOnce,
  shell,
  withId,
} from "../support/cluster_session.ts";
import { engineCall, worlds } from "../support/engines.ts";
import { run } from "../support/proc.ts";
import { writeTree } from "../support/tmp.ts";

/** Servers that need no network, and one tool of each. */
const RECIPES: readonly { readonly recipe: string; readonly server: object; readonly tool: string }[] = [
  { recipe: "uvx", server: { command: "uvx", args: ["mcp-server-time"] }, tool: "get_current_time" },
  {
    recipe: "npx",
    server: { command: "npx", args: ["-y", "@modelcontextprotocol/server-everything"] },
    tool: "echo",
  },
  {
    recipe: "go",
    server: {
      command: "everything",
      container: { transport: "go", go_package: "github.com/mark3labs/mcp-go/examples/everything@v0.43.2" },
    },
    tool: "add",
  },
  {
    recipe: "source",
    server: {
      command: "node",
      args: ["dist/index.js"],
      container: {
        source_url: process.env.ARGUS_TEST_GIT_URL,
        source_ref: "v1.0.0",
        build_steps: ["npm install", "npm run build"],
        entrypoint: ["node", "dist/index.js"],
      },
    },
    tool: "about",
  },
  {
    recipe: "dockerfile",
    server: { command: "node", args: ["server.mjs", "greet"], container: { dockerfile: "own/Dockerfile" } },
    tool: "greet",
  },
];

/** A server that offers one tool, named by its argument. */
const SERVER = `import { createInterface } from "node:readline";
const results = {
  initialize: { protocolVersion: "2025-06-18", capabilities: { tools: {} }, serverInfo: { name: "own", version: "1" } },
  "tools/list": { tools: [{ name: process.argv[2], inputSchema: { type: "object" } }] },
};
for await (const line of createInterface({ input: process.stdin })) {
  const { id, method } = JSON.parse(line);
  if (id !== undefined) console.log(JSON.stringify({ jsonrpc: "2.0", id, result: results[method] ?? {} }));
}
`;

onCluster("kubernetes images", () => {
  writeTree(folder, "own/server.mjs", SERVER);
  writeTree(
    folder,
    "own/Dockerfile",
    'FROM node:22-alpine\nCOPY server.mjs /srv/\nWORKDIR /srv\nENTRYPOINT ["node", "server.mjs"]\n',
  );

  clusterTest("build pushes the image that run finds in the registry", async () => {
    const { id, config } = newBackend();
    const args = ["build", id, "--config", config, "--json"];
    const { code, stdout, stderr } = await argusOn(args);
    assert.equal(code, 0, `${stdout}\n${stderr}`);
    const [result] = (JSON.parse(stdout) as { results: { status: string; pushed: string }[] }).results;
    assert.match(result?.status ?? "", /^(built|present)$/);
    assert.ok(result?.pushed.startsWith(`${registry()}/`), stdout);
    const again = await argusOn(args);
    assert.equal(JSON.parse(again.stdout).results[0].status, "present", again.stderr);
  });

  for (const { recipe, server, tool } of RECIPES) {
    clusterTest(`a server of the recipe ${recipe} answers initialize and tools/list`, () =>
      withId(async (id) => {
        const config = configOf(id, { ...server, env: { SOME_TOKEN: "value" } });
        const built = await argusOn(["build", id, "--config", config]);
        assert.equal(built.code, 0, built.stderr);
        assert.ok((await toolsOf(id, config)).includes(tool));
      }),
    );
  }

  clusterTest("a large image that no node has yet is built, pushed, pulled and answers", () =>
    withId(async (id) => {
      // Random bytes, so that the registry and the node really carry 1 GiB.
      const recipe = `FROM alpine:3.21\nRUN head -c 1073741824 /dev/urandom >/large\nLABEL test=${id}\nENTRYPOINT ["sh", "-c"]\n`;
      writeTree(folder, `${id}/Dockerfile`, recipe);
      const config = configOf(id, shell({ dockerfile: `${id}/Dockerfile` }));
      const [bin = "", ...args] = argusWords({ id, config }, "cat");
      const options = { env: clusterEnv("dev", { DRIVER_CASE: id }), input: "hello\n", timeoutMs: BUILD_MS };
      const { code, stdout, stderr } = await run(bin, args, options);
      assert.equal(code, 0, stderr);
      assert.equal(stdout, "hello\n");
      forget(`dockerfile-${id}`);
    }),
  );

  clusterTest("a small image that no node has yet is pulled", () =>
    withId(async (id) => {
      writeTree(folder, `${id}/Dockerfile`, `FROM alpine:3.21\nLABEL test=${id}\nENTRYPOINT ["sh", "-c"]\n`);
      const config = configOf(id, shell({ dockerfile: `${id}/Dockerfile` }));
      const { code, stdout, stderr } = await runOnce({ id, config }, "echo hello");
      assert.equal(code, 0, stderr);
      assert.equal(stdout, "hello\n");
      forget(`dockerfile-${id}`);
    }),
  );

  clusterTest("an image that no node has, and no registry to pull it from, is one clear error", () =>
    withId(async (id) => {
      const config = configOf(id, shell(), { registry: undefined });
      const { code, stdout, stderr } = await runOnce({ id, config }, "exec cat");
      assert.equal(code, 3);
      assert.equal(stdout, "");
      assert.match(stderr, /\[kubernetes\/image-absent\]/);
    }),
  );

  clusterTest("a registry that the nodes do not reach is one clear error", () =>
    withId(async (id) => {
      const config = configOf(id, shell(), { registry: "127.0.0.1:9/argus" });
      const { code, stdout, stderr } = await runOnce({ id, config }, "exec cat");
      assert.notEqual(code, 0);
      assert.equal(stdout, "");
      assert.match(stderr, /\[kubernetes\/image-unreachable\]/);
    }),
  );

  clusterTest("an absent image is exit code 3 where building is switched off", () =>
    withId(async (id) => {
      writeTree(folder, `${id}/Dockerfile`, `FROM alpine:3.21\nLABEL never.built=${id}\nENTRYPOINT ["cat"]\n`);
      const config = configOf(id, { command: "cat", container: { dockerfile: `${id}/Dockerfile` } });
      const { code, stdout, stderr } = await argusOn(["run", id, "--config", config, "--no-build"]);
      assert.equal(code, 3, stderr);
      assert.equal(stdout, "");
      assert.match(stderr, new RegExp(`argus build ${id}`));
    }),
  );
});

/** The names of the tools that a server offers to a client which starts argus as its command. */
async function toolsOf(id: string, config: string): Promise<string[]> {
  const [command = "", ...args] = argusWords({ id, config });
  const env = clusterEnv("dev", { DRIVER_CASE: id });
  const transport = new StdioClientTransport({ command, args, env, stderr: "pipe" });
  let said = "";
  transport.stderr?.on("data", (bytes) => {
    said += String(bytes);
  });
  const client = new Client({ name: "kubernetes", version: "1" });
  try {
    await client.connect(transport, { timeout: ANSWER_MS });
    return (await client.listTools(undefined, { timeout: ANSWER_MS })).tools.map(({ name }) => name);
  } catch (cause) {
    throw new Error(`${id} did not answer:\n${said}`, { cause });
  } finally {
    await client.close();
  }
}

/** Removes a test's own image from the engines, under both of its names. */
function forget(name: string): void {
  for (const world of worlds().filter(({ prefix }) => prefix.length === 0)) {
    const { stdout } = engineCall(world, ["image", "ls", "--format", "{{.Repository}}:{{.Tag}}"]);
    const ours = stdout.split("\n").filter((each) => each.includes(`/${name}:`));
    if (ours.length > 0) engineCall(world, ["image", "rm", "-f", ...ours]);
  }
}

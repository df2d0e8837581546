/**
 * One server a recipe, on every engine: built by argus from its config, run locked down, and asked by a real client.
 * The images are what a user would get, so they stay: the next run of these tests finds them.
 */
import assert from "node:assert/strict";
import process from "node:process";
import { test } from "node:test";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { argusIn, engineVariables, readableByAll, runIn } from "../support/argus_world.ts";
import { engineCall, type World, worlds } from "../support/engines.ts";
import { cleanEnv } from "../support/proc.ts";
import { tmpFolder, writeTree } from "../support/tmp.ts";

/** A busy machine with slow registries: long, because only a hang should ever meet it. */
const BUILD_MS = 12 * 60_000;
const ANSWER_MS = 120_000;

interface Recipe {
  readonly backend: string;
  /** Below `backends:`, without the name. */
  readonly config: object;
  readonly tools: readonly string[];
  /** Paths that the last stage must not have. */
  readonly absent: readonly string[];
}

const RECIPES: Recipe[] = [
  {
    backend: "uvx",
    config: { command: "uvx", args: ["mcp-server-time"], container: { network: "none" } },
    tools: ["get_current_time", "convert_time"],
    absent: ["/usr/local/bin/uv", "/root/.cache/uv", "/root/.cache/pip"],
  },
  {
    backend: "module",
    config: { command: "python", args: ["-m", "mcp_server_time"], container: { network: "none" } },
    tools: ["get_current_time", "convert_time"],
    absent: ["/usr/local/bin/uv", "/root/.cache/uv", "/root/.cache/pip"],
  },
  {
    backend: "npx",
    config: { command: "npx", args: ["-y", "@modelcontextprotocol/server-everything"], container: { network: "none" } },
    tools: ["echo"],
    absent: ["/root/.npm/_cacache"],
  },
  ...["node", "tsx"].map((command) => ({
    backend: command,
    config: {
      command,
      args: ["node_modules/@modelcontextprotocol/server-everything/dist/index.js"],
      container: { network: "none", additional_packages: ["@modelcontextprotocol/server-everything"] },
    },
    tools: ["echo"],
    absent: ["/root/.npm/_cacache"],
  })),
  {
    backend: "go",
    config: {
      command: "everything",
      container: {
        transport: "go",
        go_package: "github.com/mark3labs/mcp-go/examples/everything@v0.43.2",
        network: "none",
      },
    },
    tools: ["echo", "add"],
    absent: ["/usr/local/go", "/go", "/root/.cache/go-build"],
  },
  {
    backend: "source",
    config: {
      command: "node",
      args: ["dist/index.js"],
      container: {
        network: "none",
        source_url: process.env.ARGUS_TEST_GIT_URL,
        source_ref: "v1.0.0",
        build_steps: [
          "npm install",
          "npm run build",
          'test "$FROM_OUTSIDE" = "it\'s here"',
          'test "${OUTSIDE}" = "$OUTSIDE_TOO"',
        ],
        entrypoint: ["node", "dist/index.js"],
        build_env: { ONLY_IN_THE_BUILD: `it's "so" \\ here`, FROM_OUTSIDE: "${OUTSIDE} here", OUTSIDE_TOO: "it's" },
      },
    },
    tools: ["echo", "about"],
    absent: ["/app/.git", "/root/.npm/_cacache", "/usr/bin/git"],
  },
  {
    backend: "dockerfile",
    config: {
      command: "node",
      args: ["server.mjs", "greet"],
      container: { network: "none", dockerfile: "server.dockerfile" },
    },
    tools: ["greet"],
    absent: [],
  },
];

/** What a variable of the config stands for. */
const ENV = { OUTSIDE: "it's" };

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

const engines = worlds();
assert.ok(
  engines.length === 0 || process.env.ARGUS_TEST_GIT_URL !== undefined,
  'the source recipe needs a git host: eval "$(scripts/testbed env)"',
);

const folder = readableByAll(tmpFolder());
writeTree(folder, "server.mjs", SERVER);
writeTree(
  folder,
  "server.dockerfile",
  'FROM node:22-alpine\nCOPY server.mjs /srv/\nWORKDIR /srv\nENTRYPOINT ["node", "server.mjs"]\n',
);
const config = writeTree(
  folder,
  "config.yaml",
  JSON.stringify({ backends: Object.fromEntries(RECIPES.map(({ backend, config }) => [backend, config])) }),
);

for (const world of engines) {
  for (const recipe of RECIPES) {
    test(`${world.name}: a ${recipe.backend} server is built, answers and carries nothing of its build`, {
      timeout: BUILD_MS + 3 * ANSWER_MS,
    }, async () => {
      const image = await build(world, recipe.backend);
      assert.deepEqual(missing(recipe.tools, await tools(world, recipe.backend)), []);
      looksRight(world, image, recipe);
    });
  }
}

async function build(world: World, backend: string): Promise<string> {
  const { code, stdout, stderr } = await runIn(world, ["build", backend, "--config", config, "--json"], {
    env: ENV,
    timeoutMs: BUILD_MS,
  });
  assert.equal(code, 0, `${stdout}\n${stderr}`);
  const { results } = JSON.parse(stdout) as { results: { image: string; status: string }[] };
  assert.equal(results.length, 1);
  assert.match(results[0]!.status, /^(built|present)$/);
  return results[0]!.image;
}

/** The names of the tools that the server offers to a client which starts argus as its command. */
async function tools(world: World, backend: string): Promise<string[]> {
  const [command = "", ...words] = argusIn(world, ["run", backend, "--config", config, "--no-build"], ENV);
  const transport = new StdioClientTransport({
    command,
    args: words,
    env: cleanEnv(engineVariables()),
    stderr: "pipe",
  });
  let said = "";
  transport.stderr?.on("data", (bytes) => {
    said += String(bytes);
  });
  const client = new Client({ name: "recipes", version: "1" });
  try {
    await client.connect(transport, { timeout: ANSWER_MS });
    return (await client.listTools(undefined, { timeout: ANSWER_MS })).tools.map(({ name }) => name);
  } catch (cause) {
    throw new Error(`${backend} did not answer:\n${said}`, { cause });
  } finally {
    await client.close();
  }
}

function looksRight(world: World, image: string, { backend, absent }: Recipe): void {
  const words = [
    "run",
    "--rm",
    "--pull=never",
    "--network=none",
    "--user",
    "65532:65532",
    "--entrypoint",
    "sh",
    image,
    "-c",
  ];
  // A read-only root never gets byte code later; python -v tells what it had to compile.
  const compiled = `PATH=/app/venv/bin:$PATH python -v -c "import argparse, asyncio, mcp_server_time" 2>&1 | grep '^# code object from .*[.]py$'`;
  const isPython = backend === "uvx" || backend === "module";
  const script = [
    "id -u",
    `for path in ${absent.join(" ")}; do if [ -e "$path" ]; then echo "$path"; fi; done`,
    "env",
    ...(isPython ? [`${compiled}; true`] : []),
  ];
  const inside = engineCall(world, [...words, script.join("; ")], ANSWER_MS);
  assert.equal(inside.code, 0);
  assert.match(inside.stdout, /^65532\n/);
  assert.deepEqual(
    absent.filter((path) => inside.stdout.split("\n").includes(path)),
    [],
  );
  assert.doesNotMatch(inside.stdout, /ONLY_IN_THE_BUILD|FROM_OUTSIDE|^# code object/m);
  const { stdout } = engineCall(world, ["image", "inspect", "--format", "{{json .Config}}", image]);
  const { Labels, User } = JSON.parse(stdout) as { Labels: Record<string, string>; User: string };
  assert.equal(image.split(":")[1], Labels["argus.inputs"]?.slice(0, 12));
  if (backend !== "dockerfile") assert.equal(User, "65532:65532");
}

function missing(wanted: readonly string[], offered: readonly string[]): string[] {
  return wanted.filter((name) => !offered.includes(name));
}

/**
 * Clients that nobody here wrote, through the compiled program: each gets the very answers that the same server gives
 * without argus, and leaves no container behind. What they are is installed below .cache/peers.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";
import type { Stream } from "node:stream";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { Client as Client2 } from "@modelcontextprotocol/client";
import { StdioClientTransport as Transport2 } from "@modelcontextprotocol/client/stdio";
import { Client as Client1 } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport as Transport1 } from "@modelcontextprotocol/sdk/client/stdio.js";
import { argusIn, engineVariables, readableByAll, runIn } from "../support/argus_world.ts";
import { engineCall, type World, worlds } from "../support/engines.ts";
import { EVERYTHING, nodePeers, pythonPeers } from "../support/peers.ts";
import { cleanEnv, ROOT, run } from "../support/proc.ts";
import { tmpFolder, withTmp, writeTree } from "../support/tmp.ts";

/** Long, because only a hang should ever meet it: a build and the first installation of the peers may be part of a test. */
const TEST_MS = 14 * 60_000;
const BUILD_MS = 10 * 60_000;
const PROGRAM_MS = 180_000;
const ANSWER = { timeout: 120_000 };

/** What a client got from a server. */
interface Answers {
  readonly tools: unknown;
  readonly call: unknown;
}

/** Starts a server by its words, asks it for its tools and one call, and closes it as this client does. */
interface Peer {
  readonly name: string;
  /** `whileOpen` is called before the end where the client runs in this process. */
  readonly ask: (words: readonly string[], whileOpen?: () => void) => Promise<Answers>;
}

const PEERS: readonly Peer[] = [
  {
    name: "the TypeScript SDK 1.x",
    async ask([command = "", ...args], whileOpen) {
      const client = new Client1({ name: "one", version: "1" });
      const transport = new Transport1({ command, args, env: environment(), stderr: "pipe" });
      return withWordsOf(transport.stderr, async () => {
        try {
          await client.connect(transport, ANSWER);
          const tools = await client.listTools(undefined, ANSWER);
          const call = await client.callTool(echo("1.x"), undefined, ANSWER);
          whileOpen?.();
          return { tools, call };
        } finally {
          await client.close();
        }
      });
    },
  },
  { name: "the TypeScript SDK 2.x", ask: (words, whileOpen) => askWithSdk2(words, "legacy", whileOpen) },
  // Asks a second copy of the server which era it is of, and gives that one a second to end.
  { name: "the TypeScript SDK 2.x that negotiates", ask: (words, whileOpen) => askWithSdk2(words, "auto", whileOpen) },
  {
    name: "the Python SDK",
    async ask(words) {
      const env = environment({ PYTHONPATH: pythonPeers(), PYTHONDONTWRITEBYTECODE: "1" });
      const script = join(ROOT, "tests", "support", "peers_python.py");
      return JSON.parse(await output("python3", [script, ...words], env));
    },
  },
  {
    name: "the Inspector",
    async ask(words) {
      const { node, inspector } = nodePeers();
      const call = ["tools/call", "--tool-name", "echo", "--tool-arg", "message=hello"];
      const say = async (method: readonly string[]): Promise<unknown> =>
        JSON.parse(await output(node, [inspector, "--cli", ...words, "--method", ...method], environment()));
      return { tools: await say(["tools/list"]), call: await say(call) };
    },
  },
];

const folder = readableByAll(tmpFolder());
/** A name of this run alone: containers are counted by it. */
const BACKEND = `clients-${process.pid}`;
const config = writeTree(
  folder,
  "config.yaml",
  JSON.stringify({
    backends: { [BACKEND]: { command: "npx", args: ["-y", EVERYTHING], container: { network: "none" } } },
  }),
);

const bareAnswers = new Map<Peer, Promise<Answers>>();
const built = new Map<World, Promise<void>>();
let bareVerdicts: Promise<Verdicts> | undefined;

// The rootless user may see neither the clients nor this folder; its sessions have tests of their own.
for (const world of worlds().filter(({ prefix }) => prefix.length === 0)) {
  for (const peer of PEERS) {
    test(`${world.name}: ${peer.name} gets what the bare server says and leaves nothing`, {
      timeout: TEST_MS,
    }, async () => {
      const bare = await bareAnswer(peer);
      assert.match(JSON.stringify(bare.call), /hello/);
      assert.match(JSON.stringify(bare.tools), /"get-sum"/);
      const stands = () =>
        assert.notEqual(containers(world).stdout, "", "the search below is known to find a container");
      assert.deepEqual(await peer.ask(await isolated(world), stands), bare);
      await nothingLeft(world);
    });
  }

  test(`${world.name}: the conformance suite says the same with and without argus`, { timeout: TEST_MS }, async () => {
    bareVerdicts ??= verdicts(nodePeers().everything);
    const bare = await bareVerdicts;
    const succeeded = Object.values(bare)
      .flat()
      .filter((line) => line.endsWith(" SUCCESS"));
    assert.ok(succeeded.length >= 8, JSON.stringify(bare, null, 1));
    assert.deepEqual(await verdicts(await isolated(world)), bare);
    await nothingLeft(world);
  });
}

/** The words that start the server behind argus; its image is there by then. */
async function isolated(world: World): Promise<string[]> {
  let build = built.get(world);
  if (build === undefined) {
    build = (async () => {
      const { code, stderr } = await runIn(world, ["build", BACKEND, "--config", config], { timeoutMs: BUILD_MS });
      assert.equal(code, 0, stderr);
    })();
    built.set(world, build);
  }
  await build;
  // By variables, for the Inspector takes --config for its own.
  return argusIn(world, ["run", BACKEND], { ARGUS_CONFIG: config, ARGUS_CONTAINER_BUILD_IF_MISSING: "false" });
}

function bareAnswer(peer: Peer): Promise<Answers> {
  const known = bareAnswers.get(peer) ?? peer.ask(nodePeers().everything);
  bareAnswers.set(peer, known);
  return known;
}

async function askWithSdk2(
  [command = "", ...args]: readonly string[],
  mode: "auto" | "legacy",
  whileOpen?: () => void,
): Promise<Answers> {
  const client = new Client2({ name: "two", version: "1" }, { versionNegotiation: { mode } });
  const transport = new Transport2({ command, args, env: environment(), stderr: "pipe" });
  return withWordsOf(transport.stderr, async () => {
    try {
      await client.connect(transport, ANSWER);
      const tools = await client.listTools(undefined, ANSWER);
      const call = await client.callTool(echo("2.x"), ANSWER);
      whileOpen?.();
      return { tools, call };
    } finally {
      await client.close();
    }
  });
}

/** A client says only that a connection is closed; why, stands on the other end's stderr. */
async function withWordsOf<Result>(stderr: Stream | null, use: () => Promise<Result>): Promise<Result> {
  let said = "";
  stderr?.on("data", (bytes: unknown) => {
    said += String(bytes);
  });
  try {
    return await use();
  } catch (cause) {
    throw new Error(`no answer; stderr:\n${said}`, { cause });
  }
}

/** Lines `check STATUS` by scenario. */
type Verdicts = Readonly<Record<string, readonly string[]>>;

/** What the official suite says about a server; it only knows addresses, so a bridge stands in front of the server. */
async function verdicts(words: readonly string[]): Promise<Verdicts> {
  const { node, conformance } = nodePeers();
  const script = join(ROOT, "tests", "support", "peers_bridge_driver.ts");
  const bridge = spawn(node, ["--disable-warning=ExperimentalWarning", script, ...words], {
    env: environment(),
    stdio: ["pipe", "pipe", "ignore"],
  });
  const ended = new Promise<void>((resolve) => bridge.on("close", () => resolve()));
  try {
    const url = await firstLine(bridge.stdout);
    return await withTmp(async (results) => {
      const args = [conformance, "server", "--url", url, "--output-dir", results];
      // Its exit code says only that the server lacks the tools that some scenarios call.
      await run(node, args, { env: environment(), timeoutMs: PROGRAM_MS * 2 });
      return verdictsIn(results);
    });
  } finally {
    bridge.stdin.end();
    await ended;
  }
}

/** Folders are `server-SCENARIO-TIME`, each with a file of checks. */
function verdictsIn(results: string): Verdicts {
  const all: Record<string, string[]> = {};
  for (const name of readdirSync(results)) {
    const scenario = name.replace(/-\d{4}-\d\d-\d\dT.*$/, "");
    const checks = JSON.parse(readFileSync(join(results, name, "checks.json"), "utf8")) as CheckResult[];
    all[scenario] = checks.map(({ id, status }) => `${id} ${status}`).sort();
  }
  return all;
}

interface CheckResult {
  readonly id: string;
  readonly status: string;
}

async function firstLine(stream: NodeJS.ReadableStream): Promise<string> {
  for await (const line of createInterface({ input: stream })) return line;
  throw new Error("the bridge said nothing");
}

/** Clients kill what they started within seconds; what then still stands was forgotten. */
async function nothingLeft(world: World): Promise<void> {
  let left = containers(world);
  for (let poll = 0; poll < 60 && (left.code !== 0 || left.stdout !== ""); poll += 1) {
    await sleep(500);
    left = containers(world);
  }
  assert.deepEqual(left, { code: 0, stdout: "" });
}

function containers(world: World): { code: number; stdout: string } {
  return engineCall(world, ["ps", "-a", "--filter", `label=argus.backend=${BACKEND}`, "--format", "{{.Names}}"]);
}

async function output(bin: string, args: readonly string[], env: Record<string, string>): Promise<string> {
  const ended = await run(bin, args, { env, timeoutMs: PROGRAM_MS });
  assert.equal(ended.code, 0, `${ended.stdout}\n${ended.stderr}`);
  return ended.stdout;
}

function echo(from: string): { name: string; arguments: Record<string, unknown> } {
  return { name: "echo", arguments: { message: `hello from ${from}: "quoted", ünïcödé, 2^53 = 9007199254740993` } };
}

function environment(more: Readonly<Record<string, string>> = {}): Record<string, string> {
  return cleanEnv({ ...engineVariables(), ...more });
}

/** The demo: builds, calls and inspects three real servers, and prints what a desktop client needs to use them. */
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { findings, postureArgs } from "./posture.ts";
import { type DemoServer, SERVERS } from "./servers.ts";

interface Command {
  readonly command: string;
  readonly args: string[];
}

/** A row of `argus build --json`. */
interface Built {
  readonly backend: string;
  readonly image?: string;
  readonly status: string;
  readonly seconds: number;
  readonly error?: { readonly message: string };
}

/** A row of `argus ps --json`. */
interface Session {
  readonly backend: string;
  readonly container: string;
  readonly engine: string;
  readonly owner_pid: number | null;
}

/** Starts measured on each side, one after the other; the middle one is shown. */
const STARTS = 3;
const ANSWER_MS = 120_000;

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const FOLDER = join(ROOT, ".cache", "demo");
const ARGUS = join(ROOT, "dist", "argus");
const CONFIG = join(FOLDER, "config.yaml");
// The caches of npx and uvx are the demo's own, so that nothing is left in a home folder.
const ENV: Record<string, string> = {
  ...(process.env as Record<string, string>),
  UV_CACHE_DIR: join(FOLDER, "uv-cache"),
  npm_config_cache: join(FOLDER, "npm-cache"),
  npm_config_update_notifier: "false",
};

const bold = (text: string) =>
  process.stdout.isTTY && process.env.NO_COLOR === undefined ? `\x1b[1m${text}\x1b[0m` : text;
let failures = 0;

mkdirSync(FOLDER, { recursive: true });
writeFileSync(CONFIG, configText());
const images = build();
for (const server of SERVERS) {
  console.log(`\n${bold(server.backend)}: ${server.title}`);
  try {
    await show(server, images.get(server.backend));
  } catch (error) {
    problem(error instanceof Error ? error.message : String(error));
  }
}
console.log(`\n${bold("Claude Desktop")}: claude_desktop_config.json\n${snippet()}`);
if (failures > 0) console.log(`\n${failures} thing${failures === 1 ? "" : "s"} went wrong`);
process.exitCode = failures === 0 ? 0 : 1;

/** YAML, one backend a line: what is in braces is JSON, which is YAML too. */
function configText(): string {
  const lines = SERVERS.map(({ backend, config }) => `  ${backend}: ${JSON.stringify(config)}`);
  return `backends:\n${lines.join("\n")}\n`;
}

/** Builds what is missing; an engine that nobody gave base images gets one more try after the testbed did. */
function build(): Map<string, Built> {
  console.log(bold("argus build"));
  let results = buildOnce();
  if (results.some(({ status }) => status === "failed")) {
    for (const { backend, error } of results) if (error !== undefined) console.error(`${backend}: ${error.message}`);
    console.error("a build failed: once more, after scripts/testbed up");
    spawnSync(join(ROOT, "scripts", "testbed"), ["up"], { stdio: ["ignore", 2, 2] });
    results = buildOnce();
  }
  for (const { backend, status, seconds, image, error } of results) {
    const time = status === "built" ? ` in ${seconds} s` : "";
    row(backend, `${status}${time}  ${image ?? ""}`);
    if (status === "failed") problem(error?.message ?? "the build failed");
  }
  return new Map(results.map((result) => [result.backend, result]));
}

function buildOnce(): Built[] {
  const done = spawnSync(ARGUS, ["build", "--config", CONFIG, "--json"], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
    env: ENV,
  });
  const { results } = parsed(done.stdout);
  if (results !== undefined) return results;
  console.log(`argus build failed: ${done.stdout}`);
  process.exit(1);
}

function parsed(text: string): { readonly results?: Built[] } {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

async function show(server: DemoServer, built: Built | undefined): Promise<void> {
  if (built?.image === undefined || built.status === "failed") throw new Error("there is no image");
  const isolated: Command = { command: ARGUS, args: ["run", server.backend, "--config", CONFIG] };
  await withClient(isolated, async (client, pid) => {
    const { tools } = await client.listTools();
    row("tools", wrapped(tools.map(({ name }) => name)));
    const result = await client.callTool({ ...server.call, arguments: { ...server.call.arguments } });
    const words = Object.entries(server.call.arguments).map(([name, value]) => `${name}: ${value}`);
    row("answer", `${server.call.name}(${words.join(", ")}) = ${textOf(result)}`);
    row("inside", inside(server.backend, pid));
  });
  const bare = bareCommand(server, built.image);
  row("first reply", await times(isolated, bare, server.bare));
}

/** What the container says about itself, read while its session lives. */
function inside(backend: string, pid: number | null): string {
  const listed = spawnSync(ARGUS, ["ps", "--json"], { encoding: "utf8", env: ENV });
  const sessions = JSON.parse(listed.stdout) as Session[];
  const session = sessions.find((one) => one.backend === backend && one.owner_pid === pid);
  if (session === undefined) throw new Error("argus ps does not show the session");
  const probed = spawnSync(session.engine, postureArgs(session.container), { encoding: "utf8", env: ENV });
  if (probed.status !== 0) throw new Error(`the container could not be looked at: ${probed.stderr}`);
  const found = findings(probed.stdout);
  for (const { text } of found.filter(({ ok }) => !ok)) problem(`weaker than promised: ${text}`);
  return wrapped(found.map(({ text }) => text));
}

/** The same server as people start it today; undefined where this machine lacks the tool. */
function bareCommand(server: DemoServer, image: string): Command | undefined {
  const [command, ...args] = [server.config.command, ...(server.config.args ?? [])];
  if (command === "npx") return { command, args };
  if (command === "uvx") return uvx(args);
  return copied(image);
}

/** uv from PyPI, into the demo's own folder. */
function uvx(args: string[]): Command | undefined {
  const own = { command: "uvx", args };
  if (spawnSync(own.command, ["--version"], { env: ENV }).status === 0) return own;
  const folder = join(FOLDER, "uv");
  const command = join(folder, "bin", "uvx");
  for (let attempt = 1; attempt <= 3 && !existsSync(command); attempt += 1) {
    const words = ["-m", "pip", "install", "-q", "--disable-pip-version-check", "--target", folder, "uv"];
    spawnSync("python3", words, { env: { ...ENV, PIP_ROOT_USER_ACTION: "ignore" } });
  }
  return existsSync(command) ? { command, args } : undefined;
}

/** The very binary of the image, copied out of it: no Go is needed on the machine. */
function copied(image: string): Command | undefined {
  const file = join(FOLDER, "mcp-server");
  for (const engine of ["docker", "podman"]) {
    const made = spawnSync(engine, ["create", "--network", "none", image], { encoding: "utf8", env: ENV });
    if (made.status !== 0) continue;
    const container = made.stdout.trim();
    const copy = spawnSync(engine, ["cp", `${container}:/app/mcp-server`, file], { env: ENV });
    spawnSync(engine, ["rm", container], { env: ENV });
    if (copy.status !== 0) continue;
    chmodSync(file, 0o755);
    return { command: file, args: [] };
  }
  return undefined;
}

/** Starts both in turns, so that a busy moment of the machine hits both. */
async function times(isolated: Command, bare: Command | undefined, name: string): Promise<string> {
  const measured = { isolated: [] as number[], bare: [] as number[] };
  // The first start fills the caches and is not counted; where it fails, there is nothing to compare with.
  const warm = bare === undefined ? false : await withClient(bare, async () => true).catch(() => false);
  for (let turn = 0; turn < STARTS; turn += 1) {
    measured.isolated.push(await firstReply(isolated));
    if (bare !== undefined && warm) measured.bare.push(await firstReply(bare));
  }
  const beside = warm ? `${middle(measured.bare)} ms bare (${name})` : "bare could not be measured on this machine";
  return `${middle(measured.isolated)} ms with argus, ${beside}`;
}

/** Milliseconds from the start to the answer to `initialize`. */
async function firstReply(command: Command): Promise<number> {
  const began = performance.now();
  return await withClient(command, async () => performance.now() - began);
}

async function withClient<Result>(
  command: Command,
  use: (client: Client, pid: number | null) => Promise<Result>,
): Promise<Result> {
  const transport = new StdioClientTransport({ ...command, env: ENV, stderr: "pipe" });
  let said = "";
  transport.stderr?.on("data", (bytes) => {
    said += String(bytes);
  });
  const client = new Client({ name: "argus-demo", version: "1" });
  try {
    await client.connect(transport, { timeout: ANSWER_MS });
    return await use(client, transport.pid);
  } catch (error) {
    if (said !== "") console.error(said.trimEnd());
    throw error;
  } finally {
    await client.close();
  }
}

function textOf(result: unknown): string {
  const { content = [] } = result as { content?: { text?: string }[] };
  const text = content.map((part) => part.text ?? "").join(" ");
  return text.replaceAll(/\s+/g, " ").slice(0, 200);
}

function middle(values: readonly number[]): number {
  return Math.round([...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0);
}

function snippet(): string {
  const servers = SERVERS.map(({ backend }) => [
    backend,
    { command: ARGUS, args: ["run", backend, "--config", CONFIG] },
  ]);
  return JSON.stringify({ mcpServers: Object.fromEntries(servers) }, null, 2).replace(
    /\[\n\s+([^\]]*?)\n\s+\]/g,
    (_, words: string) => `[${words.replaceAll(/\n\s+/g, " ")}]`,
  );
}

function problem(text: string): void {
  failures += 1;
  row("FAILED", text);
}

function row(name: string, text: string): void {
  console.log(`  ${name.padEnd(14)}${text}`);
}

/** Words with commas between them, broken before they reach the 120th column and aligned below each other. */
function wrapped(words: readonly string[]): string {
  const lines: string[] = [];
  for (const word of words) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < 98) lines[lines.length - 1] = `${last}, ${word}`;
    else lines.push(word);
  }
  return lines.join(`,\n${" ".repeat(16)}`);
}

/** What the README prints is what argus takes and does: configs, a client's entry, command lines, the container, exit codes. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { parseConfig } from "../../src/config/parse.ts";
import { readSettings } from "../../src/config/settings.ts";
import { shownWords } from "../../src/engine/command.ts";
import { runCommand } from "../../src/engine/oci.ts";
import { EXIT } from "../../src/errors.ts";
import { imageOf } from "../../src/image/image.ts";
import type { ContainerPlan } from "../../src/plan/plan.ts";
import { planBackend } from "../../src/plan/plan_backend.ts";
import { argus, cleanEnv, ROOT } from "../support/proc.ts";
import { tmpFolder, writeTree } from "../support/tmp.ts";

const README = readFileSync(join(ROOT, "README.md"), "utf8");
const BLOCK = /^( *)```(\w*)\n([\s\S]*?)^ *```/gm;
const BLOCKS = [...README.matchAll(BLOCK)].map(([, indent = "", language = "", text = ""]) => ({
  language,
  text: text.replaceAll(new RegExp(`^${indent}`, "gm"), ""),
}));
const CONFIGS = blocks("yaml").filter((text) => /^backends:/m.test(text));

test("every backend of the README's configs is planned without a problem", () => {
  const names: string[] = [];
  for (const text of CONFIGS) {
    const { config, problems } = parseConfig(text, "config.yaml", { env: { HOME: "/home/me", GITHUB_TOKEN: "t" } });
    assert.deepEqual(problems, []);
    for (const backend of config.backends.values()) {
      const { kind, warnings } = planBackend(backend, { config, settings: {} });
      assert.deepEqual([backend.name, kind, warnings], [backend.name, "container", []]);
      names.push(backend.name);
    }
  }
  assert.ok(names.includes("time") && names.includes("special"), names.join(" "));
});

test("the container that the README prints is the one of its first config", () => {
  const printed = BLOCKS.find(({ text }) => text.startsWith("docker run"))?.text ?? "";
  const { config } = parseConfig(CONFIGS[0] ?? "", "config.yaml", { env: {} });
  const plan = planBackend(config.backends.get("time")!, { config, settings: {} }) as ContainerPlan;
  const command = runCommand({
    engine: { name: "docker", bin: "docker", env: {}, rootless: false },
    image: imageOf(plan.image, readSettings({})).name,
    plan,
    args: plan.args,
    identity: {
      backend: "time",
      container: "argus-time-0123456789ab",
      owner: { pid: 1, started: "1", boot: "b", host: "h", uid: 0 },
    },
    cpus: plan.limits.cpus,
    env: {},
  });
  const words = printed.trim().split(/\s+/).join(" ");
  const pattern = words.split("…").map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  assert.match(shownWords(command).join(" "), new RegExp(`^${pattern.join(".*?")}$`));
});

test("the README's exit codes are those of argus", () => {
  const [, ok, failed, usage, absent] =
    /^Exit codes: (\d) ok · (\d) failed · (\d) usage or config · (\d) engine, image, program or required isolation absent · `run`:$/m.exec(
      README,
    ) ?? [];
  assert.deepEqual([ok, failed, usage, absent].map(Number), [EXIT.ok, EXIT.failed, EXIT.usage, EXIT.absent]);
});

for (const words of new Set([...entriesOfClients(), ...linesOfShells(), ...linesInSentences()])) {
  test(`argus takes "${words}" as the README has it`, async () => {
    const folder = tmpFolder();
    // Nothing is run, built or asked: there is no engine, and without one no server may start.
    const { time } = parsed(CONFIGS[0] ?? "");
    const config = writeTree(
      folder,
      "config.json",
      JSON.stringify({ registry: "registry.example.com/mcp", backends: { time, "some-server": time } }),
    );
    const env = { HOME: folder, ARGUS_ENGINE_PATH: folder, ARGUS_REQUIRE_ISOLATION: "1", ARGUS_CONFIG: config };
    const ended = await argus(words.split(" "), { cwd: folder, env: { ...cleanEnv(), ...env } });
    assert.doesNotMatch(ended.stderr, /\[(usage|internal)\/|^ +at .*:\d+:\d+\)?$/m);
    assert.ok(ended.code !== null && ended.code >= EXIT.ok && ended.code <= EXIT.absent, `ended with ${ended.code}`);
  });
}

test("the lines above are found in the README", () => {
  assert.deepEqual(spansOf("`COPY` argus knows nothing: `argus build\n  --force`"), ["COPY", "argus build --force"]);
  assert.deepEqual(entriesOfClients(), ["run time"]);
  assert.ok(linesOfShells().includes("build --push") && linesOfShells().includes("plan --json"));
  for (const line of ["run -- npx -y pkg", "init ~/.config/argus/config.yaml", "clean --images"]) {
    assert.ok(linesInSentences().includes(line), line);
  }
});

function blocks(wanted: string): string[] {
  return BLOCKS.filter(({ language }) => language === wanted).map(({ text }) => text);
}

function parsed(config: string): Record<string, unknown> {
  const { config: read } = parseConfig(config, "config.yaml", { env: {} });
  return Object.fromEntries(
    [...read.backends].map(([name, backend]) => {
      assert.equal(backend.type, "stdio");
      if (backend.type !== "stdio") return [name, {}];
      return [name, { command: backend.command.value, args: backend.args.map(({ value }) => value) }];
    }),
  );
}

/** What the entries of clients start, without the program. */
function entriesOfClients(): string[] {
  return blocks("json").flatMap((text) => {
    const { mcpServers } = JSON.parse(text) as { mcpServers: Record<string, { command: string; args: string[] }> };
    return Object.values(mcpServers).map(({ command, args }) => {
      assert.match(command, /^\/usr\/local\/bin\/argus(-mcp)?$/);
      return args.join(" ");
    });
  });
}

/** What follows `argus` at the start of a command, without comments, pipes and redirections. */
function linesOfShells(): string[] {
  const lines = blocks("sh").flatMap((text) => text.split("\n"));
  return lines.flatMap((line) =>
    [...line.replace(/\s#.*$/, "").matchAll(/(?:^|[|(]|^[A-Z_]+=\S+)\s*argus ([^|>)]+)/g)].map(([, words = ""]) =>
      words.trim(),
    ),
  );
}

/** What stands between backticks outside of blocks; each is told from the text between two of them by reading in pairs. */
function spansOf(text: string): string[] {
  return [...text.replaceAll(BLOCK, "").matchAll(/`([^`]+)`/g)].map(([, span = ""]) => span.replaceAll(/\s+/g, " "));
}

/** Command lines between backticks; what may be left out is, and names stand for placeholders. */
function linesInSentences(): string[] {
  return spansOf(README)
    .flatMap((span) => /(?<![\w.-])argus ([^>]+)/.exec(span)?.[1] ?? [])
    .map((words) =>
      words
        .replace(/\s*\[[^\]]*\]/g, "")
        .replace("BACKEND", "time")
        .replace("COMMAND", "plan"),
    )
    .map((words) => words.trim())
    .map((words) => (words === "run" ? "run --help" : words));
}

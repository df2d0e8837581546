/** The program's own manners: help, version, usage errors, exit codes, stdout for data only. */
import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { test } from "node:test";
import { VERSION } from "../../src/version.ts";
import { argus, argusWords, cleanEnv, ROOT, run } from "../support/proc.ts";
import { withTmp, writeTree } from "../support/tmp.ts";

test("--version prints the version of package.json and nothing else", async () => {
  const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  assert.equal(VERSION, version);
  for (const flag of ["--version", "-V"]) {
    const ended = await argus([flag]);
    assert.deepEqual([ended.code, ended.stdout, ended.stderr], [0, `${version}\n`, ""]);
  }
});

test("help of every command shows examples before options", async () => {
  for (const command of [
    "run",
    "build",
    "validate",
    "plan",
    "doctor",
    "ps",
    "clean",
    "schema",
    "init",
    "help",
    "version",
  ]) {
    const { code, stdout } = await argus([command, "--help"]);
    assert.equal(code, 0, command);
    const examples = stdout.indexOf("Examples:");
    assert.ok(examples > 0 && examples < stdout.indexOf("Options:"), `${command}\n${stdout}`);
    assert.match(stdout, /^[A-Z][^\n]+\.\n\n/, command);
    assert.doesNotMatch(stdout, / $/m, command);
    assert.equal(stdout.includes("An orphan is"), command === "ps" || command === "clean");
  }
});

const USAGE: readonly [words: readonly string[], code: string, says: string][] = [
  [[], "usage/no-command", "no command; expected one of run, build"],
  [["bild"], "usage/unknown-command", 'unknown command "bild"'],
  [["-v"], "usage/flags", "unknown option `-v`"],
  [["help", "bild"], "usage/unknown-command", 'unknown command "bild"'],
  [["plan", "--foo"], "usage/flags", "unknown option `--foo`"],
  [["plan", "a", "b"], "usage/flags", 'unexpected word "b"; expected argus plan [backend]'],
  [["plan", "a", "--", "-b"], "usage/flags", 'unexpected word "-b"'],
  [["validate", "own.yaml"], "usage/flags", 'unexpected word "own.yaml"'],
  [["validate", "--", "--allow-unset"], "usage/flags", 'unexpected word "--allow-unset"; expected argus validate'],
  [["ps", "--", "x"], "usage/flags", 'unexpected word "x"'],
  [["doctor", "--", "x=SECRET"], "usage/flags", 'unexpected word "x=…"'],
  [["plan", "--no-json"], "usage/flags", "unknown option `--no-json`"],
  [["plan", "--config.x", "y"], "usage/flags", "unknown option `--config.x`"],
  [["plan", "-xq"], "usage/flags", "unknown option `-x`"],
  [["validate", "--config"], "usage/flags", "value is missing"],
  [["validate", "--config", "a", "--config", "b"], "usage/repeated", "--config is given 2 times"],
  [["validate", "-c", "a", "--config", "b"], "usage/repeated", "--config is given 2 times"],
  [["run", "--env", "HOME", "--env", "--", "x"], "usage/flags", "--env needs a value"],
  [["validate", "--config", "0755"], "config/not-found", "0755"],
  [["validate", "--config", "1.10"], "config/not-found", "1.10"],
  [["validate", "--config=1e3"], "config/not-found", "1e3"],
  [["validate", "-c0755"], "config/not-found", "0755"],
  [["validate", "-qc=1.10"], "config/not-found", "1.10"],
  [["build", "-chome.yaml"], "config/not-found", "home.yaml"],
  [["build", "-config", "home.yaml"], "config/not-found", "home.yaml"],
  [["build", "-config=home.yaml"], "config/not-found", "home.yaml"],
  [["run"], "usage/no-backend", "which backend"],
  [["run", "a", "--runtime", "dokcer"], "usage/runtime", 'unknown runtime "dokcer"'],
];

const POSIX = { skip: process.platform === "win32" };

const HINTS: readonly [words: readonly string[], hint: string][] = [
  [["validate", "own.yaml"], "argus validate --config own.yaml"],
  [["bild"], 'did you mean "argus build"?'],
  [["--config", "x", "rnu"], 'did you mean "argus run"?'],
  [["time"], 'did you mean "argus run time"? argus --help lists the commands'],
  [["a=SECRET"], "did you mean \"argus run 'a=…'\"? argus --help lists the commands"],
  [["help", "rnu"], 'did you mean "argus run"?'],
  [["-v"], "did you mean --verbose or --version?"],
  [["--frob"], "argus --help"],
  [["run", "-e", "A", "--", "uvx", "x"], "did you mean --env?"],
  [["run", "fetch", "-v"], "argus run fetch -- -v"],
  [["build", "-p"], "did you mean --pull, --push or --parallel?"],
  [["npx", "-y", "x"], "argus run -- npx …"],
  [["plan", "--dockrfile"], 'did you mean "--dockerfile"?'],
  [["plan", "a", "b"], "argus plan --help"],
  [["run", "uvx", "mcp-server-time"], "argus run -- uvx …"],
  [["run", "npx", "-y", "x", "A=SECRET"], "argus run -- npx …"],
  [["run", "--token", "SECRET", "npx", "-y", "x"], "argus run -- npx …"],
  [["run", "fetch", "npx", "-y", "x", "--token", "SECRET"], "argus run fetch -- npx …"],
  [["run", "--token", "SECRET", "fetch", "x"], "argus run fetch -- x"],
  [["run", "fetch", "--token=SECRET"], "argus run fetch -- '--token=…'"],
  [["--quiet", "run", "--no-build", "uvx", "--from", "x", "y"], "argus --quiet run --no-build -- uvx …"],
  [["run", "fetch", "--ignore-robots"], "argus run fetch -- --ignore-robots"],
  [["run", "fetch", "--ignore", "--config", "f", "x", "-q"], "argus run fetch --config f -q -- --ignore …"],
  [["run", "--build", "fetch"], "argus run --help"],
  [["run", "fetch", "--no-biuld"], 'did you mean "--no-build"?'],
];

test("a mistyped command line is answered with the one that was meant", async () => {
  for (const [typed, hint] of HINTS) {
    const { stderr } = await argus(typed);
    assert.ok(stderr.endsWith(`]\n  hint: ${hint}\n`), `${typed.join(" ")}\n${stderr}`);
    assert.doesNotMatch(stderr, /SECRET/);
  }
});

test("--version prints the version, whatever stands beside it", async () => {
  for (const words of [
    ["--version", "plan"],
    ["run", "--version"],
  ]) {
    const ended = await argus(words);
    assert.deepEqual([ended.code, ended.stdout, ended.stderr], [0, `${VERSION}\n`, ""], words.join(" "));
  }
});

test("help and version are commands as well", async () => {
  for (const [words, same] of [
    [["help"], ["--help"]],
    [
      ["help", "run"],
      ["run", "--help"],
    ],
    [
      ["--quiet", "help", "clean"],
      ["clean", "--help"],
    ],
    [["version"], ["--version"]],
  ] as const) {
    const [ended, expected] = await Promise.all([argus(words), argus(same)]);
    assert.deepEqual([ended.code, ended.stdout, ended.stderr], [0, expected.stdout, ""], words.join(" "));
  }
});

/** Commands that print data, and need no engine for it. */
const DATA = [
  ["help"],
  ["version"],
  ["--version"],
  ["--help"],
  ["run", "--help"],
  ["schema"],
  ["plan"],
  ["plan", "--json"],
  ["plan", "a", "--dockerfile"],
  ["validate", "--json"],
  ["bild", "--json"],
];

const BARE = "feature_flags: {container_isolation: false}\nbackends:\n  a: {command: echo, args: [ran]}\n";

/** Words whose switch must have its effect, with how they end and the start of what they print. */
const SWITCHED: readonly [words: readonly string[], code: number, stdout: string][] = [
  [["run", "a", "--require-isolation"], 3, ""],
  [["run", "a", "--require-isolation", "--require-isolation"], 3, ""],
  [["run", "--require-isolation", "a"], 3, ""],
  [["run", "--require-isolation", "a", "--", "echo", "ran"], 3, ""],
  [["--require-isolation", "run", "a", "--no-build", "--no-build"], 3, ""],
  [["plan", "--json", "--json"], 0, "[\n"],
  [["--json", "plan", "--json", "a"], 0, "[\n"],
  [["plan", "a", "--dockerfile", "--dockerfile"], 2, ""],
  [["plan", "--dockerfile", "a"], 2, ""],
  [["validate", "-c", "unset.yaml"], 2, ""],
  [["validate", "-c", "unset.yaml", "--allow-unset"], 0, ""],
  [["validate", "-c", "unset.yaml", "--allow-unset", "--allow-unset"], 0, ""],
];

test("a switch has its effect wherever it stands and however often it is given", POSIX, () =>
  withTmp(async (folder) => {
    writeTree(folder, "config.yaml", BARE);
    writeTree(folder, "unset.yaml", BARE.replace("ran", '"${NOWHERE_SET}"'));
    for (const [words, code, stdout] of SWITCHED) {
      const ended = await argus(words, { cwd: folder });
      assert.equal(ended.code, code, `${words.join(" ")}\n${ended.stderr}`);
      assert.ok(stdout === "" ? ended.stdout === "" : ended.stdout.startsWith(stdout), words.join(" "));
    }
    const quiet = await argus(["run", "-q", "--quiet", "a"], { cwd: folder });
    assert.deepEqual([quiet.code, quiet.stdout], [0, "ran\n"]);
  }),
);

/** Runs argus in a shell that sends its stdout elsewhere. */
function argusInto(redirection: string, words: readonly string[], cwd: string) {
  const script = `set -o pipefail; "$@" ${redirection}`;
  return run("bash", ["-c", script, "bash", ...argusWords(), ...words], { cwd });
}

const CONFIG = "backends:\n  a: {command: uvx, args: [x]}\n";

test("data that cannot be written is an error", { skip: process.platform !== "linux" }, () =>
  withTmp(async (folder) => {
    writeTree(folder, "config.yaml", CONFIG);
    for (const words of DATA) {
      const { code, stderr } = await argusInto("> /dev/full", words, folder);
      assert.equal(code, words[0] === "bild" ? 2 : 1, words.join(" "));
      const says = words[0] === "bild" ? "unknown command" : "cannot write the output: no space left on device";
      assert.ok(stderr.startsWith(`argus: error: ${says}`), `${words.join(" ")}\n${stderr}`);
    }
  }),
);

test("data arrives whole at a slow reader, and one that stops reading is no error", POSIX, () =>
  withTmp(async (folder) => {
    const many = Array.from({ length: 200 }, (_, index) => `  b${index}: {command: uvx, args: [x]}\n`);
    writeTree(folder, "config.yaml", `backends:\n${many.join("")}`);
    const whole = await argusInto("| (sleep 1; cat)", ["plan", "--json"], folder);
    assert.ok(whole.stdout.length > 200_000, `${whole.stdout.length}`);
    assert.equal(JSON.parse(whole.stdout).length, 200);
    const cut = await argusInto("| head -c 1", ["plan", "--json"], folder);
    assert.deepEqual([cut.code, cut.stdout, cut.stderr], [0, "[", ""]);
  }),
);

test(
  "a command in a folder that was removed says so, and looks nowhere else",
  // Deno does not start there.
  { skip: process.platform === "win32" || "deno" in process.versions },
  () =>
    withTmp(async (folder) => {
      writeTree(folder, "there/config.yaml", "backends: { own: { command: cat } }\n");
      const config = join(folder, "config.yaml");
      writeTree(folder, "config.yaml", "backends: { own: { command: cat } }\n");
      const inRemoved = (...words: string[]) =>
        run("sh", ["-c", 'cd "$1" && rm -r "$1" && shift && exec "$@"', "sh", join(folder, "there"), ...words]);
      for (const words of [["validate"], ["run", "own"], ["run", "own", "--config", config], ["run", "--", "cat"]]) {
        mkdirSync(join(folder, "there"), { recursive: true });
        const ended = await inRemoved(...argusWords(), ...words);
        const said = "argus: error: the current folder is gone: it was removed [usage/no-folder]";
        assert.deepEqual([ended.code, ended.stdout], [2, ""]);
        assert.equal(ended.stderr, `${said}\n  hint: cd to a folder that exists\n`);
      }
      mkdirSync(join(folder, "there"));
      assert.equal((await inRemoved(...argusWords(), "--help")).code, 0);
    }),
);

test("what people read has the terminal's own colour", async () => {
  const { stderr } = await argus(["bild"], { env: cleanEnv({ FORCE_COLOR: "1", NO_COLOR: "" }) });
  assert.match(stderr, /^argus: error: unknown command/);
});

test("a word of the command line never reaches the terminal as a control character", async () => {
  for (const words of [
    ["x\u001b[31m"],
    ["run", "a", "x\u001b[31m"],
    ["plan", "--x\u009b"],
    ["validate", "-c", "b\n\u202e"],
  ]) {
    const { code, stderr } = await argus(words);
    assert.equal(code, 2);
    assert.match(stderr, /^argus: error: [^\n]*\\u[^\n]*\n {2}hint: [^\n]*\n$/, JSON.stringify(words));
    assert.doesNotMatch(stderr, /[\u001b\u009b\u202e]/);
  }
});

test("--verbose shows no stack for a mistake of the user", async () => {
  const { code, stderr } = await argus(["validate", "--verbose", "-c", "/nowhere/x.yaml"]);
  assert.equal(code, 2);
  assert.match(stderr, /^argus: error: .*\n {2}hint: .*\n$/);
});

test("after -- stand words of the server: they never steer argus", async () => {
  const { code, stdout, stderr } = await argus(["run", "x", "-c", "/nowhere/x.yaml", "--", "--json", "--version"]);
  assert.deepEqual([code, stdout], [2, ""]);
  assert.match(stderr, /config\/not-found/);
});

test("wrong usage is one clear error with exit code 2, and as JSON with --json", async () => {
  for (const [words, code, says] of USAGE) {
    const asText = await argus(words);
    assert.equal(asText.code, 2, words.join(" "));
    assert.equal(asText.stdout, "", words.join(" "));
    assert.ok(
      asText.stderr.includes(`[${code}]`) && asText.stderr.includes(says),
      `${words.join(" ")}\n${asText.stderr}`,
    );
    assert.ok(!/\n\s+at /.test(asText.stderr), "no stack trace");
    if (words[0] === "run") continue;
    const asJson = await argus(["--json", ...words]);
    assert.equal(asJson.code, 2, words.join(" "));
    if (words.at(-1) === "--config") continue;
    const { error } = JSON.parse(asJson.stdout);
    assert.equal(error.code, code, words.join(" "));
    assert.ok(error.message.includes(says), error.message);
  }
});

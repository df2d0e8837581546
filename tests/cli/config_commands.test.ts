/** validate, schema and init as a user meets them: streams, exit codes, JSON. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { test } from "node:test";
import { argus, argusWords, cleanEnv, run } from "../support/proc.ts";
import { withTmp, writeTree } from "../support/tmp.ts";

type Problem = Readonly<Record<"code" | "hint", string> & Record<"column", number>>;

const GOOD =
  'backends:\n  a:\n    command: uvx\n    args: ["mcp-server-time"]\n  b:\n    type: sse\n    url: https://example.com/sse\n';
const BAD = 'backends:\n  a:\n    command: uvx\n    args: ["${NOPE}"]\n    memory: 1g\n';

test("validate of a good config says so on stderr and nothing on stdout", () =>
  withTmp(async (folder) => {
    writeTree(folder, "config.yaml", GOOD);
    const ended = await argus(["validate"], { cwd: folder });
    assert.deepEqual([ended.code, ended.stdout, ended.stderr], [0, "", "config.yaml: 2 backends, no problems\n"]);
  }));

test(
  "a config that is no file, or far too large, is one error and not waited for",
  {
    skip: process.platform === "win32",
  },
  () =>
    withTmp(async (folder) => {
      execFileSync("mkfifo", [join(folder, "pipe.yaml")]);
      writeTree(folder, "large.yaml", "#".repeat(10 * 2 ** 20 + 1));
      symlinkSync("loop.yaml", join(folder, "loop.yaml"));
      const rows = [
        ["pipe.yaml", "config/not-a-file"],
        ["/dev/zero", "config/not-a-file"],
        ["large.yaml", "config/too-large"],
        ["loop.yaml", "config/unreadable"],
        [".", "config/is-folder"],
      ] as const;
      for (const [file, code] of rows) {
        const ended = await argus(["validate", "--config", file], { cwd: folder, timeoutMs: 60_000 });
        assert.equal(ended.code, 2, ended.stderr);
        assert.match(ended.stderr, new RegExp(`^argus: error: .*\\[${code}\\]\n  hint: .*\n$`));
        assert.doesNotMatch(ended.stderr, /E[A-Z]{4,}/);
      }
      for (const [words, env] of [
        [["--config", "-"], {}],
        [["-c-"], {}],
        [[], { ARGUS_CONFIG: "-" }],
      ] as const) {
        const ended = await argus(["validate", ...words], { cwd: folder, env: cleanEnv(env) });
        assert.deepEqual([ended.code, ended.stdout], [2, ""]);
        assert.match(
          ended.stderr,
          /^argus: error: the config is not read from standard input \(named by .*\[usage\/no-config\]\n/,
        );
      }
      const piped = "argus validate --config <(cat config.yaml)";
      writeTree(folder, "config.yaml", GOOD);
      const ended = await run("bash", ["-c", piped.replace("argus", '"$@"'), "bash", ...argusWords()], { cwd: folder });
      assert.match(ended.stderr, /^\/dev\/fd\/\d+: 2 backends, no problems\n$/);
    }),
);

test("validate prints each problem with its place and hint, and exits with 2", () =>
  withTmp(async (folder) => {
    writeTree(folder, "x.yaml", BAD);
    const ended = await argus(["validate", "--config", "x.yaml"], { cwd: folder });
    assert.deepEqual([ended.code, ended.stdout], [2, ""]);
    const lines = [
      'x.yaml:4:12: error: backend "a": args[0]: the variable NOPE is not set [config/unset-variable]',
      "  hint: set NOPE, or give a default: ${NOPE:-…}; without it: `argus validate --allow-unset`",
      'x.yaml:5:5: error: unknown key "memory" in backend "a" [config/unknown-key]',
      '  hint: move it under "container:"',
    ];
    for (const line of lines) assert.ok(ended.stderr.split("\n").includes(line), `${line}\n---\n${ended.stderr}`);
  }));

test("validate --json is the shape that scripts rely on", () =>
  withTmp(async (folder) => {
    writeTree(folder, "config.yaml", BAD);
    const ended = await argus(["validate", "--json"], { cwd: folder });
    assert.deepEqual([ended.code, ended.stderr], [2, ""]);
    const { file, ok, problems } = JSON.parse(ended.stdout);
    assert.deepEqual([file, ok], ["config.yaml", false]);
    const unknown = problems.find(({ code }: { code: string }) => code === "config/unknown-key");
    assert.deepEqual(unknown, {
      severity: "error",
      code: "config/unknown-key",
      message: 'unknown key "memory" in backend "a"',
      hint: 'move it under "container:"',
      file: "config.yaml",
      line: 5,
      column: 5,
      backend: "a",
    });
    writeTree(folder, "config.yaml", GOOD);
    const good = await argus(["validate", "--json"], { cwd: folder });
    assert.deepEqual([good.code, JSON.parse(good.stdout)], [0, { file: "config.yaml", ok: true, problems: [] }]);
  }));

test("validate --allow-unset accepts variables that are not set", () =>
  withTmp(async (folder) => {
    writeTree(folder, "config.yaml", 'backends:\n  a:\n    command: uvx\n    args: ["x"]\n    env: {A: "${NOPE}"}\n');
    assert.equal((await argus(["validate"], { cwd: folder })).code, 2);
    assert.equal((await argus(["validate", "--allow-unset"], { cwd: folder })).code, 0);
  }));

/** Commands with what each says about a variable of env and one of args that are not set. */
const UNSET: readonly [words: readonly string[], env: string, args: string][] = [
  [["build"], "; an image does not need it: `argus build --allow-unset`", ""],
  [["validate"], "; without it: `argus validate --allow-unset`", "; without it: `argus validate --allow-unset`"],
  ...(["env", "args"] as const).map((name): [string[], string, string] => {
    const hint = "; for a client, put it into `env` of this server in the client's config";
    return name === "env" ? [["run", name], hint, ""] : [["run", name], "", hint];
  }),
];

test("what is to be done about a variable that is not set is told for the command that needs it", () =>
  withTmp(async (folder) => {
    const text =
      'backends:\n  env: {command: uvx, args: [x], env: {A: "${NOPE}"}}\n  args: {command: uvx, args: [x, "${NADA}"]}\n';
    writeTree(folder, "config.yaml", text);
    for (const [words, env, args] of UNSET) {
      const { code, stderr } = await argus(words, { cwd: folder });
      assert.equal(code, 2, stderr);
      const hints = stderr.split("\n").filter((line) => line.startsWith("  hint: set "));
      const expected = [
        `  hint: set NOPE, or give a default: \${NOPE:-…}${env}`,
        `  hint: set NADA, or give a default: \${NADA:-…}${args}`,
      ];
      const used = words[0] === "run" ? expected.filter((line) => line.includes(";")) : expected;
      for (const line of used) assert.ok(hints.includes(line), `${words.join(" ")}: ${line}\n---\n${stderr}`);
      assert.equal(stderr.startsWith("argus: nothing is built, for the config has errors:\n"), words[0] === "build");
    }
  }));

test("validate also plans: a local file is an error with its place", () =>
  withTmp(async (folder) => {
    writeTree(folder, "config.yaml", "backends:\n  a:\n    command: node\n    args: [dist/index.js]\n");
    const ended = await argus(["validate", "--json"], { cwd: folder });
    const { problems } = JSON.parse(ended.stdout);
    assert.equal(ended.code, 2);
    assert.equal(problems.length, 1);
    assert.equal(problems[0].severity, "error");
    assert.equal(problems[0].backend, "a");
    assert.ok(problems[0].line >= 2 && problems[0].hint, ended.stdout);
  }));

test("a backend that will run without isolation is a warning with the reason, and an error where isolation is required", () =>
  withTmp(async (folder) => {
    const backends = (flags: string) =>
      `${flags}backends:\n  comma: {command: "uvx,", args: [x]}\n  quoted: {command: “uvx”, args: [x]}\n  shell: {command: bash}\n` +
      "  docker: {command: docker, args: [run, -i, image]}\n  off: {command: bash, container: {enabled: false}}\n  fine: {command: uvx, args: [x]}\n";
    writeTree(folder, "config.yaml", backends(""));
    const problemsOf = async (env: Record<string, string>) => {
      const { code, stdout } = await argus(["validate", "--json"], { cwd: folder, env: cleanEnv(env) });
      const { problems } = JSON.parse(stdout);
      const rows = problems.map((each: Record<string, string>) => [each.severity, each.code, each.backend]);
      return { code, rows, hints: problems.map(({ hint }: { hint: string }) => hint), problems };
    };
    const rows = (severity: string, names: readonly string[]) =>
      names.map((name) => [severity, "config/no-isolation", name]);
    const told = await problemsOf({});
    assert.deepEqual([told.code, told.rows], [0, rows("warning", ["comma", "quoted", "shell", "docker"])]);
    const { message, line, column } = told.problems[0];
    assert.deepEqual(
      [message, line, column],
      ['backend "comma" would run without isolation: no recipe for the command "uvx,"', 2, 20],
    );
    assert.deepEqual(told.hints.slice(0, 2), ['did you mean "uvx"?', 'did you mean "uvx"?']);
    assert.match(told.hints[2], /container\.enabled: false/);
    assert.match(told.hints[3], /container\.dockerfile .* FROM image and the ENTRYPOINT .* args: \[\]$/);
    const required = await problemsOf({ ARGUS_REQUIRE_ISOLATION: "true" });
    assert.deepEqual([required.code, required.rows], [2, rows("error", ["comma", "quoted", "shell", "docker", "off"])]);
    writeTree(folder, "config.yaml", backends("feature_flags: {require_isolation: true}\n"));
    assert.deepEqual((await problemsOf({})).rows, required.rows);
    writeTree(folder, "config.yaml", backends("feature_flags: {container_isolation: false}\n"));
    assert.deepEqual((await problemsOf({})).rows, []);
  }));

test(
  "a path of this machine in args that no volume covers is a warning with the volume to add",
  { skip: process.platform === "win32" },
  () =>
    withTmp(async (folder) => {
      // Not the folder itself: images have a /tmp, too.
      const there = "/home";
      const config = (args: readonly string[], container = "{}") =>
        writeTree(
          folder,
          "config.yaml",
          `backends:\n  a:\n    command: uvx\n    args: ${JSON.stringify(["x", ...args])}\n    container: ${container}\n`,
        );
      const warned = async (home = there): Promise<(readonly [number, string])[]> => {
        const { stdout } = await argus(["validate", "--json"], { cwd: folder, env: cleanEnv({ HOME: home }) });
        const found = JSON.parse(stdout).problems.filter(({ code }: Problem) => code === "config/unmounted-path");
        return found.map(({ column, hint }: Problem) => [column, hint] as const);
      };
      config([
        "~",
        there,
        `--root=${there}`,
        "${HOME}",
        `${there}/nope-1f`,
        "~/nope-1f",
        "C:/Users",
        folder,
        "/etc/passwd",
        "/",
        "/home/nonroot",
      ]);
      const whole =
        'mount only the folder that it needs: add container.volumes: ["~/FOLDER:/data:ro"] and write /data here';
      const hint = (shown: string) => `add container.volumes: ["${shown}:${shown}:ro"]`;
      const absent =
        'make a folder for it, add container.volumes: ["~/mcp-data:/data:rw"] and write /data/nope-1f here';
      const found = await warned();
      assert.deepEqual(found, [
        [16, whole],
        [20, whole],
        [28, whole],
        [43, whole],
        [53, absent],
        [69, absent],
        [81, "write a path of this machine, and mount it"],
      ]);
      // Another home, so that it is none itself.
      config([there, `--root=${there}`]);
      assert.deepEqual(await warned("/nope-1f"), [
        [16, hint(there)],
        [24, hint(there)],
      ]);
      config([`~${there}`]);
      const written = `\${HOME}${there}`;
      assert.deepEqual(await warned("/"), [[16, `write ${written}, for ~ is text here, and ${hint(written)}`]]);
      config([there, `${there}/..${there}`], `{volumes: ["${there}:${there}:ro"]}`);
      assert.deepEqual(await warned(), []);
      config([there, `${there}/..${there}`], `{volumes: ["${there}:/data:ro"]}`);
      const mounted = "write /data, where the server has it";
      assert.deepEqual(
        (await warned()).map(([, each]) => each),
        [mounted, mounted],
      );
      writeTree(folder, "x.dockerfile", "FROM x\n");
      config([`${there}/nope-1f`, there], "{dockerfile: x.dockerfile}");
      assert.deepEqual(
        (await warned()).map(([, each]) => each),
        [absent, whole],
      );
      config([there, "~/nope-1f", "C:/Users"], "{dockerfile: x.dockerfile}");
      assert.deepEqual(
        (await warned("/nope-1f")).map(([column]) => column),
        [24, 36],
      );
      config(["\\\\d+"]);
      assert.deepEqual(await warned(), []);
      for (const words of [`"-v", "${there}:${there}"`, `"--tmpfs=${there}"`]) {
        config([there], `{extra_args: [${words}]}`);
        assert.deepEqual(await warned(), []);
      }
      config([there], "{enabled: false}");
      assert.deepEqual(await warned(), []);
      config([there], "{runtime: kubernetes}");
      assert.match((await warned())[0]?.[1] ?? "", /^the server sees/);
    }),
);

test("folders that a config mounts and that are not there are warnings, a Dockerfile that is not there an error", () =>
  withTmp(async (folder) => {
    const text = (there: string) =>
      `backends:\n  a:\n    command: uvx\n    args: [x]\n    container: {volumes: ["${there}:/data", "named-volume:/x"]}\n  b:\n    command: python\n    container: {dockerfile: b.dockerfile}\n`;
    writeTree(folder, "config.yaml", text(join(folder, "nope")));
    const absent = await argus(["validate", "--json"], { cwd: folder });
    const found = JSON.parse(absent.stdout).problems.map((problem: Record<string, unknown>) => [
      problem.severity,
      problem.code,
      problem.line,
    ]);
    assert.deepEqual(
      [absent.code, found],
      [
        2,
        [
          ["warning", "config/absent-source", 5],
          ["error", "config/dockerfile-absent", 8],
        ],
      ],
    );
    writeTree(folder, "config.yaml", text(folder));
    writeTree(folder, "b.dockerfile/inside", "");
    const unfit = await argus(["validate", "--json"], { cwd: folder });
    assert.match(JSON.parse(unfit.stdout).problems[0].message, /b\.dockerfile is no file$/);
    rmSync(join(folder, "b.dockerfile"), { recursive: true });
    writeTree(folder, "b.dockerfile", "FROM scratch\n");
    const there = await argus(["validate", "--json"], { cwd: folder });
    assert.deepEqual(JSON.parse(there.stdout).problems, []);
  }));

test(
  "validate and plan say the same of a Dockerfile that is not there or leads out",
  { skip: process.platform === "win32" },
  () =>
    withTmp(async (folder) => {
      writeTree(folder, "outside", "FROM scratch\n");
      writeTree(
        folder,
        "c/config.yaml",
        "backends:\n  b:\n    command: x\n    container: {dockerfile: b.dockerfile}\n",
      );
      const cwd = join(folder, "c");
      const told = async (code: string) => {
        const [validated, planned] = await Promise.all(
          ["validate", "plan"].map((word) => argus([word, "--json"], { cwd })),
        );
        assert.deepEqual([validated!.code, planned!.code], [2, 2]);
        const [problem] = JSON.parse(validated!.stdout).problems;
        const { error } = JSON.parse(planned!.stdout);
        assert.deepEqual(
          [problem.code, problem.message, problem.hint, `${problem.file}:${problem.line}:${problem.column}`],
          [code, error.message, error.hint, error.where],
        );
      };
      await told("config/dockerfile-absent");
      symlinkSync("../outside", join(cwd, "b.dockerfile"));
      await told("config/dockerfile-outside");
    }),
);

test("the config is found by flag, variable, working directory, user's folder, in this order", () =>
  withTmp(async (folder) => {
    const xdg = join(folder, "xdg");
    const [flag, variable] = [writeTree(folder, "flag.yaml", GOOD), writeTree(folder, "variable.yaml", GOOD)];
    const found = async (args: readonly string[], env: Record<string, string>, cwd: string) => {
      const ended = await argus(["validate", "--json", ...args], {
        cwd,
        env: cleanEnv({ HOME: folder, XDG_CONFIG_HOME: xdg, ...env }),
      });
      return JSON.parse(ended.stdout).file ?? JSON.parse(ended.stdout).error.code;
    };
    const empty = join(folder, "empty");
    mkdirSync(empty);
    assert.equal(await found([], {}, empty), "config/not-found");
    if (process.platform === "linux") {
      const own = writeTree(xdg, "argus/config.yaml", GOOD);
      assert.equal(await found([], {}, empty), own);
    }
    writeTree(empty, "config.yml", GOOD);
    assert.equal(await found([], {}, empty), "config.yml");
    writeTree(empty, "config.yaml", GOOD);
    assert.equal(await found([], {}, empty), "config.yaml");
    assert.equal(await found([], { ARGUS_CONFIG: variable }, empty), variable);
    assert.equal(await found(["--config", flag], { ARGUS_CONFIG: variable }, empty), flag);
  }));

test(
  "where no config is found, one under another name is told, else where to write one",
  { skip: process.platform === "win32" },
  () =>
    withTmp(async (folder) => {
      const [empty, user] = [join(folder, "empty"), join(folder, "home")];
      mkdirSync(empty);
      const env = cleanEnv({ HOME: user, XDG_CONFIG_HOME: join(user, ".config") });
      const hintOf = async (...words: string[]) => {
        const { code, stderr } = await argus(words, { cwd: empty, env });
        assert.equal(code, 2);
        const [first = "", hint] = stderr.split("\n");
        assert.match(first, /no config found; looked for .* \[config\/not-found\]$/);
        return hint;
      };
      const own =
        process.platform === "darwin"
          ? join(user, "Library/Application Support/argus/config.yaml")
          : join(user, ".config/argus/config.yaml");
      const init = `argus init ${own.includes(" ") ? `'${own}'` : own} writes one to start from, or name yours with --config`;
      assert.equal(await hintOf("validate"), `  hint: ${init}`);
      assert.equal(await hintOf("run", "time"), `  hint: ${init}; without any: argus run -- uvx PACKAGE`);
      writeTree(empty, "config.json", GOOD);
      assert.equal(await hintOf("plan"), "  hint: there is config.json in this folder: --config config.json takes it");
      const dotted = writeTree(user, ".argus/config.yaml", GOOD);
      assert.equal(await hintOf("plan"), `  hint: there is ${dotted}: move it to ${own}, or --config ${dotted}`);
      for (const name of ["config.json", "config.yml"]) {
        const other = writeTree(user, `.config/argus/${name}`, GOOD);
        assert.equal(await hintOf("plan"), `  hint: there is ${other}: rename it to config.yaml, or --config ${other}`);
      }
    }),
);

test("a config that cannot be read is one clear error", () =>
  withTmp(async (folder) => {
    const absent = await argus(["validate", "--config", "nope.yaml"], { cwd: folder });
    assert.deepEqual([absent.code, absent.stdout], [2, ""]);
    assert.match(
      absent.stderr,
      /there is no config nope\.yaml \(named by --config\) \[config\/not-found\]\n {2}hint: argus init nope\.yaml/,
    );
    const isFolder = await argus(["validate", "--config", folder], { cwd: folder });
    assert.deepEqual([isFolder.code, isFolder.stderr.includes("[config/is-folder]")], [2, true]);
    writeFileSync(join(folder, "utf16.yaml"), Buffer.from(`\uFEFF${GOOD}`, "utf16le"));
    const utf16 = await argus(["validate", "--config", "utf16.yaml"], { cwd: folder });
    assert.equal(utf16.code, 2);
    assert.match(utf16.stderr, /utf16\.yaml:1:1: error: the file is UTF-16/);
  }));

test("a command to paste keeps a file with a blank in its name in one piece", () =>
  withTmp(async (folder) => {
    const { stderr } = await argus(["validate", "--config", "my config.yaml"], { cwd: folder });
    assert.match(stderr, /\n {2}hint: argus init 'my config\.yaml' writes one/);
    const made = await argus(["init", "my config.yaml"], { cwd: folder });
    assert.match(made.stderr, /next: (argus (validate|build) --config 'my config\.yaml', ){2}then/);
    writeTree(folder, "my folder/x", "");
    const isFolder = await argus(["validate", "--config", "my folder"], { cwd: folder });
    assert.match(isFolder.stderr, /--config 'my folder\/config\.yaml'\n/);
    writeTree(folder, "my config.yaml", "backends: 1\n");
    const doctor = await argus(["doctor", "--json", "--config", "my config.yaml"], {
      cwd: folder,
      env: cleanEnv({ ARGUS_ENGINE_PATH: folder }),
    });
    assert.ok(doctor.stdout.includes(`"argus validate --config 'my config.yaml'"`), doctor.stdout);
  }));

test("a variable of argus with a bad word is an error that names it", () =>
  withTmp(async (folder) => {
    writeTree(folder, "config.yaml", GOOD);
    const ended = await argus(["validate"], { cwd: folder, env: cleanEnv({ ARGUS_CONTAINER_ISOLATION: "perhaps" }) });
    assert.equal(ended.code, 2);
    assert.match(ended.stderr, /ARGUS_CONTAINER_ISOLATION must be .* \[config\/bad-setting\]/);
  }));

test("init writes a config that validates, and never writes over one", () =>
  withTmp(async (folder) => {
    const made = await argus(["init"], { cwd: folder });
    assert.deepEqual([made.code, made.stdout], [0, ""]);
    const file = join(folder, "config.yaml");
    const before = readFileSync(file, "utf8");
    const [, forClient = ""] = made.stderr.split("\n");
    assert.deepEqual(JSON.parse(forClient), {
      mcpServers: { time: { command: "argus", args: ["run", "time", "--config", file] } },
    });
    if (process.platform !== "win32") assert.equal(statSync(file).mode & 0o133, 0);
    const valid = await argus(["validate"], { cwd: folder });
    assert.deepEqual([valid.code, valid.stderr], [0, "config.yaml: 1 backend, no problems\n"]);
    const again = await argus(["init"], { cwd: folder });
    assert.deepEqual([again.code, again.stderr.includes("[init/exists]")], [1, true]);
    assert.equal(readFileSync(file, "utf8"), before);
    const other = await argus(["init", "other.yaml", "--json"], { cwd: folder });
    assert.deepEqual([other.code, JSON.parse(other.stdout)], [0, { file: "other.yaml" }]);
  }));

test("init makes the folder of its file, and names what is in the way of it", () =>
  withTmp(async (folder) => {
    assert.equal((await argus(["init", "new/argus/config.yaml"], { cwd: folder })).code, 0);
    assert.ok(readFileSync(join(folder, "new/argus/config.yaml"), "utf8").includes("backends:"));
    const ended = await argus(["init", "new/argus/config.yaml/x.yaml"], { cwd: folder });
    assert.equal(ended.code, 1);
    assert.match(
      ended.stderr,
      /^argus: error: cannot write new\/argus\/config\.yaml\/x\.yaml: .*a file where its folder must be \[init\/failed\]/,
    );
  }));

test("init refuses a folder, and a name that says JSON, and leaves nothing", () =>
  withTmp(async (folder) => {
    for (const [name, says, hint] of [
      ["sub/dir/", "sub/dir/ is a folder", "sub/dir/config.yaml"],
      [".", ". is a folder", "config.yaml"],
      ["sub/x.json", "argus init writes YAML, and sub/x.json is called JSON", "sub/x.yaml"],
    ] as const) {
      const ended = await argus(["init", name], { cwd: folder });
      const stderr = ended.stderr.replaceAll("\\", "/");
      const expected = `argus: error: ${says} [usage/init-file]\n  hint: argus init ${hint}\n`;
      assert.deepEqual([ended.code, stderr, readdirSync(folder)], [2, expected, []]);
    }
  }));

test("init that cannot write all of its file leaves none, and says why", { skip: process.platform === "win32" }, () =>
  withTmp(async (folder) => {
    // What a full disk does, for a user who cannot mount one.
    const limited = 'trap "" XFSZ; ulimit -f 1; exec "$@"';
    const ended = await run("bash", ["-c", limited, "bash", ...argusWords(), "init"], { cwd: folder });
    assert.equal(ended.code, 1);
    assert.match(ended.stderr, /^argus: error: cannot write config\.yaml: file too large \[init\/failed\]\n/);
    assert.deepEqual(readdirSync(folder), []);
    symlinkSync("nowhere/x", join(folder, "dangling.yaml"));
    const dangling = await argus(["init", "dangling.yaml"], { cwd: folder });
    assert.match(dangling.stderr, /^argus: error: cannot write dangling\.yaml: a link to nothing stands there/);
  }),
);

test("what init has in comments is valid too", () =>
  withTmp(async (folder) => {
    await argus(["init"], { cwd: folder });
    const file = join(folder, "config.yaml");
    const lines = readFileSync(file, "utf8").split("\n");
    const start = lines.findIndex((line) => line.startsWith("  # github:"));
    const all = lines.map((line, index) => (index >= start && line.startsWith("  # ") ? `  ${line.slice(4)}` : line));
    writeFileSync(file, all.join("\n"));
    const env = cleanEnv({ HOME: folder, GITHUB_TOKEN: "x" });
    const ended = await argus(["validate", "--json"], { cwd: folder, env });
    const { problems } = JSON.parse(ended.stdout);
    assert.deepEqual(
      problems.map(({ code }: { code: string }) => code),
      ["config/absent-source"],
    );
  }));

test("what a config would do to a terminal is shown as text, and exact as JSON", () =>
  withTmp(async (folder) => {
    const args = ["time", "\u001b]0;title\u0007", "a\nb"];
    writeTree(folder, "config.yaml", JSON.stringify({ backends: { a: { command: "own-server", args } } }));
    const [text, json] = await Promise.all(
      [["plan"], ["plan", "--json"]].map((words) => argus(words, { cwd: folder })),
    );
    const shown = String.raw`  run      own-server time '\u001b]0;title\u0007' 'a\u000ab'`;
    assert.ok(text!.stdout.includes(`\n${shown}\n`), text!.stdout);
    assert.deepEqual(JSON.parse(json!.stdout)[0].run.command, ["own-server", ...args]);
  }));

test("plan prints what can be planned, an error for each other backend, and as JSON the first of them alone", () =>
  withTmp(async (folder) => {
    const local = "command: node, args: [server.js]";
    writeTree(folder, "config.yaml", `backends:\n  x: {${local}}\n  a: {command: own}\n  y: {${local}}\n`);
    const text = await argus(["plan"], { cwd: folder });
    assert.deepEqual([text.code, text.stdout.split("\n")[0]], [2, 'a: bare, no recipe for the command "own"']);
    const errors = text.stderr.split("\n").filter((line) => line.startsWith("argus: error: "));
    assert.deepEqual(
      errors.map((line) => /config\.yaml:(\d+):.*\[(.*)\]$/.exec(line)?.slice(1)),
      [
        ["2", "config/local-project"],
        ["4", "config/local-project"],
      ],
    );
    const json = await argus(["plan", "--json"], { cwd: folder });
    assert.deepEqual([json.code, JSON.parse(json.stdout).error.code], [2, "config/local-project"]);
    const named = await argus(["plan", "x"], { cwd: folder });
    assert.deepEqual([named.code, named.stdout, named.stderr.includes("[config/local-project]")], [2, "", true]);
    // Without a name the rest of the config says nothing about it.
    const dockerfile = await argus(["plan", "--dockerfile"], { cwd: folder });
    assert.deepEqual([dockerfile.code, dockerfile.stderr.includes("[usage/which-backend]")], [2, true]);
  }));

test("plan --dockerfile --json is the Dockerfile as a JSON string", () =>
  withTmp(async (folder) => {
    writeTree(folder, "config.yaml", GOOD);
    const [whole, alone, text] = await Promise.all(
      [["--json"], ["--dockerfile", "--json"], ["--dockerfile"]].map((flags) =>
        argus(["plan", "a", ...flags], { cwd: folder }),
      ),
    );
    const dockerfile = JSON.parse(alone!.stdout);
    assert.equal(dockerfile, JSON.parse(whole!.stdout)[0].dockerfile);
    assert.equal(text!.stdout, `${dockerfile.trimEnd()}\n`);
  }));

test("schema prints JSON Schema", async () => {
  const ended = await argus(["schema"]);
  assert.deepEqual([ended.code, ended.stderr], [0, ""]);
  const schema = JSON.parse(ended.stdout);
  assert.equal(schema.$schema, "https://json-schema.org/draft/2020-12/schema");
  assert.deepEqual(schema.required, ["backends"]);
});

test("a backend that is not there is told with the one that was meant, and errors of others only warn", () =>
  withTmp(async (folder) => {
    writeTree(folder, "config.yaml", `${GOOD}  c: {command: uvx, nonsense: 1}\n  time: {command: uvx, args: [x]}\n`);
    const ended = await argus(["plan", "tmie"], { cwd: folder });
    assert.equal(ended.code, 2);
    assert.equal(
      ended.stderr,
      "argus: warning: other backends of config.yaml have errors; argus validate lists them\n" +
        'argus: error: no backend "tmie" in config.yaml; it has a, b, c, time [usage/unknown-backend]\n' +
        '  hint: did you mean "time"?\n',
    );
  }));

test("the secret that another backend lacks is no word of a run, and its name is known", () =>
  withTmp(async (folder) => {
    writeTree(folder, "config.yaml", `${GOOD}  github: {command: uvx, args: [x], env: {TOKEN: "\${GITHUB_TOKEN}"}}\n`);
    const env = cleanEnv({ HOME: folder, ARGUS_ENGINE_PATH: folder });
    const other = await argus(["run", "b"], { cwd: folder, env });
    assert.match(other.stderr, /^argus: error: backend "b" is remote[^\n]*\n {2}hint: [^\n]*\n$/);
    const own = await argus(["run", "github"], { cwd: folder, env });
    assert.match(own.stderr, /GITHUB_TOKEN is not set \[config\/unset-variable\]/);
    assert.equal(own.code, 2);
    const misspelt = await argus(["run", "githb"], { cwd: folder, env });
    assert.match(misspelt.stderr, /^argus: error: no backend "githb" in config\.yaml; it has a, b, github \[/);
    assert.match(misspelt.stderr, /did you mean "github"\?/);
  }));

test("a backend whose name is bad is told so, cut where a value could begin, also in JSON", () =>
  withTmp(async (folder) => {
    writeTree(folder, "config.yaml", "backends:\n  TOKEN=hunter2: {command: uvx, args: [x]}\n");
    const ended = await argus(["plan", "TOKEN=hunter2", "--json"], { cwd: folder });
    assert.match(ended.stdout, /"message":"\\"TOKEN=…\\" is no name for a backend"/);
    assert.doesNotMatch(ended.stdout + ended.stderr, /hunter2/);
  }));

test("a backend that is not there, and like none of many, is told with some of them and where the others are", () =>
  withTmp(async (folder) => {
    const many = Array.from({ length: 22 }, (_, index) => `  b${index}: {command: uvx, args: [x]}\n`);
    writeTree(folder, "config.yaml", `backends:\n${many.join("")}`);
    const { stderr } = await argus(["plan", "nothing-like-it"], { cwd: folder });
    assert.match(stderr, /; it has b0, b1, .*, b19 and 2 more \[usage\/unknown-backend\]\n/);
    assert.match(stderr, /hint: argus plan shows every backend\n$/);
  }));

test("a config whose name is empty is no file", async () => {
  for (const words of [["-c", ""], ["--config="]]) {
    const { code, stderr } = await argus(["validate", ...words]);
    assert.equal(code, 2);
    assert.match(stderr, /^argus: error: --config names no file \[usage\/no-config\]\n/);
  }
});

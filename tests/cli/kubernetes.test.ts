/** A cluster that is named and cannot be used is an error, never a bare run; nobody asks one that is not named. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { test } from "node:test";
import { argus, cleanEnv } from "../support/proc.ts";
import { withTmp, writeTree } from "../support/tmp.ts";

const POSIX = { skip: process.platform === "win32" ? "the fakes are shell scripts" : false };

/** A folder with a config and a kubectl that fails with these words. */
function prepare(folder: string, words: string | undefined, container = "runtime: kubernetes"): Record<string, string> {
  mkdirSync(join(folder, "bin"));
  if (words !== undefined) {
    writeTree(folder, "words", words);
    const script = `#!/bin/sh\necho "$@" >>'${folder}/calls'\ncat '${folder}/words' >&2\nexit 1\n`;
    writeTree(folder, "bin/kubectl", script, 0o755);
  }
  writeTree(
    folder,
    "config.yaml",
    `backends:\n  time: { command: touch, args: [${folder}/ran], container: { ${container} } }\n`,
  );
  writeTree(folder, "Dockerfile", "FROM scratch\n");
  return cleanEnv({ ARGUS_ENGINE_PATH: join(folder, "bin"), DOCKER_HOST: "fd://none" });
}

const NAMED = "runtime: kubernetes, dockerfile: Dockerfile";

for (const [about, words, code, error] of [
  ["without kubectl", undefined, 3, "absent/kubectl"],
  [
    "without a cluster",
    "The connection to the server 127.0.0.1:1 was refused - did you specify the right host or port?",
    3,
    "kubernetes/no-cluster",
  ],
  [
    "without rights",
    'Error from server (Forbidden): pods is forbidden: User "me" cannot create resource "pods" in API group "" in the namespace "argus"',
    1,
    "kubernetes/forbidden",
  ],
  [
    "with a quota in the way",
    'Error from server (Forbidden): pods "x" is forbidden: exceeded quota: q, requested: pods=1, used: pods=1, limited: pods=1',
    1,
    "kubernetes/quota",
  ],
] as const) {
  test(`run ${about} is ${error} with exit code ${code}, and nothing runs`, POSIX, () =>
    withTmp(async (folder) => {
      const env = prepare(folder, words, NAMED);
      const ended = await argus(["run", "time", "--config", join(folder, "config.yaml")], { env });
      assert.match(ended.stderr, new RegExp(`\\[${error}\\]`));
      assert.equal(ended.code, code, ended.stderr);
      assert.equal(ended.stdout, "");
      assert.doesNotMatch(ended.stderr, /WITHOUT/);
      assert.ok(!existsSync(join(folder, "ran")));
    }),
  );
}

test("run with a kubectl that cannot be started says so and ends", POSIX, () =>
  withTmp(async (folder) => {
    const env = prepare(folder, "", NAMED);
    writeTree(folder, "bin/kubectl", "#!/nowhere/sh\n", 0o755);
    const ended = await argus(["run", "time", "--config", join(folder, "config.yaml")], { env, timeoutMs: 20_000 });
    assert.match(ended.stderr, /\[absent\/program\]/);
    assert.equal(ended.code, 3, ended.stderr);
  }),
);

test("ps and clean ask no cluster that nobody names, and warn about one that does not answer", POSIX, async () => {
  for (const [container, asked] of [
    ["runtime: docker", false],
    ["runtime: kubernetes", true],
  ] as const) {
    await withTmp(async (folder) => {
      const env = prepare(folder, "error: You must be logged in to the server (Unauthorized)", container);
      const listed = await argus(["ps", "--json", "--config", join(folder, "config.yaml")], { env });
      const cleaned = await argus(["clean", "--config", join(folder, "config.yaml")], { env });
      const calls = existsSync(join(folder, "calls")) ? readFileSync(join(folder, "calls"), "utf8") : "";
      assert.equal(calls !== "", asked, calls);
      assert.equal(listed.code, asked ? 3 : 0, listed.stderr);
      assert.equal(cleaned.code, asked ? 3 : 0, cleaned.stderr);
      assert.equal(listed.stdout.trim(), "[]");
      if (asked) assert.match(listed.stderr, /does not accept the login/);
      assert.doesNotMatch(calls, /delete/);
    });
  }
});

const UNKNOWN: readonly (readonly [string, string, Readonly<Record<string, string>>])[] = [
  ["a variable in the global section is not set", 'kubernetes: { context: "${CTX}", namespace: mcp }\n', {}],
  ["a field of the global section is wrong", "kubernetes: { context: mine, namespace: UPPER }\n", {}],
  ["a variable in the backend's own section is not set", "", { own: 'kubernetes: { context: "${CTX}" }' }],
  ["the only backend is wrong", "", { own: "memory: much", runtime: "kubernetes" }],
];

for (const [about, head, { own, runtime }] of UNKNOWN) {
  test(`ps, clean and doctor leave the current cluster alone where ${about}`, POSIX, () =>
    withTmp(async (folder) => {
      const env = prepare(folder, "error: You must be logged in to the server (Unauthorized)");
      const container = ["runtime: kubernetes", ...(own === undefined ? [] : [own])].join(", ");
      const config = writeTree(
        folder,
        "config.yaml",
        `${head}backends:\n  time: { command: uvx, args: [mcp-server-time], container: { ${container} } }\n`,
      );
      for (const command of ["ps", "clean", "doctor"]) {
        const more = runtime === undefined ? {} : { ARGUS_RUNTIME: runtime };
        const ended = await argus([command, "--config", config], { env: { ...env, ...more } });
        const said = `${command}: ${ended.stderr}${ended.stdout}`;
        assert.match(said, /config\.yaml does not say which cluster/);
        if (command !== "doctor") assert.equal(ended.code, 1, said);
        assert.ok(!existsSync(join(folder, "calls")), said);
      }
    }),
  );
}

const KNOWN: readonly (readonly [string, string, string])[] = [
  [
    "what does not choose the cluster",
    'kubernetes: { context: mine, namespace: mcp, registry: "${REG}", labels: { team: "${TEAM}" } }\n',
    "",
  ],
  [
    "what the backend says itself",
    'kubernetes: { context: "${CTX}", namespace: "${NS}" }\n',
    ", kubernetes: { context: mine, namespace: mcp }",
  ],
];

for (const [about, head, own] of KNOWN) {
  test(`ps, clean and doctor ask the cluster where the unset variables are only in ${about}`, POSIX, () =>
    withTmp(async (folder) => {
      const env = prepare(folder, "error: You must be logged in to the server (Unauthorized)");
      const config = writeTree(
        folder,
        "config.yaml",
        `${head}backends:\n  time: { command: uvx, args: [x], container: { runtime: kubernetes${own} } }\n`,
      );
      for (const command of ["ps", "clean", "doctor"]) {
        rmSync(join(folder, "calls"), { force: true });
        const ended = await argus([command, "--config", config], { env });
        const said = `${command}: ${ended.stderr}${ended.stdout}`;
        assert.doesNotMatch(said, /does not say which cluster/);
        const calls = existsSync(join(folder, "calls")) ? readFileSync(join(folder, "calls"), "utf8") : "";
        assert.match(calls, /--context=mine/, said);
      }
    }),
  );
}

test("ps and clean fail where a cluster is named and kubectl is not installed", POSIX, () =>
  withTmp(async (folder) => {
    const env = prepare(folder, undefined);
    for (const command of ["ps", "clean"]) {
      const ended = await argus([command, "--config", join(folder, "config.yaml")], { env });
      assert.match(ended.stderr, /kubectl is not installed/);
      assert.equal(ended.code, 3, `${command}: ${ended.stderr}`);
    }
  }),
);

test(
  "clean removes what other machines have left in the namespace a day after its end, and nothing else of theirs",
  POSIX,
  () =>
    withTmp(async (folder) => {
      const env = prepare(folder, "");
      const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString().replace(/\.\d+/, "");
      const owner = "7:1:another-boot:0:another-machine";
      const object = (kind: string, name: string, created: number, status?: object) => ({
        kind,
        metadata: { name, creationTimestamp: ago(created), annotations: { "argus.owner": owner } },
        status,
      });
      const pod = (name: string, phase: string, changed: number) =>
        object("Pod", name, 3000, { phase, conditions: [{ type: "Ready", lastTransitionTime: ago(changed) }] });
      const ending = pod("ends", "Running", 1000);
      const items = [
        pod("runs", "Running", 1000),
        pod("ended-now", "Succeeded", 5),
        pod("ended-long-ago", "Failed", 1500),
        object("NetworkPolicy", "runs", 3000),
        object("NetworkPolicy", "ends", 3000),
        object("NetworkPolicy", "starts", 5),
        object("NetworkPolicy", "alone", 1500),
        { ...ending, metadata: { ...ending.metadata, deletionTimestamp: ago(1) } },
      ];
      writeTree(folder, "list.json", JSON.stringify({ items }));
      const script = `#!/bin/sh\ncase "$*" in *pods,networkpolicies*) cat '${folder}/list.json' ;; *delete*) echo "$*" >>'${folder}/deleted' ;; esac\n`;
      writeTree(folder, "bin/kubectl", script, 0o755);
      const ended = await argus(["clean", "--json", "--config", join(folder, "config.yaml")], { env });
      assert.equal(ended.code, 0, ended.stderr);
      const { containers } = JSON.parse(ended.stdout) as { containers: { container: string }[] };
      assert.deepEqual(
        containers.map(({ container }) => container),
        ["ended-long-ago", "alone"],
      );
      const deleted = readFileSync(join(folder, "deleted"), "utf8");
      assert.match(deleted, /ended-long-ago alone/);
      assert.doesNotMatch(deleted, /runs|ended-now|starts|ends/);
    }),
);

test("validate finds nothing wrong with a network of none that has to be isolated, for the Pod itself tries it", () =>
  withTmp(async (folder) => {
    const container = "{ runtime: kubernetes, network: none }";
    const text = `feature_flags: { require_isolation: true }\nbackends:\n  a: { command: npx, args: ["-y", x], container: ${container} }\n`;
    const ended = await argus(["validate", "--config", writeTree(folder, "config.yaml", text)], { env: cleanEnv() });
    assert.equal(ended.code, 0, ended.stderr);
  }));

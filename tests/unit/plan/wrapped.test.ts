/** Commands behind a shell or `env`: which are read as themselves, and what is told of those that are not. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { isolationHint } from "../../../src/commands/isolation_hint.ts";
import { argsOf, containerOf, type Line, planOf, refusal, valuesOf } from "./backends.ts";

/** Command line → package, the server's arguments, variables. */
const SEEN: readonly (readonly [Line, string, string, Record<string, string>?])[] = [
  ['bash -c "npx -y foo --x"', "npx-foo", "--x"],
  ['/bin/sh -lc "exec uvx foo a b"', "uvx-foo", "a b"],
  ['zsh -l -c " npx -y foo@1.2 "', "npx-foo", ""],
  ['bash --login -c "A=1 npx -y foo"', "npx-foo", "", { A: "1" }],
  ['cmd.exe /c "npx -y foo" --x', "npx-foo", "--x"],
  ['cmd /d /s /c "npx -y foo"', "npx-foo", ""],
  ["env npx -y foo", "npx-foo", ""],
  [
    ["/usr/bin/env", "A=b c", { shown: "T=${T}", value: "T=SECRET" }, "uvx", "foo"],
    "uvx-foo",
    "",
    { A: "b c", T: "SECRET" },
  ],
  ['env A=1 bash -c "B=2 npx -y foo"', "npx-foo", "", { A: "1", B: "2" }],
];

for (const [line, name, args, env = {}] of SEEN) {
  test(`${typeof line === "string" ? line : line.length} is ${name}`, () => {
    const plan = containerOf(line);
    assert.deepEqual([`${plan.image.recipe}-${plan.image.name}`, argsOf(plan), valuesOf(plan.env)], [name, args, env]);
  });
}

test("a variable before the command shows its reference", () => {
  const { env } = containerOf(["env", { shown: "T=${T}", value: "T=SECRET" }, "uvx", "foo"]);
  assert.equal(env.T?.shown, "${T}");
});

test("an error about a word of a text stands where the text does", () => {
  assert.equal(refusal('bash -c "npx -y -p"').where, "config.yaml:args.1");
  assert.equal(refusal('bash -c "node dist/index.js"').code, "config/local-project");
});

test("argus itself in a shell is refused as its own entry, and not started without end", () => {
  for (const line of ['sh -c "argus run time"', "env A=1 argus run time", 'cmd /c "argus run -- npx foo"']) {
    assert.equal(refusal(line).code, "config/own-entry", line);
  }
  assert.equal(planOf('sh -c "argus serve"').kind, "bare");
});

test("a word that zsh expands keeps the text from being read", () => {
  for (const text of ["npx foo =ls", "=npx foo", "A==ls npx foo", "PATH=/x:=ls npx foo"]) {
    assert.equal(planOf(["zsh", "-c", text]).kind, "bare", text);
  }
  assert.equal(planOf(["zsh", "-c", "npx foo --a=b"]).kind, "container");
});

/** Command line that only a shell can read → the fields to write, or none. */
const BARE: readonly (readonly [Line, string | undefined])[] = [
  ['bash -c "cd x && npx -y foo"', 'command: npx, args: ["-y", "foo"]'],
  [
    ["bash", "-c", 'A=1 exec npx -y "foo" --token "$SECRET"'],
    'command: npx, args: ["-y", "foo", …], with its variables as env',
  ],
  [["sh", "-c", "npx -y $PKG; true"], 'command: npx, args: ["-y", …]'],
  ['sh -c "npx -y foo | tee log"', 'command: npx, args: ["-y", "foo"]'],
  ['sh -c "npx -y $(cat x)"', 'command: npx, args: ["-y", …]'],
  ['sh -c "uvx --index-url https://u:SECRET@h foo; true"', "command: uvx, args: […]"],
  ['sh -c "uvx --from https://u:SECRET@h foo; true"', "command: uvx, args: […]"],
  ['sh -c "cd x; npm exec -y -- @a/foo@1.2 SECRET"', 'command: npm, args: ["exec", "-y", "--", "@a/foo@1.2", …]'],
  ['sh -c "true; pipx run foo==1.2"', 'command: pipx, args: ["run", "foo==1.2"]'],
  ['sh -c "true; go run github.com/a/b@v1"', 'command: go, args: ["run", "github.com/a/b@v1"]'],
  ['sh -c "true; uvx --from foo[x] bar SECRET"', 'command: uvx, args: ["--from", "foo[x]", "bar", …]'],
  ['sh -c "true; npx -p=SECRET:x bar"', "command: npx, args: […]"],
  ['sh -c "true; npx --token SECRET foo"', "command: npx, args: […]"],
  [["bash", "-c", { shown: "npx -y foo ${X}", value: "npx -y foo SECRET" }], 'command: npx, args: ["-y", "foo", …]'],
  [["bash", "-c", { shown: "npx -y ${X}", value: "npx -y SECRET" }], 'command: npx, args: ["-y", …]'],
  ['bash -c "npx -y foo" name', 'command: npx, args: ["-y", "foo"]'],
  ['cmd /c "cd x && npx -y foo"', 'command: npx, args: ["-y", "foo"]'],
  // What argus would refuse, or what a package of a stranger's may be called.
  ['bash -c "cd /home/me/srv && node dist/index.js"', undefined],
  ['bash -c "source .venv/bin/activate && python -m my_server"', undefined],
  ['bash -c "cd x && uv run my-server"', undefined],
  ['bash -c "cd x && npx ./server.js"', undefined],
  ['bash -c "cd x && go run ./cmd"', undefined],
  ['bash -c "cd x && go run main.go"', undefined],
  ["mcp-proxy --port 80 -- uvx foo", undefined],
  ["env -i npx foo", undefined],
  ["sudo -E uvx foo SECRET", undefined],
  ['bash -c "./start.sh"', undefined],
  ['bash -x "npx foo"', undefined],
  ["bash", undefined],
  ["my-server --runtime node", undefined],
  ["my-server -- x node", undefined],
  ["env", undefined],
];

for (const [line, fields] of BARE) {
  test(`${JSON.stringify(line)} has no recipe: ${fields}`, () => {
    const plan = planOf(line);
    assert.ok(plan.kind === "bare");
    const hint = isolationHint(plan);
    if (fields === undefined) assert.match(hint, /^name a package/);
    else assert.equal(hint, `what it starts gets a container when written as ${fields}`);
  });
}

test("a container call in a shell is one, and its hint names the image", () => {
  const plan = planOf('bash -c "docker run -i --rm x stdio"');
  assert.ok(plan.kind === "passthrough");
  assert.match(isolationHint(plan), /FROM x and .* args: \["stdio"\]$/);
});

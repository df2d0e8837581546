import assert from "node:assert/strict";
import { test } from "node:test";
import { DockerfileParser } from "dockerfile-ast";
import { plain } from "../../../src/config/text.ts";
import { type GeneratedImage, inputsOf } from "../../../src/image/render.ts";
import { generated, go, npx, source, textOf, uvx, uvxModule } from "./plans.ts";

const HOSTILE = [
  "a b",
  "'",
  '"',
  "$HOME",
  "$(id)",
  "`id`",
  "\\",
  "a;b",
  "a&&b",
  "a|b",
  "#x",
  "*",
  "\nUSER root",
  "a\r",
  "\0",
];

for (const [name, plan] of Object.entries(generated)) {
  for (const mounts of [true, false]) {
    test(`the ${name} Dockerfile with${mounts ? "" : "out"} mounts is of the portable core`, () => {
      const text = textOf(plan, mounts);
      assert.doesNotMatch(text, /undefined|\[object|<%|%>/);
      assert.doesNotMatch(text, /# *syntax=|<<|--link|--network|^SHELL|^HEALTHCHECK|--chmod/m);
      assert.doesNotMatch(text, /\\\n\s*\n/, "no empty line inside an instruction");
      assert.equal(text.includes("--mount"), mounts);
      assert.ok(text.endsWith("\n"));
    });
  }

  test(`the ${name} image has two stages, ends as 65532 and names what made it`, () => {
    const text = textOf(plan);
    const stages = text.split(/^FROM /m).slice(1);
    assert.equal(stages.length, 2);
    const last = DockerfileParser.parse(`FROM ${stages[1]}`).getInstructions();
    assert.equal(last.findLast((each) => each.getKeyword() === "USER")?.getArgumentsContent(), "65532:65532");
    assert.equal(last.at(-1)?.getKeyword(), "ENTRYPOINT");
    assert.match(stages[1]!, /^ENV .*HOME=\/home\/nonroot TMPDIR=\/tmp/m);
    assert.match(text, new RegExp(`^LABEL argus.inputs="${inputsOf(plan)}"$`, "m"));
    assert.match(text, /^LABEL argus.version="\d/m);
    assert.match(text, new RegExp(`^LABEL argus.recipe="${plan.recipe}"$`, "m"));
  });

  test(`the ${name} builder alone has build packages and variables`, () => {
    const rich = {
      ...plan,
      buildEnv: { TOKEN: plain("s3cret") },
      buildSystemDeps: ["gcc"],
      systemDeps: ["jq"],
    } as GeneratedImage;
    const [builder, final] = textOf(rich)
      .split(/^FROM /m)
      .slice(1) as [string, string];
    assert.match(builder, /^ENV TOKEN="s3cret"$/m);
    assert.match(builder, /apk add --no-cache [^;]*gcc/);
    assert.doesNotMatch(builder, /jq/);
    assert.match(final, /apt-get install -y --no-install-recommends [^;]*jq/);
    assert.doesNotMatch(final, /gcc|s3cret|TOKEN/);
  });

  test(`no value of the ${name} plan leaves its place`, () => {
    for (const value of HOSTILE) {
      for (const changed of changes(plan, value)) staysInPlace(plan, changed, value);
    }
  });
}

test("the same plan gives the same hash, another plan another", () => {
  assert.equal(inputsOf(uvx), inputsOf({ ...uvx }));
  const all = [...Object.values(generated), { ...uvx, base: "python:3.12-slim" }, { ...uvx, systemDeps: ["jq"] }];
  assert.equal(new Set(all.map(inputsOf)).size, all.length);
  assert.match(inputsOf(go), /^[0-9a-f]{64}$/);
});

test("entries", () => {
  const entry = (plan: GeneratedImage) => /^ENTRYPOINT (.*)$/m.exec(textOf(plan))?.[1];
  assert.equal(entry(uvx), '["/app/venv/bin/mcp-server-time"]');
  assert.equal(entry(uvxModule), '["/app/venv/bin/python", "-m", "mcp_server_time"]');
  assert.equal(entry(npx), '["/app/mcp-server"]');
  assert.equal(entry(go), '["/app/mcp-server"]');
  assert.equal(entry(source), '["node", "dist/index.js"]');
});

test("what installs", () => {
  const text = (plan: GeneratedImage) => textOf(plan, false);
  assert.match(text(uvx), /uv tool install mcp-server-time &&/);
  const rich: GeneratedImage = {
    ...uvx,
    python: "3.12",
    additionalPackages: ["rich>=13"],
    installOptions: ["--index-url", "https://pypi.example/simple"],
    install: { kind: "tool", spec: "pkg[cli]==1.0", with: ["httpx"], binary: "pkg" },
  };
  assert.match(
    text(rich),
    /uv tool install --python 3\.12 --with httpx --with 'rich>=13' --index-url https:\S+ 'pkg\[cli\]==1\.0' &&/,
  );
  // Options of npx come in as variables, which those of the line would override.
  assert.doesNotMatch(text(npx), /--(omit|include|registry)/);
  assert.match(text(npx), /-- @modelcontextprotocol\/server-everything /);
  assert.match(text(go), /go install -trimpath .* github.com\/mark3labs\/mcp-go\/examples\/everything@v0\.43\.2\n/);
  assert.match(
    text({ ...source, url: "git+ssh://git@host.dev/a/b.git" }),
    /git remote add origin ssh:\/\/git@host\.dev/,
  );
  assert.match(text({ ...source, ref: "v1.2.0" }), /ref=v1\.2\.0 && git init/);
});

test("what is fetched over ssh has a client, and the agent in that step alone", () => {
  const over: readonly (readonly [GeneratedImage, RegExp])[] = [
    [uvx, /uv tool install/],
    [uvxModule, /uv pip install/],
    [npx, /npm install --prefix/],
    [source, /git init/],
  ];
  for (const [plan, fetches] of over) {
    const steps = (image: GeneratedImage) => textOf(image).split(/\n(?=[A-Z]+ )/);
    assert.doesNotMatch(steps(plan).join("\n"), /ssh/);
    const withSsh = steps({ ...plan, ssh: true, buildEnv: { A: plain("1") } });
    assert.ok(withSsh.some((step) => /apk add .*openssh-client/.test(step)));
    const ours = withSsh.findIndex((step) => step.startsWith("ENV GIT_SSH_COMMAND="));
    assert.ok(ours >= 0 && ours < withSsh.indexOf('ENV A="1"'), "the user's variables win");
    const agents = withSsh.filter((step) => step.includes("--mount=type=ssh"));
    assert.equal(agents.length, 1);
    assert.match(agents[0]!, fetches);
  }
});

test("a source build's variables are there for the clone", () => {
  const token = { shown: "${TOKEN}", value: "s3cret" };
  for (const mounts of [true, false]) {
    const text = textOf({ ...source, buildEnv: { A: plain("1"), TOKEN: token } }, mounts);
    const clone = text.split(/\n(?=[A-Z]+ )/).find((step) => step.includes("git fetch")) ?? "";
    assert.ok(text.indexOf('ENV A="1"') < text.indexOf("git fetch"));
    assert.match(
      clone,
      mounts ? /id=build-values.*[\s\S]*\. \/run\/secrets\/build-values;/ : /eval "\$ARGUS_BUILD_VALUES";/,
    );
    assert.doesNotMatch(text, /s3cret/);
  }
});

test("the step that lets npm write its lockfiles removes them, for they name the registry", () => {
  for (const mounts of [true, false]) {
    const steps = textOf(npx, mounts).split(/\n(?=[A-Z]+ )/);
    const install = steps.find((step) => step.includes("npm install --prefix"));
    assert.match(install ?? "", /&& rm -f \/app\/package-lock\.json \/app\/node_modules\/\.package-lock\.json$/m);
  }
});

test("a Python source server gets an environment that the last stage carries, and byte code", () => {
  const python: GeneratedImage = {
    ...source,
    language: "python",
    base: "python:3.13-slim",
    steps: [plain("pip install .")],
    entrypoint: ["srv"],
  };
  const text = textOf(python);
  assert.match(text, /^RUN python3 -m venv \/opt\/local$/m);
  assert.match(text, /^COPY --from=build \/opt\/local \/opt\/local$/m);
  assert.equal(text.match(/-m compileall/g)?.length, 2);
  assert.doesNotMatch(text, /NODE_COMPILE_CACHE/);
});

test("a source server on a base of the user's own gets Python's environment where the base can make one", () => {
  const own: GeneratedImage = {
    ...source,
    language: "unknown",
    base: "registry.example.com/base:1",
    steps: [plain("make install")],
    entrypoint: ["./srv"],
  };
  const text = textOf(own);
  const environment =
    "RUN if python3 -c 'import ensurepip, venv' 2>/dev/null; then python3 -m venv /opt/local; else mkdir -p /opt/local/bin; fi";
  assert.ok(text.includes(`\n${environment}\n`));
  assert.equal(text.match(/^ENV VIRTUAL_ENV=\/opt\/local\b/gm)?.length, 2);
  const compiles = text.split(/\n(?=[A-Z]+ )/).filter((step) => step.includes("-m compileall"));
  const guarded = compiles.filter((step) => step.startsWith("RUN [ -x /opt/local/bin/python ] || exit 0; "));
  assert.deepEqual([compiles.length, guarded.length], [2, 2]);
  assert.doesNotMatch(text, /NODE_COMPILE_CACHE/);
});

/** The plan with one of its values after another made hostile. */
function* changes(plan: GeneratedImage, value: string): Generator<GeneratedImage> {
  yield { ...plan, systemDeps: [value] };
  yield { ...plan, buildSystemDeps: [value] };
  yield { ...plan, additionalPackages: [value] };
  yield { ...plan, buildEnv: { A: plain(value) } };
  yield { ...plan, name: value };
  if (plan.recipe === "uvx") yield { ...plan, python: value, installOptions: [value] };
  if (plan.recipe === "uvx" && plan.install.kind === "tool") {
    yield { ...plan, install: { ...plan.install, spec: value, with: [value], binary: value } };
  }
  if (plan.recipe === "uvx" && plan.install.kind === "module") {
    yield { ...plan, install: { ...plan.install, module: value, distribution: value } };
  }
  if (plan.recipe === "npx") yield { ...plan, packages: [value], binary: value };
  if (plan.recipe === "go") yield { ...plan, module: value };
  if (plan.recipe === "source") yield { ...plan, url: value, ref: value, entrypoint: [value] };
}

/** A hostile value is refused, or all instructions are those of the plan and it stands there as one quoted word. */
function staysInPlace(plan: GeneratedImage, changed: GeneratedImage, value: string): void {
  if (/[\r\n\0]/.test(value)) {
    assert.throws(() => textOf(changed), { code: "image/unsafe-value" }, JSON.stringify(value));
    return;
  }
  const text = textOf(changed);
  const keywords = DockerfileParser.parse(text)
    .getInstructions()
    .map((each) => each.getKeyword());
  const known = new Set(
    DockerfileParser.parse(textOf(plan))
      .getInstructions()
      .map((each) => each.getKeyword()),
  );
  assert.deepEqual(
    keywords.filter((keyword) => !known.has(keyword)),
    [],
  );
  assert.equal(keywords.filter((keyword) => keyword === "USER").length, 3);
  assert.equal(keywords.filter((keyword) => keyword === "FROM").length, 2);
}

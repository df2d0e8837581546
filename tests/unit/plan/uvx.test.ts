/** Python command lines, as uvx, uv, pipx and python read them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { argsOf, containerOf, type Line, refusal } from "./backends.ts";

/** Command line → package, executable, the server's arguments. */
const TOOLS: readonly (readonly [Line, string, string, string])[] = [
  ["uvx mcp-server-fetch", "mcp-server-fetch", "mcp-server-fetch", ""],
  ["/home/me/.local/bin/uvx mcp-server-fetch", "mcp-server-fetch", "mcp-server-fetch", ""],
  ["C:\\Users\\me\\.local\\bin\\UVX.EXE mcp-server-fetch", "mcp-server-fetch", "mcp-server-fetch", ""],
  ["uvx mcp-server-foo@1.2.0", "mcp-server-foo==1.2.0", "mcp-server-foo", ""],
  ["uvx python-lsp-mcp@latest", "python-lsp-mcp", "python-lsp-mcp", ""],
  ["uvx --from mcpdoc mcpdoc --urls x", "mcpdoc", "mcpdoc", "--urls x"],
  ["uvx --from pkg==1.2.3 bin", "pkg==1.2.3", "bin", ""],
  ["uvx --from pkg@1.2.3 bin", "pkg==1.2.3", "bin", ""],
  ["uvx --from=pkg bin", "pkg", "bin", ""],
  ["uvx --from git+https://github.com/o/r bin a", "git+https://github.com/o/r", "bin", "a"],
  ["uvx --from git+https://github.com/o/r@v1 bin", "git+https://github.com/o/r@v1", "bin", ""],
  ["uvx --from git+ssh://git@github.com/o/r.git@v1 bin", "git+ssh://git@github.com/o/r.git@v1", "bin", ""],
  ["uvx git+https://github.com/o/r", "git+https://github.com/o/r", "r", ""],
  ["uvx git+https://github.com/o/my-mcp.git@main x", "git+https://github.com/o/my-mcp.git@main", "my-mcp", "x"],
  ["uvx git+https://github.com/o/r#egg=other", "git+https://github.com/o/r#egg=other", "other", ""],
  ['uvx "pkg @ git+https://github.com/o/r" x', "pkg @ git+https://github.com/o/r", "pkg", "x"],
  ["uvx https://host/a/my_mcp-1.0-py3-none-any.whl", "https://host/a/my_mcp-1.0-py3-none-any.whl", "my-mcp", ""],
  ["uvx mcp-server --port 8080", "mcp-server", "mcp-server", "--port 8080"],
  ["uvx pkg --from a b", "pkg", "pkg", "--from a b"],
  ["uvx pkg==1.0", "pkg==1.0", "pkg", ""],
  ['uvx "pkg>=1.0,<2"', "pkg>=1.0,<2", "pkg", ""],
  ["uvx pkg[extra]", "pkg[extra]", "pkg", ""],
  ["uvx pkg[extra]@1.0", "pkg[extra]==1.0", "pkg", ""],
  ["uvx pkg[a,b]@latest", "pkg[a,b]", "pkg", ""],
  ["uvx -- pkg a", "pkg", "pkg", "a"],
  ["uvx pkg -- a", "pkg", "pkg", "-- a"],
  ["uvx --quiet --refresh --isolated pkg", "pkg", "pkg", ""],
  ["uvx -qU pkg", "pkg", "pkg", ""],
  ["uvx --no-cache --cache-dir /x --color never pkg a", "pkg", "pkg", "a"],
  ["uv tool run pkg@1 a", "pkg==1", "pkg", "a"],
  ["uv --quiet tool run --from x pkg", "x", "pkg", ""],
  ["uv run --with mcp mcp run x", "mcp", "mcp", "run x"],
  ["uv run --with mcp[cli] --no-project mcp version", "mcp[cli]", "mcp", "version"],
  ["uvx --from discord.py bin", "discord.py", "bin", ""],
  ["uvx --with discord.py pkg", "pkg", "pkg", ""],
  ["uv run --with discord.py bot", "discord.py", "bot", ""],
  ["pipx run --spec discord.py bot", "discord.py", "bot", ""],
  ["uv run --with my_pkg -- my-pkg --flag", "my_pkg", "my-pkg", "--flag"],
  ["pipx run pkg a", "pkg", "pkg", "a"],
  ["pipx run pkg==1.0 a", "pkg==1.0", "pkg", "a"],
  ["pipx run --spec git+https://github.com/o/r bin a", "git+https://github.com/o/r", "bin", "a"],
  ["pipx run --no-cache pkg -- --flag", "pkg", "pkg", "--flag"],
];

for (const [line, spec, binary, args] of TOOLS) {
  test(`${line} runs ${binary} of ${spec}`, () => {
    const plan = containerOf(line);
    assert.ok(plan.image.recipe === "uvx" && plan.image.install.kind === "tool");
    assert.deepEqual([plan.image.install.spec, plan.image.install.binary, argsOf(plan)], [spec, binary, args]);
  });
}

/** Command line → module, the distribution that is installed when the module is absent, the server's arguments. */
const MODULES: readonly (readonly [Line, string, string, string])[] = [
  ["python -m my_server", "my_server", "my-server", ""],
  ["python3 -m my_server.cli --x -y", "my_server.cli", "my-server", "--x -y"],
  ["python3.12 -u -m my_server", "my_server", "my-server", ""],
  ["python -um my_server a", "my_server", "my-server", "a"],
  ["python -mmy_server a", "my_server", "my-server", "a"],
  ["python -W ignore -X utf8 -m my_server", "my_server", "my-server", ""],
  ["python -m my_server -m other", "my_server", "my-server", "-m other"],
  ["uvx --from pkg==2 python -m my_server a", "my_server", "pkg==2", "a"],
  ["uv run --with pkg python -m my_server a", "my_server", "pkg", "a"],
  ["uv run --with pkg -m my_server a", "my_server", "pkg", "a"],
];

for (const [line, module, distribution, args] of MODULES) {
  test(`${line} runs the module ${module} of ${distribution}`, () => {
    const plan = containerOf(line);
    assert.ok(plan.image.recipe === "uvx" && plan.image.install.kind === "module");
    assert.deepEqual(
      [plan.image.install.module, plan.image.install.distribution, argsOf(plan)],
      [module, distribution, args],
    );
  });
}

/** Command line → what else the installation is told. */
const OPTIONS: readonly (readonly [Line, readonly string[], readonly string[]])[] = [
  ["uvx --with a --with b,c>=1,<2 pkg", ["a", "b", "c>=1,<2"], []],
  ["uvx --with a[x,y],b -w c pkg", ["a[x,y]", "b", "c"], []],
  ["uvx -wa pkg", ["a"], []],
  ["uvx --index-url https://pypi.example/simple pkg", [], ["--index-url", "https://pypi.example/simple"]],
  ["uvx -i https://pypi.example/simple pkg", [], ["--index-url", "https://pypi.example/simple"]],
  ["uvx --default-index=https://a.example pkg", [], ["--default-index", "https://a.example"]],
  ["uvx --index corp=https://a.example/x pkg", [], ["--index", "corp=https://a.example/x"]],
  [
    "uvx --extra-index-url https://a.example --no-index pkg",
    [],
    ["--extra-index-url", "https://a.example", "--no-index"],
  ],
  ["uvx --find-links https://a.example/wheels pkg", [], ["--find-links", "https://a.example/wheels"]],
  ["uvx --prerelease allow --resolution lowest pkg", [], ["--prerelease", "allow", "--resolution", "lowest"]],
  ["uvx --pre --exclude-newer 2026-01-01 pkg", [], ["--prerelease", "allow", "--exclude-newer", "2026-01-01"]],
  ["uv run --with httpx --with my_pkg my-pkg", ["httpx"], []],
  ["uv run --with httpx,my_pkg my-pkg", ["httpx"], []],
  ["pipx run --with a --index-url https://a.example pkg", ["a"], ["--index-url", "https://a.example"]],
];

for (const [line, beside, options] of OPTIONS) {
  test(`${line} carries its options into the installation`, () => {
    const { image } = containerOf(line);
    assert.ok(image.recipe === "uvx" && image.install.kind === "tool");
    assert.deepEqual([image.install.with, image.installOptions], [beside, options]);
  });
}

/** Command line, builder_image → Python that is asked for, base image. */
const PYTHONS: readonly (readonly [Line, string | undefined, string | undefined, string])[] = [
  ["uvx pkg", undefined, undefined, "python:3.13-slim"],
  ["uvx --python 3.12 pkg", undefined, "3.12", "python:3.12-slim"],
  ["uvx -p 3.12 pkg", undefined, "3.12", "python:3.12-slim"],
  ["uvx -p3.12 pkg", undefined, "3.12", "python:3.12-slim"],
  ["uvx -p=3.12 pkg", undefined, "3.12", "python:3.12-slim"],
  ["uvx --python=python3.11 pkg", undefined, "3.11", "python:3.11-slim"],
  ["uvx --python cpython@3.11 pkg", undefined, "3.11", "python:3.11-slim"],
  ["uvx --python >=3.11 pkg", undefined, ">=3.11", "python:3.13-slim"],
  ["uvx --python pypy3.10 pkg", undefined, "pypy3.10", "python:3.13-slim"],
  ["uv tool run --python pypy@3.10 pkg", undefined, "pypy@3.10", "python:3.13-slim"],
  ["uv run --python cp312 --with pkg pkg", undefined, "312", "python:3.13-slim"],
  ["uv run --python 3.12.4 --with pkg pkg", undefined, "3.12.4", "python:3.12.4-slim"],
  ["pipx run --python 3.12 pkg", undefined, "3.12", "python:3.12-slim"],
  ["uvx --python 3.13t pkg", undefined, "3.13t", "python:3.13-slim"],
  ["uvx --python 3.14rc1 pkg", undefined, "3.14rc1", "python:3.13-slim"],
  ["uvx --python 3.13+freethreaded pkg", undefined, "3.13+freethreaded", "python:3.13-slim"],
  ['uvx --python ">=3.11, <3.14" pkg', undefined, ">=3.11,<3.14", "python:3.13-slim"],
  ["uvx --python ==3.12.* pkg", undefined, "==3.12.*", "python:3.13-slim"],
  ["uvx --python cpython>=3.12,<3.14 pkg", undefined, ">=3.12,<3.14", "python:3.13-slim"],
  ["uvx --python CPython pkg", undefined, undefined, "python:3.13-slim"],
  ["uvx --python v3.12 pkg", undefined, "3.12", "python:3.12-slim"],
  ["uvx --python any pkg", undefined, undefined, "python:3.13-slim"],
  ["uvx --python DEFAULT pkg", undefined, undefined, "python:3.13-slim"],
  ["uvx --python python3 pkg", undefined, "3", "python:3.13-slim"],
  ["uvx --python 3.12 pkg", "debian:12", "3.12", "debian:12"],
  ["uvx --from pkg python3.12 -m mod", undefined, "3.12", "python:3.12-slim"],
  ["uvx --python 3.11 --from pkg python3.12 -m mod", undefined, "3.11", "python:3.11-slim"],
  ["uv run --with pkg python3.12 -m mod", undefined, "3.12", "python:3.12-slim"],
  ["uv run --python 3.11 --with pkg python3.12 -m mod", undefined, "3.11", "python:3.11-slim"],
  ["uv run --with pkg python3 -m mod", undefined, undefined, "python:3.13-slim"],
  ["python3.12 -m mod", undefined, "3.12", "python:3.12-slim"],
  ["python3 -m mod", undefined, undefined, "python:3.13-slim"],
  ["python3 -m mod", "python:3.10", undefined, "python:3.10"],
];

for (const [line, builder_image, python, base] of PYTHONS) {
  test(`${line} builds on ${base}`, () => {
    const { image } = containerOf(line, { builder_image });
    assert.ok(image.recipe === "uvx");
    assert.deepEqual([image.python, image.base], [python, base]);
  });
}

for (const line of [
  "uvx --from git+https://h.example/o/r bin",
  "uvx --with git+https://h.example/o/r bin",
  "uvx git+https://h.example/o/r",
]) {
  test(`${line} needs git`, () => {
    const { image } = containerOf(line);
    assert.ok(image.recipe === "uvx" && image.git);
  });
}

/** Command line → code, and what the message says. */
const REFUSED: readonly (readonly [Line, string, RegExp])[] = [
  ["uvx", "config/missing-package", /no package/],
  ["uvx --quiet", "config/missing-package", /no package/],
  ["uvx --from", "config/missing-value", /--from needs a value/],
  ["uvx --from --quiet bin", "config/bad-package", /the package must/],
  ["uvx --with -e,x pkg", "config/bad-package", /the package must/],
  ["uvx --nonsense pkg", "config/unknown-option", /no option --nonsense/],
  ["uvx --version", "config/unsupported-option", /starts no server/],
  ["uvx --with-editable . pkg", "config/local-project", /--with-editable/],
  ["uvx --directory /x pkg", "config/local-project", /--directory/],
  ["uvx --project=/x pkg", "config/local-project", /--project/],
  ["uvx --env-file .env pkg", "config/local-project", /--env-file/],
  ["uvx --with-requirements r.txt pkg", "config/local-project", /--with-requirements/],
  ["uvx --find-links ./wheels pkg", "config/unsupported-option", /--find-links/],
  ["uvx --python /usr/bin/python3 pkg", "config/unsupported-option", /interpreter/],
  ["uvx -p .venv/bin/python pkg", "config/unsupported-option", /interpreter/],
  ...[
    "my-python",
    "python3.12.exe",
    "latest",
    "3.x",
    "3.12.x",
    "3..12",
    "3.12.1.1",
    "3.12@x",
    "3.12-dev",
    "py312",
    "mypy",
    "pyodide",
    ">=",
    ">=3.11,",
    "3.11,<3.14",
    "cpython@",
    "cpython-3.12.3-linux-x86_64-gnu",
    "3.12;id",
    "$(id)",
    "--help",
    "=",
    "3.12\nRUN id",
    `3.${"1".repeat(200)}`,
  ].flatMap((value): [Line, string, RegExp][] =>
    [["uvx"], ["uv", "tool", "run"], ["uv", "run", "--with", "pkg"], ["pipx", "run"]].map((tool) => [
      [...tool, "--python", value, "pkg"],
      "config/bad-python",
      /no version of Python/,
    ]),
  ),
  ["uvx server.py", "config/local-project", /cannot be packaged/],
  ["pipx run server.py", "config/local-project", /server\.py/],
  ["uvx --with pkg-1.0.tar.gz x", "config/local-project", /cannot be packaged/],
  ["uvx ./dist/pkg.whl", "config/local-project", /cannot be packaged/],
  ["uvx --from . bin", "config/local-project", /cannot be packaged/],
  ["uvx --from git+file:///srv/r bin", "config/local-project", /cannot be packaged/],
  ["uvx --index-url https://me:secret@pypi.example pkg", "config/credentials-in-image", /credentials/],
  ["uvx --from git+https://token@github.com/o/r bin", "config/credentials-in-image", /credentials/],
  ["uvx git+https://github.com/o/r#subdirectory=src/a", "config/unknown-executable", /which executable/],
  ["uvx https://host.example/archive/main.zip", "config/unknown-executable", /which executable/],
  ["uvx fastmcp run server.py", "config/local-project", /server\.py/],
  ["uv run server.py", "config/local-project", /uv run server\.py/],
  ["uv --directory D run y", "config/local-project", /--directory/],
  ["uv run --directory D y", "config/local-project", /--directory/],
  ["uv run y", "config/local-project", /uv run y/],
  ["uv run --with mcp server.py", "config/local-project", /server\.py/],
  ["uv run --with mcp python server.py", "config/local-project", /server\.py/],
  ["uv run --with mcp mcp run server.py:app", "config/local-project", /server\.py/],
  ["uv pip install x", "config/not-a-server", /uv pip/],
  ["uv tool install x", "config/not-a-server", /uv tool install/],
  ["uv", "config/missing-package", /no package/],
  ["python server.py", "config/local-project", /python server\.py/],
  ["python", "config/missing-package", /no package/],
  ["python -", "config/local-project", /python -/],
  ['python -c "import x"', "config/unsupported-option", /program given as text/],
  ["python -m", "config/missing-value", /-m needs/],
  ["python -m a/b", "config/bad-module", /the module must/],
  ["pipx install x", "config/not-a-server", /pipx install/],
  ["pipx run https://host.example/x.py", "config/local-project", /x\.py/],
  ["pipx run --editable --spec . bin", "config/local-project", /--editable/],
];

for (const [line, code, message] of REFUSED) {
  test(`${JSON.stringify(line)} is refused: ${code}`, () => {
    const error = refusal(line);
    assert.equal(error.code, code);
    assert.match(error.message, message);
    assert.match(error.where ?? "", /^config\.yaml:(args|command)/);
  });
}

test("a local project is told the three ways out", () => {
  assert.match(refusal("python server.py").hint ?? "", /source_url.*dockerfile.*container\.enabled: false/);
});

test("an ad hoc run is told about the config that it does not have", () => {
  assert.match(refusal("python server.py", {}, { adHoc: true }).hint ?? "", /write a config/);
});

test("an error points at the word that caused it", () => {
  assert.equal(refusal("uvx --quiet --nonsense pkg").where, "config.yaml:args.1");
  assert.equal(refusal("uvx --quiet --from=./local pkg").where, "config.yaml:args.1");
  assert.equal(refusal("uvx --with a --with a,./b pkg").where, "config.yaml:args.3");
  assert.equal(refusal("cmd /c npx ./local").where, "config.yaml:args.2");
});

test("a file below a mounted folder is there in the container", () => {
  const volumes = [{ source: "/srv/app", kind: "path", target: "/app", mode: "ro" }] as const;
  assert.equal(argsOf(containerOf("uvx fastmcp run /app/server.py", { volumes })), "run /app/server.py");
  assert.equal(refusal("uvx fastmcp run /other/server.py", { volumes }).code, "config/local-project");
});

test("a switch of python that has no effect in the image is said aloud", () => {
  const codes = containerOf("python -O -m my_server").warnings.map(({ code }) => code);
  assert.deepEqual(codes, ["plan/option-dropped"]);
});

/** Go command lines and `go_package`. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { argsOf, containerOf, imageOf, type Line, refusal, valuesOf } from "./backends.ts";

/** Command line, go_package → module, the server's arguments. */
const MODULES: readonly (readonly [Line, string | undefined, string, string])[] = [
  ["mcp-k8s", "github.com/strowk/mcp-k8s-go", "github.com/strowk/mcp-k8s-go@latest", ""],
  ["mcp-k8s --x", "github.com/strowk/mcp-k8s-go@v1.2.3", "github.com/strowk/mcp-k8s-go@v1.2.3", "--x"],
  ["/usr/local/bin/mcp-k8s", "github.com/o/r/cmd", "github.com/o/r/cmd@latest", ""],
  ["mcp-k8s.exe", "github.com/o/r", "github.com/o/r@latest", ""],
  ["go run github.com/o/r@v1 --x y", undefined, "github.com/o/r@v1", "--x y"],
  ["/usr/local/go/bin/go run github.com/o/r", undefined, "github.com/o/r@latest", ""],
  ["go run -mod=mod github.com/o/r/cmd/s@v2 a", undefined, "github.com/o/r/cmd/s@v2", "a"],
  ["go run github.com/o/r@v1 --x", "github.com/o/r@v2", "github.com/o/r@v2", "--x"],
  ["go --x", "github.com/o/r", "github.com/o/r@latest", "--x"],
];

for (const [line, go_package, module, args] of MODULES) {
  test(`${line} with go_package ${go_package ?? "absent"} installs ${module}`, () => {
    const container = go_package === undefined ? {} : ({ transport: "go", go_package } as const);
    const image = imageOf("go", line, container);
    assert.deepEqual([image.module, argsOf(containerOf(line, container))], [module, args]);
  });
}

/** Module → name of the image. */
const NAMES: readonly (readonly [string, string])[] = [
  ["github.com/o/my-server", "my-server"],
  ["github.com/o/r/v2@v2.1.0", "r"],
  ["github.com/o/r/cmd/Server", "server"],
  ["github.com/o/repo.v2", "repo.v2"],
];

for (const [module, name] of NAMES) {
  test(`${module} is named ${name}`, () => assert.equal(imageOf("go", `go run ${module}`).name, name));
}

test("build options travel as GOFLAGS", () => {
  const { buildEnv } = imageOf("go", "go run -tags netgo,osusergo -trimpath github.com/o/r@v1");
  assert.deepEqual(valuesOf(buildEnv), { GOFLAGS: "-tags=netgo,osusergo -trimpath" });
});

test("GOFLAGS of build_env stand behind those of the command, so that they win where both say the same", () => {
  const flags = (line: Line, own?: { shown: string; value: string }) =>
    imageOf("go", line, own === undefined ? {} : { build_env: { GOFLAGS: own } }).buildEnv.GOFLAGS;
  const secret = { shown: "-tags=${TAGS}", value: "-tags=s3cret" };
  assert.deepEqual(flags("go run -trimpath github.com/o/r@v1", secret), {
    shown: "-trimpath -tags=${TAGS}",
    value: "-trimpath -tags=s3cret",
  });
  assert.deepEqual(flags("go run github.com/o/r@v1", secret), secret);
  assert.equal(flags("go run github.com/o/r@v1"), undefined);
});

test("more modules are installed at their latest version", () => {
  const additional_packages = ["github.com/a/b", "github.com/c/d@v1"];
  const { additionalPackages } = imageOf("go", "go run github.com/o/r@v1", { additional_packages });
  assert.deepEqual(additionalPackages, ["github.com/a/b@latest", "github.com/c/d@v1"]);
});

test("go builds and runs on the images of the manual", () => {
  const { base, runtimeBase } = imageOf("go", "go run github.com/o/r@v1");
  assert.deepEqual([base, runtimeBase], ["golang:1.24-alpine", "alpine:3.21"]);
});

/** Command line → code, and what the message says. */
const REFUSED: readonly (readonly [Line, string, RegExp])[] = [
  ["go", "config/missing-package", /no package/],
  ["go run", "config/missing-package", /no package/],
  ["go run .", "config/local-project", /go run \./],
  ["go run ./cmd/server", "config/local-project", /cannot be packaged/],
  ["go run main.go", "config/local-project", /main\.go/],
  ["go run cmd/server", "config/local-project", /cannot be packaged/],
  ["go run -C /srv .", "config/local-project", /-C/],
  ["go run -nonsense github.com/o/r@v1", "config/unknown-option", /no option -nonsense/],
  ['go run -ldflags "-s -w" github.com/o/r@v1', "config/unsafe-value", /-ldflags/],
  ["go build ./...", "config/not-a-server", /go build/],
];

for (const [line, code, message] of REFUSED) {
  test(`${line} is refused: ${code}`, () => {
    const error = refusal(line);
    assert.equal(error.code, code);
    assert.match(error.message, message);
  });
}

test("transport go without go_package says what is missing", () => {
  const error = refusal("mcp-k8s", { transport: "go" });
  assert.equal(error.code, "config/missing-go-package");
  assert.equal(error.where, "config.yaml:container.transport");
});

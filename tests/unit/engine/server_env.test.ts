import assert from "node:assert/strict";
import { test } from "node:test";
import { serverEnv, steersEngine } from "../../../src/engine/server_env.ts";

test("names that steer an engine's program", () => {
  const steering = [
    ...["PATH", "HOME", "TMPDIR", "DOCKER_HOST", "DOCKER_CONFIG", "CONTAINER_HOST", "CONTAINERS_CONF", "PODMAN_USERNS"],
    ...["_CONTAINERS_USERNS_CONFIGURED", "BUILDAH_FORMAT", "BUILDX_BUILDER", "LD_PRELOAD", "LD_LIBRARY_PATH", "DYLD_X"],
    ...["XDG_RUNTIME_DIR", "HTTP_PROXY", "https_proxy", "no_proxy", "ALL_PROXY", "SSL_CERT_FILE", "REGISTRY_AUTH_FILE"],
    ...["GODEBUG", "GOMAXPROCS", "OTEL_EXPORTER_OTLP_ENDPOINT", "SSH_AUTH_SOCK", "NOTIFY_SOCKET", "LISTEN_FDS", "ENV"],
  ];
  assert.deepEqual(
    steering.filter((name) => !steersEngine(name)),
    [],
  );
  const harmless = [
    "TOKEN",
    "GITHUB_TOKEN",
    "NODE_OPTIONS",
    "API_URL",
    "MY_PATH",
    "HOMEPAGE",
    "PYTHONPATH",
    "LOG_LEVEL",
    "TZ",
  ];
  assert.deepEqual(harmless.filter(steersEngine), []);
});

test("values go by name, except those of steering names", () => {
  const env = serverEnv({ A: "x\ny", PATH: "/bin", B: "" });
  assert.deepEqual(env, { byName: { A: "x\ny", B: "" }, file: "PATH=/bin\n" });
});

test("a value that cannot be given is refused without being shown", () => {
  const refused = (env: Record<string, string>, why: RegExp) =>
    assert.throws(
      () => serverEnv(env),
      (error: Error & { code?: string; hint?: string }) => {
        assert.match(error.message, why);
        assert.equal(error.code, "config/env-value");
        assert.ok(!`${error.message} ${error.hint}`.includes("s3cret"));
        return true;
      },
    );
  refused({ HTTP_PROXY: "s3cret\nx" }, /^the value of HTTP_PROXY holds a line break/);
  refused({ HTTP_PROXY: "s3cret\rx" }, /line break/);
  refused({ TOKEN: "s3cret\0x" }, /^the value of TOKEN holds a NUL byte/);
  refused({ PATH: "s3cret".repeat(20_000) }, /^the value of PATH is longer than the 64 KiB/);
});

test("the longest line that an engine reads is accepted", () => {
  const longest = "x".repeat(64 * 1024 - 1 - "PATH=".length);
  assert.equal(serverEnv({ PATH: longest }).file.length, 64 * 1024);
  assert.throws(() => serverEnv({ PATH: `${longest}x` }));
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { readSettings, SETTINGS, unknownSettings } from "../../../src/config/settings.ts";
import { switchedOffBy } from "../../../src/config/switch.ts";
import { durationMs, switchWord } from "../../../src/config/words.ts";
import { ArgusError } from "../../../src/errors.ts";

test("switch words", () => {
  for (const word of ["0", "false", "no", "off", "disabled", "FALSE", " Off "])
    assert.equal(switchWord(word), false, word);
  for (const word of ["1", "true", "yes", "on", "enabled", "True", " ON "]) assert.equal(switchWord(word), true, word);
  for (const word of ["", "2", "y", "n", "falsch", "truee", "nope"]) assert.equal(switchWord(word), undefined, word);
});

test("lengths of time", () => {
  const good: readonly [string, number][] = [
    ["0", 0],
    ["0s", 0],
    ["500ms", 500],
    ["3s", 3000],
    ["1.5s", 1500],
    ["5m", 300_000],
    ["1h", 3_600_000],
  ];
  for (const [text, ms] of good) assert.equal(durationMs(text), ms, text);
  for (const text of ["", "3", "s", "3 s", "-1s", "3S", "1d", "3s ", "1e3s"])
    assert.equal(durationMs(text), undefined, text);
});

test("nothing set gives the defaults; set to nothing is as good as unset", () => {
  const defaults = {
    containerIsolation: undefined,
    requireIsolation: false,
    runtime: undefined,
    buildIfMissing: true,
    registry: undefined,
    caBundle: undefined,
    buildExtraArgs: [],
    buildShape: [],
  };
  assert.deepEqual(readSettings({}), defaults);
  assert.deepEqual(readSettings(Object.fromEntries(SETTINGS.map(({ name }) => [name, ""]))), defaults);
});

test("every variable is read", () => {
  const settings = readSettings({
    ARGUS_CONFIG: "x.yaml",
    ARGUS_CONTAINER_ISOLATION: "off",
    ARGUS_REQUIRE_ISOLATION: "1",
    ARGUS_RUNTIME: "Podman",
    ARGUS_CONTAINER_BUILD_IF_MISSING: "no",
    ARGUS_REGISTRY: "registry.example.com/mcp",
    ARGUS_CA_BUNDLE: "/ca.pem",
    SSL_CERT_FILE: "/other.pem",
    ARGUS_BUILD_EXTRA_ARGS: " --network=host  --no-cache ",
  });
  assert.deepEqual(settings, {
    containerIsolation: false,
    requireIsolation: true,
    runtime: "podman",
    buildIfMissing: false,
    registry: "registry.example.com/mcp",
    caBundle: "/ca.pem",
    buildExtraArgs: ["--network=host", "--no-cache"],
    buildShape: [],
  });
  assert.equal(readSettings({ SSL_CERT_FILE: "/other.pem" }).caBundle, "/other.pem");
});

test("a word that a variable does not know is an error that names the variable", () => {
  for (const name of [
    "ARGUS_CONTAINER_ISOLATION",
    "ARGUS_REQUIRE_ISOLATION",
    "ARGUS_CONTAINER_BUILD_IF_MISSING",
    "ARGUS_RUNTIME",
    "ARGUS_REGISTRY",
  ]) {
    const isRight = (error: unknown) =>
      error instanceof ArgusError &&
      error.code === "config/bad-setting" &&
      error.message.startsWith(name) &&
      !error.message.includes("hunter2");
    assert.throws(() => readSettings({ [name]: "hunter2" }), isRight, name);
  }
});

test("the word to paste for a switch leaves isolation on", () => {
  for (const name of ["ARGUS_CONTAINER_ISOLATION", "ARGUS_REQUIRE_ISOLATION"]) {
    assert.throws(() => readSettings({ [name]: "maybe" }), { hint: `${name}=true` });
  }
});

test("a registry that many share needs an account in the variable as well", () => {
  assert.throws(() => readSettings({ ARGUS_REGISTRY: "docker.io" }), {
    code: "config/bad-setting",
    message: /^ARGUS_REGISTRY must name an account/,
    hint: 'such as "docker.io/ACCOUNT"',
  });
});

test("a build's target is refused, for the last stage is what runs", () => {
  for (const words of ["--target x", "--no-cache --target=x"]) {
    assert.throws(() => readSettings({ ARGUS_BUILD_EXTRA_ARGS: words }), /ARGUS_BUILD_EXTRA_ARGS.*--target/, words);
  }
});

test("the most specific switch wins", () => {
  const words = [undefined, true, false];
  for (const enabled of words) {
    for (const variable of words) {
      for (const flag of words) {
        const off = switchedOffBy(
          { container: { ...(enabled === undefined ? {} : { enabled }) } as never },
          { flags: { containerIsolation: flag } },
          { containerIsolation: variable },
        );
        const first = [enabled, variable, flag].findIndex((word) => word !== undefined);
        const names = ["container.enabled", "ARGUS_CONTAINER_ISOLATION", "feature_flags.container_isolation"];
        const wanted = (enabled ?? variable ?? flag ?? true) ? undefined : names[first];
        assert.equal(off, wanted, `${enabled} ${variable} ${flag}`);
      }
    }
  }
});

const SLIPS: readonly (readonly [name: string, meant: string | undefined])[] = [
  ["ARGUS_REQUIRE_ISOLATON", "ARGUS_REQUIRE_ISOLATION"],
  ["ARGUS_CONFIGS", "ARGUS_CONFIG"],
  ["argus_config", "ARGUS_CONFIG"],
  ["ARGUS_CONFIG_2", undefined],
  ["ARGUS_RUNTIME1", undefined],
  ["ARGUS_CONTAINER_ISOLATION_OLD", undefined],
  ["ARGUS_TOKEN", undefined],
];

test("only a name one or two letters away from a variable's is taken for a slip", () => {
  for (const [name, meant] of SLIPS) assert.deepEqual(unknownSettings({ [name]: "x" }), [{ name, meant }]);
  assert.deepEqual(unknownSettings({ ARGUS_CONFIG: "x", HOME: "/" }), []);
});

test("on Windows a variable's name may be written in any case", () => {
  assert.deepEqual(
    unknownSettings({ argus_config: "x", Argus_Token: "y" }, { anyCase: true, others: ["ARGUS_TOKEN"] }),
    [],
  );
  assert.deepEqual(unknownSettings({ argus_confg: "x" }, { anyCase: true }), [
    { name: "argus_confg", meant: "ARGUS_CONFIG" },
  ]);
});

test("a variable that something else reads is none that argus fails to understand", () => {
  const env = { ARGUS_TOKEN: "x", ARGUS_CONFIGS: "y", ARGUS_OTHER: "z" };
  const others = ["ARGUS_TOKEN", "ARGUS_CONFIGS"];
  assert.deepEqual(unknownSettings(env, { others }), [{ name: "ARGUS_OTHER", meant: undefined }]);
});

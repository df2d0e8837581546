import assert from "node:assert/strict";
import { test } from "node:test";
import { configCandidates } from "../../../src/config/locate.ts";
import { nearest } from "../../../src/config/suggest.ts";

const TABLE: readonly [platform: string, env: Record<string, string>, user: readonly string[]][] = [
  ["linux", {}, ["/home/me/.config/argus/config.yaml"]],
  ["linux", { XDG_CONFIG_HOME: "/xdg" }, ["/xdg/argus/config.yaml"]],
  ["linux", { XDG_CONFIG_HOME: "" }, ["/home/me/.config/argus/config.yaml"]],
  ["darwin", {}, ["/home/me/Library/Application Support/argus/config.yaml", "/home/me/.config/argus/config.yaml"]],
];

test("the working directory comes first, then the user's folder", () => {
  for (const [platform, env, user] of TABLE) {
    assert.deepEqual(configCandidates(env, platform, "/home/me"), ["config.yaml", "config.yml", ...user], platform);
  }
  const appdata = { APPDATA: "C:\\Users\\me\\AppData\\Roaming" };
  assert.equal(
    configCandidates(appdata, "win32", "C:\\Users\\me").at(-1),
    "C:\\Users\\me\\AppData\\Roaming\\argus\\config.yaml",
  );
  assert.equal(
    configCandidates({}, "win32", "C:\\Users\\me").at(-1),
    "C:\\Users\\me\\AppData\\Roaming\\argus\\config.yaml",
  );
});

const MEANT: readonly [written: string, meant: string | undefined][] = [
  ["memmory", "memory"],
  ["Memory", "memory"],
  ["extra-args", "extra_args"],
  ["agrs", "args"],
  ["arg", "args"],
  ["netwrok", "network"],
  ["zebra", undefined],
  ["", undefined],
];

test("did you mean", () => {
  for (const [written, meant] of MEANT) {
    assert.equal(nearest(written, ["memory", "extra_args", "args", "network", "cpus"]), meant, written);
  }
});

test("a very long word is near to none, and that is said at once", () => {
  const began = performance.now();
  assert.equal(nearest("s".repeat(3_000_000), Array(50).fill("streamable-http")), undefined);
  assert.ok(performance.now() - began < 2000, "a minute when every letter is compared");
});

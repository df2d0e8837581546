/** Which words of ARGUS_BUILD_EXTRA_ARGS shape an image. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { shapingWords } from "../../../src/config/build_arguments.ts";

/** Words given → words that shape the image. */
const WORDS: readonly (readonly [given: string, shaping: string])[] = [
  ["", ""],
  ["--network=host --no-cache", ""],
  ["--network host --add-host a:1.2.3.4 --platform linux/arm64", "--platform linux/arm64"],
  ["--add-host=a:1.2.3.4 -q -m 2g --memory-swap=4g", ""],
  ["--build-arg A=1 --build-arg B", "--build-arg A=1 --build-arg B=from-env"],
  ["--build-arg=B --build-arg=C", "--build-arg=B=from-env --build-arg=C"],
  ["--build-arg", "--build-arg "],
  ["--build-arg B=", "--build-arg B="],
  ["--platform=linux/arm64 --progress plain", "--platform=linux/arm64"],
  ["--secret id=x,src=/home/me/x --ssh default --cache-from type=gha", ""],
  ["--build-context base=docker-image://x", "--build-context base=docker-image://x"],
  ["--squash --network host --some-new-option x", "--squash --some-new-option x"],
  ["--pull=always --layers=false --tls-verify=false", ""],
];

for (const [given, shaping] of WORDS) {
  test(`${given || "nothing"} shapes with ${shaping || "nothing"}`, () => {
    assert.equal(shapingWords(given.split(" ").filter(Boolean), { B: "from-env" }).join(" "), shaping);
  });
}

/** Values of variables: beside the Dockerfile, never in it, and understood by a shell. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { plain, type Text } from "../../../src/config/text.ts";
import { imageOf } from "../../../src/image/image.ts";
import { type GeneratedImage, inputsOf } from "../../../src/image/render.ts";
import { buildValues } from "../../../src/image/values.ts";
import { generated, NOTHING_SET, npx, source, textOf } from "./plans.ts";

const secret = (value: string): Text => ({ shown: "${TOKEN}", value });
const texts = (plan: GeneratedImage) => [true, false].map((mounts) => textOf(plan, mounts));

for (const [name, plan] of Object.entries(generated)) {
  test(`the ${name} Dockerfile shows that values come, and none of them`, () => {
    const [mounted = "", classic = ""] = texts({ ...plan, buildEnv: { TOKEN: secret("s3cret"), A: plain("b") } });
    for (const text of [mounted, classic]) {
      assert.doesNotMatch(text, /s3cret|TOKEN=/);
      assert.match(text, /^ENV A="b"$/m);
    }
    const [builder = "", final = ""] = mounted.split(/^FROM /m).slice(1);
    assert.match(builder, /^ENV ARGUS_BUILD_VALUES=[0-9a-f]{32}$/m);
    assert.match(builder, /--mount=type=secret,id=build-values,target=\/run\/secrets\/build-values/);
    const [classicBuilder = "", classicFinal = ""] = classic.split(/^FROM /m).slice(1);
    assert.match(classicBuilder, /^ARG ARGUS_BUILD_VALUES$/m);
    assert.match(classicBuilder, /^RUN eval "\$ARGUS_BUILD_VALUES"; /m);
    assert.doesNotMatch(`${final}${classicFinal}`, /BUILD_VALUES|build-values/);
  });
}

test("a step that holds a variable stands there as written, and runs as a shell reads its value", () => {
  const steps = [plain("npm install"), { shown: "deploy '${TOKEN}'", value: "deploy 's3cret'" }];
  for (const text of texts({ ...source, steps })) {
    assert.match(text, /^# deploy '\$\{TOKEN\}'$/m);
    assert.match(text, /eval "\$ARGUS_STEP_2"$/m);
    assert.match(text, /npm install$/m);
    assert.doesNotMatch(text, /s3cret|ARGUS_STEP_1/);
  }
  assert.equal(imageOf({ ...source, steps }, NOTHING_SET).values, `ARGUS_STEP_2='deploy '\\''s3cret'\\'''\n`);
});

test("a shell gets every value as it is, and a step's variable stays its own", () => {
  const hostile = `it's "so" $HOME \`id\` $(id) \\ ; & | # *`;
  const { script } = buildValues({ A: secret(hostile), B: plain("b") }, [secret("echo  two")], "")!;
  const shown = spawnSync("sh", ["-c", `${script}eval "$ARGUS_STEP_1"; env`], { encoding: "utf8", env: {} });
  assert.equal(shown.stderr, "");
  assert.match(shown.stdout, /^two$/m);
  assert.ok(shown.stdout.split("\n").includes(`A=${hostile}`));
  assert.doesNotMatch(shown.stdout, /^(B|ARGUS_STEP_1)=/m);
});

test("another value is another image; the same one in another image has another hash", () => {
  const withToken = (plan: GeneratedImage, value: string) => ({ ...plan, buildEnv: { TOKEN: secret(value) } });
  assert.equal(inputsOf(withToken(npx, "a")), inputsOf(withToken(npx, "a")));
  assert.notEqual(inputsOf(withToken(npx, "a")), inputsOf(withToken(npx, "b")));
  const hash = (salt: string) => buildValues({ TOKEN: secret("a") }, [], salt)?.hash;
  assert.notEqual(hash("one"), hash("other"));
});

test("without a variable there is nothing to hand over", () => {
  assert.equal(buildValues({ A: plain("costs $5") }, [plain("echo $HOME")], ""), undefined);
  assert.equal(imageOf(npx, NOTHING_SET).values, undefined);
  // Of a variable that is not set, the reference is all there is.
  assert.match(buildValues({ A: plain("${UNSET}") }, [], "")!.script, /^export A='\$\{UNSET\}'$/m);
});

test("a value cannot leave its line", () => {
  assert.throws(() => buildValues({ A: secret("a\nb") }, [], ""), { code: "image/unsafe-value" });
});

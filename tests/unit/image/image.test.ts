import assert from "node:assert/strict";
import { test } from "node:test";
import { plain } from "../../../src/config/text.ts";
import { imageOf } from "../../../src/image/image.ts";
import { dockerfile, generated, NOTHING_SET } from "./plans.ts";

const file = (text: string, digest = "d") => ({
  text,
  digest,
  context: "/project",
  file: "/project/custom.dockerfile",
});

for (const [name, plan] of Object.entries(generated)) {
  test(`the ${name} image is named after its inputs and needs no context`, () => {
    const image = imageOf(plan, NOTHING_SET);
    assert.equal(image.name, `localhost/argus/${plan.recipe}-${plan.name}:${image.inputs.slice(0, 12)}`);
    assert.equal(image.context, undefined);
    assert.equal(image.args, undefined);
    assert.match(image.dockerfile, /--mount/);
    assert.doesNotMatch(image.plainDockerfile, /--mount/);
    assert.match(image.plainDockerfile, new RegExp(image.inputs));
  });
}

test("a user's image is its Dockerfile and its folder", () => {
  const text = 'FROM python:3.13-slim\nCOPY . .\nENTRYPOINT ["python", "-m", "my_server"]\n';
  const image = imageOf(dockerfile, NOTHING_SET, file(text));
  assert.equal(image.dockerfile, text);
  assert.equal(image.context, "/project");
  assert.deepEqual(image.labels, { "argus.recipe": "dockerfile", "argus.inputs": image.inputs });
  assert.notEqual(image.name, imageOf(dockerfile, NOTHING_SET, file(text, "other")).name);
  assert.notEqual(image.name, imageOf(dockerfile, NOTHING_SET, file(`${text}# x\n`)).name);
  assert.equal(image.name, imageOf(dockerfile, NOTHING_SET, file(text)).name);
  assert.throws(() => imageOf(dockerfile, NOTHING_SET), { code: "image/no-dockerfile" });
});

test("a user's image without a line that takes files is named after its Dockerfile alone, whose folder is not read", () => {
  const unread = {
    ...file("FROM a\nRUN ls\n"),
    get digest(): string {
      throw new Error("read");
    },
  };
  const image = imageOf(dockerfile, NOTHING_SET, unread);
  assert.equal(image.takesFiles, false);
  assert.equal(image.context, "/project", "its base image may take files by ONBUILD");
  const syntax = { ...NOTHING_SET, buildShape: ["--build-arg", "BUILDKIT_SYNTAX=x"] };
  assert.throws(() => imageOf(dockerfile, syntax, unread), /read/, "another program may read it in its own way");
});

const ARGS: [lines: string, words: string[], args: string[], notice?: string][] = [
  ['ENTRYPOINT ["python", "-m", "my_server"]', ["python", "-m", "my_server"], []],
  ['ENTRYPOINT ["python", "-m", "my_server"]', ["python", "-m", "my_server", "--port", "1"], ["--port", "1"]],
  ['ENTRYPOINT ["python"]', ["python", "-m", "my_server"], ["-m", "my_server"]],
  ['ENTRYPOINT ["srv"]', ["my-command", "--x"], ["--x"]],
  ['ENTRYPOINT ["srv"]\nCMD ["--default"]', ["srv"], []],
  ['CMD ["node", "index.js"]', ["node", "index.js"], []],
  ['CMD ["node", "index.js"]', ["node", "index.js", "--x"], ["node", "index.js", "--x"]],
  // The ENTRYPOINT starts what CMD names.
  ['ENTRYPOINT ["tini", "--"]\nCMD ["node", "i.js"]', ["node", "i.js"], []],
  ['ENTRYPOINT ["tini", "--"]\nCMD ["node", "i.js"]', ["/usr/bin/node", "i.js", "--x"], ["node", "i.js", "--x"]],
  ['ENTRYPOINT ["tini", "--"]\nCMD ["node", "i.js"]', ["srv", "--x"], ["--x"]],
  ['ENTRYPOINT ["tini", "--"]\nCMD node i.js', ["node", "i.js"], []],
  ['ENTRYPOINT ["tini", "--"]\nCMD node i.js', ["node", "i.js", "--x"], [], "CMD"],
  ['ENTRYPOINT ["python"]\nCMD ["-m", "my_server"]', ["python", "-m", "my_server"], []],
  ['ENTRYPOINT ["python"]\nCMD ["-m", "my_server"]', ["python", "-m", "my_server", "--x"], ["-m", "my_server", "--x"]],
  // The base's ENTRYPOINT is the program.
  ['CMD ["dist/i.js"]', ["node", "dist/i.js"], []],
  ['CMD ["dist/i.js"]', ["node", "dist/i.js", "--x"], ["dist/i.js", "--x"]],
  ['ENTRYPOINT x\nCMD ["node", "i.js"]', ["node", "i.js", "--x"], [], "ENTRYPOINT"],
  ["RUN true", ["node", "index.js"], ["node", "index.js"]],
  ["ENTRYPOINT exec python -m my_server", ["python", "-m", "my_server"], []],
  ["ENTRYPOINT python -m my_server", ["python", "-m", "my_server", "--x"], [], "ENTRYPOINT"],
  ["CMD node index.js", ["node", "index.js", "--x"], [], "CMD"],
];

for (const [lines, words, args, notice] of ARGS) {
  test(`${lines.replaceAll("\n", " / ")} beside ${words.join(" ")}`, () => {
    const image = imageOf({ ...dockerfile, words: words.map(plain) }, NOTHING_SET, file(`FROM a\n${lines}\n`));
    assert.deepEqual(
      image.args?.map((each) => each.value),
      args,
    );
    assert.equal(image.notices.length, notice === undefined ? 0 : 1);
    if (notice !== undefined)
      assert.match(image.notices[0]!.message, new RegExp(`--x: ${notice} of custom.dockerfile`));
  });
}

/** What runs before the arguments, where it is known that a shell can be put in front of it. */
const ENTRIES: [lines: string, words: string[], entry: string[] | undefined][] = [
  ['RUN true\nENTRYPOINT ["srv", "-m"]', ["srv"], ["srv", "-m"]],
  ['RUN true\nENTRYPOINT ["srv"]\nCMD ["--default"]', ["srv"], ["srv", "--default"]],
  ['RUN true\nENTRYPOINT ["srv"]\nCMD ["--default"]', ["srv", "--other"], ["srv"]],
  ['RUN true\nENTRYPOINT ["srv"]\nCMD a line', ["srv"], ["srv", "/bin/sh", "-c", "a line"]],
  ["RUN true\nENTRYPOINT a line\nCMD unheard", ["srv"], ["/bin/sh", "-c", "a line"]],
  ['ENTRYPOINT ["/bin/sh", "-c"]\nCMD ["a line"]', ["sh"], ["/bin/sh", "-c", "a line"]],
  ['ENTRYPOINT ["sh"]\nCMD a line', ["sh"], undefined],
  // Nothing says that there is a shell.
  ['ENTRYPOINT ["srv"]', ["srv"], undefined],
  ['RUN ["/bin/true"]\nENTRYPOINT ["srv"]', ["srv"], undefined],
  ["ENTRYPOINT a line", ["srv"], undefined],
  // The base may have an entry of its own, to which CMD is only an argument.
  ['RUN true\nCMD ["node", "index.js"]', ["node", "index.js"], undefined],
];

for (const [lines, words, entry] of ENTRIES) {
  test(`the entry of ${lines.replaceAll("\n", " / ")} beside ${words.join(" ")}`, () => {
    const image = imageOf({ ...dockerfile, words: words.map(plain) }, NOTHING_SET, file(`FROM a\n${lines}\n`));
    assert.deepEqual(image.entry, entry);
  });
}

for (const [name, plan] of Object.entries(generated)) {
  test(`the entry of the ${name} image is that of its Dockerfile`, () => {
    const image = imageOf(plan, NOTHING_SET);
    const last = /^ENTRYPOINT (.*)$/m.exec(image.dockerfile)?.[1] ?? "";
    assert.deepEqual(image.entry, JSON.parse(last));
  });
}

test("a notice shows no secret", () => {
  const words = [plain("x"), { shown: "${TOKEN}", value: "s3cret" }];
  const { notices } = imageOf({ ...dockerfile, words }, NOTHING_SET, file("FROM a\nENTRYPOINT x\n"));
  assert.match(JSON.stringify(notices), /\$\{TOKEN\}/);
  assert.doesNotMatch(JSON.stringify(notices), /s3cret/);
});

test("what the user adds to every build is part of the tag where it shapes the image", () => {
  const build = (...buildShape: string[]) => ({ buildExtraArgs: ["--network=host", ...buildShape], buildShape });
  for (const [plan, user] of [
    [generated.npx, undefined],
    [dockerfile, file("FROM a\n")],
  ] as const) {
    const image = (...shape: string[]) => imageOf(plan, build(...shape), user);
    assert.equal(image().name, imageOf(plan, NOTHING_SET, user).name);
    assert.notEqual(image("--build-arg", "A=s3cret").name, image().name);
    assert.notEqual(image("--build-arg", "A=s3cret").name, image("--build-arg", "A=other").name);
    assert.deepEqual(image("--platform=linux/arm64").buildExtraArgs, ["--network=host", "--platform=linux/arm64"]);
  }
  const image = imageOf(generated.npx, build("--platform=linux/arm64"));
  for (const text of [image.dockerfile, image.plainDockerfile]) {
    assert.match(text, new RegExp(`^LABEL argus.inputs="${image.inputs}"$`, "m"));
  }
});

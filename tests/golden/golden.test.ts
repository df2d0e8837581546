/**
 * Golden cases: a config that a user could write, and everything that argus would do with it.
 *
 * Each folder holds config.yaml with one backend; beside it stand plan.json, and for a container the Dockerfile and the
 * command lines of docker and podman, one word a line, and the objects of kubernetes as `argus plan` prints them (or the
 * reason why there are none). `ARGUS_UPDATE_GOLDEN=1` writes them; the diff is the review.
 * The version of argus and the hashes of images are left out: they change with every edit of a template.
 */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { DockerfileParser } from "dockerfile-ast";
import { describePod, manifestYaml } from "../../src/commands/describe_pod.ts";
import { imageFor } from "../../src/commands/image_for.ts";
import type { Config, StdioBackend } from "../../src/config/config.ts";
import { parseConfig } from "../../src/config/parse.ts";
import { readSettings } from "../../src/config/settings.ts";
import { shownWords } from "../../src/engine/command.ts";
import type { Engine, SessionIdentity } from "../../src/engine/engine.ts";
import { runCommand } from "../../src/engine/oci.ts";
import { ArgusError } from "../../src/errors.ts";
import { type Image, imageOf } from "../../src/image/image.ts";
import type { ContainerPlan, Plan } from "../../src/plan/plan.ts";
import { planBackend } from "../../src/plan/plan_backend.ts";
import { VERSION } from "../../src/version.ts";

const FOLDER = dirname(fileURLToPath(import.meta.url));
const CASES = readdirSync(FOLDER, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && existsSync(join(FOLDER, entry.name, "config.yaml")))
  .map((entry) => entry.name)
  .sort();
const UPDATE = process.env.ARGUS_UPDATE_GOLDEN === "1";

const SECRET = "s3cret";
const ENV = { HOME: "/home/me", TOKEN: SECRET };

/** Everything that a case may produce; a file that is not produced must not be there. */
const OUTPUTS = ["plan.json", "Dockerfile", "docker.argv", "podman.argv", "pod.yaml", "pod.error"] as const;
type Outputs = Partial<Record<(typeof OUTPUTS)[number], string>>;

for (const name of CASES) {
  test(`golden: ${name}`, async () => {
    const folder = join(FOLDER, name);
    const outputs = await produce(folder);
    for (const output of OUTPUTS) hold(join(folder, output), outputs[output]);
  });

  test(`golden: ${name} shows no secret`, async () => {
    for (const [output, text] of Object.entries(await produce(join(FOLDER, name)))) {
      assert.ok(!text.includes(SECRET), output);
    }
  });
}

test("every recipe has a case", async () => {
  const recipes = CASES.map((name) => planIn(join(FOLDER, name)).plan)
    .filter((plan) => plan.kind === "container")
    .map((plan) => plan.image.recipe);
  assert.deepEqual([...new Set(recipes)].sort(), ["dockerfile", "go", "npx", "source", "uvx"]);
});

for (const name of CASES) {
  const { plan } = planIn(join(FOLDER, name));
  if (plan.kind !== "container" || plan.image.recipe === "dockerfile") continue;
  const image = imageOf(plan.image, readSettings({}));

  for (const [builder, text] of [
    ["with mounts", image.dockerfile],
    ["without mounts", image.plainDockerfile],
  ] as const) {
    test(`the Dockerfile of ${name} ${builder} parses, and ends as the user nonroot with a list as its entry`, () => {
      const file = DockerfileParser.parse(text);
      const last = lastStage(text);
      assert.deepEqual(
        file
          .getInstructions()
          .map((each) => each.getKeyword())
          .filter((keyword) => !KEYWORDS.includes(keyword)),
        [],
      );
      assert.ok(file.getFROMs().length >= 2, "a builder and a final stage");
      assert.deepEqual(last.filter(([keyword]) => keyword === "USER").at(-1), ["USER", "65532:65532"]);
      const entries = last.filter(([keyword]) => keyword === "ENTRYPOINT");
      assert.equal(entries.length, 1);
      assert.ok(Array.isArray(JSON.parse(entries[0]![1])));
      assert.equal(
        file.getComments().some((comment) => /syntax\s*=/.test(comment.getContent() ?? "")),
        false,
      );
      if (builder === "without mounts") assert.ok(!text.includes("--mount"));
    });
  }
}

/** The portable core: what BuildKit, the classic builder and Buildah all know. */
const KEYWORDS = ["FROM", "ARG", "ENV", "RUN", "COPY", "WORKDIR", "USER", "LABEL", "ENTRYPOINT"];

function lastStage(text: string): [string, string][] {
  const instructions = DockerfileParser.parse(text).getInstructions();
  const from = instructions.map((each) => each.getKeyword()).lastIndexOf("FROM");
  return instructions.slice(from).map((each) => [each.getKeyword(), each.getRawArgumentsContent() ?? ""]);
}

function planIn(folder: string): { plan: Plan; config: Config } {
  const file = join(folder, "config.yaml");
  const { config, problems } = parseConfig(readFileSync(file, "utf8"), file, { env: ENV });
  assert.deepEqual(
    problems.filter(({ severity }) => severity === "error"),
    [],
  );
  const [backend, ...others] = config.backends.values();
  assert.ok(backend !== undefined && others.length === 0, "a case has one backend");
  return { plan: planBackend(backend, { config, settings: {} }), config };
}

async function produce(folder: string): Promise<Outputs> {
  const { plan, config } = planIn(folder);
  const masked = (text: string) =>
    text
      .replaceAll(`${folder}/`, "")
      .replaceAll(/(\/argus\/[^:\s]+):[0-9a-f]{12}\b/g, "$1:<hash>")
      .replaceAll(/(argus\.inputs["']?=["']?)[0-9a-f]{12,64}/g, "$1<hash>")
      .replaceAll(new RegExp(`(argus\\.version["']?=["']?)${VERSION.replaceAll(".", "\\.")}`, "g"), "$1<version>")
      // The cluster takes the file as it is, so this one stays the value of a label.
      .replaceAll(`argus.version: ${VERSION}`, "argus.version: 0.0.0");
  const shown = { "plan.json": masked(`${JSON.stringify(printable(plan), null, 2)}\n`) };
  if (plan.kind !== "container") return shown;
  const { image, args } = await imageFor(plan, config, readSettings({}));
  const argv = (engine: Engine) => {
    const { env } = plan;
    const values = Object.fromEntries(Object.entries(env).map(([key, { value }]) => [key, value]));
    const { cpus } = plan.limits;
    const input = {
      engine,
      image: image.name,
      plan,
      args,
      identity: identityOf(plan),
      cpus,
      env: values,
    };
    return masked(`${shownWords(runCommand(input)).join("\n")}\n`);
  };
  return {
    ...shown,
    ...(plan.image.recipe === "dockerfile" ? {} : { Dockerfile: masked(image.dockerfile) }),
    "docker.argv": argv({ name: "docker", bin: "docker", env: {}, rootless: false }),
    "podman.argv": argv({ name: "podman", bin: "podman", env: {}, rootless: true }),
    ...masks(podOf(plan, image, args, config), masked),
  };
}

/** What the cluster would get, or why a Pod cannot do what the config asks for. */
function podOf(plan: ContainerPlan, image: Image, args: ContainerPlan["args"], config: Config): Outputs {
  try {
    const backend = config.backends.get(plan.backend) as StdioBackend;
    return { "pod.yaml": manifestYaml(describePod(plan, image, args, backend, {})) };
  } catch (error) {
    if (!(error instanceof ArgusError)) throw error;
    return { "pod.error": `${error.where}: ${error.message} [${error.code}]\nhint: ${error.hint}\n` };
  }
}

function masks(outputs: Outputs, masked: (text: string) => string): Outputs {
  return Object.fromEntries(Object.entries(outputs).map(([name, text]) => [name, masked(text)]));
}

function identityOf(plan: ContainerPlan): SessionIdentity {
  const owner = { pid: 4711, started: "100", boot: "boot", host: "host", uid: 1000 };
  return { backend: plan.backend, container: `argus-${plan.backend}-0123456789ab`, owner };
}

/** A plan as it is printed: references in place of values. */
function printable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(printable);
  if (typeof value !== "object" || value === null) return value;
  if ("shown" in value && "value" in value) return value.shown;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, printable(each)]));
}

function hold(file: string, text: string | undefined): void {
  if (UPDATE) {
    if (text === undefined) rmSync(file, { force: true });
    else writeFileSync(file, text);
    return;
  }
  const held = existsSync(file) ? readFileSync(file, "utf8").replaceAll("\r\n", "\n") : undefined;
  assert.equal(text, held, `${file}: ARGUS_UPDATE_GOLDEN=1 rewrites it`);
}

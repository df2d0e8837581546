import assert from "node:assert/strict";
import { test } from "node:test";
import { plain } from "../../../src/config/text.ts";
import { realArgs, shownWords } from "../../../src/engine/command.ts";
import type { Engine } from "../../../src/engine/engine.ts";
import {
  buildCommand,
  containerListCommand,
  imageInspectCommand,
  imageListCommand,
  imageRemoveCommand,
  killCommand,
  removeCommand,
  runCommand,
} from "../../../src/engine/oci.ts";
import { VERSION } from "../../../src/version.ts";
import { mount, samplePlan, sampleRun } from "./samples.ts";

const DOCKER: Engine = {
  name: "docker",
  bin: "/usr/bin/docker",
  env: { DOCKER_HOST: "unix:///x.sock" },
  rootless: false,
};
const PODMAN: Engine = { name: "podman", bin: "/usr/bin/podman", env: {}, rootless: false };

const HEAD = [
  "run --rm -i --init --pull=never --name argus-time-0123456789ab",
  "--label argus.backend=time --label argus.session=argus-time-0123456789ab",
  `--label argus.owner=42:777:b-1:1000:laptop --label argus.version=${VERSION}`,
  "--read-only --tmpfs /tmp:rw,noexec,nosuid,nodev,size=64m --tmpfs /home/nonroot:rw,noexec,nosuid,nodev,size=64m",
  "--cap-drop ALL --security-opt no-new-privileges",
  "--memory 512m --memory-swap 512m --cpus 1 --pids-limit 256 --user 65532:65532 --network bridge --log-driver none",
].join(" ");
const PODMAN_ONLY = "--read-only-tmpfs=false --http-proxy=false";
const TAIL = "-e HOME=/home/nonroot -e TMPDIR=/tmp localhost/argus/uvx-time:abc";

test("every engine gets the whole posture", () => {
  const words = (engine: Engine) => realArgs(runCommand(sampleRun({ engine }))).join(" ");
  assert.equal(words(DOCKER), `${HEAD} ${TAIL}`);
  assert.equal(words(PODMAN), `${HEAD} ${PODMAN_ONLY} ${TAIL}`);
  assert.equal(words({ ...PODMAN, rootless: true }), `${HEAD} ${PODMAN_ONLY} ${TAIL}`);
});

test("rootless podman maps the user's own id only where host folders are mounted", () => {
  const words = (rootless: boolean, kind: "path" | "named") =>
    realArgs(
      runCommand(
        sampleRun({
          engine: { ...PODMAN, rootless },
          plan: samplePlan({
            volumes: [{ source: kind === "path" ? "/data" : "data", kind, target: "/data", mode: "rw" }],
          }),
        }),
      ),
    ).filter((word) => word.startsWith("--userns"));
  assert.deepEqual(words(true, "path"), ["--userns=keep-id:uid=65532,gid=65532"]);
  assert.deepEqual(words(true, "named"), []);
  assert.deepEqual(words(false, "path"), []);
});

test("extra arguments come last before the image, arguments of the server after it", () => {
  const plan = samplePlan({ extraArgs: ["--device", "/dev/kvm"].map(plain) });
  const words = realArgs(runCommand(sampleRun({ plan, args: [plain("--zone"), plain("UTC")] })));
  assert.deepEqual(words.slice(-5), ["--device", "/dev/kvm", "localhost/argus/uvx-time:abc", "--zone", "UTC"]);
});

test("limits and the network are those of the plan", () => {
  const plan = samplePlan({ limits: { memory: "1g", cpus: "8" }, network: "none" });
  const words = realArgs(runCommand(sampleRun({ plan, cpus: "2" }))).join(" ");
  assert.match(words, / --memory 1g --memory-swap 1g --cpus 2 --pids-limit 256 .* --network none /);
});

test("a mount over a writable folder replaces it", () => {
  const plan = samplePlan({ volumes: [mount("/a", "/tmp"), mount("/b", "/home/nonroot", "ro")] });
  const words = realArgs(runCommand(sampleRun({ plan })));
  assert.ok(!words.includes("--tmpfs"), words.join(" "));
  assert.ok(words.includes("/a:/tmp") && words.includes("/b:/home/nonroot:ro"), words.join(" "));
});

test("values of variables are in no argument", () => {
  const env = { TOKEN: "s3cret", PATH: "/opt/bin", https_proxy: "http://u:s3cret@p", HOME: "/data", EMPTY: "" };
  const command = runCommand(sampleRun({ env }));
  const words = realArgs(command);
  assert.deepEqual(words.slice(words.indexOf("none") + 1, -1), [
    ...["-e", "TMPDIR=/tmp", "-e", "TOKEN", "-e", "EMPTY"],
    ...["--env-file", "/dev/fd/3"],
  ]);
  assert.ok(!words.join(" ").includes("s3cret"));
  assert.deepEqual(command.env, { TOKEN: "s3cret", EMPTY: "" });
  assert.deepEqual(command.extraInput, { fd: 3, text: "PATH=/opt/bin\nhttps_proxy=http://u:s3cret@p\nHOME=/data\n" });
});

test("where docker's settings name proxies, every name of one stands alone, for docker to add none", () => {
  const engine: Engine = { ...DOCKER, handsProxies: true };
  const both = (names: string) => names.split(" ").flatMap((name) => [name, name.toLowerCase()]);
  const names = both("HTTP_PROXY HTTPS_PROXY FTP_PROXY NO_PROXY ALL_PROXY");
  const env = { HTTP_PROXY: "http://u:s3cret@p" };
  const command = runCommand(sampleRun({ engine, env }));
  assert.ok(
    realArgs(command)
      .join(" ")
      .includes(` --env-file /dev/fd/3 ${names.map((name) => `-e ${name}`).join(" ")} `),
  );
  assert.deepEqual(command.unset, names);
  assert.deepEqual([command.extraInput?.text, command.env.HTTP_PROXY], ["HTTP_PROXY=http://u:s3cret@p\n", undefined]);
  // Whoever names one among the arguments wants that of this machine.
  for (const words of [["-e", "HTTP_PROXY"], ["-eHTTP_PROXY"], ["--env=HTTP_PROXY"]]) {
    const { unset } = runCommand(sampleRun({ engine, plan: samplePlan({ extraArgs: words.map(plain) }) }));
    assert.deepEqual(unset, names.slice(1));
  }
  assert.equal(runCommand(sampleRun({ engine: DOCKER, env })).unset, undefined);
});

test("without a steering name there is no extra input", () => {
  assert.equal(runCommand(sampleRun({ env: { A: "1" } })).extraInput, undefined);
});

test("the engine's own variables win over the server's", () => {
  const command = runCommand(sampleRun({ engine: DOCKER, env: { A: "1" } }));
  assert.deepEqual(command.env, { A: "1", DOCKER_HOST: "unix:///x.sock" });
});

test("what a reference stands for is printed as the reference", () => {
  const command = runCommand(sampleRun({ args: [{ shown: "--key=${KEY}", value: "--key=s3cret" }] }));
  assert.equal(shownWords(command).at(-1), "--key=${KEY}");
  assert.equal(realArgs(command).at(-1), "--key=s3cret");
});

const BUILD = { engine: DOCKER, image: "localhost/argus/x:1", dockerfile: "FROM scratch\n" };

test("builds: docker with and without BuildKit, podman", () => {
  const words = (changes: Partial<Parameters<typeof buildCommand>[0]>) =>
    realArgs(buildCommand({ ...BUILD, caFile: "/ca.pem", ...changes })).join(" ");
  const label = `--label argus.version=${VERSION}`;
  const secret = "--secret id=ca,src=/ca.pem";
  assert.equal(words({}), `build -t localhost/argus/x:1 --progress=plain ${label} ${secret} -`);
  assert.equal(words({ builder: "legacy" }), `build -t localhost/argus/x:1 --force-rm ${label} -`);
  assert.equal(words({ engine: PODMAN }), `build -t localhost/argus/x:1 --format docker ${label} ${secret} -`);
});

test("builds: a repository over ssh gets the agent, and is refused where none can be passed on", () => {
  const words = (changes: Partial<Parameters<typeof buildCommand>[0]>) =>
    realArgs(buildCommand({ ...BUILD, ssh: true, ...changes })).join(" ");
  assert.match(words({}), / --ssh default -$/);
  assert.match(words({ engine: PODMAN, builder: "legacy" }), / --ssh default -$/);
  assert.doesNotMatch(words({ ssh: false }), /--ssh/);
  assert.throws(() => words({ builder: "legacy" }), { code: "build/no-buildkit" });
});

test("builds: the Dockerfile travels on standard input, with the context when there is one", () => {
  const command = buildCommand({ ...BUILD, context: "/srv/app" });
  assert.deepEqual(realArgs(command).slice(-3), ["-f", "-", "/srv/app"]);
  assert.equal(command.input, "FROM scratch\n");
  assert.deepEqual(command.env, { DOCKER_HOST: "unix:///x.sock", DOCKER_BUILDKIT: "1" });
  assert.equal(buildCommand({ ...BUILD, builder: "legacy" }).env.DOCKER_BUILDKIT, "0");
  assert.deepEqual(buildCommand({ ...BUILD, engine: PODMAN }).env, {});
});

test("an ignore file reaches each engine in its own way, and files of a folder are not taken where none does", () => {
  const given = { ...BUILD, context: "/srv/app", ignore: "my?config.yaml\n", files: "/tmp/argus-1" };
  const docker = buildCommand(given);
  assert.deepEqual(realArgs(docker).slice(-3), ["-f", "/tmp/argus-1/Dockerfile", "/srv/app"]);
  assert.equal(docker.input, undefined);
  const podman = buildCommand({ ...given, engine: PODMAN });
  assert.deepEqual(realArgs(podman).slice(-5), ["--ignorefile", "/dev/fd/3", "-f", "-", "/srv/app"]);
  assert.deepEqual([podman.input, podman.extraInput], [BUILD.dockerfile, { fd: 3, text: "my?config.yaml\n" }]);
  const legacy = { ...given, builder: "legacy" } as const;
  assert.deepEqual(realArgs(buildCommand(legacy)).slice(-3), ["-f", "-", "/srv/app"]);
  assert.throws(() => buildCommand({ ...legacy, takesFiles: true }), {
    code: "build/no-buildkit",
    hint: /^put my\?config\.yaml into \.dockerignore, or install/,
  });
});

test("builds: every option", () => {
  const options = {
    ...{ noCache: true, pull: true, labels: { "argus.inputs": "ff" } },
    ...{ buildArgs: ["HTTPS_PROXY"], extraArgs: ["--add-host", "a:1"] },
  };
  const tail = (engine: Engine) => realArgs(buildCommand({ ...BUILD, engine, ...options })).join(" ");
  const common = "--label argus.inputs=ff --no-cache";
  assert.ok(tail(DOCKER).endsWith(`${common} --pull --build-arg HTTPS_PROXY --add-host a:1 -`), tail(DOCKER));
  assert.ok(tail(PODMAN).endsWith(`${common} --pull=always --build-arg HTTPS_PROXY --add-host a:1 -`), tail(PODMAN));
});

test("builds: values stand in no argument, and no name of theirs in the environment of the engine's program", () => {
  const values = "export PATH='s3cret'\n";
  const built = (changes: Partial<Parameters<typeof buildCommand>[0]>) => {
    const { args, env, extraInput } = buildCommand({ ...BUILD, values, ...changes });
    const flag = args.findIndex((arg) => arg === "--secret" || arg === "--build-arg");
    assert.ok(!args.join(" ").includes("s3cret"));
    return { words: args.slice(flag, flag + 2).join(" "), ours: env.ARGUS_BUILD_VALUES, path: env.PATH, extraInput };
  };
  assert.deepEqual(built({}), {
    words: "--secret id=build-values,env=ARGUS_BUILD_VALUES",
    ours: values,
    path: undefined,
    extraInput: undefined,
  });
  assert.deepEqual(built({ builder: "legacy" }), {
    words: "--build-arg ARGUS_BUILD_VALUES",
    ours: values,
    path: undefined,
    extraInput: undefined,
  });
  assert.deepEqual(built({ engine: PODMAN }), {
    words: "--secret id=build-values,src=/dev/fd/3",
    ours: undefined,
    path: undefined,
    extraInput: { fd: 3, text: values },
  });
});

test("questions and removals", () => {
  const list = (label: (name: string) => string) =>
    "ps -a --no-trunc --filter label=argus.owner --format {{.ID}}\t{{.Names}}\t{{.Image}}\t{{.CreatedAt}}" +
    `\t${label("argus.backend")}\t${label("argus.owner")}`;
  const cases: [{ args: readonly unknown[]; bin: string }, string][] = [
    [containerListCommand(DOCKER), list((name) => `{{.Label "${name}"}}`)],
    [containerListCommand(PODMAN), list((name) => `{{index .Labels "${name}"}}`)],
    [imageInspectCommand(DOCKER, "x:1"), "image inspect --format {{.Id}}\t{{.Size}} x:1"],
    [
      imageListCommand(PODMAN),
      "image ls --no-trunc --filter label=argus.inputs --format {{.Repository}}:{{.Tag}}\t{{.ID}}",
    ],
    [imageRemoveCommand(DOCKER, ["a", "b"]), "image rm a b"],
    [killCommand(PODMAN, "c"), "kill --signal KILL c"],
    [removeCommand(DOCKER, ["c", "d"]), "rm -f -v c d"],
    [removeCommand(PODMAN, ["c"]), "rm -f -v -t 0 c"],
  ];
  for (const [command, expected] of cases) assert.equal(command.args.join(" "), expected);
});

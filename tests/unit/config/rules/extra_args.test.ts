import assert from "node:assert/strict";
import { test } from "node:test";
import { extraArgsProblems } from "../../../../src/config/rules/extra_args.ts";

/** Words that pass without a word. */
const FINE = [
  [],
  ["--rm"],
  ["--label", "x=y"],
  ["--label=x=y"],
  ["-l", "team=a"],
  ["--shm-size", "1g"],
  ["--add-host", "a:1.2.3.4"],
  ["--dns=1.1.1.1"],
  ["-e", "A=b"],
  ["-eA=b"],
  ["--env", "--privileged"],
  ["--env-file", "/x"],
  ["-i"],
  ["--init"],
  ["--init=true"],
  ["--tty=false"],
  ["--detach=0"],
  ["--privileged=false"],
  ["--read-only"],
  ["--read-only=true"],
  ["--network=none"],
  ["--network", "none"],
  ["--cap-drop=ALL"],
  ["--security-opt=no-new-privileges"],
  ["--security-opt", "no-new-privileges:true"],
  ["--pid=private"],
  ["--ipc", "none"],
  ["--user", "1000:1000"],
  ["-u1000"],
  ["--tmpfs", "/x:size=1m"],
  ["--future-flag=x"],
  ["--workdir", "/app"],
  ["-w/app"],
  ["--hostname", "x"],
  ["--stop-timeout=5"],
  ["--user=+1000"],
  ["--annotation", "team=run.oci.x"],
  ["--seccomp-policy=default"],
  ["--hosts-file=none"],
  ["--userns=auto"],
  ["--userns=auto:size=65536"],
  ["--http-proxy=false"],
];

for (const words of FINE) {
  test(`extra_args ${JSON.stringify(words)} pass`, () => {
    assert.deepEqual(extraArgsProblems(words), { refused: [], weakening: [] });
  });
}

/** Words that pass with a warning: the words, the index and the flag that is named. */
const WEAKENING: [string[], number, string][] = [
  [["--device=/dev/fuse"], 0, "--device"],
  [["--device", "/dev/fuse"], 0, "--device"],
  [["--privileged"], 0, "--privileged"],
  [["--privileged=true"], 0, "--privileged"],
  [["--cap-add=SYS_ADMIN"], 0, "--cap-add"],
  [["--cap-add", "SYS_ADMIN"], 0, "--cap-add"],
  [["--security-opt", "seccomp=unconfined"], 0, "--security-opt"],
  [["--security-opt=no-new-privileges:false"], 0, "--security-opt"],
  [["--network", "host"], 0, "--network"],
  [["--network=host"], 0, "--network"],
  [["--net=host"], 0, "--network"],
  [["--net", "container:x"], 0, "--network"],
  [["--pid", "host"], 0, "--pid"],
  [["--ipc=host"], 0, "--ipc"],
  [["--userns=host"], 0, "--userns"],
  [["--uts", "host"], 0, "--uts"],
  [["--user", "0"], 0, "--user"],
  [["--user=0:0"], 0, "--user"],
  [["--user=root"], 0, "--user"],
  [["--user", "1000:0"], 0, "--user"],
  [["-u0"], 0, "--user"],
  [["-u=0"], 0, "--user"],
  [["-u", "0"], 0, "--user"],
  [["--read-only=false"], 0, "--read-only"],
  [["--read-only=0"], 0, "--read-only"],
  [["-v", "/:/host"], 0, "--volume"],
  [["-v/etc:/x"], 0, "--volume"],
  [["-iv", "/:/x"], 0, "--volume"],
  [["-iv/:/x"], 0, "--volume"],
  [["--volume=/:/x"], 0, "--volume"],
  [["--mount", "type=bind,source=/,target=/x"], 0, "--mount"],
  [["--volumes-from", "db"], 0, "--volumes-from"],
  [["--group-add", "docker"], 0, "--group-add"],
  [["--gpus", "all"], 0, "--gpus"],
  [["--cgroupns=host"], 0, "--cgroupns"],
  [["--runtime", "x"], 0, "--runtime"],
  [["--entrypoint", "sh"], 0, "--entrypoint"],
  [["--memory=100g"], 0, "--memory"],
  [["-m", "100g"], 0, "--memory"],
  [["--pids-limit=-1"], 0, "--pids-limit"],
  [["--publish", "80:80"], 0, "--publish"],
  [["-p80:80"], 0, "--publish"],
  [["-P"], 0, "--publish-all"],
  [["--use-api-socket"], 0, "--use-api-socket"],
  [["--env-host"], 0, "--env-host"],
  [["--pod=x"], 0, "--pod"],
  [["--tmpfs", "/x:exec"], 0, "--tmpfs"],
  [["--label", "a=b", "--privileged"], 2, "--privileged"],
  [["--user=+0"], 0, "--user"],
  [["--user", "-0"], 0, "--user"],
  [["--user=65532:+0"], 0, "--user"],
  [["--user=65532:-00"], 0, "--user"],
  [["--annotation", "run.oci.keep_original_groups=1"], 0, "--annotation"],
  [["--annotation=org.systemd.property.MemoryMax=1"], 0, "--annotation"],
  [["--annotation=io.podman.annotations.label=disable"], 0, "--annotation"],
  [["--seccomp-policy=image"], 0, "--seccomp-policy"],
  [["--hosts-file=/etc/shadow"], 0, "--hosts-file"],
  [["--hosts-file=/none"], 0, "--hosts-file"],
  [["--userns=auto:uidmapping=65532:0:1"], 0, "--userns"],
  [["--userns=auto:size=9,gidmapping=65532:0:1"], 0, "--userns"],
  [["--http-proxy"], 0, "--http-proxy"],
];

for (const [words, index, flag] of WEAKENING) {
  test(`extra_args ${JSON.stringify(words)} weaken with ${flag}`, () => {
    const { refused, weakening } = extraArgsProblems(words);
    assert.deepEqual(refused, []);
    assert.deepEqual(
      weakening.map((each) => [each.index, each.flag]),
      [[index, flag]],
    );
    assert.ok(weakening.every(({ why }) => why !== ""));
  });
}

/** Words that are refused: the words and the index of the one that is. */
const REFUSED: [string[], number][] = [
  [["alpine"], 0],
  [["alpine", "sh"], 0],
  [[""], 0],
  [["-"], 0],
  [["--"], 0],
  [["--", "alpine"], 0],
  [["--init", "true"], 1],
  [["--rm", "alpine"], 1],
  [["--privileged", "true"], 1],
  [["--label", "a", "b"], 2],
  [["-i", "alpine"], 1],
  [["--device"], 0],
  [["-v"], 0],
  [["-e"], 0],
  [["--label", "a=b", "--env"], 2],
  [["--future-flag"], 0],
  [["--future-flag", "x"], 0],
  [["-z"], 0],
  [["---x"], 0],
  [["--=x"], 0],
  [["--__proto__"], 0],
  [["--constructor"], 0],
  [["--label\0=x"], 0],
  [["--rm=false"], 0],
  [["--rm=maybe"], 0],
  [["--name", "x"], 0],
  [["--name=x"], 0],
  [["--replace"], 0],
  [["--cidfile=/x"], 0],
  [["--pidfile", "/x"], 0],
  [["-d"], 0],
  [["--detach"], 0],
  [["--detach=true"], 0],
  [["-t"], 0],
  [["-it"], 0],
  [["-itv", "/:/x"], 0],
  [["--tty"], 0],
  [["--interactive=false"], 0],
  [["-i=false"], 0],
  [["-a", "stdout"], 0],
  [["--attach=stdin"], 0],
  [["--sig-proxy=false"], 0],
  [["--restart", "always"], 0],
  [["--pull=always"], 0],
  [["--log-driver", "syslog"], 0],
  [["--init=false"], 0],
  [["--label", "argus.backend=x"], 0],
  [["--label=argus.owner=1"], 0],
  [["-largus.owner=1"], 0],
  [["--label-file", "/x"], 0],
  [["--rmi"], 0],
  [["--rootfs"], 0],
  [["--help"], 0],
  [["--privileged=maybe"], 0],
];

for (const [words, index] of REFUSED) {
  test(`extra_args ${JSON.stringify(words)} are refused`, () => {
    const { refused } = extraArgsProblems(words);
    assert.equal(refused[0]?.index, index);
    assert.ok(refused.every(({ message }) => message !== ""));
  });
}

test("-privileged is -p with a value, as the engines read it", () => {
  assert.deepEqual(
    extraArgsProblems(["-privileged"]).weakening.map(({ flag }) => flag),
    ["--publish"],
  );
});

test("no message repeats a value", () => {
  const words = [
    "-e",
    "TOKEN=s3cret",
    "--label",
    "argus.x=s3cret",
    "s3cret",
    "--user=s3cret:0",
    "--privileged=s3cret",
    "--s3cret=x",
  ];
  assert.ok(!JSON.stringify(extraArgsProblems(words)).includes("s3cret"));
});

test("a mount is called one, with the field for it", () => {
  for (const words of [["-v", "/:/host"], ["--mount=type=bind,src=/,dst=/host"], ["--volumes-from", "db"]]) {
    assert.match(extraArgsProblems(words).weakening[0]?.why ?? "", /^mounts .*`volumes`/);
  }
});

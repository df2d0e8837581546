import assert from "node:assert/strict";
import { test } from "node:test";
import { type EngineFailure, explainEngine } from "../../../src/engine/explain.ts";

const HELP = "\n\nRun 'docker run --help' for more information\n";

/** [engine, output, code of the error, words of its message]. The outputs are what docker 20.10 and 28.2 and podman 4.3 print. */
type Row = [EngineFailure["engine"], string, string, string];

/** An engine that cannot be used says the same whatever it is asked for. */
const UNUSABLE: Row[] = [
  [
    "docker",
    'error during connect: Head "http://docker.example.com/_ping": command [ssh -o ConnectTimeout=30 -T -- nohost.invalid docker system dial-stdio] has exited with exit status 255, make sure the URL is valid, and Docker 18.09 or later is installed on the remote host: stderr=ssh: Could not resolve hostname nohost.invalid: Name or service not known\n\n',
    "engine/not-running",
    "way over ssh fails: Could not resolve hostname nohost.invalid: Name or service not known",
  ],
  [
    "docker",
    'error during connect: Get "http://docker.example.com/v1.24/images/json": command [ssh -l me -- build docker system dial-stdio] has exited with exit status 255, please make sure the URL is valid, and Docker 18.09 or later is installed on the remote host: stderr=Authorized users only.\nme@build: Permission denied (publickey).\n',
    "engine/not-running",
    "way over ssh fails: me@build: Permission denied (publickey)",
  ],
  [
    "podman",
    "Error: failed to connect: dial tcp: lookup nohost.invalid on 10.0.0.53:53: no such host\n",
    "engine/not-running",
    "cannot reach podman: dial tcp: lookup nohost.invalid",
  ],
  [
    "docker",
    'Failed to initialize: unable to resolve docker endpoint: context "nosuch": context not found: open /root/.docker/meta.json: no such file\n',
    "engine/no-context",
    '"nosuch"',
  ],
  [
    "podman",
    'Cannot connect to Podman. Please verify your connection to the Linux system using `podman system connection list`\nError: unable to connect to Podman socket: Get "http://d/v4.3.1/libpod/_ping"\n',
    "engine/not-running",
    "podman does not answer",
  ],
  [
    "podman",
    'Cannot connect to Podman. Please verify your connection to the Linux system using `podman system connection list`\nError: unable to connect to Podman socket: Get "http://d/v4.3.1/libpod/_ping": dial unix /run/podman/podman.sock: connect: permission denied\n',
    "engine/no-permission",
    "may not use podman at unix:///run/podman/podman.sock",
  ],
  [
    "podman",
    'Error: command required for rootless mode with multiple IDs: exec: "newuidmap": executable file not found in $PATH\n',
    "engine/no-helper",
    "newuidmap",
  ],
];

const RUNS: Row[] = [
  ...UNUSABLE,
  [
    "docker",
    `docker: Error response from daemon: No such image: localhost/argus/none:x${HELP}`,
    "absent/image",
    "localhost/argus/none:x is not there",
  ],
  ["podman", "Error: localhost/argus/none:x: image not known\n", "absent/image", "localhost/argus/none:x is not there"],
  [
    "docker",
    `unknown flag: --frob\n\nUsage:  docker run [OPTIONS] IMAGE [COMMAND] [ARG...]${HELP}`,
    "engine/unknown-flag",
    "flag --frob",
  ],
  ["podman", "Error: unknown flag: --frob\nSee 'podman run --help'\n", "engine/unknown-flag", "flag --frob"],
  [
    "docker",
    `docker: Error response from daemon: network nonet not found${HELP}`,
    "engine/no-network",
    'no network "nonet"',
  ],
  [
    "podman",
    "Error: unable to find network with name or ID nonet: network not found\n",
    "engine/no-network",
    'no network "nonet"',
  ],
  [
    "docker",
    `docker: Error response from daemon: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "nosuch": executable file not found in $PATH: unknown${HELP}`,
    "engine/no-command",
    'no program "nosuch"',
  ],
  [
    "podman",
    "Error: crun: executable file `nosuch` not found in $PATH: No such file or directory: OCI runtime attempted to invoke a command that was not found\n",
    "engine/no-command",
    'no program "nosuch"',
  ],
  [
    "docker",
    `docker: Error response from daemon: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "/etc/passwd": permission denied: unknown${HELP}`,
    "engine/not-executable",
    '"/etc/passwd" cannot be executed',
  ],
  [
    "podman",
    "Error: crun: open executable: Permission denied: OCI permission denied\n",
    "engine/not-executable",
    "cannot be executed",
  ],
  [
    "docker",
    `docker: Error response from daemon: Range of CPUs is from 0.01 to 2.00, as there are only 2 CPUs available${HELP}`,
    "engine/cpus",
    "has 2 CPUs",
  ],
  [
    "docker",
    `docker: Error response from daemon: Minimum memory limit allowed is 6MB${HELP}`,
    "engine/memory",
    "minimum of 6MB",
  ],
  [
    "docker",
    `invalid argument "12q" for "-m, --memory" flag: invalid suffix: 'q'\n\nUsage:  docker run`,
    "engine/bad-flag",
    '"12q"',
  ],
  ["podman", "Error: invalid value for memory: invalid size: '12q'\n", "engine/bad-flag", "'12q'"],
  ["podman", 'Error: "CAP_NOSUCH": unknown capability\n', "engine/bad-flag", "CAP_NOSUCH"],
  [
    "docker",
    `docker: Error response from daemon: invalid CapAdd: unknown capability: "CAP_NOSUCH"${HELP}`,
    "engine/bad-flag",
    "CAP_NOSUCH",
  ],
  ["podman", "Error: stat /dev/nosuch: no such file or directory\n", "engine/no-device", "/dev/nosuch"],
  [
    "docker",
    `docker: Error response from daemon: error gathering device information while adding custom device "/dev/nosuch": no such file or directory${HELP}`,
    "engine/no-device",
    "/dev/nosuch",
  ],
  [
    "docker",
    `docker: Error response from daemon: could not select device driver "" with capabilities: [[gpu]]${HELP}`,
    "engine/no-device",
    "gpu",
  ],
  ["docker", `docker: Error response from daemon: invalid mode: foo${HELP}`, "engine/volume-mode", '"foo"'],
  ["podman", 'Error: invalid option type "foo"\n', "engine/volume-mode", '"foo"'],
  ["docker", `docker: Error response from daemon: Duplicate mount point: /y${HELP}`, "engine/two-mounts", "target /y"],
  ["podman", "Error: /y: duplicate mount destination\n", "engine/two-mounts", "target /y"],
  [
    "docker",
    `docker: Error response from daemon: Container cannot be connected to network endpoints: bridge, none${HELP}`,
    "engine/two-networks",
    "two networks",
  ],
  [
    "podman",
    "Error: cannot set multiple networks without bridge network mode, selected mode none: invalid argument\n",
    "engine/two-networks",
    "two networks",
  ],
  [
    "docker",
    `docker: Error response from daemon: unable to find user nobodyx: no matching entries in passwd file${HELP}`,
    "engine/no-user",
    '"nobodyx"',
  ],
  ["podman", "Error: unable to find user nobodyx: no matching entries in passwd file\n", "engine/no-user", '"nobodyx"'],
  ["podman", "Error: crun: setgroups: Invalid argument: OCI runtime error\n", "engine/no-subuids", "subordinate ids"],
  [
    "docker",
    `docker: Error response from daemon: Conflict. The container name "/eng-x" is already in use by container "77f3". You have to remove (or rename) that container to be able to reuse that name.${HELP}`,
    "engine/name-taken",
    "named eng-x",
  ],
  [
    "podman",
    'Error: creating container storage: the container name "eng-x" is already in use by 5037. You have to remove that container to be able to reuse that name: that name is already in use\n',
    "engine/name-taken",
    "named eng-x",
  ],
  [
    "docker",
    `docker: Cannot connect to the Docker daemon at unix:///tmp/nosuch.sock. Is the docker daemon running?${HELP}`,
    "engine/not-running",
    "unix:///tmp/nosuch.sock does not answer",
  ],
  [
    "docker",
    `docker: error during connect: Head "http://nosuch.invalid:1/_ping": dial tcp: lookup nosuch.invalid on 10.0.0.53:53: no such host${HELP}`,
    "engine/not-running",
    "lookup nosuch.invalid",
  ],
  [
    "docker",
    `docker: permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock: Head "http://%2Fvar%2Frun%2Fdocker.sock/_ping": dial unix /var/run/docker.sock: connect: permission denied${HELP}`,
    "engine/no-permission",
    "may not use docker at unix:///var/run/docker.sock",
  ],
  [
    "docker",
    `docker: Error response from daemon: image with reference x:1 was found but does not match the specified platform: wanted linux/arm64, actual: linux/amd64${HELP}`,
    "engine/wrong-platform",
    "wanted linux/arm64",
  ],
  [
    "docker",
    `docker: Error response from daemon: write /x: no space left on device${HELP}`,
    "engine/no-space",
    "no space",
  ],
  [
    "docker",
    `docker: Error response from daemon: invalid mount config for type "bind": bind source path does not exist: /tmp/no such dir/x${HELP}`,
    "engine/no-source",
    "runs: /tmp/no such dir/x",
  ],
  [
    "docker",
    `docker: Error response from daemon: invalid mount config for type "bind": bind source path does not exist: /tmp/x y.\nSee 'docker run --help'.\n`,
    "engine/no-source",
    "runs: /tmp/x y",
  ],
  [
    "podman",
    "Error: statfs /tmp/no such dir/x: no such file or directory\n",
    "engine/no-source",
    "runs: /tmp/no such dir/x",
  ],
  [
    "docker",
    `docker: Error response from daemon: Duplicate mount point: /a b${HELP}`,
    "engine/two-mounts",
    "target /a b",
  ],
  ["podman", "Error: /a b: duplicate mount destination\n", "engine/two-mounts", "target /a b"],
  ["podman", "Error: statfs /nosuch/x: no such file or directory\n", "engine/no-source", "/nosuch/x"],
  [
    "podman",
    "Error: container-init binary not found on the host: stat /usr/libexec/podman/catatonit: no such file or directory\n",
    "engine/no-helper",
    "container-init",
  ],
  [
    "docker",
    `docker: Error response from daemon: Unknown runtime specified nosuch${HELP}`,
    "engine/no-runtime",
    '"nosuch"',
  ],
  ["podman", 'Error: default OCI runtime "nosuch" not found: invalid argument\n', "engine/no-runtime", '"nosuch"'],
  [
    "podman",
    "Error: crun: open executable: Permission denied: OCI permission denied\n",
    "engine/not-executable",
    "cannot be executed",
  ],
  [
    "podman",
    "Error: crun: setrlimit `RLIMIT_NOFILE`: Operation not permitted: OCI permission denied\n",
    "engine/limit",
    "RLIMIT_NOFILE",
  ],
];

const OTHERS: Row[] = [
  ...UNUSABLE,
  ["docker", "unknown flag: --frob\n\nUsage:  docker ps [OPTIONS]\n", "engine/unknown-flag", "flag --frob"],
  [
    "docker",
    'Error response from daemon: Conflict. The container name "/eng-x" is already in use by container "77f3". You have to remove (or rename) that container to be able to reuse that name.\n',
    "engine/name-taken",
    "named eng-x",
  ],
  [
    "docker",
    "Error response from daemon: image with reference x:1 was found but does not match the specified platform: wanted linux/arm64, actual: linux/amd64\n",
    "engine/wrong-platform",
    "wanted linux/arm64",
  ],
  ["docker", "Error response from daemon: write /x: no space left on device\n", "engine/no-space", "no space"],
  [
    "docker",
    "Cannot connect to the Docker daemon at unix:///tmp/nosuch.sock. Is the docker daemon running?\n",
    "engine/not-running",
    "unix:///tmp/nosuch.sock does not answer",
  ],
  [
    "docker",
    'error during connect: Head "http://nosuch.invalid:1/_ping": dial tcp: lookup nosuch.invalid on 10.0.0.53:53: no such host\n',
    "engine/not-running",
    "lookup nosuch.invalid",
  ],
  [
    "docker",
    'permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock: Head "http://%2Fvar%2Frun%2Fdocker.sock/_ping": dial unix /var/run/docker.sock: connect: permission denied\n',
    "engine/no-permission",
    "may not use docker at unix:///var/run/docker.sock",
  ],
];

const STEP = 'Error: building at STEP "RUN x": while running runtime: exit status 1\n';
const REGISTRY =
  'Head "https://registry-1.docker.io/v2/nosuch/base/manifests/1": dial tcp: lookup registry-1.docker.io on 10.0.0.53:53: no such host';

const BUILDS: Row[] = [
  ["docker", "No such image: sha256:77f3\n", "absent/image", "sha256:77f3 is not there"],
  [
    "docker",
    "Step 2/2 : RUN x\n ---> Running in f7cd8f2983ef\nRemoving intermediate container f7cd8f2983ef\nnetwork nonet not found\n",
    "engine/no-network",
    'docker has no network "nonet"',
  ],
  [
    "podman",
    'Error: building at STEP "RUN x": unable to find network with name or ID nonet: network not found\n',
    "engine/no-network",
    'podman has no network "nonet"',
  ],
  ["podman", 'Error: invalid option type "foo"\n', "engine/volume-mode", 'the mount mode "foo"'],
  [
    "docker",
    "unknown flag: --frob\nUsage:  docker build [OPTIONS] PATH | URL | -\nRun 'docker build --help' for more information\n",
    "engine/unknown-flag",
    "flag --frob",
  ],
  ["podman", "Error: unknown flag: --frob\nSee 'podman build --help'\n", "engine/unknown-flag", "flag --frob"],
  [
    "docker",
    `invalid argument "12q" for "-m, --memory" flag: invalid suffix: 'q'\nUsage:  docker build [OPTIONS] PATH | URL | -\n`,
    "engine/bad-flag",
    '"12q"',
  ],
  ["podman", "Error: invalid value for memory: invalid size: '12q'\n", "engine/bad-flag", "'12q'"],
  [
    "podman",
    'Error: creating build executor: "CAP_NOSUCH": unknown capability\n',
    "engine/bad-flag",
    '"CAP_NOSUCH": unknown capability',
  ],
  [
    "docker",
    "exec /bin/sh: exec format error\nThe command '/bin/sh -c x' returned a non-zero code: 1\n",
    "engine/wrong-platform",
    "another processor",
  ],
  [
    "docker",
    'failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "nosuch": executable file not found in $PATH: unknown\n',
    "engine/no-command",
    'no program "nosuch"',
  ],
  [
    "podman",
    `error running container: from /usr/bin/crun creating container for [nosuch]: executable file \`nosuch\` not found in $PATH: No such file or directory\n${STEP}`,
    "engine/no-command",
    'no program "nosuch"',
  ],
  [
    "docker",
    '#5 0.675 runc run failed: unable to start container process: exec: "/etc/passwd": permission denied\n#5 ERROR: executor failed running [/etc/passwd]: exit code: 1\n',
    "engine/not-executable",
    '"/etc/passwd" cannot be executed',
  ],
  [
    "docker",
    "#5 ERROR: executor failed running [/bin/sh -c x]: unable to find user nobodyx: no matching entries in passwd file\n",
    "engine/no-user",
    '"nobodyx"',
  ],
  [
    "podman",
    `error running container: from /usr/bin/crun creating container for [/bin/sh -c x]: setgroups: Invalid argument\n${STEP}`,
    "engine/no-subuids",
    "subordinate ids",
  ],
  [
    "docker",
    "ERROR: failed to solve: alpine:99: failed to resolve source metadata for docker.io/library/alpine:99: docker.io/library/alpine:99: not found\n",
    "build/no-base",
    "docker.io/library/alpine:99",
  ],
  ["docker", "#5 0.2 /bin/sh: 1: git: not found\n#5 ERROR: exit code: 127\n", "build/no-command", "calls git"],
  ["podman", `/bin/sh: make: not found\n${STEP}`, "build/no-command", "calls make"],
  [
    "docker",
    'error getting credentials - err: exec: "docker-credential-desktop": executable file not found in $PATH, out: ``\n',
    "engine/no-helper",
    "docker-credential-desktop",
  ],
  [
    "docker",
    `#3 ERROR: failed to do request: ${REGISTRY}\n------\n`,
    "build/registry-unreachable",
    "registry-1.docker.io cannot be reached (no such host)",
  ],
  [
    "docker",
    'Step 1/2 : FROM nosuch/base:1\nGet "https://registry-1.docker.io/v2/": dial tcp: lookup registry-1.docker.io on 10.0.0.53:53: no such host\n',
    "build/registry-unreachable",
    "registry-1.docker.io",
  ],
  [
    "podman",
    'Error: creating build container: short-name "nosuch/base:1" did not resolve to an alias and no unqualified-search registries are defined in "/etc/containers/registries.conf"\n',
    "build/no-base",
    "nosuch/base:1",
  ],
  [
    "docker",
    "ERROR: failed to solve: nosuch/base:1: pull access denied for nosuch/base, repository does not exist or may require docker login\n",
    "build/no-base",
    "nosuch/base",
  ],
  ["docker", "manifest for alpine:99 not found: manifest unknown: manifest unknown\n", "build/no-base", "alpine:99"],
  [
    "docker",
    "failed to solve with frontend dockerfile.v0: failed to create LLB definition: dockerfile parse error line 2: Unknown flag: network\n",
    "build/dockerfile",
    "line 2",
  ],
  [
    "docker",
    "ERROR: BuildKit is enabled but the buildx component is missing or broken.\n       Install the buildx component to build images with BuildKit:\n",
    "build/no-buildkit",
    "BuildKit",
  ],
  [
    "podman",
    `npm error code SELF_SIGNED_CERT_IN_CHAIN\nnpm error request to https://registry.example.com/x failed, reason: self-signed certificate in certificate chain\n${STEP}`,
    "build/tls",
    "SELF_SIGNED_CERT_IN_CHAIN",
  ],
  [
    "podman",
    `Could not fetch URL https://pypi.org/simple/x/: (Caused by SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed')))\nERROR: No matching distribution found for x\n${STEP}`,
    "build/tls",
    "CERTIFICATE_VERIFY_FAILED",
  ],
  [
    "podman",
    `  cause: client error (Connect)\n  cause: invalid peer certificate: UnknownIssuer\n${STEP}`,
    "build/tls",
    "UnknownIssuer",
  ],
  [
    "podman",
    `go: x@v1: Get "https://proxy.example.com/x/@v/v1.info": tls: failed to verify certificate: x509: certificate signed by unknown authority\n${STEP}`,
    "build/tls",
    "x509: certificate signed by unknown authority",
  ],
  [
    "podman",
    `npm error 404  '@nosuch/pkg@*' is not in this registry.\n${STEP}`,
    "build/no-package",
    "no package @nosuch/pkg",
  ],
  ["docker", "#5 1.113 npm error 404  'pkg@1.0.0' is not in this registry.\n", "build/no-package", "pkg@1.0.0"],
  [
    "docker",
    "npm error code E404\nnpm error 404 Not Found - GET https://registry.example.com/nosuch - Not found\nnpm error 404\nnpm error 404  'nosuch@*' is not in this registry.\n",
    "build/no-package",
    "npm knows no package nosuch",
  ],
  [
    "docker",
    "npm error 404 Not Found - GET https://registry.example.com/nosuch - Not found\nnpm error 404\nnpm error 404  The requested resource 'nosuch@*' could not be found or you do not have permission to access it.\n",
    "build/no-package",
    "npm knows no package nosuch",
  ],
  [
    "docker",
    "npm error 404 Not Found - GET https://registry.example.com/nosuch.tgz\n",
    "build/no-package",
    "npm knows no package https://registry.example.com/nosuch.tgz",
  ],
  [
    "podman",
    `npm error code ETARGET\nnpm error notarget No matching version found for is-odd@99.99.99.\nnpm error notarget a package version that doesn't exist.\n${STEP}`,
    "build/no-version",
    "is-odd@99.99.99",
  ],
  [
    "podman",
    `ERROR: Could not find a version that satisfies the requirement nosuch-x (from versions: none)\nERROR: No matching distribution found for nosuch-x\n${STEP}`,
    "build/no-package",
    "nosuch-x",
  ],
  [
    "podman",
    `error: No solution found when resolving dependencies\n  cause: Because nosuch-x was not found in the package registry and you require nosuch-x, we can conclude that your requirements are unsatisfiable.\n${STEP}`,
    "build/no-package",
    "nosuch-x",
  ],
  [
    "podman",
    `go: github.com/o/nope@latest: module github.com/o/nope: reading https://proxy.example.com/github.com/o/nope/@v/list: 403 Forbidden\n\tserver response: This module version is not available.\n${STEP}`,
    "build/no-package",
    "github.com/o/nope@latest (403 Forbidden)",
  ],
  [
    "podman",
    `go: example.com/x@v1 requires go >= 1.26.1 (running go 1.24.13; GOTOOLCHAIN=local)\n${STEP}`,
    "build/old-go",
    "Go 1.26.1",
  ],
  [
    "podman",
    `ERROR: unable to select packages:\n  no-such-thing (no such package):\n    required by: world[no-such-thing]\n${STEP}`,
    "build/no-os-package",
    "no-such-thing",
  ],
  [
    "podman",
    `Reading state information...\nE: Unable to locate package no-such-thing\n${STEP}`,
    "build/no-os-package",
    "no-such-thing",
  ],
  ["podman", `fatal: Remote branch v9 not found in upstream origin\n${STEP}`, "build/no-ref", '"v9"'],
  ["podman", `fatal: repository 'https://h/x.git/' not found\n${STEP}`, "build/no-repository", "https://h/x.git/"],
  [
    "podman",
    `git@h.dev: Permission denied (publickey,password).\nfatal: Could not read from remote repository.\n${STEP}`,
    "build/no-repository",
    "git@h.dev",
  ],
  [
    "podman",
    `Host key verification failed.\r\nfatal: Could not read from remote repository.\n${STEP}`,
    "build/no-repository",
    "host",
  ],
  [
    "podman",
    `npm error code EAI_AGAIN\nnpm error request to https://registry.example.com/x failed\n${STEP}`,
    "build/no-network",
    "EAI_AGAIN",
  ],
  [
    "docker",
    "Error response from daemon: the Dockerfile (Dockerfile) cannot be empty\n",
    "build/dockerfile",
    "no instructions",
  ],
  ["docker", "ERROR: failed to solve: file with no instructions\n", "build/dockerfile", "no instructions"],
  [
    "podman",
    "Error: stat /var/tmp/buildah2527597608/Dockerfile: no such file or directory\n",
    "build/dockerfile",
    "no instructions",
  ],
  ["docker", "executor failed running [/bin/sh -c x]: exit code: 137\n", "build/out-of-memory", "memory"],
  ["docker", "write /var/lib/docker/x: no space left on device\n", "engine/no-space", "left at /var/lib/docker/x"],
  [
    "docker",
    "Cannot connect to the Docker daemon at unix:///x.sock. Is the docker daemon running?\n",
    "engine/not-running",
    "unix:///x.sock",
  ],
  [
    "docker",
    'error during connect: Get "http://bogus:2375/_ping": dial tcp: lookup bogus on 10.0.0.53:53: no such host\n',
    "engine/not-running",
    "cannot reach the docker daemon: lookup bogus on",
  ],
  [
    "docker",
    'error during connect: Get "https://h:2376/_ping": x509: certificate signed by unknown authority\n',
    "engine/not-running",
    "cannot reach the docker daemon: x509",
  ],
  [
    "docker",
    "Failed to initialize: unable to resolve docker endpoint: invalid bind address format: foo://x\n",
    "engine/not-running",
    "cannot reach the docker daemon: invalid bind address format: foo://x",
  ],
  [
    "podman",
    "STEP 1/2: FROM alpine:3.21\nError: creating build container: inspecting image: open /nope/639725641: no such file or directory\n",
    "engine/no-temp-file",
    "podman cannot write below /nope: no such file or directory",
  ],
];

for (const [phase, failures] of [
  ["run", RUNS],
  ["build", BUILDS],
  ["other", OTHERS],
] as const) {
  for (const [engine, output, code, words] of failures) {
    test(`${phase}: ${engine}: ${code}: ${words}`, () => {
      const error = explainEngine({ engine, phase, output });
      assert.equal(error.code, code);
      assert.ok(error.message.includes(words), error.message);
      assert.ok(error.hint !== undefined && error.hint !== "", "a hint");
      assert.ok(!`${error.message}${error.hint}`.includes("undefined"), `${error.message} / ${error.hint}`);
    });
  }
}

test("what a build step says of its own arguments is no flag of the engine", () => {
  for (const said of ["error: invalid value 'x' for '--python-platform'", "ValueError: invalid mode: 'rU'"]) {
    const error = explainEngine({ engine: "docker", phase: "build", output: `${said}\n` });
    assert.deepEqual([error.code, error.output], ["engine/build-failed", said]);
  }
});

test("where no space is left, what removes images is named", () => {
  const { hint, message } = explainEngine({ engine: "podman", phase: "build", output: "no space left on device" });
  assert.equal(message, "no space is left where podman keeps its images");
  assert.match(hint ?? "", /^`argus clean --images` removes .*; `podman system df` shows the rest; .* TMPDIR/);
});

test("an image that is missing names the command that builds it and exits 3", () => {
  const output = "Error: localhost/argus/x:1: image not known\n";
  const error = explainEngine({ engine: "podman", phase: "build", output, backend: "time", command: "podman build x" });
  assert.equal(error.hint, "build it: `argus build time`");
  assert.equal(error.exitCode, 3);
  assert.equal(error.command, "podman build x");
});

test("a CA that was given and does not help is said so", () => {
  const hint = (caGiven: boolean) =>
    explainEngine({ engine: "docker", phase: "build", output: "CERTIFICATE_VERIFY_FAILED", caGiven }).hint ?? "";
  assert.match(hint(false), /^give the builds the CA of your network: ARGUS_CA_BUNDLE=/);
  assert.match(hint(true), /^ARGUS_CA_BUNDLE was given/);
});

test("what is not known is said in the engine's words, without what it prints around them", () => {
  const listed = explainEngine({
    engine: "docker",
    phase: "other",
    output: "Error response from daemon: a new thing\n",
  });
  assert.equal(listed.code, "engine/failed");
  assert.equal(listed.message, "docker failed: a new thing");
  assert.equal(listed.hint, "`argus doctor` checks docker");
  const output =
    "#5 [2/2] RUN exit 7\n#5 0.123 first\n#5 0.200 second\n------\n > [2/2] RUN exit 7:\n------\nexit code: 7\n";
  const build = explainEngine({ engine: "docker", phase: "build", output });
  assert.equal(build.code, "engine/build-failed");
  assert.equal(build.message, "docker build failed");
  assert.equal(build.output, "[2/2] RUN exit 7\nfirst\nsecond\n > [2/2] RUN exit 7:\nexit code: 7");
  assert.equal(explainEngine({ engine: "podman", phase: "other", output: "" }).message, "podman failed");
});

test("what is not known names the command that shows what argus asked for, where a config has it", () => {
  const hint = (phase: EngineFailure["phase"], backend?: string) =>
    explainEngine({ engine: "podman", phase, output: "a new thing", backend }).hint;
  assert.equal(hint("build", "time"), "`argus plan time --dockerfile` shows all its steps");
  assert.equal(hint("run", "time"), "`argus plan time` shows the command; `argus doctor` checks podman");
  assert.deepEqual([hint("build"), hint("run")], Array(2).fill("`argus doctor` checks podman"));
});

test("nothing that an engine printed moves a terminal's cursor, and colours hide no reason", () => {
  const output =
    "\x1b]0;pwned\x07\x1b[31mred\x1b[0m \x9b2J\x1b\r\n\u202e10%\r 20%\r\r\nnpm \x1b[31merror\x1b[39m code EAI_AGAIN\r\n";
  const error = explainEngine({ engine: "docker", phase: "build", output });
  assert.equal(error.code, "build/no-network");
  assert.equal(error.output, "red \\u001b\n 20%\nnpm error code EAI_AGAIN");
  const other = explainEngine({ engine: "docker", phase: "other", output: "\x1b[1mit \x07broke\x1b[0m\n" });
  assert.equal(other.message, "docker failed: it \\u0007broke");
});

test("an engine that cannot be used exits 3, whatever it was asked for", () => {
  const output = "Cannot connect to the Docker daemon at unix:///x.sock. Is the docker daemon running?\n";
  for (const phase of ["run", "build", "other"] as const) {
    assert.equal(explainEngine({ engine: "docker", phase, output }).exitCode, 3);
    assert.equal(explainEngine({ engine: "docker", phase, output: "no space left on device" }).exitCode, 1);
  }
});

test("who may not use an engine is told what helps with that one", () => {
  const said = RUNS.filter(([, , code]) => code === "engine/no-permission");
  const hints = said.map(([engine, output]) => [engine, explainEngine({ engine, phase: "other", output }).hint ?? ""]);
  assert.deepEqual(hints.map(([engine]) => engine).sort(), ["docker", "podman"]);
  for (const [engine, hint] of hints) {
    assert.match(hint ?? "", engine === "podman" ? /^unset CONTAINER_HOST.*podman\.socket/ : /usermod -aG docker/);
  }
});

test("what to type about an image names its backend, and nothing to build or plan for an ad hoc run", () => {
  const outputs = ["No such image: x", "exec format error", "dockerfile parse error on line 1: unknown instruction: X"];
  const hints = (phase: EngineFailure["phase"], backend: string | undefined) =>
    outputs.map((output) => explainEngine({ engine: "docker", phase, output, backend }).hint);
  assert.deepEqual(hints("build", "fetch"), [
    "build it: `argus build fetch`",
    "build it here: `argus build --no-cache fetch`",
    "see it with `argus plan fetch --dockerfile`",
  ]);
  for (const phase of ["run", "build"] as const) {
    assert.doesNotMatch(hints(phase, undefined).join("\n"), /argus (build|plan)/);
  }
});

test("what ssh fails at can be tried without docker's own flags", () => {
  for (const [words, typed] of [
    ["-o ConnectTimeout=30 -T -p 1 -- build docker system dial-stdio", "ssh -p 1 -- build docker version"],
    ["-l me -- build docker system dial-stdio", "ssh -l me -- build docker version"],
  ] as const) {
    const output = `error during connect: Get "http://x/_ping": command [ssh ${words}] has exited with exit status 127\n`;
    const { message, hint, exitCode } = explainEngine({ engine: "docker", phase: "other", output });
    assert.equal(message, "docker's way over ssh fails: exit status 127");
    assert.match(hint ?? "", new RegExp(`^\`${typed}\` must answer`));
    assert.equal(exitCode, 3);
  }
});

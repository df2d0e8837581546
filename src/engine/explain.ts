/** What an engine's failure means and what to type next, from what it printed. */
import { ArgusError, EXIT } from "../errors.ts";
import type { OciName } from "./engine.ts";
import { lastLines } from "./last_lines.ts";
import { BUILDX_PACKAGE } from "./oci.ts";
import { permissionHint } from "./permission.ts";
import { plainLine } from "./plain_line.ts";
import { errorOf, type Rule } from "./rules.ts";

/** A failed call of an engine's program. */
export interface EngineFailure {
  readonly engine: OciName;
  readonly phase: "run" | "build" | "other";
  /** Everything that it printed. */
  readonly output: string;
  /** The call as `shortLine` writes it. */
  readonly command?: string;
  /** The backend of the config that it was about; none where an ad hoc run, or no backend at all, failed. */
  readonly backend?: string | undefined;
  /** A build got a CA file. */
  readonly caGiven?: boolean;
}

type EngineRule = Rule<EngineFailure>;

/** The failure as an error with a hint; the engine's own words when nothing is known about it. */
export function explainEngine(failure: EngineFailure): ArgusError {
  const lines = tellingLines(failure.output);
  const rules = [...UNUSABLE, ...RULES_OF[failure.phase], ...RULES];
  const known = errorOf(rules, lines.join("\n"), failure, lines);
  if (known !== undefined) return known;
  const { engine, command, backend } = failure;
  const output = lastLines(lines);
  const checks = `\`argus doctor\` checks ${engine}`;
  if (failure.phase === "build") {
    const hint = backend === undefined ? checks : `\`argus plan ${backend} --dockerfile\` shows all its steps`;
    return new ArgusError("engine/build-failed", `${engine} build failed`, { command, output, hint });
  }
  if (failure.phase === "run") {
    const hint = backend === undefined ? checks : `\`argus plan ${backend}\` shows the command; ${checks}`;
    return new ArgusError("engine/run-failed", sentence(`${engine} run`, lines.at(-1)), { command, output, hint });
  }
  return new ArgusError("engine/failed", sentence(engine, lines.at(-1)), { command, output, hint: checks });
}

/** The engine itself cannot be used. Looked at first: the reasons in such a line are also those of a step's downloads. */
const UNUSABLE: readonly EngineRule[] = [
  {
    pattern:
      /exec: "?(newuidmap|newgidmap|slirp4netns|pasta|netavark|aardvark-dns|conmon|crun|runc|docker-credential-[\w-]+)"?: executable file not found|could not find "?(slirp4netns|netavark|aardvark-dns|pasta|conmon)\b|(container-init) binary not found/,
    code: "engine/no-helper",
    message: (match, { engine }) =>
      `${engine} lacks a program of its own: ${match.slice(1).find((name) => name !== undefined)}`,
    hint: ([, exec, other, init]) => helperHint(exec ?? other ?? init ?? ""),
  },
  {
    pattern: /permission denied while trying to connect to the docker (?:daemon socket|API) at (\S+?):?(?:\s|$)/i,
    code: "engine/no-permission",
    message: ([, socket]) => `this user may not use docker at ${socket}`,
    hint: () => permissionHint("docker"),
    exitCode: EXIT.absent,
  },
  {
    pattern:
      /Cannot connect to the Docker daemon at (\S+?)\. Is the docker daemon running|failed to connect to the docker API at ([^\s;]+)/i,
    code: "engine/not-running",
    message: ([, old, current]) => `the docker daemon at ${old ?? current} does not answer`,
    hint: () => "start it (`sudo systemctl start docker`, or Docker Desktop), then `argus doctor`",
    exitCode: EXIT.absent,
  },
  {
    pattern: /unable to connect to Podman socket: .*\bdial unix (\S+): connect: permission denied/,
    code: "engine/no-permission",
    message: ([, socket]) => `this user may not use podman at unix://${socket}`,
    hint: () => permissionHint("podman"),
    exitCode: EXIT.absent,
  },
  {
    pattern: /Cannot connect to Podman|unable to connect to Podman socket/,
    code: "engine/not-running",
    message: () => "podman does not answer",
    hint: () => "start its machine (`podman machine start`), then `argus doctor`",
    exitCode: EXIT.absent,
  },
  {
    pattern: /context "([^"]+)": context not found/,
    code: "engine/no-context",
    message: ([, name]) => `docker has no context "${name}"`,
    hint: () => "`docker context ls` shows the contexts; DOCKER_CONTEXT and ~/.docker/config.json choose one",
    exitCode: EXIT.absent,
  },
  {
    // What ssh says first may be a banner: all of it is looked through.
    pattern: /command \[ssh ([^\]\n]*)\] has exited with ([^,\n]*)(?:[^\n]*?stderr=([\s\S]*\S))?/,
    code: "engine/not-running",
    message: ([, , status = "", said]) => `docker's way over ssh fails: ${sshReason(said ?? status)}`,
    hint: ([, words = ""]) =>
      `\`${sshTest(words)}\` must answer without a question (see DOCKER_HOST and \`docker context show\`), then \`argus doctor\``,
    exitCode: EXIT.absent,
  },
  {
    // Nowhere but at the start: a step of a build may say the same of something else.
    pattern:
      /^(?:Cannot connect to Podman[^\n]*\n)?Error: (?:unable to connect to Podman[^\n]*: )?failed to connect: ([^\n]+)/,
    code: "engine/not-running",
    message: ([, why]) => `cannot reach podman: ${why}`,
    hint: () => "check CONTAINER_HOST and `podman system connection list`, then `argus doctor`",
    exitCode: EXIT.absent,
  },
  {
    pattern: /(?:error during connect: .*?: (?:dial \w+: )?|unable to resolve docker endpoint: )(.+)$/m,
    code: "engine/not-running",
    message: ([, why]) => `cannot reach the docker daemon: ${why}`,
    hint: () => "check DOCKER_HOST and `docker context show`, then `argus doctor`",
    exitCode: EXIT.absent,
  },
  {
    // Podman makes a file there whenever it looks at an image; Go names such files by a number alone.
    pattern:
      /^Error: (?:.*: )?open (\/.*)\/\d+: (no such file or directory|not a directory|permission denied|read-only file system)$/m,
    code: "engine/no-temp-file",
    message: ([, folder, why], { engine }) => `${engine} cannot write below ${folder}: ${why}`,
    hint: () => "set TMPDIR to a folder that can be written",
  },
];

/** The line of ssh's that says why. */
function sshReason(said: string): string {
  const lines = said.split("\n").map((line) => line.trim());
  const telling = lines.find((line) => SSH_FAILURE.test(line)) ?? lines.find((line) => line !== "") ?? "";
  return telling.replace(/^ssh: |[.\s]+$/g, "");
}

const SSH_FAILURE =
  /could not resolve hostname|connect to (?:host|address)|timed out|permission denied|host key verification failed|connection (?:closed|reset)|too many authentication|command not found/i;

/** The same call, but for one that shows whether it works. */
function sshTest(words: string): string {
  const short = words.replace(/-o ConnectTimeout=\d+ |-T /g, "");
  return `ssh ${short.replace(/docker system dial-stdio$/, "docker version")}`;
}

/** A run without a backend of the config, which `argus build` does not know. */
function isAdHoc({ phase, backend }: EngineFailure): boolean {
  return phase !== "other" && backend === undefined;
}

function build({ backend }: EngineFailure, ...flags: readonly string[]): string {
  return ["argus build", ...flags, ...(backend === undefined ? [] : [backend])].join(" ");
}

const RULES: readonly EngineRule[] = [
  {
    pattern: /No such image: (\S+)|Error: (\S+): image not known|reference "?(\S+?)"? does not resolve to an image/,
    code: "absent/image",
    message: ([, docker, podman, other]) => `the image ${docker ?? podman ?? other} is not there`,
    hint: (_, failure) => (isAdHoc(failure) ? "run it again, which builds it" : `build it: \`${build(failure)}\``),
  },
  {
    pattern: /(?:The|the) container name "\/?([^"]+)" is already in use/,
    code: "engine/name-taken",
    message: ([, name]) => `a container named ${name} exists already`,
    hint: (_, { engine }) => `\`argus clean\` removes what argus left; \`${engine} ps -a\` shows the rest`,
  },
  {
    pattern: /(?:network (\S+) not found|network with name or ID (\S+):)/,
    code: "engine/no-network",
    message: ([, docker, podman], { engine }) => `${engine} has no network "${docker ?? podman}"`,
    hint: ([, docker, podman], { engine }) =>
      `\`${engine} network create ${docker ?? podman}\`, or another \`network\``,
  },
  {
    pattern: /invalid option type "(\S+)"/,
    code: "engine/volume-mode",
    message: ([, mode], { engine }) => `${engine} does not know the mount mode "${mode}"`,
    hint: () => "a volume is `source:target`, with `:ro` to keep it read-only",
  },
  {
    pattern: /(?:unknown (?:shorthand )?flag: (\S+)|flag provided but not defined: (\S+))/,
    code: "engine/unknown-flag",
    message: ([, flag, other], { engine }) => `${engine} does not know the flag ${flag ?? other}`,
    hint: ([, flag, other], { engine, phase }) =>
      `see \`extra_args\`${phase === "build" ? " and ARGUS_BUILD_EXTRA_ARGS" : ""}; ` +
      `a flag of argus' own (${flag ?? other}) needs docker 20.10 or podman 4.3 or newer: \`${engine} --version\``,
  },
  {
    // Where a line starts: programs that a step runs have such words for arguments of their own.
    pattern: /(?<=^(?:Error: )?)invalid (?:argument|value) [^\n]*|"CAP_\w+": unknown capability/m,
    code: "engine/bad-flag",
    message: ([all], { engine }) => `${engine} refuses a flag: ${all}`,
    hint: () => "see `extra_args` and the limits of the backend",
  },
  {
    pattern: /exec format error/,
    code: "engine/wrong-platform",
    message: () => "the image is for another processor, or its entry is no program",
    hint: (_, failure) =>
      isAdHoc(failure)
        ? `remove it, and the next run builds it here: \`${failure.engine} image ls\` shows its name`
        : `build it here: \`${build(failure, "--no-cache")}\``,
  },
  {
    pattern: /does not match the specified platform: ([^\n]*)/,
    code: "engine/wrong-platform",
    message: ([, what]) => `the image is for another platform (${what})`,
    hint: () => "build for this one, or drop `--platform`",
  },
  {
    pattern:
      /exec: "([^"]*)": (?:executable file not found|stat [^\n]*no such file)|executable file `([^`]*)` not found/,
    code: "engine/no-command",
    message: ([, docker, podman]) => `the image has no program "${docker ?? podman}"`,
    hint: () => "see the ENTRYPOINT of the Dockerfile, or `entrypoint` of the backend",
  },
  {
    pattern: /exec: "([^"]*)": permission denied|open executable: [Pp]ermission denied/,
    code: "engine/not-executable",
    message: ([, program]) =>
      `the image's program ${program === undefined ? "" : `"${program}" `}cannot be executed by user 65532`,
    hint: () => "make it readable and executable for everybody in the build (`chmod 0755`)",
  },
  {
    pattern: /unable to find user (\S+?):/,
    code: "engine/no-user",
    message: ([, user]) => `the image knows no user "${user}"`,
    hint: () => "use a number, or drop `--user` from `extra_args`: argus runs servers as 65532",
  },
  {
    pattern:
      /setgroups: Invalid argument|no subuid ranges found|insufficient UIDs or GIDs|there might not be enough IDs/i,
    code: "engine/no-subuids",
    message: () => "this user has too few subordinate ids for rootless podman",
    hint: () =>
      "`sudo usermod --add-subuids 100000-165535 --add-subgids 100000-165535 $USER`, then `podman system migrate`",
  },
  {
    pattern: /(?:(\/[^\s:]+): )?(?:no space left on device|disk quota exceeded)/i,
    code: "engine/no-space",
    message: ([, path], { engine }) =>
      path === undefined ? `no space is left where ${engine} keeps its images` : `no space is left at ${path}`,
    hint: (_, { engine }) =>
      `\`argus clean --images\` removes images that no backend uses; \`${engine} system df\` shows the rest; ` +
      "temporary files go where TMPDIR says",
  },
];

/** What keeps a container from starting. */
const RUN_RULES: readonly EngineRule[] = [
  {
    pattern: /setrlimit `?(RLIMIT_\w+)`?: Operation not permitted/,
    code: "engine/limit",
    message: ([, limit], { engine }) => `${engine} may not raise ${limit} to what containers are given`,
    hint: ([, limit]) =>
      `raise it where argus is started (\`ulimit -${limit === "RLIMIT_NPROC" ? "u" : "n"}\`), or log in anew`,
  },
  {
    pattern: /Range of CPUs is from [\d.]+ to ([\d.]+)/,
    code: "engine/cpus",
    message: ([, most]) => `docker's machine has ${Number(most)} CPUs, fewer than \`cpus\` asks for`,
    hint: ([, most]) => `set \`cpus: "${Number(most)}"\` or less`,
  },
  {
    pattern: /Minimum memory limit allowed is (\w+)/,
    code: "engine/memory",
    message: ([, least]) => `\`memory\` is below docker's minimum of ${least}`,
    hint: () => "a server needs tens of megabytes: the default is 512m",
  },
  {
    pattern: /cannot be connected to network endpoints|cannot set multiple networks/i,
    code: "engine/two-networks",
    message: () => "two networks are asked for, one of them alone",
    hint: () => "use the field `network` and no `--network` in `extra_args`",
  },
  {
    pattern: /[Dd]uplicate mount point: (.+?)\.?$|(\/.*): duplicate mount destination/m,
    code: "engine/two-mounts",
    message: ([, docker, podman]) => `two mounts have the target ${docker ?? podman}`,
    hint: () => "use `volumes` for it: a mount there replaces that of argus; in `extra_args` it does not",
  },
  {
    // Older programs of docker put a dot behind what the daemon says.
    pattern: /bind source path does not exist: (.+?)\.?$|statfs (.+): no such file or directory/m,
    code: "engine/no-source",
    message: ([, docker, podman]) => `the folder to mount does not exist where the engine runs: ${docker ?? podman}`,
    hint: () => "create it, or share it with the engine's virtual machine",
  },
  {
    pattern: /(?:mounts denied|is not shared from the host)[^\n]*/i,
    code: "engine/not-shared",
    message: ([all]) => `docker's virtual machine may not mount a folder: ${all}`,
    hint: () => "share the folder in its settings (Resources, File sharing)",
  },
  {
    pattern: /invalid mode: (\S+)/,
    code: "engine/volume-mode",
    message: ([, mode], { engine }) => `${engine} does not know the mount mode "${mode}"`,
    hint: () => "a volume is `source:target`, with `:ro` to keep it read-only",
  },
  {
    pattern: /invalid CapAdd: unknown capability: (\S+)/,
    code: "engine/bad-flag",
    message: ([, name], { engine }) => `${engine} knows no capability ${name}`,
    hint: () => "see `--cap-add` in `extra_args`",
  },
  {
    pattern:
      /could not select device driver[^\n]*|error gathering device information while adding custom device "([^"]+)"|Error: stat (\/dev\/\S+): no such file/,
    code: "engine/no-device",
    message: ([all, docker, podman]) =>
      docker === undefined && podman === undefined
        ? `a device is not there: ${all}`
        : `the device ${docker ?? podman} is not there`,
    hint: () => "see `--device` and `--gpus` in `extra_args`",
  },
  {
    pattern: /Unknown runtime specified (\S+)|unknown or invalid runtime name: (\S+)|OCI runtime "([^"]+)" not found/,
    code: "engine/no-runtime",
    message: ([, old, current, podman], { engine }) => `${engine} has no runtime "${old ?? current ?? podman}"`,
    hint: () => "see `--runtime` in `extra_args`, and what the engine's own settings list",
  },
  {
    pattern: /keep-id is only supported in rootless mode/,
    code: "engine/not-rootless",
    message: () => "podman runs as root where argus took it for rootless",
    hint: () => "set CONTAINER_HOST to the connection that you use (`podman system connection list`)",
  },
];

const CA_HINT = "give the builds the CA of your network: ARGUS_CA_BUNDLE=/path/to/ca.pem (a bundle with all roots)";

const BUILD_RULES: readonly EngineRule[] = [
  {
    pattern:
      /SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_(?:GET_ISSUER_CERT(?:_LOCALLY)?|VERIFY_LEAF_SIGNATURE)|CERTIFICATE_VERIFY_FAILED|x509: [^\n]*|invalid peer certificate[^\n]*|SSL certificate problem[^\n]*|certificate verify failed|TLS: server certificate not trusted/,
    code: "build/tls",
    message: ([all]) => `the build does not trust a server's certificate (${all})`,
    hint: (_, { caGiven }) =>
      caGiven === true
        ? "ARGUS_CA_BUNDLE was given and does not hold the CA that signed it: add it to that file"
        : CA_HINT,
  },
  {
    // The name stands some lines below the address; npm 11 has other words around it.
    pattern:
      /npm error 404(?:[\s\S]*? '([^'\n]+)' (?:is not in this registry|could not be found)| Not Found - GET (\S+))/,
    code: "build/no-package",
    message: ([, name, url]) => `npm knows no package ${name?.replace(/@\*$/, "") ?? url}`,
    hint: () => "check the name in `args`; a private package needs its registry",
  },
  {
    pattern: /npm error notarget No matching version found for (\S+?)\.?$/m,
    code: "build/no-version",
    message: ([, spec]) => `npm has no such version: ${spec}`,
    hint: ([, spec]) => `\`npm view ${spec?.replace(/(.)@.*$/, "$1")} versions\` lists them`,
  },
  {
    pattern: /No matching distribution found for ([^\n]+)|Because ([\w.-]+) was not found in the package registry/,
    code: "build/no-package",
    message: ([, pip, uv]) => `the Python index has nothing for ${pip ?? uv}`,
    hint: () => "check the name and version in `args`, and that the package supports the Python of `builder_image`",
  },
  {
    pattern: /No solution found when resolving[^\n]*\n(?:\s*(?:cause:|╰─▶)?\s*([^\n]+))?/,
    code: "build/no-version",
    message: ([, cause]) =>
      `the Python packages do not fit together${cause === undefined ? "" : `: ${cause.replace(/^cause: /, "")}`}`,
    hint: () => "check versions in `args` and `additional_packages`, and the Python of `builder_image`",
  },
  {
    pattern:
      /^go: ([^\s:]+@[^\s:]+): .*?(?:(404 Not Found|403 Forbidden|410 Gone)|(unknown revision[^\n]*|no matching versions[^\n]*))/m,
    code: "build/no-package",
    message: ([, module, status, other]) => `the Go proxy does not give ${module} (${status ?? other})`,
    hint: () => "check `go_package` and its version; a private module needs `GOPRIVATE` in `build_env`",
  },
  {
    pattern: /requires go >= ([\d.]+)/,
    code: "build/old-go",
    message: ([, version]) => `the module needs Go ${version} or newer`,
    hint: ([, version]) => `set \`builder_image: golang:${version?.split(".").slice(0, 2).join(".")}-alpine\``,
  },
  {
    pattern:
      /^\s*(\S+) \(no such package\)|Unable to locate package (\S+)|Package '(\S+)' has no installation candidate/m,
    code: "build/no-os-package",
    message: ([, apk, apt, candidate]) => `the base image's system has no package ${apk ?? apt ?? candidate}`,
    hint: () =>
      "`system_deps` and `build_system_deps` take names of the base image's own system: Alpine's and Debian's differ",
  },
  {
    pattern: /Remote branch (\S+) not found|pathspec '([^']+)' did not match|couldn't find remote ref (\S+)/,
    code: "build/no-ref",
    message: ([, branch, path, ref]) => `the repository has no branch, tag or commit "${branch ?? path ?? ref}"`,
    hint: () => "check `source_ref`",
  },
  {
    pattern: /fatal: (?:repository '([^']+)' not found|could not read Username for '([^']+)')/,
    code: "build/no-repository",
    message: ([, missing, secret]) => `git cannot clone ${missing ?? secret}: it does not exist or needs a login`,
    hint: () => "check `source_url`; git logs in with what GIT_CONFIG_COUNT, GIT_CONFIG_KEY_0, … in `build_env` say",
  },
  {
    pattern: /^(\S+): Permission denied \([\w,-]*publickey[\w,-]*\)/m,
    code: "build/no-repository",
    message: ([, account]) => `${account} takes no key that the ssh agent has`,
    hint: () => "`ssh-add -l` lists the agent's keys, `ssh-add` adds one",
  },
  {
    pattern: /Host key verification failed/,
    code: "build/no-repository",
    message: () => "the host of the repository shows another key than ssh was told to expect",
    hint: () => "see GIT_SSH_COMMAND in `build_env`",
  },
  {
    pattern:
      /(?:Get|Head) "https:\/\/([^/"]+)\/v2\/[^\n]*?(no such host|connection refused|i\/o timeout|network is unreachable|TLS handshake timeout)/,
    code: "build/registry-unreachable",
    message: ([, host, why]) => `the base image is not here and its registry ${host} cannot be reached (${why})`,
    hint: () => "load the base image (`docker load`, `podman load`), set up a mirror, or name another `builder_image`",
  },
  {
    pattern:
      /(?:pull access denied for ([^\s,]+)|manifest for (\S+) not found|failed to (?:solve|resolve)[^\n]* (\S+): not found$|short-name "([^"]+)" did not resolve|reading manifest \S+ in (\S+): manifest unknown|repository (\S+) not found: does not exist)/m,
    code: "build/no-base",
    message: (match) => `there is no base image ${match.slice(1).find((name) => name !== undefined)}`,
    hint: (_, { engine }) =>
      engine === "podman"
        ? "check `builder_image` (podman may need the registry's name: docker.io/library/…) or the FROM lines"
        : "check `builder_image` or the FROM lines of the Dockerfile",
  },
  {
    pattern: /\/bin\/sh: (?:line )?(?:\d+: )?(\S+): (?:command )?not found/,
    code: "build/no-command",
    message: ([, program]) => `a build step calls ${program}, which the builder image does not have`,
    hint: ([, program]) =>
      `name its package in \`build_system_deps\` (${program}), or choose another \`builder_image\``,
  },
  {
    pattern: /toomanyrequests|429 Too Many Requests/,
    code: "build/rate-limit",
    message: () => "a registry refuses to answer for now: too many requests",
    hint: () => "log in (`docker login`), use a mirror, or try later",
  },
  {
    pattern:
      /(?:EAI_AGAIN|ENOTFOUND|Temporary failure (?:in name resolution|resolving)[^\n]*|Could not resolve host: \S+|dns error[^\n]*|no such host)/,
    code: "build/no-network",
    message: ([all]) => `the build has no way out (${all})`,
    hint: () => "check the network and DNS of the engine; proxies are taken from HTTP_PROXY, HTTPS_PROXY and NO_PROXY",
  },
  {
    pattern: /buildx component is missing or broken|the --mount option requires BuildKit/,
    code: "build/no-buildkit",
    message: () => "this docker has no BuildKit",
    hint: () => `install its plugin (package ${BUILDX_PACKAGE})`,
  },
  {
    // Podman drops a file that is empty, and then misses it.
    pattern:
      /Dockerfile[^\n]* cannot be empty|file with no instructions|no FROM statement found|stat \S*\/buildah\d+\/Dockerfile: no such file/,
    code: "build/dockerfile",
    message: () => "the Dockerfile has no instructions",
    hint: () => "begin it with a FROM line",
  },
  {
    pattern: /dockerfile parse error[^\n]*|Syntax error - [^\n]*|RUN only supports the --mount flag/i,
    code: "build/dockerfile",
    message: ([all], { engine }) => `${engine} cannot read the Dockerfile: ${all}`,
    hint: (_, { backend, engine }) =>
      backend === undefined
        ? `what argus writes needs docker 20.10 or podman 4.3 or newer: \`${engine} --version\``
        : `see it with \`argus plan ${backend} --dockerfile\``,
  },
  {
    pattern: /(?:exit(?:ed with)?(?: status| code)?:? 137\b|returned a non-zero code: 137|signal: killed)/,
    code: "build/out-of-memory",
    message: () => "a build step was killed, probably for want of memory",
    hint: () => "give the engine more memory, or build fewer backends at once",
  },
];

const RULES_OF: Readonly<Record<EngineFailure["phase"], readonly EngineRule[]>> = {
  run: RUN_RULES,
  build: BUILD_RULES,
  other: [],
};

function helperHint(program: string): string {
  if (program.startsWith("docker-credential-"))
    return "see `credsStore` in ~/.docker/config.json: remove it or install that program";
  const packages: Readonly<Record<string, string>> = {
    newuidmap: "uidmap",
    newgidmap: "uidmap",
    pasta: "passt",
    "container-init": "catatonit",
  };
  return `install the package ${packages[program] ?? program}`;
}

/** Without what the engines print around the reason: step numbers, rulers, help for their own command line. */
function tellingLines(output: string): string[] {
  return output
    .split("\n")
    .map((line) => plainLine(line.replace(/^#\d+ (?:\d+\.\d+ )?/, "")))
    .filter((line) => !NOISE.test(line));
}

const NOISE =
  /^(?:|-{3,}|sha256:[0-9a-f]+|Removing intermediate container [0-9a-f]+|transferring .*|DONE [\d.]+s|CACHED|Run 'docker .* --help' for more information|See '(?:docker|podman) .*--help'\.?|Usage: .*|DEPRECATED: .*|\s+(?:BuildKit is currently|Install the buildx|environment-variable|https:\/\/docs\.docker).*|npm (?:notice|warn).*|npm error A complete log .*|WARNING: Running pip as .*|\[notice\].*)$/;

function sentence(subject: string, said: string | undefined): string {
  if (said === undefined) return `${subject} failed`;
  return `${subject} failed: ${said.replace(/^(?:docker: |Error: )+/, "").replace(/^Error response from daemon: /, "")}`;
}

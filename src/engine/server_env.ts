/** How the server's variables reach the engine without a value in any argument. */
import { ArgusError } from "../errors.ts";
import { DEFAULT } from "../plan/defaults.ts";

/** The variables of a server, sorted by the way they travel. */
export interface ServerEnv {
  /** Names for `-e NAME`; the values are in the environment of the engine's program. */
  readonly byName: Readonly<Record<string, string>>;
  /** Text of an env file for the names that would steer the engine's own program; "" when there is none. */
  readonly file: string;
}

/**
 * Both engines read env files with a line limit of 64 KiB.
 * Source: bufio.MaxScanTokenSize, https://pkg.go.dev/bufio#pkg-constants
 */
const LINE_LIMIT = 64 * 1024 - 1;

/**
 * Splits a server's variables.
 *
 * @throws ArgusError `config/env-value` for a value that the engine cannot be given.
 */
export function serverEnv(env: Readonly<Record<string, string>>): ServerEnv {
  const byName: Record<string, string> = {};
  const lines: string[] = [];
  for (const [name, value] of Object.entries(env)) {
    if (value.includes("\0")) throw refused(name, "holds a NUL byte, which no process can have in its environment");
    if (steersEngine(name)) lines.push(lineOf(name, value));
    else byName[name] = value;
  }
  return { byName, file: lines.join("") };
}

/**
 * HOME and TMPDIR, unless the server's own variables name them: a user's own image may know neither, and both are the folders
 * that can be written.
 */
export function homeVariables(env: Readonly<Record<string, unknown>>): [name: string, value: string][] {
  const own = { HOME: DEFAULT.home, TMPDIR: DEFAULT.temporary };
  return Object.entries(own).filter(([name]) => !(name in env));
}

/**
 * What docker takes from `proxies` of its settings, for each name that no `-e` has.
 * Source: ParseProxyConfig, github.com/docker/cli, cli/config/configfile/file.go
 */
export const PROXY_NAMES: readonly string[] = [
  "HTTP_PROXY",
  "HTTPS_PROXY",
  "FTP_PROXY",
  "NO_PROXY",
  "ALL_PROXY",
].flatMap((name) => [name, name.toLowerCase()]);

/** True for a name that would change what the engine's own program does when it stood in its environment. */
export function steersEngine(name: string): boolean {
  return STEERING.test(name);
}

// Programs are found, loaded, proxied, logged in, traced and told their folders by these. Any case, for Windows.
const STEERING = new RegExp(
  `^(?:${[
    "PATH",
    "PATHEXT",
    "HOME",
    "USER",
    "LOGNAME",
    "USERPROFILE",
    "USERNAME",
    "APPDATA",
    "LOCALAPPDATA",
    "PROGRAM\\w*",
    "SYSTEM(?:ROOT|DRIVE)",
    "WINDIR",
    "COMSPEC",
    "TMPDIR",
    "TEMP",
    "TMP",
    "XDG_.*",
    "_?CONTAINERS?_.*",
    "CONTAINERS?",
    "DOCKER.*",
    "_?PODMAN.*",
    "BUILDAH.*",
    "BUILDX.*",
    "BUILDKIT.*",
    "COMPOSE_.*",
    "STORAGE_.*",
    "REGISTRY_AUTH.*",
    "NETAVARK.*",
    "MACHINE_.*",
    "DBUS_.*",
    "LISTEN_.*",
    "NOTIFY_SOCKET",
    "SSH_.*",
    ".*_PROXY",
    "SSL_CERT_.*",
    "OTEL_.*",
    "GO.*",
    "LD_.*",
    "DYLD_.*",
    "MALLOC_.*",
    "GLIBC_.*",
    "GCONV_PATH",
    "LOCPATH",
    "NLSPATH",
    "RES_OPTIONS",
    "LOCALDOMAIN",
    "HOSTALIASES",
    "BASH_.*",
    "ENV",
    "IFS",
    "SHELLOPTS",
    "BASHOPTS",
  ].join("|")})$`,
  "i",
);

function lineOf(name: string, value: string): string {
  if (/[\r\n]/.test(value)) throw refused(name, "holds a line break, which the engine cannot take for this name");
  const line = `${name}=${value}`;
  if (new TextEncoder().encode(line).length > LINE_LIMIT) {
    throw refused(name, "is longer than the 64 KiB that the engine takes for this name");
  }
  return `${line}\n`;
}

function refused(name: string, why: string): ArgusError {
  return new ArgusError("config/env-value", `the value of ${name} ${why}`, {
    hint: `give the server a file in \`volumes\`, or its value under another name than ${name}`,
  });
}

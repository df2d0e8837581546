/** Where engines can be: programs and endpoints to try, in order. */
import type { Env } from "../config/config.ts";
import type { OciName } from "./engine.ts";
import { jsonOf } from "./json.ts";

/** The part of a machine that decides where to look. */
export interface Surroundings {
  /** `process.platform`. */
  readonly platform: string;
  readonly home: string;
  readonly env: Env;
  /** Of this process; -1 where there is none. */
  readonly uid: number;
}

/** A place where an engine may answer. */
export interface Endpoint {
  /** `unix:///path`, `npipe:////./pipe/name`, `tcp://host:port`, `ssh://…`. */
  readonly address: string;
  /** What its program must be told to use it; nothing for its own default. */
  readonly env: Readonly<Record<string, string>>;
  /** Why it is tried, for `doctor` and errors: "DOCKER_HOST". */
  readonly from: string;
  /** The user names it, and no other endpoint is tried; where a variable does, no other engine is either. */
  readonly chosenBy?: "variable" | "settings";
}

/** A program that argus drives. */
export type ProgramName = OciName | "kubectl";

/** Paths at which a program may be, in its folders. ARGUS_ENGINE_PATH replaces those, for a machine with several. */
export function programCandidates(name: ProgramName, here: Surroundings): string[] {
  const windows = here.platform === "win32";
  const own = split(here.env.ARGUS_ENGINE_PATH, here);
  const folders = own.length === 0 ? programFolders(name, here) : own;
  const file = windows ? `${name}.exe` : name;
  return [...new Set(folders)].map((folder) => `${folder.replace(/[\\/]+$/, "")}${windows ? "\\" : "/"}${file}`);
}

/** PATH first, then where installers put a program and its helpers: desktop clients start argus with a PATH of four folders. */
export function programFolders(name: ProgramName, here: Surroundings): string[] {
  return [...new Set([...split(here.env.PATH ?? here.env.Path, here), ...installFolders(name, here)])];
}

/** What stands between the folders of a PATH. */
export function pathSeparator({ platform }: Surroundings): string {
  return platform === "win32" ? ";" : ":";
}

function split(list: string | undefined, here: Surroundings): string[] {
  return (list ?? "").split(pathSeparator(here)).filter((folder) => folder !== "");
}

/** The products that bring docker bring kubectl. */
function installFolders(name: ProgramName, { platform, home, env }: Surroundings): string[] {
  if (platform === "win32") {
    const programs = env.ProgramFiles ?? "C:\\Program Files";
    const local = env.LOCALAPPDATA ?? `${home}\\AppData\\Local`;
    return name === "podman"
      ? [`${programs}\\RedHat\\Podman`, `${local}\\Programs\\Podman`]
      : [
          `${programs}\\Docker\\Docker\\resources\\bin`,
          `${programs}\\Rancher Desktop\\resources\\resources\\win32\\bin`,
        ];
  }
  const common = ["/usr/local/bin", "/usr/bin", "/bin"];
  const brew = ["/opt/homebrew/bin", "/home/linuxbrew/.linuxbrew/bin"];
  const own = `${home}/.local/bin`;
  if (name === "podman") return ["/opt/podman/bin", ...brew, ...common, own];
  const desktop = platform === "darwin" ? ["/Applications/Docker.app/Contents/Resources/bin"] : ["/snap/bin"];
  const products = [`${home}/.docker/bin`, `${home}/.rd/bin`, `${home}/.orbstack/bin`, ...desktop];
  const cloud = name === "kubectl" ? [`${home}/bin`, `${home}/google-cloud-sdk/bin`] : [];
  return [...common, ...products, ...brew, own, ...cloud];
}

/** What the user's own settings say about docker's endpoint. */
export interface DockerChoice {
  /** The context in force and where it comes from; undefined = the default one. */
  readonly context?: { readonly name: string } & Required<Pick<Endpoint, "from" | "chosenBy">>;
  /** The endpoint in force when a variable names it. */
  readonly endpoint?: Endpoint;
}

/** Reads the choice as docker does: DOCKER_HOST, then DOCKER_CONTEXT, then `currentContext` of its config file. */
export function dockerChoice(env: Env, configText: string | undefined): DockerChoice {
  const host = env.DOCKER_HOST ?? "";
  if (host !== "") return { endpoint: { address: host, env: {}, from: "DOCKER_HOST", chosenBy: "variable" } };
  const named = env.DOCKER_CONTEXT ?? "";
  const context = named === "" ? currentContext(configText) : named;
  if (context === undefined || context === "default") return {};
  if (named !== "") return { context: { name: context, from: "DOCKER_CONTEXT", chosenBy: "variable" } };
  return { context: { name: context, from: `docker context ${context}`, chosenBy: "settings" } };
}

/** True when docker's settings name proxies, which its program gives to every container. */
export function handsProxies(configText: string | undefined): boolean {
  // Its keys are read in any case, as Go does.
  const settings = Object.entries(object(configText ?? "") ?? {});
  return settings.some(([key, value]) => key.toLowerCase() === "proxies" && Object.keys(value ?? {}).length > 0);
}

/** The folder of docker's own settings. */
export function dockerConfigFolder({ env, home, platform }: Surroundings): string {
  const own = env.DOCKER_CONFIG ?? "";
  return own === "" ? `${home}${platform === "win32" ? "\\" : "/"}.docker` : own;
}

/** The address in a context's `meta.json`; undefined when it has none. */
export function contextAddress(metaText: string): string | undefined {
  const meta = object(metaText) as { Endpoints?: { docker?: { Host?: unknown } } } | undefined;
  const host = meta?.Endpoints?.docker?.Host;
  return typeof host === "string" && host !== "" ? host : undefined;
}

/** Endpoints to try when the user chose none: docker's default, then those of rootless docker and the desktop products. */
export function dockerEndpoints(here: Surroundings): Endpoint[] {
  if (here.platform === "win32") {
    return [
      { address: "npipe:////./pipe/docker_engine", env: {}, from: "docker's default" },
      elsewhere("npipe:////./pipe/dockerDesktopLinuxEngine", "Docker Desktop"),
    ];
  }
  const { home, uid } = here;
  const runtime = here.env.XDG_RUNTIME_DIR ?? (uid > 0 ? `/run/user/${uid}` : undefined);
  return [
    { address: "unix:///var/run/docker.sock", env: {}, from: "docker's default" },
    ...(runtime === undefined ? [] : [elsewhere(`unix://${runtime}/docker.sock`, "rootless docker")]),
    elsewhere(`unix://${home}/.docker/run/docker.sock`, "Docker Desktop"),
    elsewhere(`unix://${home}/.docker/desktop/docker.sock`, "Docker Desktop"),
    elsewhere(`unix://${home}/.orbstack/run/docker.sock`, "OrbStack"),
    elsewhere(`unix://${home}/.colima/default/docker.sock`, "Colima"),
    elsewhere(`unix://${home}/.config/colima/default/docker.sock`, "Colima"),
    elsewhere(`unix://${home}/.rd/docker.sock`, "Rancher Desktop"),
  ];
}

/** The endpoint that podman was told to use; undefined = it needs none on Linux, its machine elsewhere. */
export function podmanEndpoint(env: Env): Endpoint | undefined {
  const host = env.CONTAINER_HOST ?? "";
  return host === "" ? undefined : { address: host, env: {}, from: "CONTAINER_HOST", chosenBy: "variable" };
}

/** True for a remote podman that runs without root, as far as its address tells. */
export function rootlessAddress(address: string): boolean {
  return /\/run\/user\/(?!0\/)/.test(address);
}

/** True for an address that surely leads to another machine. */
export function remoteAddress(address: string): boolean {
  const dial = dialOf(address);
  if (dial === undefined) return /^ssh:\/\/(?!(?:[^@/]*@)?(?:127\.|localhost\b|\[::1\]))/.test(address);
  return "host" in dial && !/^(?:127\.|localhost$|::1$)/.test(dial.host);
}

/** The local socket or pipe of an address, or its host and port; undefined when only the engine's program can reach it. */
export function dialOf(address: string): { path: string } | { host: string; port: number } | undefined {
  const unix = /^unix:\/\/(\/.*)$/.exec(address);
  if (unix !== null) return { path: unix[1] ?? "" };
  const pipe = /^npipe:\/\/(.*)$/.exec(address);
  if (pipe !== null) return { path: (pipe[1] ?? "").replaceAll("/", "\\") };
  // Without a scheme docker takes it for TCP, and without a host for this machine: github.com/docker/cli, opts/hosts.go
  const tcp = /^(?:(?:tcp|https?):\/\/)?(\[[^\]]+\]|[^:/]*)(?::(\d+))?(?:\/|$)/.exec(address);
  if (tcp === null) return undefined;
  return { host: tcp[1]?.replace(/^\[|\]$/g, "") || "localhost", port: Number(tcp[2] ?? 2375) };
}

function elsewhere(address: string, from: string): Endpoint {
  return { address, env: { DOCKER_HOST: address }, from };
}

function currentContext(configText: string | undefined): string | undefined {
  const config =
    configText === undefined ? undefined : (object(configText) as { currentContext?: unknown } | undefined);
  const name = config?.currentContext;
  return typeof name === "string" && name !== "" ? name : undefined;
}

function object(json: string): object | undefined {
  const value = jsonOf(json);
  return typeof value === "object" && value !== null ? value : undefined;
}

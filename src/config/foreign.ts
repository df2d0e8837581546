/**
 * What other programs' configs and earlier manuals have: keys without effect here or with another name, and the types,
 * addresses and variables of MCP clients.
 */

/** Sections of the file that other Argus programs read. */
export const FOREIGN_SECTIONS = new Set([
  "server",
  "client",
  "audit",
  "optimizer",
  "telemetry",
  "secrets",
  "registries",
  "incoming_auth",
  "outgoing_auth",
  "authorization",
  "security",
  "session_management",
  "rate_limits",
  "conflict_resolution",
  "middleware",
  "plugins",
  "skills",
  "workflows",
  "sse_resilience",
  "health",
  "logging",
  "retry",
]);

/** Sections of the file that MCP clients read: VS Code's questions to its user. */
export const CLIENT_FILE_KEYS = new Set(["inputs"]);

/** Keys of a backend that other Argus programs read. */
export const FOREIGN_BACKEND_KEYS = new Set([
  "group",
  "timeouts",
  "filters",
  "tool_overrides",
  "retry",
  "auth",
  "description",
]);

/**
 * Keys of a backend that are the matter of an MCP client.
 * Sources: the manuals of Claude Code, Cline, Codex, Cursor, Gemini CLI, Goose, Kiro, Roo Code, VS Code, Windsurf and Zed.
 */
export const CLIENT_KEYS = new Set([
  "alwaysAllow",
  "alwaysLoad",
  "authProviderType",
  "autoApprove",
  "autoStart",
  "available_tools",
  "bundled",
  "dev",
  "disabledTools",
  "disabled_tools",
  "displayName",
  "enabledTools",
  "enabled_tools",
  "excludeTools",
  "gallery",
  "headersHelper",
  "icon",
  "icons",
  "id",
  "includeTools",
  "initTimeout",
  "logo",
  "metadata",
  "name",
  "note",
  "oauth",
  "requestTimeout",
  "required",
  "sandbox",
  "sandboxEnabled",
  "settings",
  "source",
  "startup_timeout_ms",
  "startup_timeout_sec",
  "tags",
  "timeout",
  "tool_timeout_sec",
  "tools",
  "transportType",
  "trust",
  "version",
  "watchPaths",
]);

const FOLDER = "mount the folder with container.volumes, and name it in args";
const SWITCH = "disable it in the client's config, or remove it: argus builds and runs it either way";

/** Keys of a backend that change what a client starts, with what to do instead. */
export const CLIENT_KEYS_INSTEAD = new Map([
  ["cwd", FOLDER],
  ["workingDirectory", FOLDER],
  ["working_directory", FOLDER],
  ["envFile", "write its variables to env: of the backend"],
  ["env_keys", "write env: with NAME: ${NAME} for each"],
  ["env_vars", "write env: with NAME: ${NAME} for each"],
  ["disabled", SWITCH],
  ["enabled", `${SWITCH}; what switches its isolation is container.enabled`],
  ["isActive", SWITCH],
]);

/** What clients call the type `streamable-http`. */
export const CLIENT_TYPES = ["http", "streamableHttp"];

/** What clients call the address of a remote backend. */
export const CLIENT_URLS = ["serverUrl", "httpUrl"];

/** Variables that VS Code and Cursor set, and no environment. */
export const CLIENT_VARIABLES = new Set(["workspaceFolder", "workspaceFolderBasename", "userHome", "pathSeparator"]);

/** Sections that clients keep their servers in. */
export const CLIENT_SECTIONS = ["mcpServers", "mcp_servers", "servers", "context_servers"];

/** Feature flags that other Argus programs read. */
export const FOREIGN_FLAGS = new Set([
  "optimizer",
  "hot_reload",
  "outgoing_auth",
  "session_management",
  "yaml_config",
  "build_on_startup",
  "use_dhi_images",
]);

/**
 * Fields that earlier manuals put directly on the backend, with the field of `container:` that they became.
 * Source: spec, the note below "Per-Backend Container Options".
 */
export const LEGACY_FIELDS = new Map([
  ["container_isolation", "enabled"],
  ["builder_image", "builder_image"],
  ["system_deps", "system_deps"],
  ["build_system_deps", "build_system_deps"],
  ["additional_packages", "additional_packages"],
]);

/** What a key is called in other programs' configs, and what it is called here. */
export const OTHER_NAMES = new Map([
  ...CLIENT_SECTIONS.map((section): [string, string] => [section, "backends"]),
  ["extensions", "backends"],
  ["environment", "env"],
  ["envs", "env"],
  ["arguments", "args"],
  ["cmd", "command"],
  ["cpu", "cpus"],
  ["mem", "memory"],
  ["mounts", "volumes"],
  ["ref", "source_ref"],
  ["git", "source_url"],
  ["eofGrace", "eof_grace"],
  ...CLIENT_URLS.map((name): [string, string] => [name, "url"]),
]);

/** Keys of Compose and other tools, on a backend or in its `container`, that no field replaces alone, with what to do instead. */
export const OTHER_WAYS = new Map([
  [
    "image",
    "a server that comes as an image: name in dockerfile a Dockerfile of two lines, FROM that image and its ENTRYPOINT; " +
      "the base of a build is builder_image",
  ],
  ["packages", "system_deps has programs such as git, additional_packages those of the server's language"],
  ["ports", "remove it: the client talks to the server over stdin and stdout, which need no port"],
  ["user", 'remove it: a server runs as uid 65532; extra_args: ["--user", "UID:GID"] changes that'],
]);

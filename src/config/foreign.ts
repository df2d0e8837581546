/** Keys of other programs' configs and of earlier manuals: which have no effect here, and what others are called here. */

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
  ["mcpServers", "backends"],
  ["mcp_servers", "backends"],
  ["servers", "backends"],
  ["environment", "env"],
  ["arguments", "args"],
  ["cmd", "command"],
  ["image", "builder_image"],
  ["cpu", "cpus"],
  ["mem", "memory"],
  ["mounts", "volumes"],
  ["packages", "additional_packages"],
  ["ref", "source_ref"],
  ["git", "source_url"],
  ["eofGrace", "eof_grace"],
]);

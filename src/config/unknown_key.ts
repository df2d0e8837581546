/** A key that the schema does not have: another program's, an old one, or a mistake with the key that was meant. */
import { ownerOf } from "./explain.ts";
import {
  CLIENT_FILE_KEYS,
  CLIENT_KEYS,
  CLIENT_KEYS_INSTEAD,
  CLIENT_SECTIONS,
  FOREIGN_BACKEND_KEYS,
  FOREIGN_FLAGS,
  FOREIGN_SECTIONS,
  LEGACY_FIELDS,
  OTHER_NAMES,
  OTHER_WAYS,
} from "./foreign.ts";
import { nameInKey, quotedKey } from "./keys.ts";
import type { Problem } from "./problem.ts";
import { stdioBackend } from "./schema.ts";
import { fieldsOf } from "./shape.ts";
import { CURLY, STRAIGHT } from "./slips.ts";
import { nearest } from "./suggest.ts";
import type { Path } from "./yaml.ts";

export interface KeyFinding {
  readonly severity: Problem["severity"];
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
}

/**
 * What to say about an unknown key.
 *
 * @param path Of the key, in its backend when there is one.
 * @param known The keys that may stand there.
 */
export function explainKey(key: string, path: Path, known: readonly string[], backend?: string): KeyFinding {
  if (isForeign(path, backend)) {
    return {
      severity: "warning",
      code: "config/unused-section",
      message: `argus does not use ${ownerOf(path, backend)}`,
    };
  }
  const owner = ownerOf(path.slice(0, -1), backend);
  const onBackend = backend !== undefined && path.length === 1;
  const instead = onBackend ? CLIENT_KEYS_INSTEAD.get(key) : undefined;
  if (instead !== undefined) {
    const message = `argus does not use ${ownerOf(path, backend)}`;
    return { severity: "warning", code: "config/client-key", message, hint: instead };
  }
  if (onBackend && CLIENT_KEYS.has(key)) {
    const message = `argus leaves ${ownerOf(path, backend)} to the client`;
    return { severity: "warning", code: "config/client-key", message, hint: "keep it in the client's config" };
  }
  const nested = LEGACY_FIELDS.get(key);
  if (onBackend && nested !== undefined) {
    const message = `${owner}: ${key} has no effect outside container:`;
    return { severity: "warning", code: "config/legacy-field", message, hint: `write container: { ${nested}: … }` };
  }
  const message = `unknown key ${quotedKey(key)} in ${owner}`;
  return { severity: "error", code: "config/unknown-key", message, hint: unknownKeyHint(key, path, known, backend) };
}

/** The known key that an unknown one was meant to be. */
export function meantKey(key: string, known: readonly string[]): string | undefined {
  const other = OTHER_NAMES.get(key);
  return other !== undefined && known.includes(other) ? other : nearest(key, known);
}

/** How people write the names of variables, and nobody a field. */
const VARIABLE = /^[A-Z][A-Z0-9_]*$/;

/** Some clients call the type of a backend so. */
const TRANSPORT = "write type: where it says stdio, sse or streamable-http; a recipe stands in container.transport";
const REMOTE_TRANSPORT = "write type: sse, or type: streamable-http, in its place";

function isForeign(path: Path, backend: string | undefined): boolean {
  const key = String(path.at(-1));
  if (backend !== undefined) return path.length === 1 && FOREIGN_BACKEND_KEYS.has(key);
  if (path.length === 1) return FOREIGN_SECTIONS.has(key) || CLIENT_FILE_KEYS.has(key);
  return path.length === 2 && path[0] === "feature_flags" && FOREIGN_FLAGS.has(key);
}

function unknownKeyHint(key: string, path: Path, known: readonly string[], backend?: string): string {
  const ofBackend = fieldsOf(stdioBackend)!;
  const onBackend = backend !== undefined && path.length === 1;
  const inContainer = backend !== undefined && path.length === 2 && path[0] === "container";
  const way = onBackend || inContainer ? OTHER_WAYS.get(key) : undefined;
  if (way !== undefined) return way;
  const isRemote = onBackend && known.includes("url");
  if (onBackend && key === "transport") return isRemote ? REMOTE_TRANSPORT : TRANSPORT;
  if (onBackend && !isRemote && Object.hasOwn(fieldsOf(ofBackend.container!)!, key))
    return 'move it under "container:"';
  if (CLIENT_SECTIONS.includes(key) && path.length === 1 && backend === undefined) {
    return `rename ${key} to backends, or move its servers to those that are there`;
  }
  if (CURLY.test(key)) return STRAIGHT;
  if (key === "<<") return "write the keys out: YAML merge keys are not supported";
  const name = nameInKey(key);
  if (name !== undefined && known.includes(name)) return `write ${name}: value`;
  const meant = meantKey(key, known);
  if (meant !== undefined) return `did you mean "${meant}"?`;
  if (backend !== undefined && VARIABLE.test(name ?? key)) {
    return `move it to env: of the backend${name === undefined ? "" : `, and write ${name}: value`}`;
  }
  const field = OTHER_NAMES.get(key) ?? key;
  if (Object.hasOwn(ofBackend, field)) {
    if (inContainer) return `move it out of "container:", to ${field}: of the backend`;
    if (path.length === 1 && backend === undefined) return "indent it below a backend";
  }
  const told = known.filter((each) => each !== "$schema");
  return told.length === 0 ? "use another name" : `known keys: ${told.join(", ")}`;
}

/** From the text of a config to its valid backends and everything that is wrong with the rest. */
import { dirname } from "node:path";
import stripJsonComments from "strip-json-comments";
import * as v from "valibot";
import { DEFAULT } from "../plan/defaults.ts";
import { quoted } from "../visible.ts";
import type { Backend, Config, ContainerOptions, Env, RemoteBackend, StdioBackend, Where } from "./config.ts";
import { explainIssue, labelOf, tellable } from "./explain.ts";
import { CLIENT_SECTIONS, CLIENT_URLS, CLIENT_VARIABLES } from "./foreign.ts";
import { quotedKey } from "./keys.ts";
import { findPasted, holdsBackends, isBackend } from "./pasted.ts";
import { type Problem, placeOf } from "./problem.ts";
import { checkRelations } from "./relations.ts";
import { Report } from "./report.ts";
import { backendNameProblem } from "./rules/backend_name.ts";
import { standIn } from "./rules/env.ts";
import { parseVolume } from "./rules/volume.ts";
import {
  type ContainerFields,
  configFile,
  type FileSettings,
  type KubernetesFields,
  REMOTE_TYPES,
  remoteBackend,
  type StdioFields,
  settingsOfFile,
  stdioBackend,
} from "./schema.ts";
import { secretWords } from "./secret_words.ts";
import { fieldsOf, readValue } from "./shape.ts";
import { endsLikeEntry, isCurlyQuoted, lineHint, STRAIGHT } from "./slips.ts";
import { nearest } from "./suggest.ts";
import type { Text } from "./text.ts";
import { explainKey, meantKey } from "./unknown_key.ts";
import { expand, expandVolume, FROM_CLIENT, textOf } from "./variables.ts";
import {
  type Entry,
  keyOffsetOf,
  type MapNode,
  type Node,
  nodeAt,
  offsetOf,
  type Path,
  type Place,
  placesOf,
  readYaml,
  type TextNode,
} from "./yaml.ts";

export interface ParseOptions {
  /** What `${VAR}` reads. */
  readonly env: Env;
  /** What an unset variable is. Default "error". */
  readonly unset?: "error" | "allow";
  /** Fields of a backend whose texts stand as they are, whatever variables they seem to name. Default none. */
  readonly literal?: readonly string[];
  /** The registry of a file that names none. Default none. */
  readonly registry?: string | undefined;
}

export interface ParsedConfig {
  readonly config: Config;
  /** Of all backends of the file, also those with errors. */
  readonly names: readonly string[];
  /** In the order of the file. */
  readonly problems: readonly Problem[];
  /** With `unset: "allow"`: where in the file an unset variable stands. */
  readonly unset: readonly Path[];
}

/** Parses a config. Never throws for bad content: what is wrong is in the problems, what is valid in the config. */
export function parseConfig(text: string, file: string, options: ParseOptions): ParsedConfig {
  return new Parser(text.replace(/^\uFEFF/, ""), file, options).parse();
}

/** Fields whose texts nothing reads but the server or the build, so that a reference may stand where a variable is unset. */
const TEXT_FIELDS = [["command"], ["args"], ["env"], ["container", "build_env"], ["container", "build_steps"]];

/** Fields whose texts stay in the image. */
const IMAGE_FIELDS = ["builder_image", "additional_packages", "source_url", "source_ref", "entrypoint", "go_package"];

const SECRET_PLACE = "the place for a secret is env, if the server reads it there";

class Parser {
  readonly #source: string;
  readonly #file: string;
  readonly #options: ParseOptions;
  readonly #place: (offset: number) => Place;
  readonly #report: Report;
  readonly #unset: Path[] = [];

  constructor(source: string, file: string, options: ParseOptions) {
    this.#source = source;
    this.#file = file;
    this.#options = options;
    this.#place = placesOf(source);
    this.#report = new Report(file, this.#place);
  }

  parse(): ParsedConfig {
    const written = this.#root();
    const pasted = written === undefined ? undefined : findPasted(written);
    if (pasted !== undefined) this.#report.error(pasted.finding);
    const root = pasted?.root ?? written;
    const settings: FileSettings = root === undefined ? {} : this.#settings(root);
    const registry = settings.registry ?? this.#options.registry;
    const kubernetes = { ...(registry === undefined ? {} : { registry }), ...settings.kubernetes };
    const backends = new Map<string, Backend>();
    const entries: MapNode["entries"] = root === undefined ? new Map() : this.#backendEntries(root);
    for (const [name, entry] of entries) {
      const backend = this.#backend(name, entry.node, root!, kubernetes);
      if (backend !== undefined) backends.set(name, backend);
    }
    const config: Config = {
      file: this.#file,
      folder: dirname(this.#file),
      flags: {
        containerIsolation: settings.feature_flags?.container_isolation,
        requireIsolation: settings.feature_flags?.require_isolation,
      },
      policy: { allowWeakening: settings.policy?.allow_weakening ?? true },
      registry,
      kubernetes,
      backends,
    };
    return { config, names: [...entries.keys()], problems: this.#report.sorted(), unset: this.#unset };
  }

  /** The mapping that the file is, or undefined after an error. */
  #root(): MapNode | undefined {
    // Read as UTF-8, every second character of a UTF-16 text is a NUL, and bytes that are no UTF-8 became U+FFFD.
    const bad = this.#source.search(/[\0\uFFFD]/);
    if (bad !== -1) {
      const isUtf16 = /^(\uFFFD\uFFFD)?[^\0]?\0[^\0]\0/.test(this.#source);
      const found = this.#source[bad] === "\0" ? "a NUL, which no text has, stands here" : "this is not UTF-8";
      this.#report.error({
        code: "config/encoding",
        message: isUtf16 ? "the file is UTF-16; argus reads UTF-8" : found,
        hint: "save the file again with the encoding UTF-8",
        at: bad,
      });
      return undefined;
    }
    const { root, problems } = readYaml(withoutComments(this.#source));
    for (const problem of problems) this.#report.error(problem);
    if (root === undefined && problems.length > 0) return undefined;
    if (root === undefined || root.kind === "null") {
      const hint = "argus init writes a config to start from";
      this.#report.error({ code: "config/empty", message: "the config is empty", hint, at: 0 });
      return undefined;
    }
    if (root.kind === "map") return root;
    const hint = "start with a line backends:";
    this.#report.error({ code: "config/not-a-mapping", message: "the config must be a mapping", hint, at: root.at });
    return undefined;
  }

  /** Everything but the backends. */
  #settings(root: MapNode): FileSettings {
    const known = Object.keys(fieldsOf(configFile)!);
    const taken = new Map([...root.entries].filter(([key]) => known.includes(key) && key !== "backends"));
    for (const [key, entry] of root.entries) if (!known.includes(key)) this.#unknownKey(key, entry.at, [key], known);
    const open: Path[] = [];
    const value = readValue(settingsOfFile, { ...root, entries: taken }, [], {
      text: (node, path) => this.#expanded(node.text, node.at, path, open),
      unknownKey: (key, at, path, names) => this.#unknownKey(key, at, path, names),
    });
    this.#unset.push(...open);
    const result = v.safeParse(settingsOfFile, without(value, open));
    for (const issue of tellable(result.issues)) this.#report.error(explainIssue(issue, root, []));
    return result.success ? result.output : {};
  }

  #backendEntries(root: MapNode): MapNode["entries"] {
    const entry = root.entries.get("backends");
    const hint = "argus init writes a config to start from";
    if (entry === undefined) {
      // The unknown key that was meant to be `backends` has its own error.
      const meant = [...root.entries.keys()].some((key) => meantKey(key, ["backends"]) !== undefined);
      if (meant) return new Map();
      this.#report.error({
        code: "config/no-backends",
        message: "there are no backends in the config",
        hint,
        at: root.at,
      });
    } else if (entry.node.kind === "null" || (entry.node.kind === "map" && entry.node.entries.size === 0)) {
      const beside = [...root.entries.values()].some(({ node }) => isBackend(node));
      this.#report.error({
        code: "config/no-backends",
        message: "backends is empty",
        hint: beside ? "indent the backends below it" : hint,
        at: entry.at,
      });
    } else if (entry.node.kind === "map") {
      return this.#withoutStrays(entry.node.entries);
    } else {
      const message = "backends must be a mapping of names to backends";
      this.#report.error({
        code: "config/wrong-type",
        message,
        hint: "write NAME: and the backend below it",
        at: entry.at,
      });
    }
    return new Map();
  }

  /** Fields of a backend that stand beside the backends, one level too high, are one error of the one they belong to. */
  #withoutStrays(entries: MapNode["entries"]): MapNode["entries"] {
    const kept = new Map<string, Entry>();
    const strays = new Map<string | undefined, string[]>();
    let owner: string | undefined;
    for (const [name, entry] of entries) {
      if (CLIENT_SECTIONS.includes(name) && holdsBackends(entry.node)) {
        const hint = `remove the line backends: and rename ${name} to backends`;
        this.#stray([name], hint, entry.at);
      } else if (isStray(name, entry.node) && (owner !== undefined || entry.node.kind !== "null")) {
        strays.set(owner, [...(strays.get(owner) ?? []), name]);
      } else {
        kept.set(name, entry);
        owner = name;
      }
    }
    for (const [name, fields] of strays) {
      const these = fields.join(", ");
      const { at } = entries.get(fields[0]!)!;
      if (name === undefined) this.#stray(fields, `write NAME: above, and indent ${these} below it`, at);
      else this.#stray(fields, `indent ${these} below ${quotedKey(name)}`, at, name);
      if (name !== undefined && kept.get(name)?.node.kind === "null") kept.delete(name);
    }
    return kept;
  }

  #stray(names: readonly string[], hint: string, at: number, backend?: string): void {
    const [stand, name] = names.length === 1 ? ["stands", "the name of a backend"] : ["stand", "names of backends"];
    const message = `${names.join(", ")} ${stand} where ${name} must stand`;
    this.#report.error({ code: "config/misplaced-field", message, hint, at, backend });
  }

  #backend(name: string, node: Node, root: MapNode, kubernetes: KubernetesFields): Backend | undefined {
    const at = keyOffsetOf(root, ["backends", name]);
    const badName = backendNameProblem(name);
    if (badName !== undefined) {
      const { message, hint } = badName;
      // What has a backend below it is no NAME of a variable with its value behind a blank.
      const shown = isBackend(node) ? quoted(name.replace(/([=:]).+$/s, "$1…")) : quotedKey(name);
      this.#report.error({
        code: "config/bad-name",
        message: `${shown} ${message}`,
        hint,
        at,
        backend: name,
      });
    }
    if (node.kind !== "map") {
      const message = `backend ${quotedKey(name)} must be a mapping`;
      const hint = (node.kind === "text" ? lineHint(node.text) : undefined) ?? "give it at least a command";
      this.#report.error({ code: "config/wrong-type", message, hint, at, backend: name });
      return undefined;
    }
    const type = this.#typeOf(name, node);
    if (type === undefined) return undefined;
    return type === "stdio" ? this.#stdio(name, node, root, kubernetes) : this.#remote(name, node, root);
  }

  /** What kind a backend is; undefined after an error. */
  #typeOf(name: string, node: MapNode): "stdio" | "remote" | undefined {
    const entry = node.entries.get("type");
    const type = entry?.node.kind === "text" ? entry.node.text : undefined;
    if (type === "stdio") return "stdio";
    if (type !== undefined && REMOTE_TYPES.includes(type)) return "remote";
    if (entry !== undefined && entry.node.kind !== "null") {
      this.#report.error({
        code: "config/bad-type",
        message: `backend ${quotedKey(name)}: type must be "stdio", "sse" or "streamable-http"`,
        hint: typeHint(type, node),
        at: entry.node.at,
        backend: name,
      });
      return undefined;
    }
    if (node.entries.has("command")) return "stdio";
    return isBackend(node) ? "remote" : "stdio";
  }

  #remote(name: string, node: MapNode, root: MapNode): RemoteBackend | undefined {
    const base = ["backends", name];
    nameUrl(node);
    const value = readValue(remoteBackend, node, [], {
      text: (text) => text.text,
      unknownKey: (key, at, path, known) => this.#unknownKey(key, at, path, known, name),
    });
    const result = v.safeParse(remoteBackend, value);
    for (const issue of tellable(result.issues)) this.#report.error(explainIssue(issue, root, base, name));
    if (!result.success || this.#report.isBroken(name)) return undefined;
    return { type: result.output.type, name, url: result.output.url, where: this.#whereIn(root, base) };
  }

  #stdio(name: string, node: MapNode, root: MapNode, kubernetes: KubernetesFields): StdioBackend | undefined {
    const base = ["backends", name];
    const open: Path[] = [];
    const value = readValue(stdioBackend, node, [], {
      text: (text, path) => {
        this.#warnOfComma(text, path, name);
        this.#warnOfCurly(text, path, name);
        return this.#expanded(text.text, text.at, path, open, name);
      },
      unknownKey: (key, at, path, known) => this.#unknownKey(key, at, path, known, name),
    });
    checkRelations(value as StdioFields, (code, severity, path, message, hint) => {
      const at = keyOffsetOf(root, [...base, ...path]);
      this.#report.add(severity, { code, message: `${labelOf([], name)}: ${message}`, hint, at, backend: name });
    });
    this.#unset.push(...open.map((path) => [...base, ...path]));
    const closed = open.filter((path) => !TEXT_FIELDS.some((field) => field.every((step, at) => path[at] === step)));
    const result = v.safeParse(stdioBackend, without(value, closed));
    for (const issue of tellable(result.issues)) this.#report.error(explainIssue(issue, root, base, name));
    const unresolved = open.some(([first]) => first !== "env");
    const isBroken = !result.success || this.#report.isBroken(name);
    this.#warnOfStandIns(node, !isBroken && !unresolved, name);
    this.#warnOfSecretWords(node, name);
    if (isBroken) return undefined;
    const fields = result.output;
    return {
      type: "stdio",
      name,
      command: textAt(node, ["command"], fields.command),
      args: (fields.args ?? []).map((arg, index) => textAt(node, ["args", index], arg)),
      env: mapValues(fields.env ?? {}, (value, key) => textAt(node, ["env", key], value)),
      container: containerOf(fields.container ?? {}, kubernetes, (path, value) =>
        textAt(node, ["container", ...path], value),
      ),
      session: sessionOf(fields),
      unresolved,
      where: this.#whereIn(root, base),
    };
  }

  /** Expands a text and tells what is wrong with its variables. */
  #expanded(text: string, at: number, path: Path, open: Path[], backend?: string): string {
    if (!/^~|\$/.test(text) || this.#options.literal?.includes(String(path[0]))) return text;
    const expanded = (isOf("volumes", path) ? expandVolume : expand)(text, this.#options.env);
    const label = labelOf(path, backend);
    if (expanded.unset.length > 0) open.push(path);
    if (this.#options.unset !== "allow") {
      for (const name of new Set(expanded.unset)) {
        const hint = CLIENT_VARIABLES.has(name)
          ? "write its value: it is a variable of the client"
          : `set ${name}, or give a default: \${${name}:-…}`;
        this.#report.error({
          code: "config/unset-variable",
          message: `${label}: the variable ${name} is not set`,
          hint,
          at,
          backend,
        });
      }
    }
    if (expanded.asks) {
      this.#report.error({
        code: "config/input-variable",
        message: `${label}: a client asks for \${input:…}, and argus asks nobody`,
        hint: FROM_CLIENT,
        at,
        backend,
      });
    } else if (expanded.odd) {
      const message = `${label} has a \${ that starts no variable; it stays as it is`;
      this.#report.warn({
        code: "config/odd-variable",
        message,
        hint: "write ${NAME} or ${NAME:-default}, or $${ for the characters ${",
        at,
        backend,
      });
    }
    if (expanded.names.some(couldBeSecret) && backend !== undefined) this.#warnOfReaders(path, label, at, backend);
    return expanded.value;
  }

  /** Says that a comma after a value without quotes, as JSON has it, is part of the value. */
  #warnOfComma({ text, at }: TextNode, path: Path, backend: string): void {
    const isQuoted = !this.#source.startsWith(text, at);
    if (isQuoted || typeof path.at(-1) === "number" || !endsLikeEntry(text)) return;
    const message = `${labelOf(path, backend)}: the comma at its end is part of the value`;
    const hint = "remove the comma, or put the value in quotes";
    this.#report.warn({ code: "config/trailing-comma", message, hint, at, backend });
  }

  /** Says that quotes of a word processor are part of the value. */
  #warnOfCurly({ text, at }: TextNode, path: Path, backend: string): void {
    // No recipe knows such a command: what is said of a run without isolation names the quotes.
    if (path[0] === "command" || !isCurlyQuoted(text)) return;
    const message = `${labelOf(path, backend)}: its curly quotes are part of the value`;
    this.#report.warn({ code: "config/curly-quotes", message, hint: STRAIGHT, at, backend });
  }

  /** Says which variables have no value but what stands for one; a plan says some of it, where there is one. */
  #warnOfStandIns(node: MapNode, planned: boolean, backend: string): void {
    const env = node.entries.get("env")?.node;
    if (env?.kind !== "map") return;
    for (const [name, entry] of env.entries) {
      const found = entry.node.kind === "text" ? standIn(entry.node.text) : undefined;
      if (found === undefined || (planned && found.planned)) continue;
      const message = `${labelOf(["env", name], backend)}: ${found.message}`;
      this.#report.warn({ code: found.code, message, hint: found.hint, at: entry.node.at, backend });
    }
  }

  /** Says which of the args is a secret that is written out. */
  #warnOfSecretWords(node: MapNode, backend: string): void {
    const args = node.entries.get("args")?.node;
    const items = args?.kind === "list" ? args.items : [];
    for (const index of secretWords(items.map((item) => (item.kind === "text" ? item.text : "")))) {
      const message = `${labelOf(["args", index], backend)}: what looks like a secret can be read in the process list`;
      const hint = `${SECRET_PLACE}; a \${NAME} keeps it at least out of this file`;
      this.#report.warn({ code: "config/secret-in-args", message, hint, at: items[index]!.at, backend });
    }
  }

  /** Says where the value of a variable can be read by others. */
  #warnOfReaders(path: Path, label: string, at: number, backend: string): void {
    if (path[0] === "args" || isOf("extra_args", path)) {
      const message = `${label}: the variable's value can be read in the process list`;
      this.#report.warn({ code: "config/secret-in-args", message, hint: SECRET_PLACE, at, backend });
    } else if (IMAGE_FIELDS.some((field) => isOf(field, path))) {
      const message = `${label}: the variable's value can be read in the image`;
      const hint = "the place for a secret of the build is build_env";
      this.#report.warn({ code: "config/secret-in-image", message, hint, at, backend });
    }
  }

  #unknownKey(key: string, at: number, path: Path, known: readonly string[], backend?: string): void {
    const { severity, ...finding } = explainKey(key, path, known, backend);
    this.#report.add(severity, { ...finding, at, backend });
  }

  #whereIn(root: MapNode, base: Path): Where {
    return (path) => placeOf({ file: this.#file, ...this.#place(offsetOf(root, [...base, ...path])) });
  }
}

/** JSON with comments, as VS Code and Zed write it, with blanks in their place; any other text as it is. */
function withoutComments(source: string): string {
  if (!/^\s*(?:\{|\/[/*])/.test(source) || isJson(source)) return source;
  const bare = stripJsonComments(source, { trailingCommas: true });
  // In YAML, // is text.
  return isJson(bare) ? bare : source;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Whether a path leads into that field of a `container`: a variable of `env` may have the same name. */
function isOf(field: string, path: Path): boolean {
  return path[0] === "container" && path[1] === field;
}

/** Whether an entry of `backends` can only be a field of one. */
function isStray(name: string, node: Node): boolean {
  return !isBackend(node) && Object.hasOwn(fieldsOf(stdioBackend)!, name);
}

/** The type that was meant: by its word, else by what the backend has. */
function typeHint(type: string | undefined, node: MapNode): string {
  const meant = nearest(type ?? "", ["stdio"]) ?? (/http/i.test(type ?? "") ? "streamable-http" : undefined);
  if (meant !== undefined) return `did you mean "${meant}"?`;
  if (type === "local") return 'write "stdio", or leave it out';
  const isRemote = !node.entries.has("command") && (isBackend(node) || type === "remote");
  return isRemote ? 'write "sse" or "streamable-http"' : "remove it where the backend has a command";
}

/** Names that hold no secret on any machine, or that only a client fills: a warning would teach people to skip warnings. */
function couldBeSecret(name: string): boolean {
  if (CLIENT_VARIABLES.has(name)) return false;
  return !["HOME", "USER", "USERPROFILE", "LOGNAME", "PWD", "TMPDIR", "LANG", "TZ", "HOSTNAME"].includes(name);
}

/** Calls the address of a remote backend `url`, whatever its client calls it, so that it has one place for every message. */
function nameUrl({ entries }: MapNode): void {
  const given = CLIENT_URLS.find((key) => entries.has(key));
  if (given === undefined || entries.has("url")) return;
  entries.set("url", entries.get(given)!);
  entries.delete(given);
}

/** A copy without the fields (for lists: the whole list) whose variables are unset: no rule can judge them. */
function without(value: unknown, paths: readonly Path[]): unknown {
  if (paths.length === 0) return value;
  const copy = structuredClone(value);
  for (const path of paths) {
    const list = path.findIndex((step) => typeof step === "number");
    const field = list === -1 ? path : path.slice(0, list);
    let holder = copy as Record<string, unknown> | undefined;
    for (const step of field.slice(0, -1)) holder = holder?.[step] as Record<string, unknown> | undefined;
    if (holder !== undefined) delete holder[String(field.at(-1))];
  }
  return copy;
}

function mapValues<From, To>(entries: Record<string, From>, map: (value: From, key: string) => To): Record<string, To> {
  return Object.fromEntries(Object.entries(entries).map(([key, value]) => [key, map(value, key)]));
}

function textAt(node: MapNode, path: Path, value: string): Text {
  const found = nodeAt(node, path);
  return textOf(found?.kind === "text" ? found.text : undefined, value);
}

function sessionOf(fields: StdioFields): StdioBackend["session"] {
  const grace = fields.session?.eof_grace ?? DEFAULT.eofGraceMs;
  return { stdout: fields.stdout ?? "raw", ...(grace === "never" ? {} : { eofGraceMs: grace }) };
}

function containerOf(
  fields: ContainerFields,
  kubernetes: KubernetesFields,
  text: (path: Path, value: string) => Text,
): ContainerOptions {
  const { volumes, kubernetes: own, ...rest } = fields;
  return {
    ...rest,
    volumes: (volumes ?? []).map(parseVolume).filter((volume) => "target" in volume),
    extra_args: (fields.extra_args ?? []).map((word, index) => text(["extra_args", index], word)),
    system_deps: fields.system_deps ?? [],
    build_system_deps: fields.build_system_deps ?? [],
    additional_packages: fields.additional_packages ?? [],
    build_steps: (fields.build_steps ?? []).map((step, index) => text(["build_steps", index], step)),
    build_env: mapValues(fields.build_env ?? {}, (value, name) => text(["build_env", name], value)),
    kubernetes: { ...kubernetes, ...own },
  };
}

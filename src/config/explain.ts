/** Schema issues in the words of the manual: which field, what it must be, what to write. Never the value. */
import type * as v from "valibot";
import { nameInKey, quotedKey } from "./keys.ts";
import type { Finding } from "./report.ts";
import { lineHint, WORDS_APART } from "./slips.ts";
import { nearest } from "./suggest.ts";
import { keyOffsetOf, type Node, nodeAt, offsetOf, type Path } from "./yaml.ts";

/** What an issue of the schema tells the user. */
export function explainIssue(issue: v.BaseIssue<unknown>, root: Node, base: Path, backend?: string): Finding {
  const inner = (issue.path ?? []).map((item) => item.key as string | number);
  const path = [...base, ...inner];
  const field = fieldName(inner) ?? "value";
  const label = labelOf(inner, backend);
  if (isMissing(issue)) {
    return {
      code: "config/missing",
      message: `${label} is missing`,
      hint: EXAMPLES[field],
      at: keyOffsetOf(root, path.slice(0, -1)),
      backend,
    };
  }
  const onKey = issue.path?.at(-1)?.origin === "key";
  const at = onKey ? keyOffsetOf(root, path) : offsetOf(root, path);
  if (issue.kind === "schema" && !isChoice(issue)) {
    const hint = typeHint(issue, nodeAt(root, path), field);
    return { code: "config/wrong-type", message: `${label} ${issue.message}`, hint, at, backend };
  }
  const hint = isChoice(issue) ? choiceHint(issue) : (onKey && assignmentHint(path)) || (issue.expected ?? undefined);
  return { code: `config/bad-${field.replaceAll("_", "-")}`, message: `${label} ${issue.message}`, hint, at, backend };
}

/** What to write for a field that must be there. */
const EXAMPLES: Readonly<Record<string, string>> = {
  command: "such as command: uvx, with the name of a package in args",
  url: "such as url: https://example.com/mcp",
};

/** The issues of a schema, without those about a value that is missing because it stands in its key. */
export function tellable(issues: readonly v.BaseIssue<unknown>[] = []): readonly v.BaseIssue<unknown>[] {
  const keys = issues.flatMap((issue) => issue.path?.at(-1) ?? []).filter(({ origin }) => origin === "key");
  return issues.filter((issue) => {
    const item = issue.path?.at(-1);
    return issue.input !== null || !keys.some(({ key, input }) => key === item?.key && input === item?.input);
  });
}

/** What to write in place of a key such as `NAME=value`. */
function assignmentHint(path: Path): string | undefined {
  const name = nameInKey(String(path.at(-1)));
  return name === undefined ? undefined : `write ${name}: value`;
}

const ONE_OF = "write one of these, or leave it out";

/** The choice that was meant; the written word itself is not repeated. */
function choiceHint(issue: v.BaseIssue<unknown>): string | undefined {
  const words = [...(issue.expected ?? "").matchAll(/"([^"]*)"/g)].map((match) => match[1]!);
  const meant = nearest(String(issue.input), words);
  return meant === undefined
    ? issue.type === "literal"
      ? `write ${words[0]}, or leave it out`
      : ONE_OF
    : `did you mean "${meant}"?`;
}

/** `backend "fetch": container.volumes[0]` */
export function labelOf(path: Path, backend?: string): string {
  let label = "";
  for (const step of path) {
    if (typeof step === "number") label += `[${step}]`;
    else if (/^[\w-]+$/.test(step)) label += label === "" ? step : `.${step}`;
    else label += `[${quotedKey(step)}]`;
  }
  if (backend === undefined) return label === "" ? "the config" : label;
  return label === "" ? `backend ${quotedKey(backend)}` : `backend ${quotedKey(backend)}: ${label}`;
}

/** `container of backend "fetch"` */
export function ownerOf(path: Path, backend?: string): string {
  if (backend === undefined || path.length === 0) return labelOf(path, backend);
  return `${labelOf(path)} of backend ${quotedKey(backend)}`;
}

/** The field of the manual that a path is about: `container.volumes[0]` is about `volumes`. */
function fieldName(path: Path): string | undefined {
  const names = path.filter((step) => typeof step === "string");
  const holder = ["env", "build_env", "headers", "labels", "annotations", "node_selector"];
  return names.find((name) => holder.includes(name)) ?? names.at(-1);
}

function isMissing(issue: v.BaseIssue<unknown>): boolean {
  return issue.type === "strict_object" && issue.expected !== "Object";
}

function isChoice(issue: v.BaseIssue<unknown>): boolean {
  return ["picklist", "literal", "union"].includes(issue.type) && typeof issue.input === "string";
}

function typeHint(issue: v.BaseIssue<unknown>, node: Node | undefined, field: string): string | undefined {
  if (node?.kind === "null") return 'write "" for an empty text';
  if (issue.type === "string" && node !== undefined) return textHint(node, field);
  if (issue.type === "array" && node?.kind === "text") return 'write a list: ["one", "two"]';
  if (issue.type === "array" && node?.kind === "map") return "write a list: a line with - for each";
  if (issue.type === "record" && node?.kind === "list") return "write NAME: value, without - and =";
  if (issue.type === "picklist" || issue.type === "literal") return ONE_OF;
  if (issue.type === "strict_object" && node?.kind === "list") return "write its fields without -";
  if (node?.kind !== "text") return undefined;
  if (issue.type === "record") return lineHint(node.text) ?? "write NAME: value, each on a line of its own below";
  if (issue.type === "strict_object")
    return lineHint(node.text) ?? "write its fields below it, each on a line of its own";
  return undefined;
}

/** What to write where one text must stand. */
function textHint(node: Node, field: string): string | undefined {
  if (field === "command" && node.kind === "list") return WORDS_APART;
  if (field === "command") return "write the program after command:, and args: and env: beside it";
  return node.kind === "list" ? "write one text, without [ ] and -" : 'put quotes around a text that holds ": " or { }';
}

/** The config's schema for other readers: JSON Schema for editors, rows for the manual. */
import { type JsonSchema, toJsonSchema } from "@valibot/to-json-schema";
import { configFile } from "./schema.ts";

/** The JSON Schema (2020-12) of the file. */
export function jsonSchema(): JsonSchema {
  return { ...relaxed(described()), title: "argus config" };
}

/** Rules that are code have no JSON Schema: they are left out. */
function described(): Described {
  return toJsonSchema(configFile, { target: "draft-2020-12", errorMode: "ignore" });
}

/** One field of the manual. */
export interface FieldRow {
  /** `container.memory` */
  readonly field: string;
  readonly type: string;
  readonly default: string;
  readonly description: string;
}

/** Every field, in the order of the schema; those of a backend follow `backends.<name>`. */
export function fieldRows(): FieldRow[] {
  return rowsOf(described(), "");
}

/** What this schema adds to JSON Schema's own words. */
type Described = JsonSchema & { shownDefault?: string; words?: string };

/**
 * What YAML allows beyond the texts that the schema sees: `memory: 512`, `enabled: off`, `volumes:` with nothing after
 * it. Every scalar reaches the schema as text, and an empty optional field counts as absent.
 */
function relaxed(node: Described): JsonSchema {
  const { shownDefault, words, ...schema } = node;
  const required = schema.required ?? [];
  const each = (properties: Record<string, unknown>) =>
    Object.fromEntries(
      Object.entries(properties).map(([key, value]) => {
        const inner = relaxed(value as Described);
        return [key, required.includes(key) ? inner : nullable(inner)];
      }),
    );
  const result = { ...schema } as Record<string, unknown>;
  if (schema.enum !== undefined) delete result.type;
  else if (words !== undefined) result.type = ["boolean", "string", "integer"];
  else if (schema.type === "string") result.type = ["string", "number", "boolean"];
  if (schema.const !== undefined) {
    delete result.const;
    result.enum = /^\d+$/.test(String(schema.const)) ? [schema.const, Number(schema.const)] : [schema.const];
  }
  if (schema.properties !== undefined) result.properties = each(schema.properties);
  if (typeof schema.items === "object") result.items = relaxed(schema.items as Described);
  if (typeof schema.additionalProperties === "object") {
    result.additionalProperties = relaxed(schema.additionalProperties as Described);
  }
  if (schema.anyOf !== undefined) result.anyOf = schema.anyOf.map((inner) => relaxed(inner as Described));
  return result as JsonSchema;
}

function nullable(schema: JsonSchema): JsonSchema {
  if (schema.enum !== undefined) return { ...schema, enum: [...schema.enum, null] };
  if (schema.anyOf !== undefined) return { ...schema, anyOf: [...schema.anyOf, { type: "null" }] };
  return { ...schema, type: [schema.type, "null"].flat() } as unknown as JsonSchema;
}

function rowsOf(node: Described, prefix: string): FieldRow[] {
  const rows: FieldRow[] = [];
  for (const [key, value] of Object.entries(node.properties ?? {})) {
    const field = value as Described;
    const name = prefix === "" ? key : `${prefix}.${key}`;
    if (key === "backends") continue;
    const required = node.required?.includes(key) === true;
    const shown = required ? "required" : (field.shownDefault ?? "");
    rows.push({ field: name, type: typeOf(field), default: shown, description: field.description ?? "" });
    if (field.properties !== undefined) rows.push(...rowsOf(field, name));
  }
  const backends = (node.properties?.backends as Described | undefined)?.additionalProperties as Described | undefined;
  for (const kind of backends?.anyOf ?? []) rows.push(...rowsOf(kind as Described, "backends.<name>"));
  return rows;
}

function typeOf(field: Described): string {
  if (field.words !== undefined) return "switch";
  if (field.enum !== undefined) return field.enum.map((word) => `\`${String(word)}\``).join(", ");
  if (field.const !== undefined) return `\`${String(field.const)}\``;
  if (field.type === "array")
    return (field.items as Described).type === "object" ? "list of mappings" : "list of texts";
  if (field.type === "object") return field.properties === undefined ? "mapping of texts" : "mapping";
  return "text";
}

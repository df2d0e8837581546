/**
 * Walks the file along the schema: gives the plain values that the schema checks, and finds every key that it does not
 * know (valibot stops at the first one of an object).
 */
import type * as v from "valibot";
import type { MapNode, Node, Path, TextNode } from "./yaml.ts";

type Schema = v.GenericSchema;

/** Names that valibot's record drops without a word. */
const DROPPED = ["__proto__", "prototype", "constructor"];

export interface Visitor {
  /** The value of a text. */
  readonly text: (node: TextNode, path: Path) => string;
  /** A key that the schema does not have, with the keys that it has. */
  readonly unknownKey: (key: string, at: number, path: Path, known: readonly string[]) => void;
}

/** The value of a node as the schema wants it; `key:` with nothing after it counts as absent where that is allowed. */
export function readValue(schema: Schema, node: Node, path: Path, visitor: Visitor): unknown {
  const inner = unwrap(schema);
  if (node.kind === "text") return visitor.text(node, path);
  if (node.kind === "null") return null;
  if (node.kind === "list") {
    const item = (inner as { item?: Schema }).item;
    // valibot takes a list for an object; null is what it refuses wherever something else must stand.
    if (item === undefined) return null;
    return node.items.map((each, index) => readValue(item, each, [...path, index], visitor));
  }
  return mapValue(inner, node, path, visitor);
}

/** The fields of an object schema, or undefined when it is none. */
export function fieldsOf(schema: Schema): Record<string, Schema> | undefined {
  return (unwrap(schema) as { entries?: Record<string, Schema> }).entries;
}

function mapValue(schema: Schema, node: MapNode, path: Path, visitor: Visitor): Record<string, unknown> | null {
  // Without a prototype, a key such as __proto__ is a key like any other.
  const value: Record<string, unknown> = Object.create(null);
  const fields = fieldsOf(schema);
  const each = (schema as { value?: Schema }).value;
  if (fields === undefined && each === undefined) return null;
  for (const [key, entry] of node.entries) {
    if (fields === undefined && DROPPED.includes(key)) {
      visitor.unknownKey(key, entry.at, [...path, key], []);
      continue;
    }
    const field = fields === undefined ? each : Object.hasOwn(fields, key) ? fields[key] : undefined;
    if (field === undefined) visitor.unknownKey(key, entry.at, [...path, key], Object.keys(fields!));
    else if (entry.node.kind !== "null" || fields === undefined)
      value[key] = readValue(field, entry.node, [...path, key], visitor);
  }
  return value;
}

function unwrap(schema: Schema): Schema {
  let inner = schema as Schema & { wrapped?: Schema };
  while (inner.wrapped !== undefined) inner = inner.wrapped;
  return inner;
}

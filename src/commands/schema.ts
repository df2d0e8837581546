/** `argus schema`: the config's JSON Schema, for editors. */
import { jsonSchema } from "../config/json_schema.ts";
import { EXIT } from "../errors.ts";

/** Prints the schema and returns the exit code. */
export async function schema(): Promise<number> {
  console.log(JSON.stringify(jsonSchema(), undefined, 2));
  return EXIT.ok;
}

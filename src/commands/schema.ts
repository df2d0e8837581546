/** `argus schema`: the config's JSON Schema, for editors. */
import { jsonSchema } from "../config/json_schema.ts";
import { EXIT } from "../errors.ts";
import { printData } from "../ui/data.ts";

/** Prints the schema and returns the exit code. */
export async function schema(): Promise<number> {
  printData(JSON.stringify(jsonSchema(), undefined, 2));
  return EXIT.ok;
}

/** Writes `src/image/templates.gen.ts` from `templates/*.eta`, so that the one binary carries them; `--check` only compares. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";

const folder = new URL("../templates/", import.meta.url);
const target = new URL("../src/image/templates.gen.ts", import.meta.url);

const entries = readdirSync(folder)
  .filter((file) => file.endsWith(".dockerfile.eta"))
  .sort()
  .map((file) => `  ${file.split(".")[0]}: ${JSON.stringify(readFileSync(new URL(file, folder), "utf8"))},\n`);
const text = `/** Generated from \`templates/*.dockerfile.eta\` by \`scripts/gen_templates.ts\`. */
export const TEMPLATES = {
${entries.join("")}} as const;
`;

if (!process.argv.includes("--check")) {
  writeFileSync(target, text);
} else if (readFileSync(target, "utf8") !== text) {
  console.error("src/image/templates.gen.ts is not what templates/ says: run scripts/gen_templates.ts");
  process.exitCode = 1;
}

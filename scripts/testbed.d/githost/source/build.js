// Needs its development dependency, as compilers of real servers do.
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import isNumber from "is-number";

const { name, version } = JSON.parse(readFileSync("package.json", "utf8"));
if (!isNumber(Number.parseInt(version, 10))) throw new Error(`not a version: ${version}`);
const built = process.env.BUILD_LABEL ?? "";
const text = readFileSync("src/index.js", "utf8")
  .replace("__NAME__", name)
  .replace("__VERSION__", version)
  .replace("__LABEL__", built);
mkdirSync("dist", { recursive: true });
writeFileSync("dist/index.js", text);
chmodSync("dist/index.js", 0o755);
console.log(`built ${name} ${version}`);

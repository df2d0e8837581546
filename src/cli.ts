#!/usr/bin/env node
/** Entry: hands the words of the command line to `main` and sets the exit code. The only place that decides how argus exits. */
import { printData } from "./ui/data.ts";
import { VERSION } from "./version.ts";

const words = process.argv.slice(2);

if (!printedVersion()) {
  const { main } = await import("./main.ts");
  const { code, command } = await main(words);
  process.exitCode = code;
  // A session has nothing left to write, and its guard may look for a while with descriptors that keep a runtime waiting.
  if (command === "run") process.exit();
}

/** `argus --version` loads nothing else; `main` prints it again where it cannot be printed, and says why. */
function printedVersion(): boolean {
  if (words.length !== 1 || (words[0] !== "--version" && words[0] !== "-V")) return false;
  try {
    printData(VERSION);
    return true;
  } catch {
    return false;
  }
}

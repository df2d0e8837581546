#!/usr/bin/env node
/** Entry: hands the words of the command line to `main` and sets the exit code. The only place that decides how argus exits. */
import { VERSION } from "./version.ts";

const words = process.argv.slice(2);

if (words.length === 1 && (words[0] === "--version" || words[0] === "-V")) {
  console.log(VERSION);
} else {
  const { main } = await import("./main.ts");
  const { code, command } = await main(words);
  process.exitCode = code;
  // A session has nothing left to write, and its guard may look for a while with descriptors that keep a runtime waiting.
  if (command === "run") process.exit();
}

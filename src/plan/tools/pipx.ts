/** `pipx run`: a Python package's executable. Options as in `pipx run --help` of 1.8. */
import type { Text } from "../../config/text.ts";
import { type Call, callError, localProject, nothingToRun } from "../call.ts";
import { optionsNamed, optionTable, readOptions } from "../options.ts";
import { pythonCommand, pythonSpec } from "../specs.ts";
import { localScript } from "./script.ts";
import type { UvxUse } from "./use.ts";
import { installWords, pythonOf, toolUse, withOf } from "./uvx.ts";

const GLOBAL_OPTIONS = optionTable({
  drop: "quiet|q verbose|v global skip-maintenance",
  refuse: { "shows a text and starts no server": "help|h version" },
});

const OPTIONS = optionTable({
  useValue: "spec python with",
  installValue: "index-url|i",
  drop: "quiet|q verbose|v skip-maintenance global no-cache refresh no-path-check fetch-missing-python system-site-packages",
  dropValue: "fetch-python cooldown backend",
  local: "path pypackages editable|e",
  refuse: { "shows a text and starts no server": "help|h" },
  refuseValue: {
    "cannot be carried into the image; use --index-url, --with or container.build_env": "pip-args",
    "cannot be carried into the image": "python-args",
  },
});

/** Reads `pipx run [options] APP [args]`. */
export function readPipx(call: Call, words: readonly Text[]): UvxUse {
  const { rest } = readOptions(call, words, GLOBAL_OPTIONS);
  const [command, ...others] = rest;
  if (command === undefined) throw nothingToRun(call, "pipx run mcp-server-fetch");
  if (command.value !== "run") {
    throw callError(
      call,
      command,
      "config/not-a-server",
      `pipx ${command.shown} starts no server`,
      "such as: pipx run mcp-server-fetch",
    );
  }
  return readRun({ ...call, tool: "pipx run" }, others);
}

function readRun(call: Call, words: readonly Text[]): UvxUse {
  const { used, install, rest } = readOptions(call, words, OPTIONS);
  const [app, ...following] = rest;
  if (app === undefined) throw nothingToRun(call, "pipx run mcp-server-fetch");
  if (/^https?:.*\.py$/i.test(app.value)) throw localProject(call, app, `"pipx run ${app.shown}"`);
  const given = optionsNamed(used, "spec").at(-1)?.value;
  const own = given === undefined ? pythonCommand(call, app) : pythonSpec(call, given);
  const binary = given === undefined ? own.name : app.value;
  if (binary === undefined || !/^[A-Za-z0-9_][\w.+-]*$/.test(binary)) {
    throw callError(
      call,
      app,
      "config/unknown-executable",
      `pipx run ${app.shown}: which executable to run is not known`,
      "name it: pipx run --spec URL <executable>",
    );
  }
  const extra = withOf(call, used);
  // https://pipx.pypa.io/stable/examples: a first `--` only ends pipx's own options.
  const args = following[0]?.value === "--" ? following.slice(1) : following;
  localScript(call, binary, args);
  return toolUse(own, extra, binary, { ...pythonOf(call, used), installOptions: installWords(call, install), args });
}

/** `container.build_env`: variables of the builder stage. */
import { type RuleProblem, textProblem } from "./rule.ts";

const NAME = /^[A-Z][A-Z0-9_]{0,127}$/;
const LONGEST = 32 * 1024;

/** What the generated Dockerfile sets itself, or what decides which programs and libraries the build runs. */
const RESERVED =
  /^(?:PATH|HOME|USER|SHELL|HOSTNAME|UV_TOOL_DIR|UV_TOOL_BIN_DIR|UV_PYTHON_INSTALL_DIR|VIRTUAL_ENV|NODE_PATH|NPM_CONFIG_PREFIX|GOBIN|LD_.*|ARGUS_.*)$/;

export function buildEnvNameProblem(value: string): RuleProblem | undefined {
  if (!NAME.test(value)) {
    // npm's own are known by their small letters, and read in capitals as well.
    const capitals = /^npm_config_\w+$/.test(value) ? `: ${value.toUpperCase()}` : "";
    return {
      message: "is no name for a build variable",
      hint: `a capital letter, then capitals, digits and _${capitals}`,
    };
  }
  if (RESERVED.test(value)) {
    return { message: "is reserved, because the build itself depends on it", hint: "use another name" };
  }
  return undefined;
}

/** Any one line: the Dockerfile quotes it, so that `$` and quotes stand for themselves. */
export function buildEnvValueProblem(value: string): RuleProblem | undefined {
  return textProblem(value, LONGEST);
}

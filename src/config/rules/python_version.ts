/** `--python` of uv, uvx and pipx: which Python a server wants, as far as an image can have it. */
import type { RuleProblem } from "./rule.ts";

/** `3`, `3.12`, `v3.12.1`, `312`, `3.14rc1`, `3.13t`, `3.13+freethreaded`. */
const VERSION = String.raw`v?\d+(\.\d+){0,2}((a|b|rc)\d+)?(td?|d|\+(freethreaded|debug|gil|freethreaded\+debug))?`;
/** `>=3.11,<3.14`, `==3.12.*`. */
const RANGE = String.raw`(~=|===?|!=|[<>]=?) *\d+(\.\d+){0,2}(\.\*)?((a|b|rc)\d+)?`;
const RANGES = `${RANGE}( *, *${RANGE})*`;
/** Implementations that uv has builds of for the platforms of containers. */
const IMPLEMENTATION = "(cpython|python|cp|pypy|pp|graalpy|gp)";
const REQUEST = new RegExp(`^(any|default|${VERSION}|${RANGES}|${IMPLEMENTATION}([@-]?${VERSION}|@?${RANGES})?)$`, "i");

/**
 * Source: "Requesting a version" of https://docs.astral.sh/uv/concepts/python-versions. Paths, names of executables and
 * builds for a named platform are of a machine, not of an image.
 */
export function pythonVersionProblem(value: string): RuleProblem | undefined {
  if (value.length <= LONGEST && REQUEST.test(value)) return undefined;
  return { message: "is no version of Python that an image can have", hint: "such as 3.12, >=3.11 or pypy3.10" };
}

const LONGEST = 100;

/** The version alone where CPython is meant anyway; undefined when any will do. */
export function pythonVersion(value: string): string | undefined {
  const version = value.replace(/^(cpython|python|cp(?=[\d@-]|$))?[@-]?v?/i, "");
  return /^(any|default)?$/i.test(version) ? undefined : version.replace(/ +/g, "");
}

/** What pip and uv install: a PEP 508 requirement without a marker, or a URL. */
import { authorityProblem } from "./authority.ts";
import { lineProblem, type RuleProblem } from "./rule.ts";

const LONGEST = 2048;
/** Source: https://packaging.python.org/en/latest/specifications/dependency-specifiers/ */
const NAME = "[A-Za-z0-9](?:[A-Za-z0-9._-]{0,254}[A-Za-z0-9])?";
const EXTRAS = `(?: ?\\[ ?${NAME}(?: ?, ?${NAME})* ?\\])?`;
const VERSION = "[A-Za-z0-9][A-Za-z0-9.*+!_-]*";
const SPECIFIER = `(?:===?|~=|!=|<=?|>=?) ?${VERSION}`;
const VERSIONED = new RegExp(`^${NAME}${EXTRAS}(?: ?${SPECIFIER}(?: ?, ?${SPECIFIER})*)?$`);
const DIRECT = new RegExp(`^${NAME}${EXTRAS} ?@ ?(\\S+)$`);
/** An archive or a repository, with `@ref` and `#subdirectory=…&egg=…`. */
const PLACE =
  /^(?:https|git\+https|git\+ssh):\/\/([^/?#]+)(\/[A-Za-z0-9._~%+:,=/-]+)(?:@([A-Za-z0-9][A-Za-z0-9._/+-]*))?(?:#[A-Za-z0-9._=&/%[\],+-]+)?$/;

export function requirementProblem(value: string): RuleProblem | undefined {
  const line = lineProblem(value, LONGEST);
  if (line !== undefined) return line;
  const hint = 'such as "requests", "mcp[cli]>=1.2,<2" or "git+https://github.com/owner/repository@v1"';
  if (value.includes(";")) return { message: "must not have a marker (what follows ;)", hint };
  const place = DIRECT.exec(value)?.[1] ?? (value.includes("://") ? value : undefined);
  if (place === undefined) {
    return VERSIONED.test(value) ? undefined : { message: "must be a Python requirement", hint };
  }
  return placeProblem(place, hint);
}

/** No message holds the URL: a token could stand in it. */
function placeProblem(place: string, hint: string): RuleProblem | undefined {
  const authority = /^[a-z+]+:\/\/([^/?#]*)/.exec(place)?.[1];
  if (authority === undefined) return { message: "must be a Python requirement", hint };
  return (
    authorityProblem(place, authority) ??
    (isPlace(place) ? undefined : { message: "must have a URL of https, git+https or git+ssh", hint })
  );
}

function isPlace(place: string): boolean {
  const match = PLACE.exec(place);
  return match !== null && !/(^|\/)(\.|%2e){2}(\/|$)/i.test(match[2]!) && !(match[3] ?? "").includes("..");
}

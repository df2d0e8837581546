/** What npm installs: a name with a version, tag or range, a repository, or an archive. */
import { authorityProblem } from "./authority.ts";
import { lineProblem, type RuleProblem } from "./rule.ts";

const LONGEST = 2048;
/** Capitals stand in old names only. Source: https://docs.npmjs.com/cli/v11/configuring-npm/package-json#name */
const NAME = /^(?:@[A-Za-z0-9~_][A-Za-z0-9._~-]*\/)?[A-Za-z0-9~][A-Za-z0-9._~-]*$/;
const LONGEST_NAME = 214;
/** A version, a tag or a range: `1.2.3`, `latest`, `~1`, `>=1 <2`, `1.x || 2`, `1 - 2`. */
const WANTED = /^(?:[A-Za-z0-9*^~<>=][A-Za-z0-9.*^~<>=|+_ -]*)?$/;
const REPOSITORY =
  /^(?:(?:github|gitlab|bitbucket):)?([A-Za-z0-9][A-Za-z0-9._-]*)((?:\/[A-Za-z0-9_][A-Za-z0-9._-]*)+)(#.+)?$/i;
const GIST = /^gist:[0-9a-f]{1,64}(#.+)?$/i;
const URL_PARTS = /^(git\+https|git\+ssh|git|https):\/\/([^/?#]+)(\/[A-Za-z0-9._~%+@:,=/-]+)(#.+)?$/i;
const REF = /^#(?:semver:)?[A-Za-z0-9^~<>=*][A-Za-z0-9._/+^~<>=* -]*$/;

export function npmSpecProblem(value: string): RuleProblem | undefined {
  const line = lineProblem(value, LONGEST);
  if (line !== undefined) return line;
  if (isLocal(value)) {
    return {
      message: "must not be a folder or file of this machine",
      hint: "use source_url or dockerfile to build it",
    };
  }
  const hint = 'such as "cowsay", "@scope/name@^1.2" or "github:owner/repository#v1"';
  const url = URL_PARTS.exec(value);
  if (url !== null) {
    const problem = authorityProblem(value.toLowerCase(), url[2]!);
    return problem ?? (isRef(url[4]) && !hasDots(url[3]!) ? undefined : { message: "must be an npm package", hint });
  }
  return isNamed(value) || isRepository(value) ? undefined : { message: "must be an npm package", hint };
}

/** As npm tells a path from a name. Source: https://docs.npmjs.com/cli/v11/using-npm/package-spec */
function isLocal(value: string): boolean {
  if (/^(?:\.|~[\\/]|[\\/]|[A-Za-z]:[\\/]|file:|link:|workspace:|portal:)/i.test(value) || value.includes("\\"))
    return true;
  return !value.includes("://") && /\.(?:tgz|tar\.gz|tar)$/i.test(value);
}

/** Also `alias@npm:name@version`. */
function isNamed(value: string): boolean {
  const at = value.indexOf("@", 1);
  const name = at === -1 ? value : value.slice(0, at);
  if (!NAME.test(name) || name.length > LONGEST_NAME || /^(?:node_modules|favicon\.ico)$/i.test(name)) return false;
  const wanted = at === -1 ? "" : value.slice(at + 1);
  if (wanted.startsWith("npm:")) return !wanted.slice(4).includes("npm:") && isNamed(wanted.slice(4));
  return at === -1 || (wanted !== "" && WANTED.test(wanted));
}

function isRepository(value: string): boolean {
  const gist = GIST.exec(value);
  if (gist !== null) return isRef(gist[1]);
  const match = REPOSITORY.exec(value);
  if (match === null || hasDots(match[2]!)) return false;
  // Without a host in front it is exactly owner/repository; groups within groups are GitLab's.
  return isRef(match[3]) && (match[2]!.lastIndexOf("/") === 0 || /^(?:gitlab|github):/i.test(value));
}

function isRef(ref: string | undefined): boolean {
  return ref === undefined || (REF.test(ref) && !ref.includes(".."));
}

function hasDots(path: string): boolean {
  return path.replace(/%2e/gi, ".").split("/").includes("..");
}

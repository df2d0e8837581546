/** What a package word means: its name, where it comes from, and the form in which the installer wants it. */
import { npmSpecProblem } from "../config/rules/npm_spec.ts";
import { requirementProblem } from "../config/rules/requirement.ts";
import type { Rule } from "../config/rules/rule.ts";
import { type Call, callError, callWarning, isUnset, localProject, type Part, WORD_BY_WORD } from "./call.ts";

export interface PackageSpec {
  /** As the installer wants it. */
  readonly spec: string;
  /** Its own name; undefined when only the package itself knows it. */
  readonly name: string | undefined;
  /** The installer needs git to fetch it. */
  readonly git: boolean;
}

/** A Python package as uvx accepts it: `pkg`, `pkg@1.2`, `pkg[extra]>=1`, `pkg @ URL`, `git+https://…`, a wheel's URL. */
export function pythonSpec(call: Call, word: Part): PackageSpec {
  const written = packageWord(call, word).trim();
  const isFile = /^[^:]*\.(whl|tar\.gz|zip)$/i.test(written) || /(^|@\s*)([a-z]+\+)?file:/i.test(written);
  if (isFile || isLocalPath(written)) throw localProject(call, word, `"${word.shown}"`);
  const spec = pinned(written);
  follow(requirementProblem, call, word, spec);
  return { spec, name: pythonName(spec), git: /(^|@\s*)git\+/i.test(spec) };
}

/** The package that a command is named after. A script is none, although a package's name may end like one. */
export function pythonCommand(call: Call, word: Part): PackageSpec {
  if (/^[^:]*\.py$/i.test(word.value.trim())) throw localProject(call, word, `"${word.shown}"`);
  return pythonSpec(call, word);
}

/** An npm package as npx accepts it: `pkg@range`, `@scope/pkg`, `owner/repo#ref`, `github:…`, `git+https://…`, a tarball's URL. */
export function npmSpec(call: Call, word: Part): PackageSpec {
  const written = packageWord(call, word).trim();
  if (isLocalPath(written) || isLocalTarball(written)) throw localProject(call, word, `"${word.shown}"`);
  // git@host:owner/repo is how scp writes what npm fetches from git+ssh://git@host/owner/repo.
  const spec = written.replace(/^git@([\w.-]+):(?!\/)/, "git+ssh://git@$1/");
  const alias = /^(@[^/]+\/[^@]+|[^@/]+)@(.+)$/.exec(spec);
  const source = alias !== null && isPlace(alias[2]!) ? alias[2]! : spec;
  if (/^(git\+)?file:/i.test(source)) throw localProject(call, word, `"${word.shown}"`);
  follow(npmSpecProblem, call, word, source);
  if (isNpmVcs(source)) return { spec, name: repositoryOf(source), git: true };
  if (/^https?:/i.test(source)) return { spec, name: archiveOf(source), git: false };
  return { spec, name: alias === null ? spec : alias[1], git: false };
}

/** Throws when a package breaks a rule. */
export function follow(rule: Rule, call: Call, word: Part, value: string): void {
  const problem = isUnset(call, word) ? undefined : rule(value);
  if (problem === undefined) return;
  const hint = /\s-/.test(value) ? WORD_BY_WORD : problem.hint;
  throw callError(call, word, "config/bad-package", `${call.tool}: the package ${problem.message}`, hint);
}

/** Requirements of `--with a,b[x,y]>=1,<2`: a comma separates two of them unless it is within brackets or a specifier. */
export function requirementList(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let part = "";
  for (const letter of text) {
    if (letter === "[") depth += 1;
    if (letter === "]") depth -= 1;
    if (letter !== "," || depth > 0) {
      part += letter;
      continue;
    }
    parts.push(part);
    part = "";
  }
  const joined: string[] = [];
  for (const piece of [...parts, part].map((each) => each.trim()).filter(Boolean)) {
    if (/^[<>=!~]/.test(piece) && joined.length > 0) joined[joined.length - 1] += `,${piece}`;
    else joined.push(piece);
  }
  return joined;
}

/** Whether a word names a file or folder of this machine, in POSIX or Windows spelling. */
export function isLocalPath(text: string): boolean {
  return /^(\.{1,2}([/\\]|$)|\/|~|[A-Za-z]:[/\\]|file:)/i.test(text) || text.includes("\\");
}

/** A name as a part of an image's name: `[a-z0-9._-]`, no separator at either end or twice in a row, at most 100 long. */
export function plainName(name: string): string {
  const plain = name
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, "-")
    .replace(/[._-]{2,}/g, "-")
    .replace(/^[._-]+|[._-]+$/g, "");
  return plain.slice(0, 100).replace(/[._-]+$/, "") || "server";
}

/** The last part of a repository's address: `repo` of `git+https://host/owner/repo.git@v1#egg=x`, `owner/repo#ref`. */
export function repositoryOf(address: string): string | undefined {
  const path = address
    .replace(/[?#].*$/s, "")
    .replace(/^[a-z+]+:\/\/[^/]*/i, "")
    .replace(/^[a-z]+:(?!\/)/i, "")
    .replace(/^[\w.-]+@[^:/]+:/, "");
  return /([^/@]+?)(?:\.git)?\/?(?:@.*)?$/.exec(path.replace(/@.*$/s, ""))?.[1];
}

/** The value of a word that becomes part of the image. A variable in it is said aloud: images are shared and kept. */
export function packageWord(call: Call, word: Part): string {
  if (word.shown !== word.value) {
    callWarning(
      call,
      word,
      "plan/variable-in-image",
      `the value of ${word.shown} becomes part of the image, where everyone who has the image can read it`,
    );
  }
  return buildWord(call, word);
}

/**
 * The value of a word that only the build needs.
 *
 * @throws ArgusError `config/credentials-in-image` for credentials in an address.
 */
export function buildWord(call: Call, word: Part): string {
  if (hasCredentials(word.value)) {
    throw callError(
      call,
      word,
      "config/credentials-in-image",
      `${call.tool} is given an address with credentials, which have no place in an image or its Dockerfile`,
      "take them out of the address",
    );
  }
  return word.value;
}

/** `user:password@` or `token@` in an address. The `git` and `hg` users of ssh addresses are no secret. */
function hasCredentials(text: string): boolean {
  // Without the scheme in front: looked for at every letter, a long word would take minutes.
  const user = /:\/\/([^/?#\s]*)@/.exec(text)?.[1];
  return user !== undefined && !/^(git|hg)$/.test(user);
}

/** uvx's own spelling of a version, as a requirement: `pkg@1.2` is `pkg==1.2`, `pkg@latest` is `pkg`. */
function pinned(spec: string): string {
  const versioned = /^([A-Za-z0-9][\w.-]*(?:\[[^\]]*\])?)@([\w.!+*-]+)$/.exec(spec);
  if (versioned === null) return spec;
  return versioned[2] === "latest" ? versioned[1]! : `${versioned[1]}==${versioned[2]}`;
}

/** The name that a requirement gives. A folder of a repository has a name that only the folder knows. */
function pythonName(spec: string): string | undefined {
  if (!/^[a-z+]+:/i.test(spec)) return /^[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?/.exec(spec)?.[0];
  if (!/^git\+/i.test(spec)) return wheelOf(spec);
  return eggOf(spec) ?? (/#(?:.*&)?subdirectory=/.test(spec) ? undefined : repositoryOf(spec));
}

/** Whether what follows `alias@` is a place and no version. */
function isPlace(text: string): boolean {
  return /^(git\+|git:|github:|gitlab:|bitbucket:|gist:|https?:|file:)/i.test(text);
}

/** https://docs.npmjs.com/cli/commands/npm-install: which words npm fetches with git. */
function isNpmVcs(text: string): boolean {
  if (/^(git\+[a-z]+:|git:|github:|gitlab:|bitbucket:|gist:|ssh:)/i.test(text)) return true;
  if (/^https?:\/\/(www\.)?(github\.com|gitlab\.com|bitbucket\.org)\/[^/]+\/[^/#]+?(\.git)?\/?(#.*)?$/i.test(text))
    return true;
  return /^[^@/:\s][^/:\s]*\/[^/:\s#]+(#.+)?$/.test(text);
}

function isLocalTarball(text: string): boolean {
  return /\.(tgz|tar|tar\.gz)$/i.test(text) && !/^[a-z+]+:/i.test(text);
}

function eggOf(address: string): string | undefined {
  return /[#&]egg=([A-Za-z0-9][\w.-]*)/.exec(address)?.[1];
}

/** The distribution's name in a wheel's file name. https://packaging.python.org/specifications/binary-distribution-format */
function wheelOf(address: string): string | undefined {
  return /\/([^/-]+)-[^/]+\.whl(?:[?#].*)?$/i.exec(address)?.[1]?.replaceAll("_", "-");
}

function archiveOf(address: string): string | undefined {
  return /\/([^/]+?)(?:\.tgz|\.tar\.gz)?(?:[?#].*)?$/.exec(address)?.[1];
}

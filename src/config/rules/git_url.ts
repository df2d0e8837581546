/** `container.source_url`: a git repository on a public host. Spec: "Source Build Pattern". */
import { credentialsProblem, hostOf } from "./authority.ts";
import { hostProblem } from "./public_host.ts";
import { lineProblem, type RuleProblem } from "./rule.ts";

const LONGEST = 2048;
const PARTS = /^(https|git\+ssh):\/\/([^/]*)(\/.*)$/;
const PATH = /^\/[A-Za-z0-9._~%+@:,=/-]+$/;
const HINT = 'such as "https://github.com/owner/repository.git"';

/** No message holds the URL: a token could stand in it. */
export function gitUrlProblem(value: string): RuleProblem | undefined {
  const line = lineProblem(value, LONGEST);
  if (line !== undefined) return line;
  const parts = PARTS.exec(value);
  if (parts === null) {
    return { message: "must be a URL that starts with https:// or git+ssh:// and names a host and a path", hint: HINT };
  }
  const [, scheme, authority, path] = parts as unknown as [string, string, string, string];
  return credentialsProblem(authority, scheme === "git+ssh") ?? hostProblem(hostOf(authority)) ?? pathProblem(path);
}

function pathProblem(path: string): RuleProblem | undefined {
  // A token often travels as a query, and a branch as a fragment.
  if (/[?#]/.test(path))
    return { message: "must not have a query or a fragment", hint: "name the branch in source_ref" };
  const dots = path.replace(/%2e/gi, ".").replace(/%2f/gi, "/").split("/");
  if (dots.includes("..") || !PATH.test(path)) return { message: "must name a repository after its host", hint: HINT };
  return undefined;
}

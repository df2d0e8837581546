/** What stands between `://` and the path of a URL that a build fetches from. */
import type { RuleProblem } from "./rule.ts";

const USER = /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/;
const HOST = /^[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::\d{1,5})?$/;

/** `user@` is how ssh names its account; anything else before the host is a secret. */
export function credentialsProblem(authority: string, ssh: boolean): RuleProblem | undefined {
  const at = authority.lastIndexOf("@");
  if (at === -1 || (ssh && USER.test(authority.slice(0, at)))) return undefined;
  return {
    message: "must not hold credentials",
    hint: "remove what stands before the @; it would end up in the image",
  };
}

/** Of a URL that starts in small letters: nothing secret, and any host. */
export function authorityProblem(url: string, authority: string): RuleProblem | undefined {
  const credentials = credentialsProblem(authority, /^(?:git\+)?ssh:/.test(url));
  if (credentials !== undefined || HOST.test(hostOf(authority))) return credentials;
  return { message: "must have a URL with a valid host" };
}

/** The host, with its port. */
export function hostOf(authority: string): string {
  return authority.slice(authority.lastIndexOf("@") + 1);
}

/** `container.go_package`: what `go install` gets. Source: https://go.dev/ref/mod#go-mod-file-ident */
import { lineProblem, type RuleProblem } from "./rule.ts";

const LONGEST = 512;
const HOST = /^[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)+$/;
const ELEMENT = /^[A-Za-z0-9_~+-](?:[A-Za-z0-9._~+-]*[A-Za-z0-9_~+-])?$/;
/** A version, a branch or a commit. */
const VERSION = /^[A-Za-z0-9][A-Za-z0-9._+~/-]*$/;

/** A module path, with or without `@version`. */
export function goModuleProblem(value: string): RuleProblem | undefined {
  const line = lineProblem(value, LONGEST);
  if (line !== undefined) return line;
  if (value.includes("://"))
    return { message: "must be a module path, not a URL", hint: "remove what stands before the host" };
  const at = value.indexOf("@");
  const path = at === -1 ? value : value.slice(0, at);
  if (at !== -1 && !isVersion(value.slice(at + 1))) {
    return { message: "must have a version after the @", hint: 'such as "@latest" or "@v1.2.3"' };
  }
  const [host, ...elements] = path.split("/");
  if (HOST.test(host!) && elements.every((element) => ELEMENT.test(element))) return undefined;
  return { message: "must be a Go module path", hint: 'such as "github.com/strowk/mcp-k8s-go"' };
}

function isVersion(version: string): boolean {
  return VERSION.test(version) && !version.includes("..");
}

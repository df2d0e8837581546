/** `container.builder_image`: an image as engines name it. Source: https://pkg.go.dev/github.com/distribution/reference */
import { lineProblem, type RuleProblem } from "./rule.ts";

const HOST =
  /^(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*|\[[0-9A-Fa-f:]+\])(?::\d{1,5})?$/;
const COMPONENT = /^[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*$/;
const TAG = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;
const DIGEST = /^(?:sha256:[0-9a-f]{64}|sha384:[0-9a-f]{96}|sha512:[0-9a-f]{128})$/;
const LONGEST_NAME = 255;
const LONGEST = LONGEST_NAME + 1 + 128 + 1 + 136;

export function imageReferenceProblem(value: string): RuleProblem | undefined {
  const line = lineProblem(value, LONGEST);
  if (line !== undefined) return line;
  if (value === "build" || value === "scratch") {
    // "build" is what the Dockerfile calls its first stage.
    return { message: `cannot be ${value}, which is no image to a builder`, hint: 'such as "node:22-alpine"' };
  }
  if (isReference(value)) return undefined;
  const hint = 'such as "node:22-alpine" or "registry.example.com:5000/team/python:3.13"';
  if (isReference(value.toLowerCase())) return { message: "must be an image, whose name has no capital letters", hint };
  return { message: "must be an image", hint };
}

function isReference(value: string): boolean {
  const at = value.indexOf("@");
  if (at !== -1 && !DIGEST.test(value.slice(at + 1))) return false;
  const tagged = at === -1 ? value : value.slice(0, at);
  const colon = tagged.indexOf(":", tagged.lastIndexOf("/") + 1);
  if (colon !== -1 && !TAG.test(tagged.slice(colon + 1))) return false;
  const name = colon === -1 ? tagged : tagged.slice(0, colon);
  return name.length <= LONGEST_NAME && isName(name);
}

function isName(name: string): boolean {
  const components = name.split("/");
  const [first] = components;
  const host = components.length > 1 && (/[.:[]/.test(first!) || first === "localhost");
  if (host && !HOST.test(first!)) return false;
  // Engines read 64 hex digits as the id of an image.
  if (/^[0-9a-f]{64}$/.test(name)) return false;
  return components.slice(host ? 1 : 0).every((component) => COMPONENT.test(component));
}

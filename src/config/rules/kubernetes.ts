/**
 * Texts of the `kubernetes` section, as the API server checks them, so that a mistake is told with its line.
 * Source: https://kubernetes.io/docs/concepts/overview/working-with-objects/names/ and …/labels/#syntax-and-character-set
 */
import { lineProblem, type Rule, type RuleProblem } from "./rule.ts";

const WORD = "[a-z0-9]([a-z0-9-]*[a-z0-9])?";
const DNS_LABEL = new RegExp(`^${WORD}$`);
const DNS_SUBDOMAIN = new RegExp(`^${WORD}(\\.${WORD})*$`);
const QUALIFIED = /^[A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9])?$/;
const ONLY_LABEL = 63;
const LONGEST_NAME = 253;

/** What names of claims, Secrets, accounts and runtime classes look like. */
export function isObjectName(text: string): boolean {
  return text.length <= LONGEST_NAME && DNS_SUBDOMAIN.test(text);
}

export function objectNameProblem(value: string): RuleProblem | undefined {
  if (isObjectName(value)) return undefined;
  return { message: "must be the name of an object in the cluster", hint: "small letters, digits, - and ." };
}

export function namespaceProblem(value: string): RuleProblem | undefined {
  if (value.length <= ONLY_LABEL && DNS_LABEL.test(value)) return undefined;
  return { message: "must be the name of a namespace", hint: "small letters, digits and -, at most 63 characters" };
}

/** Any name that kubectl itself could have been given; one that starts with a dash is a slip. */
export function contextProblem(value: string): RuleProblem | undefined {
  const found = lineProblem(value, LONGEST_NAME);
  if (found !== undefined || !value.startsWith("-")) return found;
  return { message: "must be the name of a context", hint: "`kubectl config get-contexts -o name` lists them" };
}

/** The key of a label, an annotation or a taint: `name` or `domain/name`. */
export function labelKeyProblem(value: string): RuleProblem | undefined {
  const parts = value.split("/");
  const name = parts.at(-1)!;
  const prefixed = parts.length === 1 || (parts.length === 2 && isObjectName(parts[0]!));
  if (prefixed && name.length <= ONLY_LABEL && QUALIFIED.test(name)) return undefined;
  return { message: "is no key for a label", hint: 'such as "team" or "example.com/team"' };
}

/** argus finds its Pods by keys of its own. */
export function ownKeyProblem(value: string): RuleProblem | undefined {
  if (!/^argus\./i.test(value)) return labelKeyProblem(value);
  return { message: "is a key of argus itself, by which it finds its Pods", hint: "use another name" };
}

export function labelValueProblem(value: string): RuleProblem | undefined {
  if (value === "" || (value.length <= ONLY_LABEL && QUALIFIED.test(value))) return undefined;
  return {
    message: "is no value for a label",
    hint: "at most 63 letters, digits, ., _ and -, with a letter or digit at both ends",
  };
}

const LONGEST_ANNOTATION = 256 * 1024;

export const annotationProblem: Rule = (value) =>
  value.length > LONGEST_ANNOTATION || value.includes("\0")
    ? { message: "is no value for an annotation", hint: "a text of at most 256 KiB" }
    : undefined;

/** A toleration without a key is one for all taints, and says so. */
export function tolerationProblem(toleration: {
  readonly key?: string | undefined;
  readonly operator?: string | undefined;
  readonly value?: string | undefined;
}): RuleProblem | undefined {
  const { key, operator = "Equal", value } = toleration;
  if (operator === "Exists" && value !== undefined) {
    return {
      message: "must have no value with the operator Exists",
      hint: "drop the value, or use the operator Equal",
    };
  }
  if (operator === "Equal" && key === undefined) {
    return {
      message: "must have a key with the operator Equal",
      hint: 'name a key, or use "operator: Exists" for all',
    };
  }
  return undefined;
}

/** The API server counts in seconds, as a positive number of 32 bits. */
const LONGEST_DEADLINE_MS = (2 ** 31 - 1) * 1000;

/** For milliseconds. */
export function deadlineProblem(milliseconds: number): RuleProblem | undefined {
  const hint = 'such as "8h" or "30m"';
  if (milliseconds < 1000) return { message: "must be at least one second", hint };
  return milliseconds > LONGEST_DEADLINE_MS ? { message: "must be less than 68 years", hint } : undefined;
}

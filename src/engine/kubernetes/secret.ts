/** What the server is told and nobody else: its variables, and arguments that came from variables. */
import type { Text } from "../../config/text.ts";
import { ArgusError } from "../../errors.ts";
import type { Metadata, Secret } from "./manifest.ts";

/** The server's texts, sorted by the object that carries them. */
export interface ServerTexts {
  /** For the Pod: literal, or `$(NAME)` for one that is in the Secret. */
  readonly args: readonly string[];
  /** For the Secret; every key is a variable of the server. */
  readonly secret: Readonly<Record<string, string>>;
}

/** Source: https://kubernetes.io/docs/concepts/configuration/secret/#restriction-names-data */
const KEY = /^[A-Za-z_][A-Za-z0-9_]{0,252}$/;
const MOST_BYTES = 1024 * 1024;

/**
 * Sorts the texts.
 *
 * @throws ArgusError `config/env-…` for a variable that a Secret cannot carry.
 */
export function serverTexts(env: Readonly<Record<string, Text>>, args: readonly Text[]): ServerTexts {
  const secret: Record<string, string> = {};
  for (const [name, { value }] of Object.entries(env)) {
    if (!KEY.test(name)) {
      throw new ArgusError("config/env-name", `the variable "${name}" cannot be a key of a Secret`, {
        hint: "letters, digits and _, not starting with a digit, at most 253 of them",
      });
    }
    if (value.includes("\0")) {
      throw new ArgusError("config/env-value", `the value of ${name} holds a NUL byte, which no process can be given`);
    }
    secret[name] = value;
  }
  const shown = args.map((arg, index) => {
    if (arg.shown === arg.value) return literal(arg.value);
    const name = freeName(secret, index + 1);
    secret[name] = arg.value;
    return `$(${name})`;
  });
  refuseTooMuch(secret);
  return { args: shown, secret };
}

/** The Secret of a Pod. */
export function secretManifest(metadata: Metadata, { secret }: ServerTexts): Secret {
  return { apiVersion: "v1", kind: "Secret", metadata, type: "Opaque", immutable: true, stringData: secret };
}

/** The Secret as it may be printed. */
export function withoutValues(secret: Secret): Secret {
  return { ...secret, stringData: Object.fromEntries(Object.keys(secret.stringData).map((name) => [name, ""])) };
}

/**
 * Kubernetes replaces `$(NAME)` in arguments and halves `$$`.
 * Source: https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/
 */
export function literal(arg: string): string {
  return arg.replaceAll(/\$(?=[$(])/g, "$$$$");
}

function freeName(taken: Readonly<Record<string, string>>, number: number): string {
  const name = `ARGUS_ARG_${number}`;
  return Object.hasOwn(taken, name) ? freeName(taken, number + 100) : name;
}

function refuseTooMuch(secret: Readonly<Record<string, string>>): void {
  const encoder = new TextEncoder();
  const bytes = Object.values(secret).reduce((sum, value) => sum + encoder.encode(value).length, 0);
  if (bytes <= MOST_BYTES) return;
  throw new ArgusError("config/env-size", `the server's variables take ${bytes} bytes, and a Secret holds 1 MiB`, {
    hint: "give the server a file in a volume",
  });
}

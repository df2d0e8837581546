/** How an image gets from the engine that built it to a registry, and from there to another engine. */
import { type Command, engineCommand } from "./command.ts";
import type { Engine } from "./engine.ts";
import { jsonOf } from "./json.ts";

/** Gives the image its name in the registry. */
export function tagCommand(engine: Engine, image: string, ref: string): Command {
  return engineCommand(engine, ["tag", image, ref]);
}

/** Sends what the registry lacks; a second push of the same image sends nothing. */
export function pushCommand(engine: Engine, ref: string): Command {
  return engineCommand(engine, ["push", ...plainHttp(engine, ref), ref]);
}

/** Fetches what the engine lacks. */
export function pullCommand(engine: Engine, ref: string): Command {
  return engineCommand(engine, ["pull", ...plainHttp(engine, ref), ref]);
}

/** Prints the processor that an image is for, in Go's words: `amd64`. */
export function architectureCommand(engine: Engine, ref: string): Command {
  return engineCommand(engine, ["image", "inspect", "--format", "{{.Architecture}}", ref]);
}

/** Docker talks to a registry of its own machine without TLS by itself. */
function plainHttp({ name }: Engine, ref: string): string[] {
  return name === "podman" && isLoopback(ref) ? ["--tls-verify=false"] : [];
}

/** Asks the registry for the image with the engine's own login; fails when it is not there. */
export function manifestCommand(engine: Engine, ref: string): Command {
  return engineCommand(engine, ["manifest", "inspect", ref]);
}

/** Whether a question or a pull failed because the registry has no such image, and not for want of a login or a registry. */
export function saysNoManifest(output: string): boolean {
  // A program for logins that is absent, or that has none, is "not found" as well, and so is every page of a web server.
  if (/executable file not found|credential|parsing HTTP|invalid status code/i.test(output)) return false;
  return /no such manifest|manifest unknown|not found|name unknown/i.test(output);
}

/** True for an image in a registry of this machine. */
export function isLoopback(ref: string): boolean {
  return /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?\//.test(ref);
}

/** Prints the digests under which registries know an image; {@link parseDigest} reads it. */
export function digestCommand(engine: Engine, ref: string): Command {
  return engineCommand(engine, ["image", "inspect", "--format", "{{json .RepoDigests}}", ref]);
}

/** The digest that the registry of `ref` gave it (`sha256:…`); undefined before the first push. */
export function parseDigest(output: string, ref: string): string | undefined {
  const repository = ref.replace(/:[^:/]*$/, "");
  // Docker leaves out the host of Docker Hub.
  const names = [repository, repository.replace(/^docker\.io\//, "")].map((name) => `${name}@`);
  const found = digestsOf(output).find((each) => names.some((name) => each.startsWith(name)));
  return found?.replace(/^.*@/, "");
}

function digestsOf(output: string): string[] {
  const value = jsonOf(output);
  return Array.isArray(value) ? value.filter((each) => typeof each === "string") : [];
}

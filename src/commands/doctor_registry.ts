/** What doctor says of a registry. */
import { imageRef } from "../engine/image_ref.ts";
import { askRegistry } from "../host/registry.ts";
import type { Check } from "./doctor.ts";

/** Whether a registry answers this machine. */
export async function registryCheck(name: string, registry: string): Promise<Check> {
  const answer = await askRegistry(imageRef(registry, "localhost/argus/doctor:0"));
  if (answer.state === "present" || answer.state === "absent") {
    return { name, status: "ok", message: `${registry} answers` };
  }
  // The engine asks with its own login.
  if (answer.state === "login") return { name, status: "ok", message: `${registry} answers, and wants a login` };
  return {
    name,
    status: "warn",
    message: `${registry}: ${answer.reason}`,
    remedy: "check `registry`; docker and podman may know a certificate or a proxy that argus does not",
  };
}

import { imageRef } from "../engine/image_ref.ts";
import { askRegistry } from "../host/registry.ts";
import type { Check } from "./doctor.ts";

/** Whether a registry answers this machine. */
export async function registryCheck(name: string, registry: string): Promise<Check> {
  const answer = await askRegistry(imageRef(registry, "localhost/argus/doctor:0"));
  if (answer.state !== "unknown") return { name, status: "ok", message: `${registry} answers` };
  return {
    name,
    status: "warn",
    message: `${registry}: ${answer.reason}`,
    remedy: "a registry that wants a login is asked with the one of docker or podman",
  };
}

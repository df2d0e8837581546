/** Limits as Kubernetes writes quantities. Source: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/ */
import { memoryBytes } from "../../config/rules/memory.ts";
import { ArgusError } from "../../errors.ts";

const UNITS = ["Ki", "Mi", "Gi"] as const;

/** `512m` → `512Mi`: in Kubernetes a bare `m` would mean thousandths of a byte. Exact; what no unit divides is in bytes. */
export function memoryQuantity(size: string): string {
  const bytes = memoryBytes(size);
  if (bytes === undefined) throw new ArgusError("config/memory", `"${size}" is not a size such as 512m`);
  let [count, unit] = [bytes, ""];
  for (const next of UNITS) {
    if (count === 0 || count % 1024 !== 0) break;
    [count, unit] = [count / 1024, next];
  }
  return `${count}${unit}`;
}

/** `0.5` → `500m`. Kubernetes knows no less than a thousandth of a processor: the rest is rounded up. */
export function cpuQuantity(cpus: string): string {
  const [whole = "", fraction = ""] = cpus.split(".");
  const rest = /[1-9]/.test(fraction.slice(3)) ? 1 : 0;
  const thousandths = Number(whole) * 1000 + Number(fraction.slice(0, 3).padEnd(3, "0")) + rest;
  return thousandths % 1000 === 0 ? String(thousandths / 1000) : `${thousandths}m`;
}

import type { Notice } from "../plan/plan.ts";
import { log } from "../ui/log.ts";

/** Tells the user what stops nothing, one line each. */
export function tell(notices: readonly Notice[]): void {
  for (const { where, message, code } of notices)
    log.warn(`${where === undefined ? "" : `${where}: `}${message} [${code}]`);
}

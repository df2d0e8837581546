/** What only validate says about a plan. */
import type { Problem } from "../config/problem.ts";
import type { Path } from "../config/yaml.ts";

/** A problem at a place in the backend, which is found by its path. */
export interface PlanFinding {
  readonly severity: Problem["severity"];
  readonly code: string;
  /** In the backend. */
  readonly path: Path;
  readonly message: string;
  readonly hint: string;
}

import { ArgusError } from "../errors.ts";
import { type Problem, placeOf } from "./problem.ts";

/** A config that cannot be used: all its problems at once, sorted by position. */
export class InvalidConfig extends ArgusError {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    const errors = problems.filter((problem) => problem.severity === "error");
    const first = errors[0];
    super("config/invalid", errors.length === 1 ? first!.message : `${errors.length} errors in the config`, {
      where: first === undefined ? undefined : placeOf(first),
      hint: first?.hint,
    });
    this.problems = problems;
  }
}

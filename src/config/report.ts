/** Collects what is wrong with a config, by offset; gives it back by place. */

import { shownKey } from "./keys.ts";
import type { Problem } from "./problem.ts";
import type { Place } from "./yaml.ts";

/** A finding before its place is known as line and column. */
export interface Finding {
  readonly code: string;
  readonly message: string;
  readonly hint?: string | undefined;
  /** Offset in the file. */
  readonly at: number;
  readonly backend?: string | undefined;
}

export class Report {
  readonly #file: string;
  readonly #place: (offset: number) => Place;
  readonly #problems: Problem[] = [];
  readonly #broken = new Set<string>();

  constructor(file: string, place: (offset: number) => Place) {
    this.#file = file;
    this.#place = place;
  }

  error(finding: Finding): void {
    this.add("error", finding);
  }

  warn(finding: Finding): void {
    this.add("warning", finding);
  }

  add(severity: Problem["severity"], { code, message, hint, at, backend }: Finding): void {
    if (severity === "error" && backend !== undefined) this.#broken.add(backend);
    this.#problems.push({
      severity,
      code,
      message,
      ...(hint === undefined || hint === "" ? {} : { hint }),
      file: this.#file,
      ...this.#place(at),
      ...(backend === undefined ? {} : { backend: shownKey(backend) }),
    });
  }

  /** Whether a backend has an error. */
  isBroken(backend: string): boolean {
    return this.#broken.has(backend);
  }

  /** All problems in the order of the file. */
  sorted(): Problem[] {
    return this.#problems.sort((a, b) => a.line - b.line || a.column - b.column);
  }
}

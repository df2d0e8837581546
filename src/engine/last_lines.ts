const KEPT = 15;

/** The last lines of what a program printed, as a report shows them; undefined when it printed none. */
export function lastLines(lines: readonly string[]): string | undefined {
  return lines.length === 0 ? undefined : lines.slice(-KEPT).join("\n");
}

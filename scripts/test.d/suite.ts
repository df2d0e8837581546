/** Test files under one of the three runtimes: run, counted from the runner's own report, and never believed without it. */
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type Done, LOGS, ROOT, runJob } from "./job.ts";
import { readJunit } from "./junit.ts";

/** A runtime that runs tests. */
export type Runtime = "bun" | "node" | "deno";

/** What to run. */
export interface Suite {
  readonly name: string;
  readonly runtime: Runtime;
  /** Paths from the repository's folder. */
  readonly files: readonly string[];
  readonly limitSeconds: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** What came out. */
export interface Outcome {
  readonly passed: number;
  readonly skipped: number;
  /** Sentences, one for each test that failed and for each reason not to trust the run. */
  readonly failures: readonly string[];
  readonly done: Done;
}

/** A single test may take so long, in milliseconds; bun alone has a limit by itself, and 5 s is nothing for a build. */
const TEST_LIMIT = 900_000;

/** Runs test files; a run without any test, or whose report and exit code disagree, has failed. */
export async function runSuite(suite: Suite): Promise<Outcome> {
  mkdirSync(LOGS, { recursive: true });
  const report = join(LOGS, `${suite.name.replaceAll("/", "-")}.xml`);
  rmSync(report, { force: true });
  const paths = suite.files.map((file) => join(ROOT, file));
  const words = RUNNERS[suite.runtime](report, paths);
  const env = { ...suite.env };
  const done = await runJob({ name: suite.name, words, limitSeconds: suite.limitSeconds, env });
  const xml = existsSync(report) ? readFileSync(report, "utf8") : "";
  const tally = readJunit(xml);
  const failures = tally.failures.map(({ file, name }) =>
    [file.replace(`${ROOT}/`, ""), name].filter(Boolean).join(" > "),
  );
  const count = tally.passed + tally.skipped + failures.length;
  if (!done.ok && (failures.length === 0 || !done.why.startsWith("exit code"))) failures.push(done.why);
  if (done.ok && failures.length > 0) failures.push("the runner's exit code is 0, although tests failed");
  if (done.ok && count === 0) failures.push("no test was run");
  // Only bun names the files; one without a test is a slip that the exit code hides.
  const silent =
    suite.runtime === "bun" && done.ok ? suite.files.filter((file) => !xml.includes(`file="${file}"`)) : [];
  failures.push(...silent.map((file) => `${file} > no test in this file was run`));
  return { passed: tally.passed, skipped: tally.skipped, failures, done };
}

/** How each runtime is told to run files and to write a report. */
const RUNNERS: Readonly<Record<Runtime, (report: string, paths: readonly string[]) => string[]>> = {
  bun: (report, paths) => [
    join(ROOT, "node_modules", "bun", "bin", "bun.exe"),
    "test",
    `--timeout=${TEST_LIMIT}`,
    "--reporter=junit",
    `--reporter-outfile=${report}`,
    ...paths,
  ],
  node: (report, paths) => [
    "node",
    "--disable-warning=ExperimentalWarning",
    "--test",
    "--test-reporter=spec",
    "--test-reporter-destination=stdout",
    "--test-reporter=junit",
    `--test-reporter-destination=${report}`,
    ...paths,
  ],
  deno: (report, paths) => ["deno", "test", "-A", "--no-check", "--quiet", `--junit-path=${report}`, ...paths],
};

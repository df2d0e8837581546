/** The whole test run, stage after stage, two parts or files at once; a part that fails does not stop the others. */
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { LOGS, logTail, ROOT, runJob } from "./job.ts";
import { type Outcome, type Runtime, runSuite } from "./suite.ts";

/** What a part adds to the last line. */
interface Counts {
  readonly passed: number;
  readonly skipped: number;
  readonly failures: readonly string[];
}

/** A part of the run, by the name that --only takes. */
interface Part {
  readonly name: string;
  readonly run: () => Promise<Counts>;
}

const MINUTE = 60;

const USAGE = `usage: scripts/test [--only PART[/TEXT]]… [--jobs N] [--no-engines] [--no-kubernetes] [--matrix] [--no-retry]
  --only PART[/TEXT]  only these parts: check build core-bun core-node core-deno (core: all three) testbed e2e matrix;
                      with TEXT only the files whose path holds it
  --jobs N            parts and files at once, default 2
  --no-engines        leave out what needs docker and podman; it is counted as skipped
  --no-kubernetes     leave out the cluster, which is compiled once, for 7 minutes on two cores; it is counted as skipped
  --matrix            the long forms in tests/matrix too
  --no-retry          a file that fails on real engines is not run a second time`;

const options = readOptions();
rmSync(LOGS, { recursive: true, force: true });

/** Variables that tell the tests about the engines; from scripts/testbed. */
const engines: Record<string, string> = { ARGUS_TEST_BINARY: join(ROOT, "dist", "argus") };
/** Files that failed and then passed: no failure, but never silent. */
const unstable: string[] = [];

/** What a stage needs, the ones before it have made. */
const stages: readonly (readonly Part[])[] = [
  [
    { name: "check", run: () => script("check", ["scripts/check"], 15 * MINUTE) },
    { name: "build", run: () => script("build", ["scripts/build"], 10 * MINUTE) },
  ],
  [
    { name: "testbed", run: testbed },
    ...(["bun", "node", "deno"] as const).map((runtime) => ({ name: `core-${runtime}`, run: () => core(runtime) })),
  ],
  [{ name: "e2e", run: () => onEngines("e2e", 15 * MINUTE) }],
  options.matrix ? [{ name: "matrix", run: () => onEngines("matrix", 180 * MINUTE) }] : [],
];

const total = { passed: 0, skipped: 0, failures: [] as string[] };
for (const stage of stages) {
  await atOnce(
    options.jobs,
    stage.filter(({ name }) => wanted(name)),
    async (part) => {
      const began = Date.now();
      const { passed, skipped, failures } = await part.run();
      total.passed += passed;
      total.skipped += skipped;
      total.failures.push(...failures.map((failure) => `${part.name}: ${failure}`));
      const word = failures.length > 0 ? "FAIL" : passed === 0 ? "skip" : "ok";
      say(`${word.padEnd(5)} ${part.name.padEnd(10)} ${line(passed, failures.length, skipped)} (${seconds(began)} s)`);
    },
  );
}

if (total.passed + total.skipped + total.failures.length === 0) total.failures.push("nothing was run");
for (const file of unstable) say(`unstable, failed once and then passed: ${file}`);
for (const failure of total.failures) say(`failed: ${failure}`);
say(line(total.passed, total.failures.length, total.skipped));
process.exitCode = total.failures.length === 0 ? 0 : 1;

/** A script that counts for itself in its last line, or is one test. */
async function script(name: string, words: readonly string[], limitSeconds: number): Promise<Counts> {
  const done = await runJob({ name, words: words.map(absolute), limitSeconds });
  const text = readFileSync(done.log, "utf8").trimEnd();
  const last = /^(\d+) passed, (\d+) failed, (\d+) skipped$/.exec(text.split("\n").at(-1) ?? "");
  if (!done.ok) say(logTail(done.log));
  const named = [...text.matchAll(/^failed: (.*)$/gm)].map(([, failure = ""]) => failure);
  const failures = done.ok ? [] : named.length > 0 ? named : [done.why];
  for (const [, skipped] of text.matchAll(/^skip {2}(.*)$/gm)) say(`      skipped: ${skipped}`);
  if (last === null) return { passed: done.ok ? 1 : 0, skipped: 0, failures };
  if (done.ok && last[2] !== "0") failures.push(`exit code 0 beside ${last[0]}`);
  return { passed: Number(last[1]), skipped: Number(last[3]), failures };
}

/** Everything that needs no engine, in one run of one runtime. */
async function core(runtime: Runtime): Promise<Counts> {
  const folders = ["unit", "cli", "golden", "errors"].flatMap((folder) => testFiles(`tests/${folder}`));
  const files = chosen(`core-${runtime}`, [...folders, ...testFiles("tests", false)]);
  const outcome = await runSuite({
    name: `core-${runtime}`,
    runtime,
    files,
    limitSeconds: 15 * MINUTE,
    env: { ARGUS_TEST_BINARY: engines.ARGUS_TEST_BINARY ?? "" },
  });
  if (outcome.failures.length > 0) say(logTail(outcome.done.log));
  return outcome;
}

/** Brings the engines up; package downloads may hiccup, so there are three tries. */
async function testbed(): Promise<Counts> {
  if (!options.engines) return skipped("testbed", 1);
  let why = "";
  for (let attempt = 1; attempt <= 3; attempt += 1) {
    const up = await runJob({
      name: "testbed",
      words: [absolute("scripts/testbed"), "up", options.kubernetes ? "--kubernetes" : "--registry"],
      limitSeconds: (options.kubernetes ? 50 : 25) * MINUTE,
    });
    if (up.ok) {
      const problem = await readEngines();
      return { passed: problem === "" ? 1 : 0, skipped: 0, failures: problem === "" ? [] : [problem] };
    }
    why = up.why;
    say(`      scripts/testbed up: try ${attempt} ended with ${why}`);
    say(logTail(up.log, 60));
  }
  return { passed: 0, skipped: 0, failures: [`scripts/testbed up: ${why}`] };
}

/** Takes over the `export NAME='value'` lines of `scripts/testbed env`; returns what is wrong with them. */
async function readEngines(): Promise<string> {
  const done = await runJob({
    name: "testbed-env",
    words: [absolute("scripts/testbed"), "env"],
    limitSeconds: 2 * MINUTE,
  });
  const text = readFileSync(done.log, "utf8");
  for (const [, name = "", value = ""] of text.matchAll(/^export (\w+)='([^']*)'$/gm)) engines[name] = value;
  if (!done.ok) return `scripts/testbed env: ${done.why}`;
  say(`      engines: ${engines.ARGUS_TEST_ENGINES ?? "none"}`);
  if (!options.kubernetes) for (const name of Object.keys(engines)) if (/KUBE/.test(name)) delete engines[name];
  const silent = ["docker", "podman", "rootless"].filter(
    (name) => !engines.ARGUS_TEST_ENGINES?.split(" ").includes(name),
  );
  return silent.map((name) => `${name} does not answer`).join(", ");
}

/**
 * Files on real engines, each with its own time limit and log. A busy machine can make one time out by itself: what failed
 * gets one more try, alone, and the end says so.
 */
async function onEngines(folder: string, limitSeconds: number): Promise<Counts> {
  const files = chosen(folder, testFiles(`tests/${folder}`));
  if (!options.engines) return skipped(folder, files.length);
  if (!("ARGUS_TEST_ENGINES" in engines)) await readEngines();
  const outcomes = new Map<string, Outcome>();
  await atOnce(options.jobs, files, async (file) => {
    outcomes.set(file, await oneFile(file, limitSeconds, ""));
  });
  for (const [file, { failures }] of options.retry ? outcomes : []) {
    if (failures.length === 0) continue;
    say(`      ${file} once more, alone, for the machine may have been the reason`);
    const again = await oneFile(file, limitSeconds, "-again");
    if (again.failures.length === 0) unstable.push(...failures.map((failure) => `${file}: ${failure}`));
    outcomes.set(file, again);
  }
  const sum = { passed: 0, skipped: 0, failures: files.length === 0 ? [`no test file in tests/${folder}`] : [] };
  for (const [file, { passed, skipped: left, failures }] of outcomes) {
    sum.passed += passed;
    sum.skipped += left;
    sum.failures.push(...failures.map((failure) => (failure.startsWith(file) ? failure : `${file} > ${failure}`)));
  }
  return sum;
}

async function oneFile(file: string, limitSeconds: number, suffix: string): Promise<Outcome> {
  const name = relative("tests", file).replace(/\.test\.ts$/, suffix);
  const outcome = await runSuite({ name, runtime: "bun", files: [file], limitSeconds, env: engines });
  report(file, outcome);
  return outcome;
}

/** Does something with every item, with so many of them at once, in their order. */
async function atOnce<T>(jobs: number, items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items];
  const worker = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: jobs }, worker));
}

function report(file: string, { passed, failures, skipped: left, done }: Outcome): void {
  const word = failures.length > 0 ? "FAIL" : "ok";
  say(`  ${word.padEnd(5)} ${file} ${line(passed, failures.length, left)} (${done.seconds.toFixed(1)} s)`);
  if (failures.length > 0) say(logTail(done.log));
}

function skipped(name: string, count: number): Counts {
  say(`      skipped: ${name} (${count}), because of --no-engines`);
  return { passed: 0, skipped: count, failures: [] };
}

/** Test files below a folder of the repository, sorted. */
function testFiles(folder: string, recursive = true): string[] {
  if (!existsSync(join(ROOT, folder))) return [];
  return readdirSync(join(ROOT, folder), { withFileTypes: true, recursive })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".test.ts"))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)))
    .sort();
}

function chosen(part: string, files: readonly string[]): string[] {
  const texts = options.only.filter(({ name }) => covers(name, part)).map(({ text }) => text);
  if (texts.length === 0 || texts.includes("")) return [...files];
  return files.filter((file) => texts.some((text) => file.includes(text)));
}

function wanted(part: string): boolean {
  return options.only.length === 0 || options.only.some(({ name }) => covers(name, part));
}

function covers(name: string, part: string): boolean {
  return name === part || (name === "core" && part.startsWith("core-"));
}

function readOptions() {
  const { values } = parsed();
  if (values.help === true) {
    say(USAGE);
    process.exit(0);
  }
  const only = (values.only ?? [])
    .flatMap((value) => value.split(","))
    .map((value) => ({ name: value.split("/")[0] ?? "", text: value.split("/").slice(1).join("/") }));
  const names = ["check", "build", "core", "core-bun", "core-node", "core-deno", "testbed", "e2e", "matrix"];
  const stranger = only.find(({ name }) => !names.includes(name));
  if (stranger !== undefined) usageError(`no part ${stranger.name}`);
  const matrix = values.matrix === true || only.some(({ name }) => name === "matrix");
  const jobs = Number(values.jobs ?? 2);
  if (!Number.isInteger(jobs) || jobs < 1) usageError(`--jobs takes a number from 1 on, not ${values.jobs}`);
  return {
    only,
    matrix,
    jobs,
    engines: values["no-engines"] !== true,
    kubernetes: values["no-kubernetes"] !== true,
    retry: values["no-retry"] !== true,
  };
}

function parsed() {
  try {
    return parseArgs({
      options: {
        only: { type: "string", multiple: true },
        "no-engines": { type: "boolean" },
        jobs: { type: "string" },
        "no-kubernetes": { type: "boolean" },
        "no-retry": { type: "boolean" },
        matrix: { type: "boolean" },
        help: { type: "boolean" },
      },
    });
  } catch (error) {
    return usageError((error as Error).message);
  }
}

function usageError(text: string): never {
  console.error(`${text}\n${USAGE}`);
  process.exit(2);
}

function absolute(word: string): string {
  return word.startsWith("scripts/") ? join(ROOT, word) : word;
}

function line(passed: number, failed: number, left: number): string {
  return `${passed} passed, ${failed} failed, ${left} skipped`;
}

function seconds(began: number): string {
  return ((Date.now() - began) / 1000).toFixed(1);
}

function say(text: string): void {
  console.log(text);
}

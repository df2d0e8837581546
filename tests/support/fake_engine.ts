/** Engines that are small shell scripts: they note how they were called and answer as they are told. POSIX only. */
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { writeTree } from "./tmp.ts";

/** What a fake does for one subcommand. */
export interface Answer {
  readonly stdout?: string;
  readonly stderr?: string;
  /** Default 0. */
  readonly code?: number;
  /** "echo": sends its input back, "eat": reads it to the end, "ignore" (default): does not read it. */
  readonly stdin?: "echo" | "eat" | "ignore";
  /** It says what it has to say, and does not end by itself. */
  readonly hangs?: boolean;
  /** What it does instead, once another subcommand was called. */
  readonly after?: Readonly<Record<string, Answer>>;
}

/** Answers by subcommand: "run", "image inspect", "--version". One that is not listed answers nothing, with code 0. */
export type Answers = Readonly<Record<string, Answer>>;

/** One call of a fake. */
export interface Call {
  readonly pid: number;
  readonly program: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** What `/dev/fd/3` held, when an argument named it. */
  readonly extraInput: string | undefined;
}

/** Fakes in a folder of the test's own. */
export interface FakeEngines {
  /** Variables under which argus finds these engines and no real one. */
  readonly env: Readonly<Record<string, string>>;
  /** All calls so far, in their order. */
  calls(): Call[];
}

/** Makes the fakes; an engine that is not named is not installed. */
export function fakeEngines(
  folder: string,
  engines: { readonly docker?: Answers; readonly podman?: Answers },
): FakeEngines {
  mkdirSync(join(folder, "bin"), { recursive: true });
  mkdirSync(join(folder, "calls"), { recursive: true });
  mkdirSync(join(folder, "did"), { recursive: true });
  for (const [program, answers] of Object.entries(engines)) {
    const all: Answers = { "--version": { stdout: VERSIONS[program] ?? "" }, ...answers };
    for (const [subcommand, answer] of Object.entries(all)) writeAnswer(folder, program, subcommand, answer);
    writeTree(folder, `bin/${program}`, script(folder, program), 0o755);
  }
  return {
    // Nobody but docker's own program could dial such an address, so it passes for alive; and it is no other machine's.
    env: { ARGUS_ENGINE_PATH: join(folder, "bin"), DOCKER_HOST: "fd://fake" },
    calls: () => callsIn(join(folder, "calls")),
  };
}

const VERSIONS: Readonly<Record<string, string>> = {
  docker: "Docker version 28.0.0, build fake\n",
  podman: "podman version 5.0.0\n",
};

function writeAnswer(folder: string, program: string, subcommand: string, answer: Answer): void {
  const place = `answers/${program}/${keyOf(subcommand)}`;
  writeTree(folder, `${place}/stdout`, answer.stdout ?? "");
  writeTree(folder, `${place}/stderr`, answer.stderr ?? "");
  writeTree(folder, `${place}/code`, String(answer.code ?? 0));
  writeTree(folder, `${place}/stdin`, answer.stdin ?? "ignore");
  if (answer.hangs === true) writeTree(folder, `${place}/hangs`, "");
  for (const [other, later] of Object.entries(answer.after ?? {})) {
    writeAnswer(folder, program, `${subcommand}/after/${keyOf(other)}`, later);
  }
}

function keyOf(subcommand: string): string {
  return subcommand.replaceAll(" ", "-");
}

function script(folder: string, program: string): string {
  return `#!/bin/sh
PATH=/usr/local/bin:/usr/bin:/bin
folder='${folder.replaceAll("'", `'\\''`)}'
call="$folder/calls/$$"
# The environment of this call is that of its first process.
cat /proc/$$/environ >"$call.env" 2>/dev/null || env | tr '\\n' '\\0' >"$call.env"
printf '%s\\0' ${program} "$@" >"$call.args"
for word in "$@"; do
  if [ "$word" = /dev/fd/3 ]; then cat /dev/fd/3 >"$call.extra"; fi
done
echo "$$" >>"$folder/calls/order"
key="$1"
case "$1" in image | container | buildx | network | context) key="$1-$2" ;; esac
answer="$folder/answers/${program}/$key"
touch "$folder/did/$key"
[ -d "$answer" ] || exit 0
for other in "$answer"/after/*; do
  if [ -e "$folder/did/\${other##*/}" ]; then answer="$other"; fi
done
cat "$answer/stderr" >&2
cat "$answer/stdout"
case "$(cat "$answer/stdin")" in
  echo) cat ;;
  eat) cat >/dev/null ;;
esac
[ ! -e "$answer/hangs" ] || exec sleep 60
exit "$(cat "$answer/code")"
`;
}

function callsIn(folder: string): Call[] {
  const order = textOf(join(folder, "order")) ?? "";
  return order
    .split("\n")
    .filter((line) => line !== "")
    .map((pid) => {
      const [program = "", ...args] = fields(join(folder, `${pid}.args`));
      const pairs = fields(join(folder, `${pid}.env`)).map((pair): [string, string] => {
        const at = pair.indexOf("=");
        return [pair.slice(0, at), pair.slice(at + 1)];
      });
      return {
        pid: Number(pid),
        program,
        args,
        env: Object.fromEntries(pairs),
        extraInput: textOf(join(folder, `${pid}.extra`)),
      };
    });
}

function fields(file: string): string[] {
  return (textOf(file) ?? "").split("\0").slice(0, -1);
}

function textOf(file: string): string | undefined {
  return existsSync(file) ? readFileSync(file, "utf8") : undefined;
}

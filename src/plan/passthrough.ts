/** Commands that start a container of the user's own: argus leaves them as they are. */
import { programName } from "../config/program.ts";
import { readRunWords } from "../config/rules/extra_args.ts";
import type { Text } from "../config/text.ts";

/** Global options that take the next word, as each program's help lists them. */
const GLOBAL_VALUES: ReadonlyMap<string, string> = new Map([
  ["docker", "--config -c --context -H --host -l --log-level --tlscacert --tlscert --tlskey"],
  [
    "podman",
    "--cdi-spec-dir --cgroup-manager --config --conmon -c --connection --events-backend --hooks-dir --identity --imagestore --log-level --module --network-backend --network-cmd-path --network-config-dir --out --root --runroot --runtime --runtime-flag --ssh --storage-driver --storage-opt --tls-ca --tls-cert --tls-key --tmpdir --url --volumepath",
  ],
  [
    "nerdctl",
    "-a --address -H --host -n --namespace --bridge-ip --cdi-spec-dirs --cgroup-manager --cni-netconfpath --cni-path --data-root --host-gateway-ip --hosts-dir --snapshotter --storage-driver",
  ],
]);

/** Whether the command is `docker run`, `podman container run`, `nerdctl -n k8s.io run` or the like. */
export function isContainerCall(command: string, words: readonly string[]): boolean {
  return afterRun(command, words) !== undefined;
}

/** What to write in place of such a command to have its image isolated, as the end of a sentence; undefined for any other. */
export function imageInstead(
  [command, ...args]: readonly [Text, ...Text[]],
  file = "a Dockerfile",
): string | undefined {
  const words = args.map(({ value }) => value);
  const start = afterRun(command.value, words);
  if (start === undefined) return undefined;
  const read = readRunWords(words.slice(start));
  if (read === undefined)
    return `${file} with FROM IMAGE and its ENTRYPOINT [...], and only what follows IMAGE as args`;
  const { shown } = args[start + read.image]!;
  const entry = read.flags.find(({ flag }) => flag === "entrypoint");
  const engine = programName(command.value).toLowerCase();
  const entrypoint =
    entry === undefined
      ? `the ENTRYPOINT that \`${engine} image inspect -f '{{json .Config.Entrypoint}}' ${shown}\` shows`
      : "the --entrypoint as its ENTRYPOINT [...]";
  const after = args.slice(start + read.image + 1);
  // Any word may be a secret, or hold one, but for a plain one that names what to do.
  const told = after.slice(0, 1).flatMap((word) => (/^[a-z][a-z-]*$/.test(word.shown) ? [`"${word.shown}"`] : []));
  const left = told.length < after.length ? [...told, "…"] : told;
  const moved = MOVED.filter(([flags]) => read.flags.some(({ flag }) => flags.includes(flag))).map(([, what]) => what);
  const moves = moved.length === 0 ? "" : `; ${moved.join(", ")}`;
  return `${file} with FROM ${shown} and ${entrypoint}, and args: [${left.join(", ")}]${moves}`;
}

/** Flags whose fields are not extra_args. */
const MOVED: readonly (readonly [flags: readonly string[], what: string])[] = [
  [["env", "env-file"], "-e becomes env"],
  [["volume", "mount"], "-v becomes container.volumes"],
  [["network"], "--network becomes container.network"],
];

/** Where the words after `run` begin; undefined for what is no container call. */
function afterRun(command: string, words: readonly string[]): number | undefined {
  const engine = programName(command).toLowerCase();
  const taking = GLOBAL_VALUES.get(engine)?.split(" ");
  if (taking === undefined) return undefined;
  let next = 0;
  while (next < words.length && words[next]!.startsWith("-")) next += taking.includes(words[next]!) ? 2 : 1;
  if (words[next] === "container") next += 1;
  return words[next] === "run" ? next + 1 : undefined;
}

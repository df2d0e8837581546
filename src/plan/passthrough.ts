/** Commands that start a container of the user's own: argus leaves them as they are. */
import { programName } from "../config/program.ts";

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
  const engine = programName(command).toLowerCase();
  const taking = GLOBAL_VALUES.get(engine)?.split(" ");
  if (taking === undefined) return false;
  let next = 0;
  while (next < words.length && words[next]!.startsWith("-")) next += taking.includes(words[next]!) ? 2 : 1;
  if (words[next] === "container") next += 1;
  return words[next] === "run";
}

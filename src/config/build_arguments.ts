/** `ARGUS_BUILD_EXTRA_ARGS`: which of its words shape an image, so that its tag has to change with them. */
import type { Env } from "./config.ts";

/**
 * Options that say how a build reaches the network, its caches, credentials and the machine, never what it makes. Every
 * other option counts as shaping: a needless build is better than an image that is not what was asked for.
 * https://docs.docker.com/reference/cli/docker/buildx/build, https://docs.podman.io/en/latest/markdown/podman-build.1.html
 */
const SWITCHES = words(
  "compress debug D disable-content-trust force-rm http-proxy layers load no-cache pull quiet q rm tls-verify",
);
const WITH_VALUE = words(
  "add-host allow authfile builder cache-from cache-to cache-ttl cert-dir cgroup-parent cgroupns cpu-period cpu-quota " +
    "cpu-shares c cpuset-cpus cpuset-mems creds dns dns-option dns-search iidfile isolation jobs log-level logfile memory m " +
    "memory-swap metadata-file network no-cache-filter progress retry retry-delay secret security-opt shm-size " +
    "signature-policy ssh ulimit",
);

/** The words that shape the image. `--build-arg NAME` takes its value from `env`, as the engine does. */
export function shapingWords(given: readonly string[], env: Env): string[] {
  const shaping: string[] = [];
  for (let next = 0; next < given.length; next += 1) {
    const word = given[next]!;
    const [, name = "", value] = /^--?([^=]+)(=.*)?$/s.exec(word) ?? [];
    if (SWITCHES.has(name)) continue;
    if (WITH_VALUE.has(name)) {
      if (value === undefined) next += 1;
    } else if (word === "--build-arg") {
      next += 1;
      shaping.push(word, assigned(given[next] ?? "", env));
    } else {
      shaping.push(name === "build-arg" ? `--build-arg=${assigned(value?.slice(1) ?? "", env)}` : word);
    }
  }
  return shaping;
}

function assigned(argument: string, env: Env): string {
  const value = argument.includes("=") ? undefined : env[argument];
  return value === undefined ? argument : `${argument}=${value}`;
}

function words(text: string): ReadonlySet<string> {
  return new Set(text.split(" "));
}

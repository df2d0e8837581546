/** Hosts that a build may reach: public ones, whatever the spelling of the others. */
import type { RuleProblem } from "./rule.ts";

const HINT = "name a host of the public internet; for another, use `dockerfile`";
const NOT_PUBLIC: RuleProblem = {
  message: "must not point to a private, loopback or otherwise special host",
  hint: HINT,
};

/** What is wrong with `host[:port]` of a URL. */
export function hostProblem(hostAndPort: string): RuleProblem | undefined {
  const host = browserHost(hostAndPort);
  if (host === undefined) return { message: "must have a valid host", hint: HINT };
  if (host.startsWith("[")) return isPublicV6(host.slice(1, -1)) ? undefined : NOT_PUBLIC;
  if (/^\d+\.\d+\.\d+\.\d+$/.test(host)) return isPublicV4(host) ? undefined : NOT_PUBLIC;
  const name = host.replace(/\.$/, "");
  if (!NAME.test(name) || name.length > 253) {
    // One label is what a search domain completes.
    return /^[a-z0-9_-]+$/.test(name) ? NOT_PUBLIC : { message: "must have a valid host", hint: HINT };
  }
  return SPECIAL.some((suffix) => name === suffix || name.endsWith(`.${suffix}`)) ? NOT_PUBLIC : undefined;
}

/**
 * The host as a browser reads it, which turns every spelling of an IPv4 address (decimal, hex, octal, short, full-width
 * digits) into four numbers; undefined when it is none.
 * Source: https://url.spec.whatwg.org/#host-parsing
 */
function browserHost(hostAndPort: string): string | undefined {
  // A percent sign is an encoded name or the zone of an IPv6 address; both hide what is meant.
  if (!/^(?:\[[0-9A-Fa-f:.]+\]|[\p{L}\p{N}\p{M}._\u3002\uff0e\uff61-]+)(?::\d{1,5})?$/u.test(hostAndPort))
    return undefined;
  try {
    const url = new URL(`https://${hostAndPort}/`);
    return url.port === "0" ? undefined : url.hostname;
  } catch {
    return undefined;
  }
}

/** Two labels at least, none of them starting or ending with a dash, the last one no number. */
const NAME = /^(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/**
 * Names that no public server has, and services that answer with whatever address stands in the name.
 * Source: https://www.iana.org/assignments/special-use-domain-names
 */
const SPECIAL = [
  ...[
    "localhost",
    "localdomain",
    "local",
    "internal",
    "home.arpa",
    "arpa",
    "lan",
    "home",
    "corp",
    "intranet",
    "private",
  ],
  ...["invalid", "onion", "svc", "cluster.local", "docker.internal"],
  ...["nip.io", "sslip.io", "xip.io", "localtest.me", "lvh.me", "vcap.me", "lacolhost.com", "traefik.me"],
];

/** Source: https://www.iana.org/assignments/iana-ipv4-special-registry, and multicast. */
const SPECIAL_V4: readonly (readonly [string, number])[] = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
];

function isPublicV4(address: string): boolean {
  const number = v4Number(address);
  return !SPECIAL_V4.some(([start, bits]) => {
    const size = 2 ** (32 - bits);
    return Math.floor(number / size) === Math.floor(v4Number(start) / size);
  });
}

function v4Number(address: string): number {
  return address.split(".").reduce((sum, byte) => sum * 256 + Number(byte), 0);
}

/**
 * Only global unicast is public; what embeds an IPv4 address (mapped, NAT64, 6to4, Teredo) is refused whatever it embeds.
 * Source: https://www.iana.org/assignments/iana-ipv6-special-registry
 */
function isPublicV6(address: string): boolean {
  const [first = 0, second = 0] = groupsOf(address);
  if (first >> 13 !== 1) return false;
  if (first === 0x2001 && (second < 0x200 || second === 0xdb8)) return false;
  return first !== 0x2002 && !(first === 0x3fff && second < 0x1000);
}

/** The groups before `::`, as numbers: enough to see what kind of address it is. */
function groupsOf(address: string): number[] {
  const [head = ""] = address.split("::");
  return head === "" ? [] : head.split(":").map((group) => Number.parseInt(group, 16));
}

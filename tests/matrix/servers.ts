/** Servers of the kill matrix: each a line of busybox sh. */

/** The image that they run in; only its shell is used. */
export const IMAGE = "alpine:3.21";

/** Ends at the end of input, or not, in every way that real servers do. */
export const SERVERS = {
  polite: "exec cat",
  "ignores eof": "cat; while :; do sleep 1000; done",
  "ignores eof and signals": "trap '' TERM INT HUP QUIT; cat; while :; do sleep 1000; done",
  silent: "exec sleep 100000",
  "floods stdout": "exec yes 0123456789012345678901234567890123456789",
  "floods stderr": "exec yes 0123456789012345678901234567890123456789 >&2",
  "forks children": "sleep 10000 & (trap '' TERM; sleep 10001) & exec cat",
} as const;

/** The same for the end of input: output that flows is never cut, so that the floods must end by themselves. */
export const SERVERS_THAT_STOP: Record<ServerName, string> = {
  ...SERVERS,
  "floods stdout": "timeout 2 yes 0123456789012345678901234567890123456789; exec sleep 100000",
  "floods stderr": "timeout 2 yes 0123456789012345678901234567890123456789 >&2; exec sleep 100000",
};

/** Servers that end by themselves at the end of input. */
export const ENDS_AT_EOF: readonly ServerName[] = ["polite", "forks children"];

export type ServerName = keyof typeof SERVERS;

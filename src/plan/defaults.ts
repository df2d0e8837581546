/** Every default once: its value, its unit, why it is that, and who asks for it. Code, help and the manual read it here. */

/** A default and its reason. */
export interface Default<Value> {
  readonly value: Value;
  readonly unit: string;
  readonly reason: string;
  /** Where it is asked for. */
  readonly source: string;
}

export const DEFAULT = {
  memory: {
    value: "512m",
    unit: "Docker size",
    reason: "enough for a usual server, small enough that a leak does not take the machine down",
    source: "spec: Resource Limits and Runtime",
  },
  cpus: {
    value: "1",
    unit: "cores",
    reason: "one busy server leaves the rest alone",
    source: "spec: Resource Limits and Runtime",
  },
  network: {
    value: "bridge",
    unit: "network",
    reason: "outbound access without the host's own interfaces",
    source: "spec: Resource Limits and Runtime",
  },
  uid: {
    value: 65532,
    unit: "user and group id",
    reason: "the nonroot user of distroless and Chainguard images",
    source: "spec: Container Isolation",
  },
  home: {
    value: "/home/nonroot",
    unit: "path",
    reason: "the home of that user, a tmpfs over a read-only root",
    source: "spec: Container Isolation",
  },
  temporary: {
    value: "/tmp",
    unit: "path",
    reason: "where programs write by habit",
    source: "spec: Container Isolation",
  },
  temporarySize: {
    value: "64m",
    unit: "Docker size",
    reason: "a tmpfs counts against the memory limit, so it stays well below it",
    source: "design: Run",
  },
  homeSize: {
    value: "64m",
    unit: "Docker size",
    reason: "a tmpfs counts against the memory limit, so it stays well below it",
    source: "design: Run",
  },
  pids: {
    value: 256,
    unit: "processes and threads",
    reason: "stops a fork bomb; a browser or a Node server stays below it",
    source: "design: Run",
  },
  pythonImage: {
    value: "python:3.13-slim",
    unit: "image",
    reason: "glibc, so that binary wheels install",
    source: "spec: Image Building Pipeline",
  },
  nodeImage: {
    value: "node:22-alpine",
    unit: "image",
    reason: "the smallest official image of the LTS line",
    source: "spec: Image Building Pipeline",
  },
  goImage: {
    value: "golang:1.24-alpine",
    unit: "image",
    reason: "builder only; the toolchain that a module asks for is fetched",
    source: "spec: Go Transport Pattern",
  },
  goRuntimeImage: {
    value: "alpine:3.21",
    unit: "image",
    reason: "a static binary needs certificates and a user, no more",
    source: "design: Images",
  },
  eofGraceMs: {
    value: 3000,
    unit: "milliseconds of silence",
    reason: "a server may finish its answers after the client closed its end",
    source: "design: Session",
  },
  deadlineMs: {
    value: 7 * 24 * 3600 * 1000,
    unit: "milliseconds",
    reason: "a Pod whose client vanished ends at last, while no work week is cut in two",
    source: "design: Kubernetes",
  },
} as const satisfies Record<string, Default<string | number>>;

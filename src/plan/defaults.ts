/** Every default once, with the reason for it. */
export const DEFAULT = {
  /** Docker size. Enough for a usual server, and a leak does not take the machine down. Spec: "Resource Limits and Runtime". */
  memory: "512m",
  /** Cores. One busy server leaves the rest alone. Spec: "Resource Limits and Runtime". */
  cpus: "1",
  /** Outbound access without the host's own interfaces. Spec: "Resource Limits and Runtime". */
  network: "bridge",
  /** User and group: the nonroot user of distroless and Chainguard images. Spec: "Container Isolation". */
  uid: 65532,
  /** The home of that user, a tmpfs over a read-only root. Spec: "Container Isolation". */
  home: "/home/nonroot",
  /** A tmpfs where programs write by habit. Spec: "Container Isolation". */
  temporary: "/tmp",
  /** Docker size. A tmpfs counts against the memory limit, so it stays well below it. */
  temporarySize: "64m",
  /** Docker size, for the same reason. */
  homeSize: "64m",
  /** Processes and threads. Stops a fork bomb; a browser or a Node server stays below it. */
  pids: 256,
  /** Has glibc, so that binary wheels install. Spec: "Image Building Pipeline". */
  pythonImage: "python:3.13-slim",
  /** The smallest official image of the LTS line. Spec: "Image Building Pipeline". */
  nodeImage: "node:22-alpine",
  /** Builder only; it fetches the toolchain that a module asks for. Spec: "Go Transport Pattern". */
  goImage: "golang:1.24-alpine",
  /** A static binary needs certificates and a user, no more. */
  goRuntimeImage: "alpine:3.21",
  /** Milliseconds of silence: a server may finish its answers after the client closed its end. */
  eofGraceMs: 3000,
  /** Milliseconds. A Pod whose client vanished ends at last, while no work week is cut in two. */
  deadlineMs: 7 * 24 * 3600 * 1000,
  /** Builds at a time. Each may take a core and much memory for minutes. */
  parallel: 2,
} as const;

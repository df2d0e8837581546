/** Pods as `kubectl get pod -o json` prints them, with the parts that argus reads. */

export interface SampleStatus {
  readonly phase: string;
  readonly reason?: string;
  readonly message?: string;
  readonly unscheduled?: { readonly reason: string; readonly message: string };
  /** The container's `state`; without it the node has said nothing yet. */
  readonly container?: object;
}

export function samplePod(status: SampleStatus, image = "registry.example.com/argus/uvx-time:abc") {
  const { phase, reason, message, unscheduled, container } = status;
  const scheduled = unscheduled === undefined ? { status: "True" } : { status: "False", ...unscheduled };
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: "argus-time-0123456789ab",
      namespace: "argus",
      creationTimestamp: "2026-11-28T18:00:00Z",
      labels: { "argus.backend": "Time", "argus.session": "argus-time-0123456789ab", "argus.version": "0.1.0" },
      annotations: { "argus.backend": "Time_", "argus.owner": "42:777:b-1:1000:laptop" },
    },
    spec: {
      containers: [
        { name: "sidecar", image: "injected:1" },
        { name: "server", image, resources: { limits: { cpu: "1", memory: "512Mi" } } },
      ],
    },
    status: {
      phase,
      ...(reason === undefined ? {} : { reason }),
      ...(message === undefined ? {} : { message }),
      conditions: [{ type: "PodScheduled", ...scheduled }],
      containerStatuses: [
        { name: "sidecar", state: { running: {} } },
        ...(container === undefined ? [] : [{ name: "server", state: container }]),
      ],
    },
  };
}

/** The objects of Kubernetes that argus makes, as far as it fills them. */

export interface Metadata {
  readonly name: string;
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

export interface Pod {
  readonly apiVersion: "v1";
  readonly kind: "Pod";
  readonly metadata: Metadata;
  readonly spec: PodSpec;
}

export interface PodSpec {
  readonly restartPolicy: "Never";
  readonly containers: readonly [ServerContainer];
  readonly volumes: readonly PodVolume[];
  readonly [field: string]: unknown;
}

export interface ServerContainer {
  readonly name: string;
  readonly image: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly env: readonly { readonly name: string; readonly value: string }[];
  readonly envFrom?: readonly { readonly secretRef: { readonly name: string } }[];
  readonly volumeMounts: readonly VolumeMount[];
  readonly [field: string]: unknown;
}

export interface VolumeMount {
  readonly name: string;
  readonly mountPath: string;
  readonly readOnly?: true;
}

export type PodVolume = { readonly name: string } & (
  | { readonly emptyDir: { readonly medium: "Memory"; readonly sizeLimit: string } }
  | { readonly persistentVolumeClaim: { readonly claimName: string } }
  | { readonly hostPath: { readonly path: string } }
);

export interface Secret {
  readonly apiVersion: "v1";
  readonly kind: "Secret";
  readonly metadata: Metadata;
  readonly type: "Opaque";
  readonly immutable: true;
  readonly stringData: Readonly<Record<string, string>>;
}

export interface NetworkPolicy {
  readonly apiVersion: "networking.k8s.io/v1";
  readonly kind: "NetworkPolicy";
  readonly metadata: Metadata;
  readonly spec: {
    readonly podSelector: { readonly matchLabels: Readonly<Record<string, string>> };
    readonly policyTypes: readonly string[];
  };
}

export type Manifest = Pod | Secret | NetworkPolicy;

# shellcheck shell=bash
# What the cluster's programs read: keys, tokens, kubeconfigs and configuration. Each setting that looks strange is there
# because a small machine without systemd, with small limits or a hybrid cgroup tree does not come up without it.

KUBERNETES_NODE=argus-testbed
# The kubelet refuses a loopback address as the node's; this one is put on the loopback device.
KUBERNETES_ADDRESS=10.250.0.1
KUBERNETES_PODS=10.244.0.0/22
KUBERNETES_BRIDGE=argus-k8s0
KUBERNETES_PAUSE=argus-testbed/pause:1
KUBERNETES_USERS=(admin dev other nobody)

kubernetes_settings() {
  local mask
  mask="$(umask)"
  umask 077
  mkdir -p "$KUBERNETES"/{keys,settings,cni}
  mkdir -p "$KUBERNETES/certs.d/$REGISTRY"
  if [ ! -s "$KUBERNETES/keys/tokens.csv" ]; then step "keys of the cluster" kubernetes-keys kubernetes_keys; fi
  kubernetes_kubeconfigs
  kubernetes_containerd_settings >"$KUBERNETES/settings/containerd.toml"
  kubernetes_registry_settings >"$KUBERNETES/certs.d/$REGISTRY/hosts.toml"
  kubernetes_cni_settings >"$KUBERNETES/cni/10-argus.conflist"
  kubernetes_kubelet_settings >"$KUBERNETES/settings/kubelet.yaml"
  umask "$mask"
}

# An authority, the API server's two certificates, the key of service accounts, a token for each user and program.
kubernetes_keys() {
  local keys="$KUBERNETES/keys"
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -days 3650 -subj /CN=argus-testbed \
    -keyout "$keys/ca.key" -out "$keys/ca.crt"
  kubernetes_certificate server "subjectAltName=IP:127.0.0.1,IP:10.96.0.1,DNS:localhost,DNS:kubernetes.default.svc"
  kubernetes_certificate client "extendedKeyUsage=clientAuth"
  openssl ecparam -name prime256v1 -genkey -noout -out "$keys/accounts.key"
  kubernetes_tokens >"$keys/tokens.csv.part"
  mv "$keys/tokens.csv.part" "$keys/tokens.csv"
}

# usage: kubernetes_certificate NAME "its extension"
kubernetes_certificate() {
  local keys="$KUBERNETES/keys" name="$1" extension="$2"
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -subj "/CN=kube-apiserver-$name" \
    -keyout "$keys/$name.key" -out "$keys/$name.csr"
  openssl x509 -req -in "$keys/$name.csr" -CA "$keys/ca.crt" -CAkey "$keys/ca.key" -CAcreateserial -days 3650 \
    -extfile <(echo "$extension") -out "$keys/$name.crt"
}

kubernetes_tokens() {
  local user
  for user in "${KUBERNETES_USERS[@]}"; do
    echo "$(openssl rand -hex 16),$user,$user$(if [ "$user" = admin ]; then echo ',"system:masters"'; fi)"
  done
  for user in kube-controller-manager kube-scheduler; do echo "$(openssl rand -hex 16),system:$user,$user"; done
  echo "$(openssl rand -hex 16),system:node:$KUBERNETES_NODE,kubelet,\"system:nodes\""
}

# The third column of the tokens' file names user or program, and the kubeconfig.
kubernetes_kubeconfigs() {
  local token name authority
  authority="$(base64 -w 0 "$KUBERNETES/keys/ca.crt")"
  while IFS=, read -r token _ name _; do
    cat >"$KUBERNETES/$name.kubeconfig" <<TEXT
apiVersion: v1
kind: Config
current-context: argus-testbed
clusters:
  - name: argus-testbed
    cluster:
      server: https://$KUBERNETES_API
      certificate-authority-data: $authority
users:
  - name: $name
    user:
      token: $token
contexts:
  - name: argus-testbed
    context:
      cluster: argus-testbed
      user: $name
      namespace: argus
TEXT
  done <"$KUBERNETES/keys/tokens.csv"
}

kubernetes_containerd_settings() {
  cat <<TEXT
version = 2
root = "$KUBERNETES/containerd"
state = "$KUBERNETES/run/containerd"
oom_score = 0
disabled_plugins = [
  "io.containerd.internal.v1.opt",
  "io.containerd.snapshotter.v1.aufs",
  "io.containerd.snapshotter.v1.btrfs",
  "io.containerd.snapshotter.v1.devmapper",
  "io.containerd.snapshotter.v1.zfs",
]

[grpc]
  address = "$KUBERNETES/run/containerd.sock"

[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "docker.io/$KUBERNETES_PAUSE"
  restrict_oom_score_adj = true
  disable_apparmor = true
  stream_server_address = "127.0.0.1"

[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
  runtime_type = "io.containerd.runc.v2"

[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
  BinaryName = "$KUBERNETES/programs/runc"
  SystemdCgroup = false

[plugins."io.containerd.grpc.v1.cri".cni]
  bin_dir = "$KUBERNETES_CACHE/debs/usr/lib/cni"
  conf_dir = "$KUBERNETES/cni"

[plugins."io.containerd.grpc.v1.cri".registry]
  config_path = "$KUBERNETES/certs.d"
TEXT
}

kubernetes_registry_settings() {
  cat <<TEXT
server = "http://$REGISTRY"

[host."http://$REGISTRY"]
  capabilities = ["pull", "resolve"]
TEXT
}

# Docker's rules drop what they do not know: the firewall plugin lets the pods' packets through.
kubernetes_cni_settings() {
  local mtu
  mtu="$(docker_mtu)"
  cat <<TEXT
{
  "cniVersion": "0.4.0",
  "name": "argus-testbed",
  "plugins": [
    {
      "type": "bridge",
      "bridge": "$KUBERNETES_BRIDGE",
      "isGateway": true,
      "ipMasq": true,
      "mtu": ${mtu:-1500},
      "ipam": {
        "type": "host-local",
        "dataDir": "$KUBERNETES/run/addresses",
        "ranges": [[{ "subnet": "$KUBERNETES_PODS" }]],
        "routes": [{ "dst": "0.0.0.0/0" }]
      }
    },
    { "type": "firewall", "backend": "iptables" }
  ]
}
TEXT
}

# Only the API server may speak to the kubelet: its certificate is the way in.
kubernetes_kubelet_settings() {
  cat <<TEXT
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
address: $KUBERNETES_ADDRESS
port: 20250
readOnlyPort: 0
healthzBindAddress: 127.0.0.1
healthzPort: 20248
authentication:
  anonymous: { enabled: false }
  webhook: { enabled: false }
  x509: { clientCAFile: $KUBERNETES/keys/ca.crt }
authorization: { mode: AlwaysAllow }
containerRuntimeEndpoint: unix://$KUBERNETES/run/containerd.sock
podLogsDir: $KUBERNETES/run/pod-logs
volumePluginDir: $KUBERNETES/run/volume-plugins
resolvConf: /etc/resolv.conf
failCgroupV1: false
failSwapOn: false
cgroupDriver: cgroupfs
enforceNodeAllocatable: []
oomScoreAdj: 0
maxOpenFiles: 20000
makeIPTablesUtilChains: false
serializeImagePulls: false
registryPullQPS: 0
imageGCHighThresholdPercent: 99
imageGCLowThresholdPercent: 98
evictionHard:
  memory.available: 50Mi
  nodefs.available: 1%
  nodefs.inodesFree: 1%
  imagefs.available: 1%
TEXT
}

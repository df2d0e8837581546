# shellcheck shell=bash
# A Kubernetes cluster of one node, beside Docker and Podman: real programs, loopback only, one folder of state.

KUBERNETES="$TESTBED_STATE/kubernetes"
KUBERNETES_API=127.0.0.1:26443
KUBERNETES_ETCD=127.0.0.1:22379
KUBERNETES_DAEMONS=(containerd etcd kube-apiserver kube-controller-manager kube-scheduler kubelet)

# shellcheck source=scripts/testbed.d/kubernetes/programs.sh
source "$TESTBED_PARTS/kubernetes/programs.sh"
# shellcheck source=scripts/testbed.d/kubernetes/settings.sh
source "$TESTBED_PARTS/kubernetes/settings.sh"

kubernetes_up() {
  local began="$SECONDS" name
  kubernetes_debs
  kubernetes_compile
  kubernetes_link
  if kubernetes_current && kubernetes_all_alive && kubernetes_ready; then
    step "the cluster's objects" kubernetes-apply kubernetes_apply
    return 0
  fi
  # What a crash left behind cannot harm a cluster that is made anew; the keys stay, and so do the users' kubeconfigs.
  if ! kubernetes_current || ! kubernetes_alive etcd || ! kubernetes_alive kube-apiserver || ! kubernetes_alive containerd; then
    kubernetes_clear
    kubernetes_ports_free
  fi
  kubernetes_settings
  if ! ip -4 address show dev lo | grep -q "inet $KUBERNETES_ADDRESS/"; then
    step "address of the node" kubernetes-address ip address add "$KUBERNETES_ADDRESS/32" dev lo
  fi
  mkdir -p "$KUBERNETES/run"
  kubernetes_stamp >"$KUBERNETES/run/stamp"
  for name in "${KUBERNETES_DAEMONS[@]}"; do kubernetes_start "$name"; done
  kubernetes_wait 120 kubelet "the node is not ready" kubernetes_ready
  say "started a Kubernetes cluster at $KUBERNETES_API in $((SECONDS - began)) s"
}

# A stranger at one of the ports would be taken for the cluster's own.
kubernetes_ports_free() {
  local port
  for port in "${KUBERNETES_API#*:}" "${KUBERNETES_ETCD#*:}" 22380 20248 20250 20257 20259; do
    if [ -n "$(ss -Hltn "sport = :$port")" ]; then die "Kubernetes: port $port is in use by another program (ss -ltnp says which)"; fi
  done
}

# Names the programs and the settings that a cluster runs with.
kubernetes_stamp() {
  kubernetes_inputs
  sha256sum <"$TESTBED_PARTS/kubernetes/cluster.sh"
  sha256sum <"$TESTBED_PARTS/kubernetes/settings.sh"
}

kubernetes_current() { kubernetes_stamp | cmp -s - "$KUBERNETES/run/stamp"; }

kubernetes_kubectl() { "$KUBERNETES/bin/kubectl" --kubeconfig "$KUBERNETES/admin.kubeconfig" --request-timeout 10s "$@"; }

# True when a pod of a user could be scheduled, admitted and started.
kubernetes_ready() {
  local node='{.status.conditions[?(@.type=="Ready")].status}{.spec.taints}'
  [ "$(kubernetes_kubectl get node "$KUBERNETES_NODE" -o jsonpath="$node" 2>/dev/null)" = True ] &&
    kubernetes_kubectl get serviceaccount default -o name >/dev/null 2>&1
}

kubernetes_alive() { daemon_alive "$KUBERNETES/run/$1.pid" "$KUBERNETES/programs/$1 "; }

kubernetes_all_alive() {
  local name
  for name in "${KUBERNETES_DAEMONS[@]}"; do kubernetes_alive "$name" || return 1; done
}

# Starts a daemon that is not running and waits until the next one can use it.
kubernetes_start() {
  local name="$1"
  if kubernetes_alive "$name"; then return 0; fi
  : >"$TESTBED_LOGS/kubernetes-$name.log"
  "kubernetes_start_${name//-/_}"
}

# The environment is a fixed one: a proxy or a debug setting of the caller's would reach every program.
kubernetes_daemon() {
  local name="$1"
  shift
  start_daemon "$KUBERNETES/run/$name.pid" "$TESTBED_LOGS/kubernetes-$name.log" \
    env -i "PATH=$KUBERNETES/programs:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" HOME=/root \
    "$KUBERNETES/programs/$name" "$@"
}

kubernetes_start_containerd() {
  kubernetes_daemon containerd --config "$KUBERNETES/settings/containerd.toml"
  kubernetes_wait 60 containerd "containerd does not answer" kubernetes_ctr version
  if [ -z "$(kubernetes_ctr images list -q "name==docker.io/$KUBERNETES_PAUSE")" ]; then
    step "import of the pause image" kubernetes-pause kubernetes_import_pause
  fi
}

kubernetes_ctr() { "$KUBERNETES/programs/ctr" --address "$KUBERNETES/run/containerd.sock" --namespace k8s.io "$@"; }

# An image of one program, in the form that `docker save` writes.
kubernetes_import_pause() {
  local work architecture
  work="$(mktemp -d)"
  architecture="$(dpkg --print-architecture)"
  tar -cf "$work/layer.tar" -C "$(kubernetes_compiled)" --owner 0 --group 0 pause
  cat >"$work/config.json" <<TEXT
{"architecture":"$architecture","os":"linux","config":{"Entrypoint":["/pause"],"User":"65535:65535"},
"rootfs":{"type":"layers","diff_ids":["sha256:$(sha256sum "$work/layer.tar" | cut -d' ' -f1)"]}}
TEXT
  echo "[{\"Config\":\"config.json\",\"RepoTags\":[\"$KUBERNETES_PAUSE\"],\"Layers\":[\"layer.tar\"]}]" >"$work/manifest.json"
  tar -cf "$work/image.tar" -C "$work" manifest.json config.json layer.tar
  kubernetes_ctr images import "$work/image.tar"
  rm -rf -- "$work"
}

kubernetes_start_etcd() {
  kubernetes_daemon etcd --data-dir "$KUBERNETES/run/etcd" --unsafe-no-fsync --log-level warn \
    --listen-client-urls "http://$KUBERNETES_ETCD" --advertise-client-urls "http://$KUBERNETES_ETCD" \
    --listen-peer-urls http://127.0.0.1:22380 --initial-advertise-peer-urls http://127.0.0.1:22380 \
    --initial-cluster default=http://127.0.0.1:22380
}

kubernetes_start_kube_apiserver() {
  local keys="$KUBERNETES/keys"
  kubernetes_daemon kube-apiserver --etcd-servers "http://$KUBERNETES_ETCD" \
    --bind-address "${KUBERNETES_API%:*}" --secure-port "${KUBERNETES_API#*:}" --endpoint-reconciler-type none \
    --tls-cert-file "$keys/server.crt" --tls-private-key-file "$keys/server.key" \
    --token-auth-file "$keys/tokens.csv" --authorization-mode Node,RBAC --enable-admission-plugins NodeRestriction \
    --allow-privileged \
    --service-account-issuer https://kubernetes.default.svc --service-cluster-ip-range 10.96.0.0/16 \
    --service-account-key-file "$keys/accounts.key" --service-account-signing-key-file "$keys/accounts.key" \
    --kubelet-client-certificate "$keys/client.crt" --kubelet-client-key "$keys/client.key" \
    --kubelet-preferred-address-types InternalIP --profiling=false
  kubernetes_wait 120 kube-apiserver "the API server does not answer" kubernetes_kubectl get --raw /readyz
  kubernetes_wait 60 kube-apiserver "the API server takes no objects" kubernetes_apply
}

kubernetes_apply() {
  local parts="$TESTBED_PARTS/kubernetes"
  kubernetes_kubectl apply -f "$parts/namespace.yaml" -f "$parts/role.yaml" -f "$parts/bindings.yaml"
}

# Pods of a node that a loaded machine keeps from answering would be evicted: that takes minutes here, not seconds.
kubernetes_start_kube_controller_manager() {
  local keys="$KUBERNETES/keys"
  kubernetes_daemon kube-controller-manager --kubeconfig "$KUBERNETES/kube-controller-manager.kubeconfig" \
    --use-service-account-credentials --service-account-private-key-file "$keys/accounts.key" --root-ca-file "$keys/ca.crt" \
    --leader-elect=false --bind-address 127.0.0.1 --secure-port 20257 --node-monitor-grace-period 600s --profiling=false
}

kubernetes_start_kube_scheduler() {
  kubernetes_daemon kube-scheduler --kubeconfig "$KUBERNETES/kube-scheduler.kubeconfig" \
    --leader-elect=false --bind-address 127.0.0.1 --secure-port 20259 --profiling=false
}

kubernetes_start_kubelet() {
  kubernetes_daemon kubelet --config "$KUBERNETES/settings/kubelet.yaml" --kubeconfig "$KUBERNETES/kubelet.kubeconfig" \
    --root-dir "$KUBERNETES/run/kubelet" --cert-dir "$KUBERNETES/run/kubelet-keys" \
    --hostname-override "$KUBERNETES_NODE" --node-ip "$KUBERNETES_ADDRESS"
  kubernetes_wait 120 kubelet "the kubelet does not answer" curl -sf -m 5 http://127.0.0.1:20248/healthz
}

# Waits for a condition; a daemon that ends meanwhile, or is too slow, ends the script with the last of its log.
# usage: kubernetes_wait SECONDS DAEMON "what is wrong when it never comes" command...
kubernetes_wait() {
  local end=$((SECONDS + $1)) name="$2" what="$3" log="$TESTBED_LOGS/kubernetes-$2.log"
  shift 3
  until "$@" >/dev/null 2>&1; do
    if kubernetes_alive "$name" && [ "$SECONDS" -lt "$end" ]; then
      sleep 0.2
      continue
    fi
    kubernetes_alive "$name" || what="$name ended"
    tail -n 8 "$log" | cut -c1-400 | sed 's/^/    /' >&2
    die "Kubernetes: $what (log: $log)"
  done
}

# For tests of faults: ends a daemon as a crash does and starts it again. After the API server the kubelet is restarted
# too, because it looks at its new pods only after a pause of up to 50 s.
kubernetes_restart() {
  local name="$1"
  case "$name" in
    kubelet | containerd) ;;
    apiserver) name=kube-apiserver ;;
    *) usage ;;
  esac
  if ! kubernetes_alive etcd; then die "no Kubernetes cluster runs here: scripts/testbed up --kubernetes"; fi
  kubernetes_kill "$name"
  kubernetes_start "$name"
  if [ "$name" = kube-apiserver ]; then
    kubernetes_kill kubelet
    kubernetes_start kubelet
  fi
  kubernetes_wait 120 kubelet "the node is not ready" kubernetes_ready
}

kubernetes_kill() {
  local pid
  if kubernetes_alive "$1"; then
    pid="$(cat "$KUBERNETES/run/$1.pid")"
    kill -9 "$pid" 2>/dev/null || true
    wait_for 20 kubernetes_gone "$pid" || die "process $pid of $1 does not end"
  fi
  rm -f -- "$KUBERNETES/run/$1.pid"
}

# A process that nobody has collected yet counts as gone: slow inits take seconds.
kubernetes_gone() { ! grep -q '^State:[[:space:]]*[^ZX[:space:]]' "/proc/$1/status" 2>/dev/null; }

kubernetes_down() {
  if [ ! -d "$KUBERNETES/run" ]; then return 0; fi
  # Pods that the kubelet takes down leave no rule and no interface behind.
  if kubernetes_all_alive; then
    kubernetes_kubectl delete pods --all --all-namespaces --grace-period 1 --timeout 20s >/dev/null 2>&1 || true
    wait_for 10 kubernetes_no_shims || true
    say "stopped Kubernetes"
  fi
  kubernetes_clear
  ip address del "$KUBERNETES_ADDRESS/32" dev lo 2>/dev/null || true
  ip link del "$KUBERNETES_BRIDGE" 2>/dev/null || true
  find /sys/fs/cgroup -depth -type d -path '*/kubepods*' -exec rmdir {} + 2>/dev/null || true
}

kubernetes_no_shims() { [ -z "$(kubernetes_shims)" ]; }

kubernetes_shims() { pgrep -f "containerd-shim-runc-v2 .*-address $KUBERNETES/run/containerd.sock" || true; }

# Ends every process of the cluster and removes what it kept, whatever state it is in.
kubernetes_clear() {
  local name shim space containers
  for name in kubelet kube-scheduler kube-controller-manager kube-apiserver etcd containerd; do kubernetes_kill "$name"; done
  for shim in $(kubernetes_shims); do
    containers=()
    { read -ra containers <"/proc/$shim/task/$shim/children"; } 2>/dev/null || true
    kill -9 "${containers[@]}" "$shim" 2>/dev/null || true
  done
  wait_for 10 kubernetes_no_shims || true
  for space in $(kubernetes_spaces); do
    umount "$space" 2>/dev/null || true
    rm -f -- "$space"
  done
  kubernetes_rules
  kubernetes_unmount
  rm -rf -- "$KUBERNETES/run" "$KUBERNETES/containerd"
  find /var/log/containers -xtype l -lname "$KUBERNETES/*" -delete 2>/dev/null || true
}

# The network namespaces of the pods that were killed.
kubernetes_spaces() {
  find "$KUBERNETES/run/containerd" -name config.json -exec grep -ho '/var/run/netns/cni-[0-9a-f-]*' {} + 2>/dev/null | sort -u
}

# What the network plugins keep of pods that were killed: packet rules, and their notes, which have no folder of their own.
kubernetes_rules() {
  local rule chain file id
  { iptables -w -t nat -S POSTROUTING 2>/dev/null | grep 'name: \\"argus-testbed\\"' || true; } | while read -r rule; do
    kubernetes_delete_rule nat "$rule"
  done
  { iptables -w -t nat -S 2>/dev/null || true; } | sed -n 's/^-A \(CNI-[0-9a-f]*\) .*name: \\"argus-testbed\\".*/\1/p' | sort -u |
    while read -r chain; do
      if iptables -w -t nat -F "$chain"; then iptables -w -t nat -X "$chain" || true; fi
    done
  { iptables -w -S CNI-FORWARD 2>/dev/null | grep " ${KUBERNETES_PODS%.*.*}\." || true; } | while read -r rule; do
    kubernetes_delete_rule filter "$rule"
  done
  for file in /var/lib/cni/results/argus-testbed-*-eth0; do
    id="${file#*/argus-testbed-}"
    rm -f -- "$file" "/var/lib/cni/results/cni-loopback-${id%-eth0}-lo"
  done
}

# usage: kubernetes_delete_rule TABLE "the line that iptables prints, quoted for a shell"
kubernetes_delete_rule() {
  local words
  eval "words=(${2/#-A/-D})"
  iptables -w -t "$1" "${words[@]}" || true
}

# The kubelet binds folders on themselves; the deepest go first.
kubernetes_unmount() {
  local mount
  awk -v under="$KUBERNETES/" 'index($5, under) == 1 { print $5 }' /proc/self/mountinfo | sort -r | while read -r mount; do
    umount "$mount" 2>/dev/null || umount -l "$mount" || true
  done
}

kubernetes_status() {
  local name missing=()
  if [ ! -d "$KUBERNETES/run" ]; then
    echo "cluster   not running (scripts/testbed up --kubernetes)"
    return 0
  fi
  for name in "${KUBERNETES_DAEMONS[@]}"; do kubernetes_alive "$name" || missing+=("$name"); done
  if [ "${#missing[@]}" -gt 0 ]; then
    echo "cluster   broken: ${missing[*]} not running"
    return 1
  fi
  if ! kubernetes_ready; then
    echo "cluster   broken: the node is not ready"
    return 1
  fi
  echo "cluster   ready: Kubernetes $(kubernetes_kubectl version | sed -n 's/^Server Version: v//p') at $KUBERNETES_API"
}

# What `scripts/testbed kubernetes ...` does.
kubernetes_command() {
  local command="${1-}"
  need_root
  case "$command $#" in
    "compile 1") kubernetes_compile ;;
    "restart 2")
      hold_lock
      kubernetes_restart "$2"
      ;;
    *) usage ;;
  esac
}

kubernetes_env() {
  if ! kubernetes_alive kube-apiserver; then return 0; fi
  env_line ARGUS_TEST_KUBECTL "$KUBERNETES/bin/kubectl"
  env_line ARGUS_TEST_KUBECONFIG "$KUBERNETES/dev.kubeconfig"
  env_line ARGUS_TEST_KUBECONFIG_ADMIN "$KUBERNETES/admin.kubeconfig"
  env_line ARGUS_TEST_KUBECONFIG_OTHER "$KUBERNETES/other.kubeconfig"
  env_line ARGUS_TEST_KUBECONFIG_NOBODY "$KUBERNETES/nobody.kubeconfig"
  env_line ARGUS_TEST_KUBERNETES_RESTART "$(dirname "$TESTBED_PARTS")/testbed kubernetes restart"
}

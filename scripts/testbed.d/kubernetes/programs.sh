# shellcheck shell=bash
# The programs of the cluster: one binary that is compiled once, and Debian's containerd beside the one that Docker uses.

KUBERNETES_CACHE="${ARGUS_TESTBED_CACHE:-/var/cache/argus-testbed}"
KUBERNETES_SOURCE="$TESTBED_PARTS/kubernetes/binary"
KUBERNETES_DEBS=(containerd runc containernetworking-plugins)
KUBERNETES_NAMES=(etcd kube-apiserver kube-controller-manager kube-scheduler kubelet kubectl)

# Compiling takes minutes; what is there was made from the same inputs, for their hash is in its name.
kubernetes_compiled() { echo "$KUBERNETES_CACHE/kubernetes-$(kubernetes_inputs)"; }

kubernetes_inputs() {
  (cd "$KUBERNETES_SOURCE" && find . -type f -print0 | sort -z | xargs -0 sha256sum | sha256sum | cut -c1-16)
}

# One compile at a time, whoever asks first; it takes no lock of the testbed, so that it can run beside all else.
kubernetes_compile() {
  local target
  target="$(kubernetes_compiled)"
  if [ -x "$target/kubernetes" ]; then return 0; fi
  mkdir -p "$KUBERNETES_CACHE"
  exec 8>"$KUBERNETES_CACHE/lock"
  flock 8
  if [ ! -x "$target/kubernetes" ]; then
    say "compiling Kubernetes, once: 6 minutes and more on 2 cores (log: $TESTBED_LOGS/kubernetes-compile.log)"
    rm -rf -- "$KUBERNETES_CACHE"/kubernetes-*
    mkdir "$target.part"
    step "compiling Kubernetes" kubernetes-compile kubernetes_compile_with_go "$target.part"
    mv "$target.part" "$target"
    rm -rf -- "$KUBERNETES_CACHE/go"
    say "compiled Kubernetes in $SECONDS s"
  fi
  exec 8>&-
}

# Debian's own Go may be too old to compile it and to fetch a newer one by itself.
kubernetes_compile_with_go() {
  local go=go wanted=go1.24.13 toolchain
  if ! printf 'go1.21\n%s\n' "$(go env GOVERSION)" | sort -VC; then
    toolchain="golang.org/toolchain@v0.0.1-$wanted.linux-$(dpkg --print-architecture)"
    GOMODCACHE="$KUBERNETES_CACHE/go/mod" GOFLAGS=-modcacherw retry go mod download "$toolchain"
    toolchain="$KUBERNETES_CACHE/go/mod/$toolchain"
    chmod 0755 "$toolchain"/bin/* "$toolchain"/pkg/tool/*/*
    go="$toolchain/bin/go"
  fi
  "$KUBERNETES_SOURCE/compile.sh" "$go" "$KUBERNETES_CACHE/go" "$1"
}

# Nothing is installed: Podman would take the network plugins of an installed package for its own.
kubernetes_debs() {
  local target="$KUBERNETES_CACHE/debs"
  if [ -d "$target" ]; then return 0; fi
  rm -rf -- "$target.part"
  mkdir -p "$target.part/download"
  # An ordinary user without rights here does the downloads where there is one.
  chmod 0777 "$target.part/download"
  step "apt-get download of ${KUBERNETES_DEBS[*]}" kubernetes-debs retry kubernetes_debs_download "$target.part"
  mv "$target.part" "$target"
}

kubernetes_debs_download() {
  local deb
  cd "$1/download" || return 1
  apt-get download -q "${KUBERNETES_DEBS[@]}" || { apt-get update -q && apt-get download -q "${KUBERNETES_DEBS[@]}"; } || return 1
  for deb in *.deb; do dpkg-deb -x "$deb" .. || return 1; done
  rm -rf -- "$1/download"
}

# One folder with every program under its name, and one with kubectl alone for people and tests.
kubernetes_link() {
  local compiled name debs="$KUBERNETES_CACHE/debs"
  compiled="$(kubernetes_compiled)"
  mkdir -p "$KUBERNETES/programs" "$KUBERNETES/bin"
  for name in "${KUBERNETES_NAMES[@]}"; do ln -sfn "$compiled/kubernetes" "$KUBERNETES/programs/$name"; done
  ln -sfn "$compiled/kubernetes" "$KUBERNETES/bin/kubectl"
  for name in "$debs"/usr/bin/* "$debs"/usr/sbin/*; do ln -sfn "$name" "$KUBERNETES/programs/$(basename "$name")"; done
}

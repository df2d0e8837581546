# shellcheck shell=bash
# Rootful Podman: what hosts without systemd, with small limits or a hybrid cgroup tree need before it runs.

PODMAN_DROP_IN=/etc/containers/containers.conf.d/argus-testbed.conf

podman_up() {
  podman_configure
  podman_devices
  podman_hugetlb
  podman_wake
}

podman_wake() {
  if podman ps -aq >/dev/null 2>&1; then return 0; fi
  podman_forget_boot /run/libpod
  step "podman ps" podman-ps podman ps -aq
}

# Where /run outlives a boot, Podman takes the containers of the last one for running ones, and their lost network
# makes every command fail. Without this file it puts its state in order as after a boot.
podman_forget_boot() {
  say "podman's state is from another boot: resetting it"
  rm -f "$1/alive"
}

# Podman asks for limits above the hard ones and dies where the kernel refuses; without systemd it needs cgroupfs; a left-over
# lock file is enough for it to choose CNI, whose plugins Debian does not bring along.
podman_configure() {
  local wanted="" files
  files="$(ulimit -Hn)"
  if [ "$files" != unlimited ] && [ "$files" -lt 1048576 ]; then
    wanted+="[containers]"$'\n'"default_ulimits = [\"nofile=$files:$files\", \"nproc=32768:32768\"]"$'\n'
  fi
  if [ ! -d /run/systemd/system ]; then
    wanted+="[engine]"$'\n'"cgroup_manager = \"cgroupfs\""$'\n'"events_logger = \"file\""$'\n'
  fi
  if [ ! -e /usr/lib/cni/bridge ]; then wanted+="[network]"$'\n'"network_backend = \"netavark\""$'\n'; fi
  if [ -z "$wanted" ] || [ "$wanted" = "$(cat "$PODMAN_DROP_IN" 2>/dev/null)"$'\n' ]; then return 0; fi
  mkdir -p "$(dirname "$PODMAN_DROP_IN")"
  printf '%s' "$wanted" >"$PODMAN_DROP_IN"
  say "configured podman in $PODMAN_DROP_IN"
}

# Rootless networking and storage open these as an ordinary user.
podman_devices() {
  local device
  for device in /dev/net/tun /dev/fuse; do
    if [ -c "$device" ] && [ "$(stat -c %a "$device")" != 666 ]; then chmod 0666 "$device"; fi
  done
}

# crun refuses a hybrid tree whose v2 side owns hugetlb; mounting its v1 side moves it over.
podman_hugetlb() {
  if [ ! -d /sys/fs/cgroup/unified ] || mountpoint -q /sys/fs/cgroup/hugetlb; then return 0; fi
  if ! grep -q '^hugetlb' /proc/cgroups; then return 0; fi
  mkdir -p /sys/fs/cgroup/hugetlb
  step "mount of the hugetlb cgroup" hugetlb mount -t cgroup -o hugetlb cgroup /sys/fs/cgroup/hugetlb
  say "mounted the hugetlb cgroup for crun"
}

podman_purge() { rm -f "$PODMAN_DROP_IN"; }

podman_status() {
  if ! podman version >/dev/null 2>&1; then
    echo "podman    missing"
    return 1
  fi
  echo "podman    ready: $(podman --version | sed 's/.* //')"
}

# shellcheck shell=bash
# What the layer scripts share. Each is called as: layers/NAME.sh OUT.tar WORKDIR
set -euo pipefail
umask 022

# Sorted, with a fixed time and root as the owner: the same tree gives the same bytes.
pack() { # DIR OUT
  tar -C "$1" --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -cf "$2" .
}

# The same, with the owners as they are.
pack_owned() { # DIR OUT [tar options]
  local dir="$1" out="$2"
  shift 2
  tar -C "$dir" --sort=name --mtime=@0 --numeric-owner "$@" -cf "$out" .
}

retry() {
  local try
  for try in 1 2 3; do
    if "$@"; then return 0; fi
    echo "try $try failed: $*" >&2
    sleep $((try * 2))
  done
  return 1
}

# The user that the official Node images carry, added to the accounts of the layer below.
add_node_user() { # BASE.tar ROOT
  tar -xf "$1" -C "$2" ./etc/passwd ./etc/group
  echo 'node:x:1000:1000::/home/node:/bin/sh' >>"$2/etc/passwd"
  echo 'node:x:1000:' >>"$2/etc/group"
}

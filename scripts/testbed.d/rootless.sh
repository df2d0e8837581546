# shellcheck shell=bash
# An ordinary user with its own Podman storage.

ROOTLESS_USER=argus-rootless

rootless_up() {
  local home uid
  if ! id "$ROOTLESS_USER" >/dev/null 2>&1; then
    step "useradd $ROOTLESS_USER" useradd useradd -m -s /bin/bash "$ROOTLESS_USER"
    say "created user $ROOTLESS_USER"
  fi
  if ! grep -q "^$ROOTLESS_USER:" /etc/subuid; then
    step "subordinate ids" subuid usermod --add-subuids 1000000-1065535 --add-subgids 1000000-1065535 "$ROOTLESS_USER"
  fi
  home="$(rootless_home)"
  uid="$(id -u "$ROOTLESS_USER")"
  install -d -m 0755 /run/user
  install -d -m 0700 -o "$ROOTLESS_USER" -g "$ROOTLESS_USER" "/run/user/$uid"
  rootless_storage "$home"
  rootless_wake
}

# Podman 4 silently takes the slow vfs driver otherwise.
rootless_storage() {
  local dir="$1/.config/containers"
  if [ -e "$dir/storage.conf" ]; then return 0; fi
  install -d -m 0755 -o "$ROOTLESS_USER" -g "$ROOTLESS_USER" "$1/.config" "$dir"
  printf '[storage]\ndriver = "overlay"\n' >"$dir/storage.conf"
  chown "$ROOTLESS_USER:$ROOTLESS_USER" "$dir/storage.conf"
}

# The user's Podman, as one command among others of this script.
rootless_podman() (rootless_exec podman "$@")

# A pause process that ended without a word leaves a pid file that can name a stranger.
rootless_wake() {
  if rootless_podman ps -aq >/dev/null 2>&1; then return 0; fi
  rootless_podman system migrate >/dev/null 2>&1 || true
  if rootless_podman ps -aq >/dev/null 2>&1; then return 0; fi
  podman_forget_boot "/run/user/$(id -u "$ROOTLESS_USER")/libpod/tmp"
  step "rootless podman" rootless-ps rootless_podman ps -aq
}

rootless_home() { getent passwd "$ROOTLESS_USER" | cut -d: -f6; }

# Replaces this shell by the command: no pty and no process in between, so bytes, signals and exit code stay as they are.
rootless_exec() {
  local uid home
  uid="$(id -u "$ROOTLESS_USER" 2>/dev/null)" || die "no user $ROOTLESS_USER: run scripts/testbed up"
  home="$(rootless_home)"
  if ! setpriv --reuid "$ROOTLESS_USER" --regid "$ROOTLESS_USER" --init-groups test -x .; then cd "$home" || exit; fi
  exec 9>&-
  exec setpriv --reuid "$ROOTLESS_USER" --regid "$ROOTLESS_USER" --init-groups env \
    -u DBUS_SESSION_BUS_ADDRESS -u XDG_CONFIG_HOME -u XDG_DATA_HOME -u XDG_CACHE_HOME -u XDG_STATE_HOME \
    HOME="$home" USER="$ROOTLESS_USER" LOGNAME="$ROOTLESS_USER" SHELL=/bin/bash XDG_RUNTIME_DIR="/run/user/$uid" \
    TMPDIR=/tmp PATH="$(rootless_path)" "$@"
}

# The caller's folders that the user may enter, then the system's.
rootless_path() {
  local dir path="" system=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
  while read -r -d : dir; do
    case "$dir" in
      "" | /root | /root/*) ;;
      *) if [[ ":$system:" != *":$dir:"* ]]; then path+="$dir:"; fi ;;
    esac
  done <<<"$PATH:"
  echo "$path$system"
}

rootless_status() {
  if ! rootless_podman version >/dev/null 2>&1; then
    echo "rootless  missing"
    return 1
  fi
  echo "rootless  ready: user $ROOTLESS_USER"
}

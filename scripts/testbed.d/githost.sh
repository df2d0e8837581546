# shellcheck shell=bash
# A git host for source builds: HTTPS on loopback and on an address that builds reach, under a public-looking name.

GITHOST_NAME=git.argus-testbed.dev
GITHOST_PORT="${ARGUS_TESTBED_GIT_PORT:-443}"
GITHOST_DIR="$TESTBED_STATE/git"
GITHOST_CA="$GITHOST_DIR/ca.pem"
GITHOST_PID="$TESTBED_STATE/githost.pid"
GITHOST_REPOSITORY=argus-testbed/mcp-source

githost_url() {
  local port=""
  if [ "$GITHOST_PORT" != 443 ]; then port=":$GITHOST_PORT"; fi
  echo "https://$GITHOST_NAME$port/$GITHOST_REPOSITORY.git"
}

# Docker's bridge address is this machine's own, and every engine's builds reach it.
githost_address() {
  local address
  address="$(ip -4 -o addr show docker0 2>/dev/null | sed -n 's/.* inet \([0-9.]*\).*/\1/p' | head -n 1)"
  if [ -n "$address" ]; then echo "$address"; return 0; fi
  ip -4 route get 192.0.2.1 2>/dev/null | sed -n 's/.* src \([0-9.]*\).*/\1/p' | head -n 1
}

# The authority must exist before the base images, whose bundle carries it.
githost_certificates() {
  if [ -s "$GITHOST_DIR/server.pem" ] && openssl x509 -checkend 604800 -noout -in "$GITHOST_DIR/server.pem" >/dev/null; then
    return 0
  fi
  mkdir -p "$GITHOST_DIR"
  step "certificates of the git host" githost-certificates githost_make_certificates
}

githost_make_certificates() {
  local dir="$GITHOST_DIR"
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 -subj "/CN=argus testbed CA" \
    -addext "basicConstraints=critical,CA:TRUE" -addext "keyUsage=critical,keyCertSign,cRLSign" \
    -keyout "$dir/ca.key" -out "$dir/ca.pem" &&
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$GITHOST_NAME" \
      -keyout "$dir/server.key" -out "$dir/server.csr" &&
    openssl x509 -req -in "$dir/server.csr" -CA "$dir/ca.pem" -CAkey "$dir/ca.key" -CAcreateserial -days 3650 \
      -extfile <(printf 'subjectAltName=DNS:%s,DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=serverAuth\n' "$GITHOST_NAME") \
      -out "$dir/server.pem" &&
    chmod 0600 "$dir"/*.key
}

githost_up() {
  githost_repository
  if githost_answers; then return 0; fi
  stop_daemon "$GITHOST_PID" githost/server.mjs
  start_daemon "$GITHOST_PID" "$TESTBED_LOGS/githost.log" node "$TESTBED_PARTS/githost/server.mjs" \
    "$GITHOST_DIR" "$GITHOST_PORT" 127.0.0.1 "$(githost_address)"
  if ! wait_for 20 githost_answers; then
    tail -n 5 "$TESTBED_LOGS/githost.log" | sed 's/^/    /' >&2
    die "the git host does not answer on port $GITHOST_PORT (another port: ARGUS_TESTBED_GIT_PORT)"
  fi
  say "started the git host at $(githost_url)"
}

githost_answers() {
  local address
  address="$(githost_address)"
  curl -sf -m 5 -o /dev/null --cacert "$GITHOST_CA" --resolve "$GITHOST_NAME:$GITHOST_PORT:$address" \
    "$(githost_url)/info/refs?service=git-upload-pack"
}

# Made from the folder source/ with fixed names and dates, so that its commits keep their ids.
githost_repository() {
  local bare="$GITHOST_DIR/$GITHOST_REPOSITORY.git" key
  key="$(cat "$TESTBED_PARTS/githost.sh" "$TESTBED_PARTS"/githost/source/*.* "$TESTBED_PARTS"/githost/source/src/* | sha256sum | cut -c 1-16)"
  if [ "$(cat "$bare/testbed-key" 2>/dev/null)" = "$key" ]; then return 0; fi
  rm -rf "$bare"
  step "repository of the git host" githost-repository githost_make_repository "$bare"
  echo "$key" >"$bare/testbed-key"
}

githost_make_repository() (
  set -e
  local bare="$1" work
  work="$(mktemp -d)"
  export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
  export GIT_AUTHOR_NAME=testbed GIT_AUTHOR_EMAIL=testbed@localhost GIT_COMMITTER_NAME=testbed GIT_COMMITTER_EMAIL=testbed@localhost
  export GIT_AUTHOR_DATE="2024-01-01T00:00:00Z" GIT_COMMITTER_DATE="2024-01-01T00:00:00Z"
  cp -r "$TESTBED_PARTS/githost/source/." "$work"
  git -C "$work" init -q -b main
  git -C "$work" add -A
  git -C "$work" commit -q -m "Add a small MCP server"
  git -C "$work" tag v1.0.0
  sed -i 's/"version": "1\.0\.0"/"version": "1.1.0"/' "$work/package.json"
  git -C "$work" commit -q -a -m "Raise the version to 1.1.0"
  git init -q --bare -b main "$bare"
  git -C "$work" push -q "$bare" main v1.0.0
  git -C "$bare" config uploadpack.allowReachableSHA1InWant true
  git -C "$bare" config http.receivepack false
  git -C "$bare" update-server-info
  rm -rf "$work"
)

githost_down() { stop_daemon "$GITHOST_PID" githost/server.mjs; }

githost_status() {
  if ! githost_answers; then
    echo "git host  missing"
    return 1
  fi
  echo "git host  ready: $(githost_url) at $(githost_address)"
}

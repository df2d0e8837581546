#!/usr/bin/env bash
# CPython 3.13 at /usr/local over debian:trixie-slim, with pip and without byte code, as the official image has it.
# usage: python.sh OUT.tar WORKDIR DEBIAN.tar
# shellcheck source=scripts/testbed.d/layers/common.sh
source "$(dirname "$0")/common.sh"

out="$1" work="$2" base="$3"
here="$(cd "$(dirname "$0")" && pwd)"
merged="$work/merged"
mkdir -p "$work"/{debs,x,lower,upper,scratch} "$merged"
"$here/debs.sh" "$work/debs" python3.13 python3.13-minimal libpython3.13-minimal libpython3.13-stdlib python3.13-venv \
  python3-pip-whl &
downloads=$!
tar -xf "$base" -C "$work/lower"

mount -t overlay overlay -o "lowerdir=$work/lower,upperdir=$work/upper,workdir=$work/scratch" "$merged"
trap 'umount -l "$merged"' EXIT
mkdir -p "$merged/dev"
mknod -m 666 "$merged/dev/null" c 1 3
mknod -m 666 "$merged/dev/urandom" c 1 9
cp -L /etc/resolv.conf "$merged/etc/resolv.conf"
# The minimal system trusts no certificate, and this machine's mirror may want one trusted.
cp -L /etc/ssl/certs/ca-certificates.crt "$merged/ca.pem"
in_tree() { chroot "$merged" env -i SSL_CERT_FILE=/ca.pem PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C DEBIAN_FRONTEND=noninteractive "$@"; }

retry in_tree apt-get update -q
retry in_tree apt-get install -q -y --no-install-recommends ca-certificates netbase tzdata media-types libbz2-1.0 \
  libdb5.3t64 libexpat1 libffi8 liblzma5 libncursesw6 libreadline8t64 libsqlite3-0 libssl3t64 libuuid1 zlib1g
wait "$downloads"
for deb in "$work"/debs/*.deb; do dpkg-deb -x "$deb" "$work/x"; done

# Debian moves what pip installs to folders of its own; the official build keeps it under its prefix.
lib="$work/x/usr/lib/python3.13"
rm -f "$lib"/EXTERNALLY-MANAGED "$lib"/_distutils_system_mod.py "$lib"/sitecustomize.py
sed -i "s/'DEB_PYTHON_INSTALL_LAYOUT', 'posix_local'/'DEB_PYTHON_INSTALL_LAYOUT', 'posix_prefix'/; s/prefix_scheme = 'posix_local'/prefix_scheme = 'posix_prefix'/" \
  "$lib/sysconfig/__init__.py"
cat >"$lib/sitecustomize.py" <<'TEXT'
"""Debian's site module is frozen into the binary and looks for dist-packages; this looks where the official one does."""
import site
import sys


def getsitepackages(prefixes=None):
    return [f"{prefix}/lib/python3.13/site-packages" for prefix in dict.fromkeys(prefixes or site.PREFIXES)]


site.getsitepackages = getsitepackages
if sys.prefix == sys.base_prefix:
    for folder in getsitepackages():
        site.addsitedir(folder)
TEXT
sed -i 's/^    _ensurepip_is_disabled_in_debian_for_system()$/    pass/' "$lib/ensurepip/__init__.py"
mkdir -p "$merged/usr/local/lib/python3.13/site-packages" "$merged/usr/local/bin" "$merged/usr/share/python-wheels"
cp -r "$lib/." "$merged/usr/local/lib/python3.13"
cp "$work/x/usr/bin/python3.13" "$merged/usr/local/bin/python3.13"
cp "$work"/x/usr/share/python-wheels/pip-*.whl "$merged/usr/share/python-wheels"
ln -s python3.13 "$merged/usr/local/bin/python3"
ln -s python3 "$merged/usr/local/bin/python"
wheel="$(basename "$work"/x/usr/share/python-wheels/pip-*.whl)"
in_tree PYTHONDONTWRITEBYTECODE=1 python3 "/usr/share/python-wheels/$wheel/pip" install -q --no-compile --no-index \
  --root-user-action=ignore "/usr/share/python-wheels/$wheel"
if [ ! -e "$merged/usr/local/bin/pip" ]; then ln -s pip3 "$merged/usr/local/bin/pip"; fi
in_tree python3 -c 'import ssl, sqlite3, ctypes, bz2, lzma, readline, uuid, zlib, hashlib, pip
assert pip.__file__.startswith("/usr/local/lib/python3.13/site-packages/"), pip.__file__'

find "$merged/usr/local" -name __pycache__ -prune -exec rm -rf {} +
(
  cd "$merged"
  rm -rf ./dev/* ./ca.pem ./etc/resolv.conf ./var/lib/apt/lists/* ./var/cache/apt/* ./var/log/*
  rm -rf ./var/cache/ldconfig/* ./var/cache/debconf/*-old ./var/lib/dpkg/*-old
)
umount "$merged"
trap - EXIT
find "$work/upper" -type c -delete
pack_owned "$work/upper" "$out" --exclude='./dev/*'

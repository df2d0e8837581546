#!/usr/bin/env bash
# alpine:3.21 of Debian's musl and busybox, with an apk that knows the words but installs only git.
# shellcheck source=scripts/testbed.d/layers/common.sh
source "$(dirname "$0")/common.sh"

out="$1" work="$2"
here="$(cd "$(dirname "$0")" && pwd)"
root="$work/root"
mkdir -p "$work/debs" "$work/x" "$root"
"$here/debs.sh" "$work/debs" musl busybox-static
for deb in "$work"/debs/*.deb; do dpkg-deb -x "$deb" "$work/x"; done

mkdir -p "$root"/{bin,dev,etc/apk,etc/ssl/certs,home,lib/apk/db,media,mnt,opt,proc,run,sbin,srv,sys,tmp,root,usr/bin,usr/sbin}
mkdir -p "$root"/usr/{lib,local/bin,local/lib,local/share,share/argus-testbed} "$root"/var/{cache/apk,empty,lib,log,spool,tmp}
chmod 1777 "$root/tmp" "$root/var/tmp"
chmod 0700 "$root/root"
ln -s /run "$root/var/run"

cp "$work/x/usr/lib/x86_64-linux-musl/libc.so" "$root/lib/ld-musl-x86_64.so.1"
chmod 0755 "$root/lib/ld-musl-x86_64.so.1"
ln -s ld-musl-x86_64.so.1 "$root/lib/libc.musl-x86_64.so.1"
printf '/lib:/usr/local/lib:/usr/lib\n' >"$root/etc/ld-musl-x86_64.path"
printf '#!/bin/sh\nexec /lib/ld-musl-x86_64.so.1 --list "$@"\n' >"$root/usr/bin/ldd"

cp "$work/x/usr/bin/busybox" "$root/bin/busybox"
"$root/bin/busybox" --list-full >"$work/applets"
while read -r applet; do
  mkdir -p "$root/$(dirname "$applet")"
  if [ ! -e "$root/$applet" ]; then ln -s /bin/busybox "$root/$applet"; fi
done <"$work/applets"
"$root/bin/busybox" true

# Debian's busybox has no account tools.
for tool in adduser addgroup; do
  rm -f "$root/usr/sbin/$tool"
  cp "$here/$tool" "$root/usr/sbin/$tool"
done
cp "$here/apk" "$root/sbin/apk"
chmod 0755 "$root/sbin/apk" "$root/usr/bin/ldd" "$root"/usr/sbin/add{user,group}

cat >"$root/etc/passwd" <<'TEXT'
root:x:0:0:root:/root:/bin/sh
bin:x:1:1:bin:/bin:/sbin/nologin
daemon:x:2:2:daemon:/sbin:/sbin/nologin
nobody:x:65534:65534:nobody:/:/sbin/nologin
TEXT
cat >"$root/etc/group" <<'TEXT'
root:x:0:root
bin:x:1:root,bin,daemon
daemon:x:2:root,bin,daemon
tty:x:5:
users:x:100:
nogroup:x:65533:
nobody:x:65534:
TEXT
echo 'root:::0:::::' >"$root/etc/shadow"
chmod 0640 "$root/etc/shadow"
printf 'NAME="Alpine Linux"\nID=alpine\nVERSION_ID=3.21.3\nPRETTY_NAME="Alpine Linux v3.21"\n' >"$root/etc/os-release"
echo 3.21.3 >"$root/etc/alpine-release"
printf 'https://dl-cdn.alpinelinux.org/alpine/v3.21/main\nhttps://dl-cdn.alpinelinux.org/alpine/v3.21/community\n' >"$root/etc/apk/repositories"
printf 'alpine-baselayout\nbusybox\n' >"$root/etc/apk/world"
: >"$root/lib/apk/db/installed"
ln -s /usr/local/share/argus-testbed/ca.pem "$root/etc/ssl/certs/ca-certificates.crt"
printf 'hosts: files dns\n' >"$root/etc/nsswitch.conf"

# git of this machine with its libraries at their own paths: musl looks for libraries elsewhere, so both live side by side.
git_files() {
  local core binary
  core="$(git --exec-path)"
  for binary in "$(command -v git)" "$core/git-remote-http"; do
    readlink -f "$binary"
    ldd "$binary" | sed -n 's/.*=> \(\/[^ ]*\).*/\1/p; s/^[[:space:]]*\(\/lib64[^ ]*\).*/\1/p'
  done | sort -u
}
tree="$work/git"
git_files >"$work/git-files"
while read -r file; do
  mkdir -p "$tree$(dirname "$file")"
  cp -L "$file" "$tree$file"
done <"$work/git-files"
mkdir -p "$tree$(git --exec-path)" "$tree/usr/share/git-core/templates"
if [ ! -e "$tree$(git --exec-path)/git" ]; then ln -s "$(readlink -f "$(command -v git)")" "$tree$(git --exec-path)/git"; fi
for link in git-remote-https git-remote-ftp; do ln -sf git-remote-http "$tree$(git --exec-path)/$link"; done
if [ ! -e "$tree/usr/bin/git" ]; then mkdir -p "$tree/usr/bin" && ln -s "$(readlink -f "$(command -v git)")" "$tree/usr/bin/git"; fi
pack "$tree" "$root/usr/share/argus-testbed/git.tar"

pack "$root" "$out"

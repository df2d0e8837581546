#!/usr/bin/env bash
# Go at /usr/local/go, as the module proxy serves it.
# shellcheck source=scripts/testbed.d/layers/common.sh
source "$(dirname "$0")/common.sh"

out="$1" work="$2"
version=1.24.13
root="$work/root"
mkdir -p "$root/usr/local" "$root"/go/{src,bin}
chmod 1777 "$root"/go "$root"/go/{src,bin}

cd "$work" || exit
GOMODCACHE="$work/modules" GOFLAGS=-modcacherw GOTOOLCHAIN=local \
  retry go mod download "golang.org/toolchain@v0.0.1-go$version.linux-amd64"
mv "$work/modules/golang.org/toolchain@v0.0.1-go$version.linux-amd64" "$root/usr/local/go"
chmod -R u+w,a+rX "$root/usr/local/go"
chmod 0755 "$root"/usr/local/go/bin/* "$root"/usr/local/go/pkg/tool/linux_amd64/*
pack "$root" "$out"

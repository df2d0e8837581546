#!/usr/bin/env bash
# Compiles the programs of this folder into a folder. usage: compile.sh GO CACHE TARGET
set -euo pipefail

go="$1" cache="$2" target="$3"
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")"
export GOMODCACHE="$cache/mod" GOCACHE="$cache/build" GOFLAGS=-modcacherw GOWORK=off CGO_ENABLED=0

version=v1.34.4 stamps=""
for package in k8s.io/component-base/version k8s.io/client-go/pkg/version; do
  for value in gitVersion="$version" gitMajor=1 gitMinor=34 gitTreeState=clean gitCommit=unknown buildDate=2026-01-01T00:00:00Z; do
    stamps+=" -X $package.$value"
  done
done
for try in 1 2 3; do
  if "$go" mod download; then break; fi
  echo "download: try $try failed" >&2
  sleep $((try * 3))
done
nice -n 15 "$go" build -tags providerless -trimpath -ldflags "-s -w$stamps" -o "$target/kubernetes" .
nice -n 15 "$go" build -trimpath -ldflags "-s -w" -o "$target/pause" ./pause

#!/usr/bin/env bash
# One certificate bundle, last, so that a change of it leaves the large layers alone.
# usage: ca.sh OUT.tar WORKDIR BUNDLE.pem PATH-IN-IMAGE
# shellcheck source=scripts/testbed.d/layers/common.sh
source "$(dirname "$0")/common.sh"

out="$1" work="$2" bundle="$3" path="$4"
mkdir -p "$work/root$(dirname "$path")"
install -m 0644 "$bundle" "$work/root$path"
pack "$work/root" "$out"

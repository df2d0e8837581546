#!/usr/bin/env bash
# Downloads packages of Debian trixie with an apt configuration of its own: the machine's stays as it is.
# usage: debs.sh DIR PACKAGE...
# shellcheck source=scripts/testbed.d/layers/common.sh
source "$(dirname "$0")/common.sh"

dir="$1"
shift
apt="$dir/apt"
mirrors="$("$(dirname "$0")/mirrors.sh")"
read -r archive _ <<<"$mirrors"
mkdir -p "$apt/state/lists/partial" "$apt/cache/archives/partial"
touch "$apt/status"
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $archive trixie main" >"$apt/sources.list"
options=(
  -o "Dir::State=$apt/state" -o "Dir::State::status=$apt/status" -o "Dir::Cache=$apt/cache"
  -o "Dir::Etc::SourceList=$apt/sources.list" -o Dir::Etc::SourceParts=/dev/null
  -o APT::Sandbox::User=root -o Acquire::Languages=none
  -o Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false
)
retry apt-get "${options[@]}" update -q
cd "$dir" || exit
retry apt-get "${options[@]}" download -q "$@"
rm -rf "$apt"

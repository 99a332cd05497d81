#!/usr/bin/env bash
# repack.sh IN.deb OUT.deb COMMANDS: unpacks a deb, runs COMMANDS (bash) in its tree (control files in DEBIAN/), packs it
# again. For packages the suite needs only once: a changed conffile, a weakened unit.
set -euo pipefail
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
dpkg-deb -R "$1" "$tree"
(cd "$tree" && bash -euo pipefail -c "$3" && find . -type f ! -path './DEBIAN/*' -printf '%P\0' | sort -z | xargs -0 md5sum >DEBIAN/md5sums)
dpkg-deb -Zgzip --root-owner-group -b "$tree" "$2" >/dev/null

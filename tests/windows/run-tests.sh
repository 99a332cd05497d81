#!/usr/bin/env bash
# run-tests.sh BUILD [CTEST-OPTION...]: the suites of a Windows build under wine, in $WINEPREFIX (made when missing). What
# skips-wine.txt lists is left out, counted and named.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
build=$1
shift
. "$here/wine.sh"
trap wine_down EXIT
if [ -d "$WINEPREFIX" ]; then wine_up; else wine_new; fi
skips=$(sed -nE 's/^([A-Za-z0-9_./*]+)  .*/\1/p' "$here/skips-wine.txt")
pattern=$(sed -E 's/[.]/\\./g; s/\*/.*/g; s/^/^/; s/$/$/' <<<"$skips" | paste -sd'|')
found=$(ctest --test-dir "$build" -N -R "${pattern:-^$}" "$@" | grep -c '^ *Test *#')
echo "left out under wine: $found tests, see tests/windows/skips-wine.txt"
POSTERN_HISTORIES=${POSTERN_HISTORIES:-300} ctest --test-dir "$build" --output-on-failure --no-tests=error -j2 \
  -E "${pattern:-^$}" "$@"

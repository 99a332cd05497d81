#!/usr/bin/env bash
# run-tests.sh BIN OUT PROGRAM=SHARDS...: test programs of a Windows build under wine, in $WINEPREFIX (made when missing). A
# process runs a shard of a program's tests, because a start costs more than most tests; a shard that hangs ends after
# $LIMIT seconds (300). What skips-wine.txt lists is left out and counted. OUT gets a log and an XML file for each shard.
# Exit code 1 when a test failed, or did not run and is not left out.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
bin=$(realpath "$1") out=$(realpath -m "$2")
shift 2
SERVER_SAYS=$(mktemp)
. "$here/wine.sh"
trap 'wine_down; rm -f "$SERVER_SAYS"' EXIT
if [ -d "$WINEPREFIX" ]; then wine_up; else wine_new; fi
rm -rf "$out"
mkdir -p "$out"
skips=$(sed -nE 's/^([A-Za-z0-9_./*]+)  .*/\1/p' "$here/skips-wine.txt" | paste -sd:)
export wine bin out skips LIMIT=${LIMIT:-300} POSTERN_HISTORIES=${POSTERN_HISTORIES:-50} GTEST_COLOR=no

shard() { # shard PROGRAM INDEX COUNT
  local name=$1.$2
  GTEST_SHARD_INDEX=$2 GTEST_TOTAL_SHARDS=$3 timeout -k 10 "$LIMIT" "$wine" "$bin/$1.exe" "--gtest_filter=*:-$skips" \
    "--gtest_output=xml:Z:$out/$name.xml" >"$out/$name.log" 2>&1
  echo "$name $?" >>"$out/codes"
}
export -f shard
for entry in "$@"; do
  program=${entry%=*} count=${entry#*=}
  "$wine" "$bin/$program.exe" --gtest_list_tests >"$out/$program.list" 2>/dev/null || { echo "$program does not start"; exit 1; }
  for ((i = 0; i < count; i++)); do echo "$program $i $count" >>"$out/shards"; done
done
# wine 8.0's own server forgets a socket before it forgets its events: it ends by an assertion (sock_poll_event) or a crash, and
# what runs then hangs until it is ended here. What got no result runs once more, and it is said; a test that failed does not.
died() { grep -qE 'Assertion|crashed' "$SERVER_SAYS"; }
while sleep 5; do ! died || pkill -9 -f "$bin/[a-z0-9_]*_tests.exe"; done &
watch=$!
xargs -a "$out/shards" -P "${JOBS:-2}" -I{} bash -c 'shard {}'
kill "$watch"
mapfile -t lost < <(while read -r name code; do [ -e "$out/$name.xml" ] || echo "$name"; done <"$out/codes")
if [ ${#lost[@]} -gt 0 ] && { died || grep -qE ' (124|137)$' "$out/codes"; }; then
  for name in "${lost[@]}"; do cp "$out/$name.log" "$out/$name.first.txt"; done
  echo "no result: ${lost[*]} ($(head -n 1 "$SERVER_SAYS" | grep . || echo "hung, on a live server")); once more, see *.first.txt"
  wine_down
  wine_up
  for name in "${lost[@]}"; do
    sed -i "/^$name /d" "$out/codes"
    grep "^${name%.*} ${name##*.} " "$out/shards" | xargs -I{} bash -c 'shard {}'
  done
fi
"$here/summary.py" "$out" "$here/skips-wine.txt"

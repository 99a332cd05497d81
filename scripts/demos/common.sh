# What the demos share; sourced by scripts/demo in the source folder. Builds, starts simulators, runs the program.

bold=$'\e[1m' plain=$'\e[0m'
[ -t 1 ] || bold='' plain=''
step() { printf '\n%s== %s%s\n' "$bold" "$1" "$plain"; }
show() { printf '%s$ %s%s\n' "$bold" "$1" "$plain"; }

step "Installing what is missing and building (some minutes the first time)"
scripts/prepare
scripts/build release postern postern-sim | tail -n 1

folder=$PWD/demo
rm -rf "$folder"
mkdir -p "$folder"
pids=()
cleanup() { for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done; wait 2>/dev/null || true; }
trap cleanup EXIT

start() {  # start NAME OPTIONS...: starts a simulator, prints its address
  local name=$1
  shift
  build/release/tests/sim/postern-sim "$name" "$@" >"$folder/$name.txt" 2>&1 &
  pids+=($!)
  for _ in $(seq 100); do
    url=$(sed -n 's/^listening on //p' "$folder/$name.txt")
    [ -n "$url" ] && return
    sleep 0.1
  done
  echo "the simulator $name did not start:" >&2
  cat "$folder/$name.txt" >&2
  exit 1
}
postern() {
  show "postern $*"
  build/release/service/postern --config "$folder/postern.ini" "$@"
}
arrived() {
  curl -sf "$app/_sim/summary" | jq -r 'to_entries[] | select(.value.count > 0) | "  \(.value.count) \(.key), doubled: \(.value.duplicates)"'
}
writes() { curl -sf "$app/_sim/counts" | jq .writes; }

#!/usr/bin/env bash
# nspawn-run.sh ROOTFS-DIR THINGS OUT: boots the root file system with systemd-nspawn (a copy on top, the folder stays as it
# is), runs guest.sh main, boots again, runs guest.sh afterboot. THINGS is seen as /things in the guest. Console and journal
# go to OUT. PHASES names other parts of the story;
# UNTIL=CHAPTER ends the main story before that chapter. Ends everything it started. Needs root. Why each step is as it is: shared/linux/README.md, recipe (a).
set -uo pipefail
if [ -z "${IN_NAMESPACE:-}" ]; then
  # An own cgroup2 leaf and a private mount namespace, so that the guest sees a pure unified hierarchy whatever the host uses.
  cgroups=$(findmnt -nfo TARGET -t cgroup2 | head -1)
  mounted=
  if [ -z "$cgroups" ]; then
    cgroups=$(mktemp -d) && mount -t cgroup2 none "$cgroups" && mounted=1 || { echo "SKIP: no cgroup2 here"; exit 77; }
  fi
  leaf=$cgroups/postern-test.$$
  mkdir "$leaf" || { echo "SKIP: cgroup2 is not writable"; exit 77; }
  work=$(mktemp -d "${TMPDIR:-/tmp}/postern-nspawn.XXXXXX")
  (echo 0 >"$leaf/cgroup.procs"; IN_NAMESPACE=1 WORK=$work exec unshare --mount --propagation private "$0" "$@")
  code=$?
  rm -rf "$work"
  for _ in 1 2 3 4 5 6; do
    find "$leaf" -depth -type d -exec rmdir {} + 2>/dev/null
    [ -d "$leaf" ] || break
    sleep 0.5
  done
  [ -z "$mounted" ] || { umount "$cgroups" && rmdir "$cgroups"; }
  exit $code
fi

here=$(cd "$(dirname "$0")" && pwd)
base=$(realpath "$1") things=$(realpath "$2") out=$(realpath "$3")
umount -R /sys/fs/cgroup 2>/dev/null
mount -t cgroup2 none /sys/fs/cgroup || exit 1
mkdir -p "$WORK"/{upper,scratch,root}
mount -t overlay overlay -o "lowerdir=$base,upperdir=$WORK/upper,workdir=$WORK/scratch" "$WORK/root" || exit 1

boot() {
  systemd-nspawn -q --boot -D "$WORK/root" -M "postern-test-$$" --register=no --keep-unit --private-network \
    --resolv-conf=off --timezone=off --link-journal=no --console=pipe --system-call-filter=bpf \
    --capability=CAP_BPF,CAP_PERFMON,CAP_NET_ADMIN --bind-ro="$things:/things" --bind-ro="$here:/t" \
    systemd.show_status=0 </dev/null >"$out/console.log" 2>&1 &
  container=$!
  leader=
  for _ in $(seq 150); do
    leader=$(awk '{print $NF}' "/proc/$container/task/$container/children" 2>/dev/null)
    [ -n "$leader" ] && [ -S "/proc/$leader/root/run/systemd/private" ] && return
    kill -0 $container 2>/dev/null || break
    sleep 0.1
  done
  echo "not ok - the guest did not boot"
  tail -n 20 "$out/console.log"
  kill $container 2>/dev/null
  exit 1
}
guest() {  # guest LIMIT COMMAND...
  local limit=$1
  shift
  timeout "$limit" nsenter -t "$leader" -m -u -i -n -p -C -- \
    /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 UNTIL="${UNTIL:-}" "$@"
}
halt() {
  guest 20 systemctl poweroff 2>/dev/null
  for _ in $(seq 200); do
    kill -0 $container 2>/dev/null || break
    sleep 0.1
  done
  kill $container 2>/dev/null
  wait $container
}

code=0
for phase in ${PHASES:-main afterboot}; do
  boot
  guest "${LIMIT:-300}" /t/guest.sh $phase || code=1
  guest 20 sh -c 'journalctl --sync; journalctl -b -o short-precise --no-pager' >"$out/journal-$phase.txt"
  halt
done
umount "$WORK/root"
exit $code

#!/bin/bash
# The story of one installation, told inside a booted guest (container or VM) as root: guest.sh main | afterboot | hang.
# /things holds the debs, an apt repository, the simulators and the probe. Prints "ok - …" and "not ok - …" lines and a
# last line "N passed, N failed". guest.sh settings ERP APP prints the settings it uses.
phase=${1:?main, afterboot or settings}
passed=0 failed=0 started=$SECONDS
unit=postern.service
export DEBIAN_FRONTEND=noninteractive SYSTEMD_COLORS=0 SYSTEMD_PAGER= LC_ALL=C.UTF-8
db=/var/lib/postern/postern.db ini=/etc/postern/postern.ini
erp=${2:-http://127.0.0.1:18081} app=${3:-http://127.0.0.1:18082}

ok() {  # ok NAME COMMAND...
  local name=$1
  shift
  if "$@" >/tmp/told 2>&1; then
    passed=$((passed + 1))
    echo "ok - $name"
  else
    failed=$((failed + 1))
    echo "not ok - $name"
    tail -n 15 /tmp/told | sed 's/^/#   /'
  fi
}
chapter() {  # a negative control stops before the chapter UNTIL
  [ "$1" != "${UNTIL:-}" ] || finish
  echo "# $((SECONDS - started)) s: $1"
}
is() { [ "$1" = "$2" ] || { echo "got '$1', want '$2'"; return 1; }; }
has() { grep -Eq -- "$2" <<<"$1" || { echo "no /$2/ in: $1"; return 1; }; }
hasnt() { ! grep -E -- "$2" <<<"$1"; }
not() { ! "$@"; }
within() {  # within SECONDS COMMAND...
  local until=$((SECONDS + $1))
  shift
  until "$@"; do
    [ $SECONDS -lt $until ] || return 1
    sleep 0.2
  done
}
show() { systemctl show -P "$1" "${2:-$unit}"; }
journal() { journalctl --sync; journalctl -u $unit -o cat --no-pager "$@"; }
mark() { stamp=$(date '+%F %T.%6N'); }  # not a cursor: with a filter systemd 252 skips the first entry after it
since() { journal --since "$stamp" "$@"; }
explained() { journalctl --sync; journalctl -x -u $unit --no-pager ${stamp:+--since "$stamp"}; }
refused() { since | grep -q 'event="reload refused"'; }
begun() { since | grep -q event=started; }
as_postern() { runuser -u postern -- "$@"; }
signal() { local pid; pid=$(show MainPID); [ "${pid:-0}" -gt 1 ] && kill "-$1" "$pid"; }  # never kill 0
restarted() { [ "$(show MainPID)" != "$1" ] && [ "$(show MainPID)" != 0 ] && systemctl is-active -q $unit; }
leftovers() { find / -xdev \( -path /proc -o -path /things -o -path /t -o -path /tmp -o -path /run/systemd \
  -o -path /var/log -o -path /var/cache \) -prune -o -iname '*postern*' -print | grep -v '^/etc/systemd/system/sim-'; }

# ---- the two simulated vendors

simulate() {
  for vendor in erp app; do systemctl stop -q "sim-$vendor" 2>/dev/null; done
  systemd-run -q --unit=sim-erp --collect /things/postern-sim profacto --port 18081 --customers 40 --projects 24 --articles 30 \
    --positions 4 --token TOKEN-OF-THE-STORY
  systemd-run -q --unit=sim-app --collect /things/postern-sim craftboxx --port 18082 --email sync@tischlerei.example \
    --password GEHEIM-OF-THE-STORY
  within 10 curl -sf -o /dev/null $app/_sim/counts && within 10 curl -sf -o /dev/null $erp/_sim/counts
}
dump() { curl -sf $app/_sim/dump; }
doubled() { curl -sf $app/_sim/summary | jq '[.[].duplicates] | add'; }
records() { curl -sf $app/_sim/summary | jq '[.[].count] | add'; }
writes() { curl -sf $app/_sim/counts | jq .writes; }
outbox() { sqlite3 -readonly $db 'SELECT count(*) FROM outbox'; }
settled() { [ -e $db ] && [ "$(outbox)" = 0 ] && [ "$(dump | jq '.assignments | length')" -gt 0 ]; }
project() { dump | jq -r '[.assignments[] | select(.state == "SCHEDULED")][0].source_external_id'; }
rename() {  # rename TITLE: somebody in the office renames the project
  curl -sf -X POST $erp/_sim/edit -d "{\"table\":\"Auftrag\",\"key\":\"$key\",\"fields\":{\"Bauvorhaben\":\"$1\"}}" >/dev/null
}
arrived() { dump | jq -e --arg key "$key" --arg title "$1" \
  '.assignments[] | select(.source_external_id == $key) | select(.title | contains($title))' >/dev/null; }
app_refuses() { curl -sf -X POST $app/_sim/fault -d '{"kind":"Status","status":503,"times":-1}' >/dev/null; }
app_works() { curl -sf -X DELETE $app/_sim/fault >/dev/null; }

settings() {
  cat <<INI
[agent]
state_dir = /var/lib/postern
language  = en

[system.erp]
connector = profacto
url       = $erp
token     = secret:erp-token
confirmed_status = 3 4

[system.app]
connector = craftboxx
url       = $app
email     = sync@tischlerei.example
password  = secret:craftboxx-password
rate      = 0

[link.main]
erp      = erp
app      = app
interval = 10s

[fields.erp]
project.process_status  = Prozessstatus
project.delivery_date   = Lieferdatum
project.changed         = AenderungsDatum
position.process_status = Prozessstatus
position.changed        = AenderungsDatum
customer.changed        = AenderungsDatum
contact.changed         = AenderungsDatum
article.text            = Bezeichnung
article.unit            = Einheit
article.changed         = AenderungsDatum
INI
}

if [ "$phase" = settings ]; then
  settings
  exit
fi

finish() { echo "$passed passed, $failed failed"; exit $((failed > 0)); }

echo "# $(timeout 60 systemctl is-system-running --wait), $(systemctl --version | head -1), $(systemd-detect-virt), kernel $(uname -r)"
. "/t/story-$phase.sh"
finish

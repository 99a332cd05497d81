#!/usr/bin/env bash
# story.sh MSI NEXT-MSI BROKEN-MSI SIMULATOR: the life of an installation under wine, from a silent installation to
# the removal with all data, against the bundled simulators (a program of this system: the reboot must not end them).
# $WINEPREFIX must not exist yet. Exit code 1 when a check failed; the last line counts them.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
msi=$(realpath "$1") next=$(realpath "$2") broken=$(realpath "$3") simulator=$(realpath "$4")
work=$(mktemp -d)
EVENTS=$work/events.txt
. "$here/wine.sh"
passed=0 failed=0
pids=()
cleanup() {
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null; done
  wine_down
  rm -rf "$work"
}
trap cleanup EXIT

chapter() { printf '\n# %s (%d s)\n' "$1" "$SECONDS"; }
ok() { # ok FACT COMMAND...
  local told
  if told=$("${@:2}" 2>&1); then
    echo "ok    $1"
    passed=$((passed + 1))
  else
    printf 'FAIL  %s\n%s\n' "$1" "$(head -c 2000 <<<"$told")"
    failed=$((failed + 1))
  fi
}
skip() { echo "# skip: $1"; }
is() { [ "$1" = "$2" ] || { printf 'is:     %s\nwanted: %s\n' "$1" "$2"; return 1; }; }
has() { grep -qE -- "$2" <<<"$1" || { printf 'lacks %s:\n%s\n' "$2" "$1"; return 1; }; }
hasnt() { ! grep -E -- "$2" <<<"$1"; }
within() { # within SECONDS COMMAND...
  local until=$((SECONDS + $1))
  until "${@:2}" >/dev/null 2>&1; do
    [ $SECONDS -lt $until ] || { "${@:2}"; return 1; }
    sleep 0.2
  done
}
code() { # code NUMBER|NUMBER... COMMAND...: exit codes are cut to 8 bits under wine
  "${@:2}" >"$work/told" 2>&1
  local code=$? one
  for one in ${1//|/ }; do
    [ $code -ne $((one & 255)) ] || return 0
  done
  false || { echo "exit $code, wanted $1"; tail -c 800 "$work/told"; return 1; }
}

data=$WINEPREFIX/drive_c/ProgramData/postern
folder="$WINEPREFIX/drive_c/Program Files/postern"
installer() { WINEDEBUG=-all,err+eventlog timeout 120 "$wine" msiexec "$@" /qn /l*v 'C:\install.log' 2>>"$EVENTS"; }
windows() { printf 'Z:%s' "${1//\//\\}"; } # PATH as wine's programs name it
postern() { timeout 60 "$wine" "$folder/postern.exe" "$@"; }
query() { "$wine" sc query postern 2>/dev/null | tr -d '\r'; }
state() { query | awk '/STATE/ { print $4 }'; }
stopped_code() { query | awk '/SERVICE_EXIT_CODE/ { print $3 }'; }
in_state() { is "$(state)" "$1"; }
gone() { ! ps -eo stat,args | grep -v '^Z' | grep -q '[p]ostern.exe.* service run'; }
# wine's msiexec deletes files while the stopped service's process is still ending; Windows waits for it.
halt() { "$wine" sc stop postern >/dev/null 2>&1; within 20 gone; }
event_has() { grep -qE "$1" "$EVENTS"; }
log_has() { grep -qE "$1" "$data/logs/postern.log"; }
sim() { curl -sf "$@"; }
records() { sim "$app/_sim/summary" | jq '[.[].count] | add'; }
doubled() { sim "$app/_sim/summary" | jq '[.[].duplicates] | add'; }
settled() { [ "$(records)" -gt 50 ] && [ "$(sim "$app/_sim/summary" | jq .assignments.count)" -gt 5 ]; }
rename() {
  local key
  key=$(sim "$app/_sim/dump" | jq -r '[.assignments[] | select(.state == "SCHEDULED")][0].source_external_id')
  sim -X POST "$erp/_sim/edit" -d "{\"table\":\"Auftrag\",\"key\":\"$key\",\"fields\":{\"Bauvorhaben\":\"$1\"}}" >/dev/null
}
arrived() { sim "$app/_sim/dump" | jq -e --arg title "$1" '[.assignments[] | select(.title | contains($title))] | length == 1'; }

simulate() { # simulate NAME OPTION...: sets $url
  "$simulator" "$@" >"$work/$1.txt" 2>&1 &
  pids+=($!)
  within 20 grep -q '^listening on' "$work/$1.txt" || return 1
  url=$(sed -n 's/^listening on //p' "$work/$1.txt")
}

chapter "a new Windows"
wine_new
simulate profacto --customers 30 --projects 30 --articles 20 --token TOKEN-OF-THE-STORY && erp=$url
simulate craftboxx --email sync@tischlerei.example --password GEHEIM-OF-THE-STORY && app=$url
ok "the simulators run" [ -n "$erp" ] && ok "both" [ -n "$app" ]

cat >"$work/site.ini" <<INI
[agent]
language = de

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
project.delivery_info   = Lieferinfo
project.changed         = AenderungsDatum
position.process_status = Prozessstatus
position.unit           = Einheit
position.changed        = AenderungsDatum
customer.changed        = AenderungsDatum
contact.main            = Hauptansprechpartner
contact.changed         = AenderungsDatum
article.text            = Bezeichnung
article.description     = Beschreibung
article.length          = Laenge
article.height          = Hoehe
article.unit            = Einheit
article.changed         = AenderungsDatum
INI
printf '\xEF\xBB\xBF# of the story\r\nerp-token=TOKEN-OF-THE-STORY\r\ncraftboxx-password=GEHEIM-OF-THE-STORY\r\n' >"$work/secrets.txt"

chapter "silent installation with settings and secrets"
ok "installs" code 0 installer /i "$msi" "SETTINGS=$(windows "$work/site.ini")" "SECRETS=$(windows "$work/secrets.txt")"
rm "$work/secrets.txt"
[ $failed -eq 0 ] || { "$wine" "$folder/postern.exe" service install; exit 1; }
ok "the service runs" within 30 in_state RUNNING
ok "the settings are taken over" cmp "$work/site.ini" "$data/postern.ini"
ok "no secret in the installer's log" hasnt "$(tr -d '\0' <"$WINEPREFIX/drive_c/install.log" 2>/dev/null)" OF-THE-STORY
ok "no plain secret in the data folder" hasnt "$(cat "$data"/*.ini "$data"/state/secrets.* | tr -d "\0")" OF-THE-STORY
ok "everything arrives" within 60 settled
ok "nothing is doubled" is "$(doubled)" 0
ok "the log is written" within 10 log_has 'event=started'
ok "no secret in the log" hasnt "$(cat "$data"/logs/*)" OF-THE-STORY
ok "the command line answers beside it" code 0 postern status
ok "check" bash -c '[ "$1" -le 1 ]' _ "$(postern check >/dev/null 2>&1; echo $?)"
ok "the program is on the machine's PATH" has "$("$wine" reg query 'HKLM\System\CurrentControlSet\Control\Session Manager\Environment' /v PATH 2>/dev/null)" 'Program Files.postern'
ok "the list of programs knows it" has "$("$wine" reg query 'HKLM\Software\Microsoft\Windows\CurrentVersion\Uninstall' /s 2>/dev/null)" 'DisplayName.*postern'
config=$("$wine" reg query 'HKLM\System\CurrentControlSet\Services\postern' 2>/dev/null | tr -d '\r')
ok "it starts by itself" has "$config" 'Start .*0x2'
ok "under its virtual account" has "$config" 'NT SERVICE.postern'
ok "by the installed program" has "$config" 'Program Files.postern.postern.exe" service run'
ok "the Event Log finds its texts" has "$("$wine" reg query 'HKLM\System\CurrentControlSet\Services\EventLog\Application\postern' 2>/dev/null)" 'EventMessageFile.*postern.exe'
rename "Praxis Nord"
ok "a change arrives" within 40 arrived "Praxis Nord"
skip "recovery actions, delayed start, rights of the virtual account: wine stores or enforces none of them (windows/REAL-WINDOWS.md)"

chapter "reboot"
wine_down
sleep 1
: >"$data/logs/postern.log"
wine_up
ok "the service starts by itself" within 60 in_state RUNNING
rename "Praxis Süd"
ok "a change arrives" within 40 arrived "Praxis Süd"

chapter "stop while both systems hang"
kill -STOP "${pids[@]}"
sleep 12 # a poll is under way then
began=$(date +%s%N)
"$wine" sc stop postern >/dev/null 2>&1
ok "stopped" within 20 in_state STOPPED
ok "the process is gone" within 20 gone
ok "in less than 10 s" [ $((($(date +%s%N) - began) / 1000000)) -lt 10000 ]
kill -CONT "${pids[@]}"
ok "it starts" code 0 postern service start

chapter "wrong settings"
halt
cp "$data/postern.ini" "$work/good.ini"
sed -i 's/^interval = 10s/intervall = 10s/' "$data/postern.ini"
began=$(date +%s%N)
ok "the start is refused with the reason's place" code 2 postern service start
ok "at once" [ $((($(date +%s%N) - began) / 1000000)) -lt 10000 ]
ok "stopped, not starting" in_state STOPPED
ok "with the program's exit code" is "$(stopped_code)" 2
ok "the log says file, line and remedy" within 5 log_has 'postern.ini:[0-9]+: PST-[0-9]{4}: .*interval'
ok "so does the Event Log" within 5 event_has 'postern.ini:[0-9]+: PST-[0-9]{4}: .*intervall.*interval'
skip "the event's own text, by language: wine looks no message up (windows/REAL-WINDOWS.md)"
cp "$work/good.ini" "$data/postern.ini"
ok "mended, it starts" code 0 postern service start

chapter "upgrade with edited settings, by the first command line again"
printf '; edited by hand: Straße\n' >>"$data/postern.ini"
cp "$data/postern.ini" "$work/edited.ini"
state_before=$(sha256sum <"$data/state/secrets.key")
halt
ok "upgrades" code 0 installer /i "$next" "SETTINGS=$(windows "$work/site.ini")" "SECRETS=$(windows "$work/secrets.txt")"
ok "under its virtual account" has "$("$wine" reg query 'HKLM\System\CurrentControlSet\Services\postern' 2>/dev/null)" 'NT SERVICE.postern'
skip "the service itself stays: wine tells the old version nothing of the upgrade (windows/REAL-WINDOWS.md)"
ok "the service runs again" within 30 in_state RUNNING
ok "the new version" has "$(postern version 2>/dev/null)" "$(basename "$next" | grep -oE '[0-9]+\.[0-9]+\.[0-9]+' | sed 's/\./\\./g')"
ok "the edited settings are kept" cmp "$work/edited.ini" "$data/postern.ini"
ok "the secrets are kept" is "$(sha256sum <"$data/state/secrets.key")" "$state_before"
ok "one entry in the list of programs" is "$("$wine" reg query 'HKLM\Software\Microsoft\Windows\CurrentVersion\Uninstall' /s 2>/dev/null | grep -c 'DisplayName.*postern')" 1
before=$(sim "$app/_sim/counts" | jq .writes)
rename "Praxis Ost"
ok "a change arrives" within 40 arrived "Praxis Ost"
ok "and nothing else is sent again" [ $(($(sim "$app/_sim/counts" | jq .writes) - before)) -le 3 ]
ok "nothing is doubled" is "$(doubled)" 0

chapter "failed upgrade"
halt
# wine says 1627 where Windows says 1603.
ok "a version that cannot set up its service is refused" code '1603|1627' installer /i "$broken"
ok "the settings are kept" cmp "$work/edited.ini" "$data/postern.ini"
ok "the state is kept" test -s "$data/state/postern.db"
skip "the old version comes back: wine rolls back neither files nor the removed product (windows/REAL-WINDOWS.md)"
ok "the good version installs afterwards" code 0 installer /i "$next"
ok "the service runs again" within 30 in_state RUNNING

chapter "repair"
rm "$folder/license.txt"
running() { pgrep -f 'postern.exe.* service run' | sort | paste -sd' '; }
process=$(running)
printf 'erp-token=OF-SOMEBODY\n' >"$work/others.txt"
store=$(sha256sum <"$data/state/secrets.json")
product=$("$wine" reg query 'HKLM\Software\Microsoft\Windows\CurrentVersion\Uninstall' /s 2>/dev/null | tr -d '\r' |
  awk '/Uninstall\\\{/ { key = $0 } /DisplayName.*postern/ { sub(/.*\\/, "", key); print key }')
repair() { installer /i "$product" REINSTALL=ALL REINSTALLMODE=omus "$@"; }
ok "repairs" code 0 repair "SECRETS=$(windows "$work/others.txt")" 'SETTINGS=C:\none.ini' START=0
ok "what was missing is there" test -s "$folder/license.txt"
ok "the settings are kept" cmp "$work/edited.ini" "$data/postern.ini"
ok "no secrets are taken: every user may ask for a repair" is "$(sha256sum <"$data/state/secrets.json")" "$store"
ok "the service runs on" is "$(state) $(running)" "RUNNING $process"
halt
ok "repairs" code 0 repair START=1
ok "a stopped service stays so" in_state STOPPED
ok "it starts" code 0 postern service start

chapter "downgrade"
ok "is refused" code 1603 installer /i "$msi"
ok "with a sentence" has "$(tr -d '\0' <"$WINEPREFIX/drive_c/install.log")" 'newer version of postern'
ok "the service still runs" in_state RUNNING

chapter "removal keeps the data, a new installation takes it up"
halt
ok "uninstalls" code 0 installer /x "$product"
ok "the program is gone" test ! -e "$folder/postern.exe"
ok "the service is gone" is "$(state)" ""
ok "the settings are kept" cmp "$work/edited.ini" "$data/postern.ini"
ok "the state is kept" test -s "$data/state/postern.db"
before=$(sim "$app/_sim/counts" | jq .writes)
ok "installs again without a word" code 0 installer /i "$next"
ok "the service runs with the old settings" within 30 in_state RUNNING
rename "Praxis West"
ok "a change arrives" within 40 arrived "Praxis West"
ok "and nothing else is sent again" [ $(($(sim "$app/_sim/counts" | jq .writes) - before)) -le 3 ]
ok "nothing is doubled" is "$(doubled)" 0

chapter "removal with all data"
halt
ok "uninstalls" code 0 installer /x "$product" REMOVE_DATA=1
ok "the data is gone" test ! -e "$data"
ok "the program is gone" test ! -e "$folder/postern.exe"
ok "the service is gone" is "$(state)" ""

chapter "a data folder that is not the administrators'"
mkdir -m 755 "$work/behind"
rm -rf "$data"
ln -s "$work/behind" "$data"
: >"$EVENTS"
ok "one that leads elsewhere is refused" code '1603|1627' installer /i "$next"
ok "with an event" event_has 'PST-1410'
ok "what is behind it is untouched" is "$(stat -c %a "$work/behind") $(ls "$work/behind")" '755 '
rm "$data"
if mkdir -p "$data" && chown nobody "$data" 2>/dev/null; then
  chmod 777 "$data"
  ok "one that a user made is refused" code '1603|1627' installer /i "$next"
  ok "and untouched" is "$(stat -c %a "$data")" 777
else
  skip "the folder of another user: not root"
fi
rm -rf "$data"

chapter "settings put there beforehand, as by a group policy"
mkdir -p "$data"
sed 's/secret:erp-token/TOKEN-OF-THE-STORY/; s/secret:craftboxx-password/GEHEIM-OF-THE-STORY/' "$work/site.ini" >"$data/postern.ini"
cp "$data/postern.ini" "$work/placed.ini"
ok "installs" code 0 installer /i "$next"
ok "the service runs" within 30 in_state RUNNING
ok "with these settings" cmp "$work/placed.ini" "$data/postern.ini"
ok "removal by hand keeps away from other folders" code 2 postern --config 'C:\other\postern.ini' service remove --data
ok "it still runs" in_state RUNNING
halt
ok "uninstalls" code 0 installer /x "$next" REMOVE_DATA=1
ok "the data is gone" test ! -e "$data"

chapter "a first installation that failed, repeated; the state elsewhere"
sed 's/^interval = 10s/intervall = 10s/' "$work/site.ini" >"$work/first.ini"
sed 's/^language = de/&\nstate_dir = C:\\State of postern\\here/' "$work/site.ini" >"$work/second.ini"
printf 'erp-token=TOKEN-OF-THE-STORY\ncraftboxx-password=GEHEIM-OF-THE-STORY\n' >"$work/secrets.txt"
elsewhere="$WINEPREFIX/drive_c/State of postern"
ok "wrong settings are not taken over" code '1603|1627' installer /i "$next" "SETTINGS=$(windows "$work/first.ini")" "SECRETS=$(windows "$work/secrets.txt")"
ok "with an event that names the line" event_has 'first.ini:[0-9]+: PST-[0-9]{4}'
ok "nothing is in the way of better ones" test ! -e "$data/postern.ini"
ok "mended, they install" code 0 installer /i "$next" "SETTINGS=$(windows "$work/second.ini")" "SECRETS=$(windows "$work/secrets.txt")"
ok "the settings are taken over" cmp "$work/second.ini" "$data/postern.ini"
ok "the service runs" within 30 in_state RUNNING
ok "the state lies there" within 10 test -s "$elsewhere/here/postern.db"
ok "and nobody else may enter" has "$(stat -c %a "$elsewhere" "$elsewhere/here")" '^750 750$|^750$'
ok "other settings are not taken over, and it is said" has "$(postern service install --settings "$(windows "$work/site.ini")")" 'nicht übernommen'
ok "kept" cmp "$work/second.ini" "$data/postern.ini"
halt
sed 's/State of postern.*/Users/' "$work/second.ini" >"$data/postern.ini"
ok "a folder that others use is not taken" code 2 postern service start
cp "$work/second.ini" "$data/postern.ini"
mkdir "$work/linked"
touch "$work/linked/precious"
ln -s "$work/linked" "$elsewhere/here/postern.link"
ok "uninstalls" code 0 installer /x "$next" REMOVE_DATA=1
ok "what a link leads to is kept" test -e "$work/linked/precious"
ok "wine cannot remove a link to a folder; that is said" event_has 'PST-1411'
rm -rf "$data" "$elsewhere"

chapter "installation without settings, elsewhere, not started"
mkdir -m 777 "$WINEPREFIX/drive_c/Other Place"
ok "a place where every user may write is refused" code '1603|1627' installer /i "$next" START=0 'INSTALLDIR=C:\Other Place\postern\'
ok "with an event" event_has 'PST-1412'
chmod 755 "$WINEPREFIX/drive_c/Other Place"
ok "installs" code 0 installer /i "$next" START=0 'INSTALLDIR=C:\Other Place\postern\'
ok "there" test -s "$WINEPREFIX/drive_c/Other Place/postern/postern.exe"
ok "the service waits" in_state STOPPED
ok "the sample settings are there, commented" has "$(cat "$data/postern.ini")" '^; *state_dir'
halt
ok "uninstalls" code 0 installer /x "$next" REMOVE_DATA=1
ok "nothing is left" test ! -e "$data"

echo
echo "$passed checks passed, $failed failed, $SECONDS s"
exit $((failed > 0))

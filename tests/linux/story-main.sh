# Part of guest.sh: from the first installation to an upgrade, with everything that goes wrong in between.

new=$(sed -n "s/^Version: //p" /things/repo/dists/stable/main/binary-*/Packages)

# The commands of the README, in its order; the story only looks between them, answers questions and edits the settings.
readme=()
mapfile -t readme < <(sed -n '/^## Install/,/^The unit is enabled/{/^```sh/,/^```$/p}' /things/README.md | sed '/^```/d; s/ *#.*//')
step=0
follow() {  # follow NAME PREFIX [MOST]: the README's next command, which begins with PREFIX; its exit code is at most MOST
  local command=${readme[step]:-nothing}
  step=$((step + 1))
  ok "$1: $command" bash -c 'case $1 in "$2"*) cd /things/debs; eval "$1"; [ $? -le "$3" ] ;; *) echo "the README says: $1"; exit 99 ;; esac' \
    _ "$command" "$2" "${3:-0}"
}
echo 'APT::Get::Assume-Yes "true";' >/etc/apt/apt.conf.d/99yes  # nobody sits here

chapter "install"
follow "README" "apt install ./postern_"
ok "enabled by the package" is "$(systemctl is-enabled $unit)" enabled
ok "the sample settings start nothing and fail nothing" is "$(show ActiveState) $(show NRestarts) $(systemctl is-failed $unit)" "inactive 0 inactive"
ok "the sample settings are good" postern config check
ok "settings: owner and mode" is "$(stat -c '%U:%G %a' $ini)" "root:postern 640"
ok "state directory: owner and mode" is "$(stat -c '%U:%G %a' /var/lib/postern)" "postern:postern 750"
ok "the user cannot log in" has "$(getent passwd postern)" ':/usr/sbin/nologin$'
ok "units have no fault" is "$(systemd-analyze verify --man=no /lib/systemd/system/postern.service /lib/systemd/system/postern@.service 2>&1)" ""
ok "bash completes commands" bash -c '. /usr/share/bash-completion/completions/postern; COMP_WORDS=(postern que); COMP_CWORD=1; _postern; [ "${COMPREPLY[*]}" = queue ]'
# Every command of --help is in the manual and is completed, and nothing else.
commands=$(postern --help | sed -n 's/^  \([a-z]*\) .*/\1/p' | sort)
ok "completion knows the commands that exist" is "$(bash -c '. /usr/share/bash-completion/completions/postern; COMP_WORDS=(postern ""); COMP_CWORD=1; _postern; printf "%s\n" "${COMPREPLY[@]}"' | grep -v '^--' | sort)" "$commands"
ok "the manual knows the commands that exist" is "$(sed -n '/^\.SH COMMANDS/,/^\.SH OPTIONS/p' /things/postern.1 | sed -n 's/^\.B[IR]* "*\([a-z][a-z]*\).*/\1/p' | sort -u)" "$commands"

chapter "settings and secrets as the README says"
follow "README" "cp /usr/share/doc/postern/examples/minimal.ini"
ok "the example is good" postern config check
settings >$ini  # "then edit it"
ok "settings keep owner and mode" is "$(stat -c '%U:%G %a' $ini)" "root:postern 640"
follow "README" "postern config check"
follow "README" "postern secret set erp-token" <<<TOKEN-OF-THE-STORY
follow "README" "postern secret set craftboxx-password" <<<GEHEIM-OF-THE-STORY
ok "secret, as the service's user" bash -c 'printf GEHEIM-OF-THE-STORY | runuser -u postern -- postern secret set craftboxx-password'
ok "the store belongs to the service" is "$(stat -c '%U %a' /var/lib/postern/secrets.json /var/lib/postern/secrets.key | sort -u)" "postern 600"
ok "simulators run" simulate
ok "config check, as the service's user" as_postern postern config check
follow "README" "postern check" 1
follow "README" "postern plan" 1
ok "nothing was sent by looking" is "$(records)" 0
ok "root made a state file" [ -e $db ]
ok "and it belongs to the service, as all in its folder" is "$(find /var/lib/postern ! -user postern)" ""

chapter "start and first sync"
systemctl stop -q $unit  # only a weakened unit runs by now
mark
follow "README" "systemctl start postern"
ok "the README's commands were all followed" is "$step" "${#readme[@]}"
ok "active" is "$(systemctl is-active $unit)" active
ok "runs as postern" is "$(ps -o user= -p "$(show MainPID)" | tr -d ' ')" postern
ok "status text" is "$(show StatusText)" running
ok "everything arrives" within 30 settled
ok "nothing is doubled" is "$(doubled)" 0
ok "the app holds something" [ "$(records)" -gt 50 ]
ok "no secret in the journal" hasnt "$(journal)" 'OF-THE-STORY'
ok "priorities reach the journal" is "$(journalctl -u $unit _COMM=postern -o json --no-pager | jq -r .PRIORITY | sort -u | grep -vE '^[3467]$')" ""
ok "no prefix is left in a message" hasnt "$(journal)" '^<[0-9]>'
ok "status, queue" as_postern postern status
ok "a command of root beside the service" postern status
ok "leaves nothing of root's" is "$(find /var/lib/postern ! -user postern)" ""
ok "journalctl -x explains the start" has "$(explained)" 'Subject: postern has begun its work'
ok "and names the unit" has "$(explained)" "The unit $unit has read"
ok "in German" has "$(LC_ALL=de_DE.UTF-8 explained)" 'Subject: postern hat die Arbeit aufgenommen'
ok "in Dutch" has "$(LC_ALL=nl_NL.UTF-8 explained)" 'Subject: postern is met zijn werk begonnen'
key=$(project)
rename "Praxis Nord" && as_postern postern sync >/dev/null 2>&1
ok "a change arrives" within 30 arrived "Praxis Nord"

chapter "sandbox, seen from inside the unit"
mkdir -p /etc/systemd/system/$unit.d
systemctl stop $unit
install -m 755 /things/postern-probe /usr/lib/postern-probe
printf '[Service]\nType=oneshot\nExecStart=\nExecStart=/usr/lib/postern-probe\nRestart=no\n' >/etc/systemd/system/$unit.d/probe.conf
systemctl daemon-reload
mark
systemctl start $unit
probe=$(since | grep '^probe')
sed 's/^/# /' <<<"$probe"
while IFS= read -r line; do
  ok "sandbox: $line" has "$probe" "^probe $line"
done </t/sandbox.txt
rm /usr/lib/postern-probe /etc/systemd/system/$unit.d/probe.conf
systemctl daemon-reload
systemctl start $unit
ok "systemd knows the limits" is "$(show MemoryHigh) $(show MemoryMax) $(show TasksMax)" "402653184 536870912 256"
group=/sys/fs/cgroup$(show ControlGroup)
if [ -e "$group/memory.max" ]; then ok "MemoryMax applied" is "$(cat "$group/memory.max")" 536870912; else echo "# skip: no memory controller here"; fi
if [ -e "$group/pids.max" ]; then ok "TasksMax applied" is "$(cat "$group/pids.max")" 256; else echo "# skip: no pids controller here"; fi
ok "systemd applied the whole sandbox" hasnt "$(journalctl -b -o cat --no-pager)" '[Pp]ostern.*([Ii]gnoring|does not support|not supported|proceeding without)'

chapter "killed"
ok "the unit restarts after a failure" is "$(show Restart) $(show RestartUSec) $(show StartLimitIntervalUSec)" "on-failure 10s 0"
ok "the watchdog is on" is "$(show WatchdogUSec)" 2min
printf '[Service]\nRestartSec=1\nWatchdogSec=4\n' >/etc/systemd/system/$unit.d/quick.conf  # only the story's patience
systemctl daemon-reload
systemctl restart $unit
app_refuses
rename "Kita Sued" && as_postern postern sync >/dev/null 2>&1
ok "a change waits while the app is down" [ "$(outbox)" -gt 0 ]
pid=$(show MainPID)
signal 9
app_works
ok "comes back after kill -9" within 10 restarted "$pid"

chapter "in the middle of work, and hung"
ok "what waited arrives" within 70 arrived "Kita Sued"
ok "nothing is doubled by kill -9" is "$(doubled)" 0
for round in 1 2 3; do  # in the middle of work
  rename "Halle $round"
  as_postern postern sync >/dev/null &
  sleep 0.$round
  pid=$(show MainPID)
  signal 9
  wait
  within 10 restarted "$pid"
done
ok "what was under way arrives" within 70 arrived "Halle 3"
ok "nothing is doubled by three more" is "$(doubled)" 0
pid=$(show MainPID)
mark
signal STOP
ok "the watchdog restarts a process that hangs" within 20 restarted "$pid"
ok "the journal names the watchdog" has "$(since)" 'Watchdog timeout'
ok "no core file" is "$(find / -xdev -name 'core*' -size +100k -newer $ini 2>/dev/null)" ""

chapter "reload"
rm /etc/systemd/system/$unit.d/quick.conf
systemctl daemon-reload
systemctl restart $unit
pid=$(show MainPID)
sed -i 's/^interval = .*/interval = 11s/' $ini
mark
ok "reload" systemctl reload $unit
ok "the service begins again" within 15 begun
ok "active after the reload" within 5 systemctl is-active -q $unit
ok "same process" is "$(show MainPID)" "$pid"
ok "no restart was counted" is "$(show NRestarts)" 0
ok "is READY again" within 5 is "$(show StatusText)" running
rename "Nach Reload" && as_postern postern sync >/dev/null 2>&1
ok "works after the reload" within 30 arrived "Nach Reload"
curl -sf -X POST $erp/_sim/fault -d '{"kind":"Hang","delay":30000,"times":1}' >/dev/null
as_postern timeout 5 postern sync >/dev/null 2>&1  # a pass is under way and hangs
mark
ok "reload while the ERP hangs" systemctl reload $unit
ok "begins again within ten seconds whatever hangs" within 12 begun
curl -sf -X DELETE $erp/_sim/fault >/dev/null
ok "same process again" is "$(show MainPID)" "$pid"

chapter "broken settings"
line=$(grep -n '^interval' $ini | cut -d: -f1)
sed -i 's/^interval = .*/intervall = 10s/' $ini
mark
ok "reload refuses broken settings" not systemctl reload $unit
ok "the journal names file and line" has "$(since)" "$ini:$line"
ok "journalctl -x says what to do" has "$(explained)" "The settings are wrong at $ini:$line \\(PST-[0-9]+\\)"
ok "the old process goes on" is "$(systemctl is-active $unit) $(show MainPID)" "active $pid"
mark
signal HUP  # past systemd's check
ok "the service checks for itself" within 5 refused
ok "and goes on, too" is "$(systemctl is-active $unit) $(show MainPID)" "active $pid"
rename "Trotzdem"
ok "and goes on delivering" within 40 arrived "Trotzdem"
signal 9
sleep 12  # RestartSec
ok "started with broken settings it ends for good, with code 2" within 10 is "$(show ActiveState) $(show ExecMainStatus)" "failed 2"
restarts=$(show NRestarts)
sleep 1
ok "no restart loop" is "$(show NRestarts)" "$restarts"
sed -i 's/^intervall = .*/interval = 10s/' $ini
ok "starts when the settings are mended" systemctl start $unit
systemctl stop $unit
chown root:root $db
mark
ok "does not start with a state file that it cannot read" not systemctl start $unit
ok "ends with code 4, to be tried again" is "$(show ExecMainStatus) $(show ActiveState)" "4 activating"
ok "journalctl -x explains that" has "$(explained)" 'Subject: postern cannot work with its state file'
chown postern:postern $db
ok "comes back by itself when that is mended" within 20 systemctl is-active -q $unit

chapter "systemd's credentials"
as_postern postern secret remove craftboxx-password >/dev/null
install -m 600 /dev/stdin /etc/postern/craftboxx-password <<<GEHEIM-OF-THE-STORY
grep -v '^;' /usr/share/doc/postern/examples/credentials.conf >/etc/systemd/system/$unit.d/credentials.conf
systemctl daemon-reload
ok "starts with LoadCredential= of the example" systemctl restart $unit
curl -sf -X POST $app/_sim/revoke >/dev/null
rename "Mit Credential" && as_postern postern sync >/dev/null 2>&1
ok "logs in with it" within 40 arrived "Mit Credential"
ok "the file is not readable to the service's user" not as_postern cat /etc/postern/craftboxx-password
systemd-creds setup >/dev/null 2>&1
(echo '[Service]'; printf GEHEIM-OF-THE-STORY | systemd-creds encrypt --with-key=host --name=craftboxx-password -p - - 2>/dev/null) >/etc/systemd/system/$unit.d/credentials.conf
rm /etc/postern/craftboxx-password
systemctl daemon-reload
ok "starts with an encrypted credential" systemctl restart $unit
curl -sf -X POST $app/_sim/revoke >/dev/null
rename "Verschluesselt" && as_postern postern sync >/dev/null 2>&1
ok "logs in with it, too" within 40 arrived "Verschluesselt"
rm -r /etc/systemd/system/$unit.d
systemctl daemon-reload
printf GEHEIM-OF-THE-STORY | postern secret set craftboxx-password >/dev/null
systemctl restart $unit

chapter "upgrade from an apt repository"
install -m 644 /things/repo/postern-archive-keyring.asc /etc/apt/keyrings/postern.asc
rm -f /etc/apt/sources.list /etc/apt/sources.list.d/*
printf 'Types: deb\nURIs: file:/things/repo\nSuites: stable\nComponents: main\nSigned-By: /etc/apt/keyrings/postern.asc\n' >/etc/apt/sources.list.d/postern.sources
ok "the repository's signature is good" bash -c '! apt-get update 2>&1 | grep -E "^(W|E):"'
sum=$(sha256sum <$ini) pid=$(show MainPID) before=$(writes)
ok "apt upgrade" apt-get -y -o Dpkg::Options::=--force-confold upgrade
ok "the new version is installed" is "$(dpkg-query -W -f '${Version}' postern)" "$new"
ok "edited settings are kept" is "$(sha256sum <$ini)" "$sum"
ok "the new sample lies beside them" [ -e $ini.dpkg-dist ]
ok "settings: owner and mode after the upgrade" is "$(stat -c '%U:%G %a' $ini)" "root:postern 640"
ok "restarted with the new version" restarted "$pid"
ok "it is the new version" has "$(journal -n 20)" "event=started version=${new%-*}"
sleep 3
ok "nothing is sent again" is "$(writes)" "$before"
systemctl stop $unit
ok "reinstall" apt-get -y install --reinstall postern
ok "what did not run is not started by an upgrade" is "$(show ActiveState)" inactive
systemctl start $unit
pid=$(show MainPID)
sed -i 's/^interval = .*/intervall = 10s/' $ini
mark
# As unattended-upgrades does it: a service whose own output is the journal.
ok "upgrade with broken settings" bash -c 'JOURNAL_STREAM=1:1 apt-get -y install --reinstall postern >/tmp/upgrade 2>&1'
ok "the old process goes on" is "$(systemctl is-active $unit) $(show MainPID)" "active $pid"
ok "apt's output names file and line" has "$(cat /tmp/upgrade)" "settings: $ini:$line"
ok "the journal, too" has "$(journalctl --sync; journalctl --since "$stamp" -t postern -p err -o cat --no-pager)" "$ini:$line"
ok "journalctl -x names the unit" has "$(journalctl -x --since "$stamp" -t postern --no-pager)" "settings of the unit"
sed -i 's/^intervall = .*/interval = 10s/' $ini
rename "Alte Version"
ok "and delivers" within 40 arrived "Alte Version"
mark
ok "reload of a program that is no longer on the disk" systemctl reload $unit
ok "goes on with the new settings" within 15 begun
ok "in the same process" is "$(systemctl is-active $unit) $(show MainPID)" "active $pid"
systemctl restart $unit

chapter "a second company on the host"
settings | sed 's#^state_dir = .*#state_dir = /var/lib/postern/second#' >/etc/postern/second.ini
chgrp postern /etc/postern/second.ini
for secret in erp-token=TOKEN craftboxx-password=GEHEIM; do
  printf %s-OF-THE-STORY "${secret#*=}" | postern --config /etc/postern/second.ini secret set "${secret%=*}" >/dev/null
done
ok "the second one runs, though root made its folder" systemctl start postern@second
ok "beside the first" is "$(systemctl is-active $unit)" active
ok "in a state directory of its own" [ -e /var/lib/postern/second/postern.db ]
ok "reloads" systemctl reload postern@second

chapter "disable, remove, come back"
systemctl disable -q $unit
apt-get -y install --reinstall postern >/dev/null 2>&1
ok "the admin's disable is kept" is "$(systemctl is-enabled $unit)" disabled
systemctl enable -q $unit
ok "both go on after a reinstall" is "$(systemctl is-active $unit postern@second | sort -u)" active
app_refuses
rename "Nach der Pause" && as_postern postern sync >/dev/null 2>&1
ok "a change waits" [ "$(outbox)" -gt 0 ]
waiting=$(outbox)
ok "remove" apt-get -y remove postern
ok "remove stops everything" not pgrep -x postern
ok "remove keeps settings and queue" is "$([ -e $ini ] && outbox)" "$waiting"
rm /etc/postern/second.ini
app_works
ok "install again" apt-get -y install postern
ok "it runs again" within 5 systemctl is-active -q $unit
ok "the queue is taken up" within 70 arrived "Nach der Pause"
ok "nothing is doubled by the whole story" is "$(doubled)" 0
ok "status at the end" as_postern postern status
chapter "end"

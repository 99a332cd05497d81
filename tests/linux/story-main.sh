# Part of guest.sh: from the first installation to an upgrade, with everything that goes wrong in between.

old=/things/debs/postern_old.deb
new=$(sed -n "s/^Version: //p" /things/repo/dists/stable/main/binary-*/Packages)

chapter "install"
ok "installs" apt-get -y install "$old"
ok "enabled by the package" is "$(systemctl is-enabled $unit)" enabled
ok "the sample settings start nothing and fail nothing" is "$(show ActiveState) $(show NRestarts) $(systemctl is-failed $unit)" "inactive 0 inactive"
ok "the sample settings are good" postern config check
ok "settings: owner and mode" is "$(stat -c '%U:%G %a' $ini)" "root:postern 640"
ok "state directory: owner and mode" is "$(stat -c '%U:%G %a' /var/lib/postern)" "postern:postern 750"
ok "the user cannot log in" has "$(getent passwd postern)" ':/usr/sbin/nologin$'
ok "units have no fault" is "$(systemd-analyze verify --man=no /lib/systemd/system/postern.service /lib/systemd/system/postern@.service 2>&1)" ""
ok "bash completes commands" bash -c '. /usr/share/bash-completion/completions/postern; COMP_WORDS=(postern que); COMP_CWORD=1; _postern; [ "${COMPREPLY[*]}" = queue ]'

chapter "settings and secrets as the README says"
settings >$ini
ok "settings keep owner and mode" is "$(stat -c '%U:%G %a' $ini)" "root:postern 640"
ok "secret, as root" bash -c 'printf TOKEN-OF-THE-STORY | postern secret set erp-token'
ok "secret, as the service's user" bash -c 'printf GEHEIM-OF-THE-STORY | runuser -u postern -- postern secret set craftboxx-password'
ok "the store belongs to the service" is "$(stat -c '%U %a' /var/lib/postern/secrets.json /var/lib/postern/secrets.key | sort -u)" "postern 600"
ok "simulators run" simulate
ok "config check" as_postern postern config check
echo "# skip: commands as root before the first start (the state file they make belongs to root)"
ok "check" bash -c 'runuser -u postern -- postern check; [ $? -le 1 ]'

chapter "start and first sync"
ok "starts" systemctl restart $unit
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
key=$(project)
rename "Praxis Nord" && as_postern postern sync >/dev/null
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
done <<'PROBES'
write /etc/postern/probe: Read-only
write /usr/probe: Read-only
write /root/probe: (Permission|Read-only|No such)
write /home/probe: (Permission|Read-only|No such)
write /var/lib/probe: Read-only
write /var/log/probe: Read-only
write /tmp/probe: ALLOWED
write /var/lib/postern/probe: ALLOWED
AF_INET: ALLOWED
AF_INET6: ALLOWED
AF_NETLINK: Address family
AF_PACKET: Address family
AF_VSOCK: Address family
raw IP: Operation not permitted
connect out: ALLOWED
listen everywhere: Operation not permitted
listen loopback: Operation not permitted
exec /bin/sh: Permission denied
exec /usr/bin/id: Permission denied
W\+X mmap: Operation not permitted
mprotect exec: Operation not permitted
keyctl: Operation not permitted
mount: Operation not permitted
unshare user: Operation not permitted
personality: Operation not permitted
ptrace: Operation not permitted
bpf: Operation not permitted
kmsg: (No such|Operation not)
kernel tunable: (Permission|Read-only|No such)
other process: No such
status NoNewPrivs:.1
status CapBnd:.0000000000000000
status CapEff:.0000000000000000
status Seccomp:.2
done
PROBES
rm /usr/lib/postern-probe /etc/systemd/system/$unit.d/probe.conf
systemctl daemon-reload
systemctl start $unit
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
rename "Kita Sued" && as_postern postern sync >/dev/null
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
rename "Nach Reload" && as_postern postern sync >/dev/null
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
ok "the old process goes on" is "$(systemctl is-active $unit) $(show MainPID)" "active $pid"
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

chapter "systemd's credentials"
as_postern postern secret remove craftboxx-password >/dev/null
install -m 600 /dev/stdin /etc/postern/craftboxx-password <<<GEHEIM-OF-THE-STORY
grep -v '^;' /usr/share/doc/postern/examples/credentials.conf >/etc/systemd/system/$unit.d/credentials.conf
systemctl daemon-reload
ok "starts with LoadCredential= of the example" systemctl restart $unit
curl -sf -X POST $app/_sim/revoke >/dev/null
rename "Mit Credential" && as_postern postern sync >/dev/null
ok "logs in with it" within 40 arrived "Mit Credential"
ok "the file is not readable to the service's user" not as_postern cat /etc/postern/craftboxx-password
systemd-creds setup >/dev/null 2>&1
(echo '[Service]'; printf GEHEIM-OF-THE-STORY | systemd-creds encrypt --with-key=host --name=craftboxx-password -p - - 2>/dev/null) >/etc/systemd/system/$unit.d/credentials.conf
rm /etc/postern/craftboxx-password
systemctl daemon-reload
ok "starts with an encrypted credential" systemctl restart $unit
curl -sf -X POST $app/_sim/revoke >/dev/null
rename "Verschluesselt" && as_postern postern sync >/dev/null
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
ok "upgrade with broken settings" bash -c 'apt-get -y install --reinstall postern >/tmp/upgrade 2>&1'
ok "the old process goes on" is "$(systemctl is-active $unit) $(show MainPID)" "active $pid"
ok "apt's output names file and line" has "$(cat /tmp/upgrade)" "$ini:$line"
ok "the journal, too" has "$(journalctl --sync; journalctl --since "$stamp" -t postern -p err -o cat --no-pager)" "$ini:$line"
sed -i 's/^intervall = .*/interval = 10s/' $ini
rename "Alte Version"
ok "and delivers" within 40 arrived "Alte Version"
systemctl restart $unit

chapter "a second company on the host"
settings | sed 's#^state_dir = .*#state_dir = /var/lib/postern/second#' >/etc/postern/second.ini
chgrp postern /etc/postern/second.ini
for secret in erp-token=TOKEN craftboxx-password=GEHEIM; do
  printf %s-OF-THE-STORY "${secret#*=}" | as_postern postern --config /etc/postern/second.ini secret set "${secret%=*}" >/dev/null
done
ok "the second one runs" systemctl start postern@second
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
rename "Nach der Pause" && as_postern postern sync >/dev/null
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

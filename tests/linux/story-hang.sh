# Part of guest.sh: workers that hang while the main loop is healthy must trip the watchdog. Ten minutes: that is how long
# a worker may be silent.

chapter "install and start"
ok "installs" apt-get -y install /things/debs/postern_*.deb
settings >$ini
printf TOKEN-OF-THE-STORY | postern secret set erp-token >/dev/null
printf GEHEIM-OF-THE-STORY | postern secret set craftboxx-password >/dev/null
ok "simulators run" simulate
mkdir -p /etc/systemd/system/$unit.d
printf '[Service]\nRestartSec=1\nWatchdogSec=10\n' >/etc/systemd/system/$unit.d/quick.conf
systemctl daemon-reload
ok "starts" systemctl restart $unit
ok "everything arrives" within 30 settled
key=$(project)

chapter "the workers hang"
pid=$(show MainPID)
mark
/things/postern-freeze "$pid" >/tmp/frozen &
ok "the workers are stopped" within 5 grep -q '^froze [1-9]' /tmp/frozen
rename "Nach dem Hang"
sleep 60
ok "the main loop still feeds the watchdog" is "$(systemctl is-active $unit) $(show MainPID)" "active $pid"
ok "the watchdog restarts it" within 900 restarted "$pid"
ok "the journal names the part that hangs" has "$(since)" 'event="worker hangs" part=main/'
ok "each part once" is "$(since | grep 'event="worker hangs"' | sort | uniq -d)" ""
ok "journalctl -x explains it" has "$(explained)" 'Subject: A part of postern does not move any more'
ok "and the watchdog" has "$(since)" 'Watchdog timeout'
ok "delivers afterwards" within 60 arrived "Nach dem Hang"
ok "nothing is doubled" is "$(doubled)" 0
chapter "end"

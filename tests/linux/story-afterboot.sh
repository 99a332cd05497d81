# Part of guest.sh: after a reboot, then purge.

ok "starts by itself after a reboot" within 15 systemctl is-active -q $unit
ok "simulators run" simulate
ok "the journal was kept" [ "$(journalctl --list-boots --no-pager | wc -l)" -ge 2 ]
ok "works" as_postern bash -c 'postern status >/dev/null; [ $? -le 3 ]'
ok "purge" apt-get -y purge postern
ok "no state is left" [ ! -e /var/lib/postern ]
ok "no settings are left" [ ! -e /etc/postern ]
ok "no unit is left" is "$(systemctl show -P LoadState $unit)" not-found
ok "no process is left" not pgrep -x postern
ok "no failed unit is left" hasnt "$(systemctl list-units --failed --no-legend --plain)" postern
ok "no text is left in the catalogue" hasnt "$(journalctl --list-catalog --no-pager)" postern
rm -f /etc/apt/keyrings/postern.asc /etc/apt/sources.list.d/postern.sources
ok "no file is left" is "$(leftovers)" ""

#!/usr/bin/env bash
# make-rootfs.sh FOLDER DEB: a minimal Debian 12 with systemd, what DEB depends on and what the story uses, so that the
# guest needs no network. Kept by the caller: it only depends on Debian and on the package's dependencies.
set -euo pipefail
out=$1
depends=$(dpkg-deb -f "$2" Depends Pre-Depends | sed 's/^[A-Za-z-]*: //; s/([^)]*)//g; s/|[^,]*//g; s/ //g' | tr '\n,' ',,' | tr -s , | sed 's/,$//')
mmdebstrap --quiet --format=directory --variant=minbase \
  --include="systemd,systemd-sysv,dbus,procps,udev,kmod,curl,jq,sqlite3,locales,$depends" \
  --aptopt='Acquire::Languages "none"' \
  --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
  --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-include=/usr/share/doc/*/copyright' \
  --dpkgopt='path-include=/usr/share/doc/postern/*' \
  --customize-hook='echo guest > "$1/etc/hostname"; mkdir -p "$1/var/log/journal"; : > "$1/etc/machine-id"' \
  --customize-hook='for l in de_DE nl_NL; do chroot "$1" localedef -i $l -f UTF-8 $l.UTF-8; done' \
  --customize-hook='chroot "$1" systemctl mask systemd-networkd-wait-online.service getty@tty1.service console-getty.service apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer' \
  bookworm "$out.new"
mv "$out.new" "$out"

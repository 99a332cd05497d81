#!/usr/bin/env bash
# make-vm.sh FOLDER DEB SETTINGS PROBE: a virtual machine (kernel, initrd, disk.img in FOLDER) of Debian 12 with DEB installed, set
# up with SETTINGS and enabled, never started; with "postern.probe" on the kernel's command line PROBE (static) runs first
# under postern's unit. It reaches this machine's loopback as 10.0.2.2. No loop device, no mount.
set -euo pipefail
folder=$1 deb=$(realpath "$2") settings=$(realpath "$3") probe=$(realpath "$4")
mkdir -p "$folder"
tree=$folder/tree
rm -rf "$tree"
cat >"$folder/install" <<'HOOK'
set -eu
cp "$DEB" "$1/tmp/postern.deb"
chroot "$1" env DEBIAN_FRONTEND=noninteractive apt-get -y -q --no-install-recommends install /tmp/postern.deb
rm "$1/tmp/postern.deb"
cat "$SETTINGS" >"$1/etc/postern/postern.ini"
for secret in erp-token=TOKEN craftboxx-password=GEHEIM; do
  printf %s-OF-THE-STORY "${secret#*=}" | chroot "$1" runuser -u postern -- postern secret set "${secret%=*}"
done
chroot "$1" systemctl enable systemd-networkd.service postern.service
chroot "$1" systemctl disable systemd-networkd-wait-online.service
chroot "$1" systemctl mask getty@tty1.service serial-getty@ttyS0.service apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer
printf '[Match]\nName=e*\n[Network]\nDHCP=ipv4\n' >"$1/etc/systemd/network/80-any.network"
printf '[Service]\nRestartSec=1\nStandardOutput=journal+console\nStandardError=journal+console\n' | install -D -m 644 /dev/stdin "$1/etc/systemd/system/postern.service.d/vm.conf"
# The limit that only slows down would take minutes to reach the one that kills.
install -m 755 "$PROBE" "$1/usr/lib/postern-probe"
sed 's/^Type=.*/Type=oneshot/; s/^ExecStart=.*/ExecStart=\/usr\/lib\/postern-probe limits/; s/^MemoryHigh=.*/OOMPolicy=continue/
  /^Exec\(Reload\|Condition\)=/d; /^Restart/d; /^WatchdogSec=/d; /^Timeout/d
  s/^Description=.*/Description=the probe\nConditionKernelCommandLine=postern.probe\nBefore=postern.service/
  s/^UMask=.*/StandardOutput=journal+console/' "$1/lib/systemd/system/postern.service" >"$1/etc/systemd/system/probe.service"
chroot "$1" systemctl enable probe.service
echo guest >"$1/etc/hostname"
mkdir -p "$1/var/log/journal"
: >"$1/etc/machine-id"
echo "/dev/vda / ext4 rw 0 1" >"$1/etc/fstab"
printf 'virtio_pci\nvirtio_blk\next4\n' >>"$1/etc/initramfs-tools/modules"
chroot "$1" update-initramfs -u -k all
HOOK
DEB=$deb SETTINGS=$settings PROBE=$probe mmdebstrap --quiet --format=directory --variant=minbase \
  --include=systemd,systemd-sysv,dbus,procps,udev,kmod,linux-image-cloud-amd64,initramfs-tools,zstd \
  --aptopt='Acquire::Languages "none"' --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
  --dpkgopt='path-exclude=/usr/share/doc/*' \
  --essential-hook='mkdir -p "$1/etc/initramfs-tools/conf.d"; printf "MODULES=list\nCOMPRESS=zstd\n" >"$1/etc/initramfs-tools/conf.d/test"' \
  --customize-hook="sh $folder/install \"\$1\"" bookworm "$tree"
cp "$tree"/boot/vmlinuz-* "$folder/vmlinuz"
cp "$tree"/boot/initrd.img-* "$folder/initrd"
rm -f "$folder/disk.img"
mke2fs -q -t ext4 -d "$tree" -F "$folder/disk.img" 1200M
rm -rf "$tree" "$folder/install"

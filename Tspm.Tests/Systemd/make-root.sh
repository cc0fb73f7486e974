#!/bin/sh
# Makes a root file system with a real systemd in FOLDER, from Debian packages; a minute, once: whoever finds it there uses it as it is.
# It is made beside its place and moved there when it is whole, so it is never half there.
set -eu
folder=$1
[ ! -e "$folder/etc/debian_version" ] || exit 0
part=$folder.$$
trap 'rm -rf "$part"' EXIT
# A mirror that does not answer is not waited for longer; with what it started it is ended.
timeout 300 debootstrap --variant=minbase \
    --include=systemd,systemd-sysv,dbus,dbus-user-session,libpam-systemd,procps,jq \
    bookworm "$part" >"$folder.log" 2>&1 || { tail -n 3 "$folder.log" >&2; exit 1; }
# What a container has no use for, and what would make the boot slower.
for unit in systemd-timesyncd systemd-networkd systemd-resolved e2scrub_reap apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer fstrim.timer getty.target console-getty; do
    chroot "$part" systemctl mask "$unit" >/dev/null 2>&1 || true
done
rm -rf "$part"/var/cache/apt/archives/*.deb "$part"/var/lib/apt/lists/*
echo box >"$part/etc/hostname"
mv -T "$part" "$folder" 2>/dev/null || [ -e "$folder/etc/debian_version" ]

#!/bin/bash
# Boots a copy of ROOT (an overlay: nothing is written into it) as a container, in which cases.sh runs as a unit and writes its results into WORK/results.
#   boot.sh ROOT WORK TSPM NEWER
set -eu
root=$1 work=$2 tspm=$3 newer=$4
here=$(cd "$(dirname "$0")" && pwd)
# A cgroup of its own, in each hierarchy that systemd looks at: two containers in the same one would end each other's services.
cgroups=()
for hierarchy in /sys/fs/cgroup /sys/fs/cgroup/unified /sys/fs/cgroup/systemd; do
    [ ! -e $hierarchy/cgroup.procs ] || cgroups+=("$hierarchy/tspm-test-$$")
done
mkdir -p "$work"/{upper,inner,merged,results}
end() {
    set +e
    [ -z "${container:-}" ] || { kill -TERM "$container"; wait "$container"; } 2>/dev/null
    find "${cgroups[@]}" -depth -type d -exec rmdir {} + 2>/dev/null
    umount "$work/merged" 2>/dev/null || umount -l "$work/merged"
    # A home that is left open would keep the overlay; what a test run has made is of no use to anybody.
    rm -rf "$work"/{upper,inner,merged}
}
trap end EXIT
mount -t overlay overlay -o "lowerdir=$root,upperdir=$work/upper,workdir=$work/inner" "$work/merged"
install -D -m 755 "$tspm" "$work/merged/usr/local/bin/tspm"
install -D -m 755 "$newer" "$work/merged/opt/newer/tspm"
install -D -m 755 "$here/cases.sh" "$work/merged/opt/cases.sh"
# Strict: what is in a session dies with it.
mkdir -p "$work/merged/etc/systemd/logind.conf.d"
printf '[Login]\nKillUserProcesses=yes\n' >"$work/merged/etc/systemd/logind.conf.d/strict.conf"
cat >"$work/merged/etc/systemd/system/cases.service" <<'UNIT'
[Unit]
Description=The cases
After=multi-user.target
[Service]
Type=simple
ExecStart=/opt/cases.sh
StandardOutput=append:/results/log
StandardError=append:/results/log
TimeoutStopSec=5
[Install]
WantedBy=default.target
UNIT
ln -sf /etc/systemd/system/cases.service "$work/merged/etc/systemd/system/multi-user.target.wants/cases.service"
ln -sf /lib/systemd/system/multi-user.target "$work/merged/etc/systemd/system/default.target"
# 133: it wants to be started again.
code=133
while [ $code -eq 133 ]; do
    code=0
    (
        for cgroup in "${cgroups[@]}"; do ! mkdir -p "$cgroup" || echo $BASHPID >"$cgroup/cgroup.procs"; done
        exec systemd-nspawn -q -D "$work/merged" -b --private-network --register=no --keep-unit --bind="$work/results:/results" --machine="tspm$$" --console=pipe
    ) </dev/null >>"$work/results/console" 2>&1 &
    container=$!
    wait "$container" || code=$?
    container=
done

#!/bin/bash
# Runs in the booted container: each case writes a line "PASS name" or "FAIL name: what" into /results/cases. It is run twice, before and after a restart of the container.
# The cases of one stage build on each other: they are one life of a machine.
results=/results/cases
export LC_ALL=C

pass() { echo "PASS $1" >>$results; }
fail() { echo "FAIL $1: $2" >>$results; }

# Runs a case: the function of its name, in a subshell that ends at the first command that fails.
run() {
    local name=$1 out start=$SECONDS
    out=$(set -Eeuo pipefail; trap 'echo "line $LINENO: $BASH_COMMAND" >&2' ERR; "$name" 2>&1)
    local code=$?
    echo "=== $name ($((SECONDS - start)) s) exit $code"
    echo "$out"
    if [ $code -eq 0 ]; then pass "$name"; else fail "$name" "$(echo "$out" | tail -n 6 | tr '\n' '|')"; fi
}

die() { echo "$*" >&2; exit 1; }
same() { [ -n "$1" ] || die "$3: nothing to compare"; [ "$1" = "$2" ] || die "$3: expected '$1', found '$2'"; }
has() { case $1 in *"$2"*) ;; *) die "no '$2' in: $1" ;; esac; }

# Until a command succeeds, at most so many seconds.
until_true() {
    local limit=$((SECONDS + $1)); shift
    until "$@" >/dev/null 2>&1; do
        [ $SECONDS -lt $limit ] || die "did not happen: $*"
        sleep 0.1
    done
}

# A login of that user, with a session of its own, which ends with the command.
as() { local user=$1; shift; su -l "$user" -c "$*"; }
me() { as deploy "$@"; }
# The user's manager without any session.
ctl() { as "${who:-deploy}" "XDG_RUNTIME_DIR=/run/user/\$(id -u) systemctl --user $*"; }
member() { me "tspm list $1 --json" | jq -r ".[0].$2"; }
status() { me "tspm status --json" | jq -r "$1"; }
is_up() { [ "$(member "$1" state)" = online ]; }
alive() { [ -e "/proc/$1" ] && [ "$(awk '/^State/ { print $2 }' "/proc/$1/status")" != Z ]; }
gone() { ! alive "$1"; }
# Numbered lines, from 1 at each start: 1 2 3 … without a gap or a double; the last one may be half there.
is_counted() { head -n -1 "$1" | awk '{ if ($1 != last + 1 && $1 != 1) { print "line " NR " is " $1 " after " last; exit 1 } last = $1 } END { if (NR < 20) { print "only " NR " lines"; exit 1 } }'; }

counting='n=0; while :; do n=$((n+1)); echo $n; sleep 0.01; done'
log() { echo "/home/deploy/.tspm/logs/$1.out.log"; }
pids() { me "tspm list --json" | jq -r '[.[] | select(.pid != null) | .pid] | join(" ")'; }

# ---- an ordinary user

a_running_daemon_is_handed_over_by_enable() {
    # A session that ends takes its processes along here: the daemon is started in one that stays.
    setsid su -l deploy -c "tspm start --name count -- sh -c '$counting'
        tspm start 'sleep 1000' --name still --listen 127.0.0.1:8123
        tspm start 'sleep 1000' --name down
        tspm stop down; touch /tmp/started; sleep 600" >/tmp/session.log 2>&1 &
    until_true 20 test -e /tmp/started
    local before=$(pids) inode=$(awk '$2 ~ /:1FBB$/ { print $10 }' /proc/net/tcp)
    [ -n "$inode" ] || die "no listener"
    local out=$(me "tspm enable")
    echo "$out"
    same "$before" "$(pids)" "pids"
    has "$out" "has handed over"; has "$out" "nothing was restarted"; has "$out" "count (pid"
    has "$out" "sudo loginctl enable-linger deploy"; has "$out" "from your next login on"
    same "true true systemd" "$(status '"\(.service.enabled) \(.service.active) \(.service.kind)"')" "service"
    has "$(me 'tspm status')" "the service ends with your last session; to keep it running: sudo loginctl enable-linger deploy"
    same "$inode" "$(awk '$2 ~ /:1FBB$/ { print $10 }' /proc/net/tcp)" "the listening socket"
    same active "$(ctl is-active tspm.service)" "unit"
    same "$(status .guardianPid)" "$(ctl show -P MainPID tspm.service)" "main pid"
    same "down stopped" "$(me 'tspm list down --json' | jq -r '.[0] | "\(.name) \(.state)"')" "what was stopped"
    sleep 0.5
    is_counted "$(log count)"
    same 0 "$(member count restarts)" restarts
}

the_status_reaches_systemd() {
    until_true 5 sh -c "su -l deploy -c 'XDG_RUNTIME_DIR=/run/user/\$(id -u) systemctl --user show -P StatusText tspm.service' | grep -qx '1 stopped, 2 online'"
}

# What no case can show here: systemd counts processes that ran out of memory only with the second version of cgroups, and limits of tasks and descriptors are far away.
systemd_reads_the_unit_as_it_is_meant() {
    local expected="Restart=always NotifyAccess=all TimeoutStopUSec=1min 30s WatchdogUSec=1min KillMode=process Delegate=yes OOMPolicy=continue TasksMax=infinity LimitNOFILESoft=1024 StartLimitIntervalUSec=0"
    local found=$(ctl show -p Restart -p NotifyAccess -p TimeoutStopUSec -p WatchdogUSec -p KillMode -p Delegate -p OOMPolicy -p TasksMax -p LimitNOFILESoft -p StartLimitIntervalUSec tspm.service)
    same "$(tr ' ' '\n' <<<"${expected/1min 30s/1min_30s}" | sort)" "$(tr ' ' _ <<<"$found" | sort)" "the unit"
}

enable_may_be_repeated() {
    loginctl enable-linger deploy
    same null "$(status .service.hint)" "hint"
    local before="$(status '"\(.pid) \(.guardianPid)"') $(pids)" out
    out=$(me "tspm enable")
    echo "$out"
    has "$out" "up to date"
    same "$before" "$(status '"\(.pid) \(.guardianPid)"') $(pids)" "pids"
}

a_unit_that_was_changed_is_not_overwritten() {
    local unit=/home/deploy/.config/systemd/user/tspm.service out
    cp -p $unit /tmp/unit; echo "# mine" >>$unit
    if out=$(me "tspm enable 2>&1"); then die "it was overwritten: $out"; fi
    has "$out" "$unit was not written by tspm, or was changed"
    grep -q "# mine" $unit
    if out=$(me "tspm disable 2>&1"); then die "it was removed: $out"; fi
    me "tspm enable --force"
    if grep -q "# mine" $unit; then die "it is left"; fi
    cmp $unit /tmp/unit
}

a_daemon_killed_by_systemctl_leaves_all_running() {
    # One that systemd knows as the service's: what was handed over is in another cgroup still.
    me "tspm start 'sleep 1000' --name inside"
    local before=$(pids) main=$(ctl show -P MainPID tspm.service) i
    # More often than systemd lets a service die by itself (five times in ten seconds).
    for i in 1 2 3 4 5 6 7; do
        ctl kill -s KILL --kill-who=main tspm.service
        until_true 10 sh -c "[ \$(su -l deploy -c 'XDG_RUNTIME_DIR=/run/user/\$(id -u) systemctl --user show -P MainPID tspm.service') != $main ] && su -l deploy -c 'tspm ping'"
        main=$(ctl show -P MainPID tspm.service)
        same "$before" "$(pids)" "pids"
    done
    kill -9 "$(status .pid)"
    until_true 10 me "tspm ping"
    same "$before" "$(pids)" "pids"
    me "tspm delete inside"
    sleep 0.5
    is_counted "$(log count)"
}

new_processes_get_cgroups_of_their_own() {
    me "tspm start 'sleep 1000' --name boxed"
    local cgroup=$(grep -hE '^(0|1:name=systemd):' "/proc/$(member boxed pid)/cgroup" | head -n 1)
    echo "$cgroup"
    has "$cgroup" "/tspm.service/tspm-"
    me "tspm delete boxed"
}

daemon_stop_goes_through_systemd_and_a_verb_starts_the_service_again() {
    local before=$(pids) pid out
    out=$(me "tspm daemon stop")
    has "$out" "the daemon was stopped"; has "$out" "2 processes were stopped"
    same inactive "$(ctl is-active tspm.service || true)" unit
    for pid in $before; do gone "$pid" || die "$pid is left"; done
    sleep 1
    same inactive "$(ctl is-active tspm.service || true)" "unit, a second later"
    same "false true false" "$(me 'tspm status --json' | jq -r '"\(.running) \(.service.enabled) \(.service.active)"' || true)" status
    me "tspm start 'sleep 1000' --name later"
    same active "$(ctl is-active tspm.service)" "unit"
    same "true" "$(status .service.active)" "service"
    is_up count; is_up still; is_up later
    same stopped "$(member down state)" down
    me "tspm daemon restart"
    same active "$(ctl is-active tspm.service)" "unit after restart"
    is_up count
}

reload_upgrades_and_keeps_the_children() {
    local before=$(pids) version=$(status .version)
    cp /usr/local/bin/tspm /opt/former
    install -m 755 /opt/newer/tspm /usr/local/bin/tspm.new && mv /usr/local/bin/tspm.new /usr/local/bin/tspm
    ctl reload tspm.service
    same "$before" "$(pids)" "pids"
    [ "$(status .version)" != "$version" ] || die "it is $version still"
    same "$(status .guardianPid)" "$(ctl show -P MainPID tspm.service)" "main pid"
    same active "$(ctl is-active tspm.service)" "unit"
    # And back, by SIGHUP.
    install -m 755 /opt/former /usr/local/bin/tspm.new && mv /usr/local/bin/tspm.new /usr/local/bin/tspm
    ctl kill -s HUP --kill-who=main tspm.service
    until_true 15 sh -c "su -l deploy -c 'tspm status --json' | grep -q '\"version\":\"$version\"'"
    same "$before" "$(pids)" "pids after SIGHUP"
    is_counted "$(log count)"
}

a_frozen_daemon_is_ended_by_the_watchdog_and_its_successor_adopts() {
    mkdir -p /home/deploy/.config/systemd/user/tspm.service.d
    printf '[Service]\nWatchdogSec=2s\n' >/home/deploy/.config/systemd/user/tspm.service.d/fast.conf
    chown -R deploy: /home/deploy/.config
    ctl daemon-reload
    me "tspm daemon restart"
    local before=$(pids) guardian=$(status .guardianPid) daemon=$(status .pid) n
    # It is given signs of life: it lives on for longer than the limit.
    sleep 3
    same "$guardian" "$(ctl show -P MainPID tspm.service)" "main pid before"
    kill -STOP "$daemon"
    until_true 20 sh -c "! [ -e /proc/$daemon ] && su -l deploy -c 'tspm ping'"
    [ "$(status .guardianPid)" != "$guardian" ] || die "systemd did nothing"
    same "$before" "$(pids)" "pids"
    n=$(ctl show -P NRestarts tspm.service)
    [ "$n" -ge 1 ] || die "NRestarts is $n"
    is_counted "$(log count)"
    # The drop-in is the user's: enable leaves it.
    me "tspm enable"
    [ -e /home/deploy/.config/systemd/user/tspm.service.d/fast.conf ] || die "the drop-in is gone"
    rm -r /home/deploy/.config/systemd/user/tspm.service.d
    ctl daemon-reload
    me "tspm daemon restart"
}

stop_takes_the_children_down_in_time() {
    mkdir -p /home/deploy/.config/systemd/user/tspm.service.d
    printf '[Service]\nTimeoutStopSec=2s\n' >/home/deploy/.config/systemd/user/tspm.service.d/short.conf
    chown -R deploy: /home/deploy/.config
    ctl daemon-reload
    me "tspm start --name stubborn --kill-timeout 4s -- sh -c 'trap \"\" TERM; echo ready; while :; do sleep 0.1; done'"
    until_true 5 grep -q ready "$(log stubborn)"
    local before=$(pids) start=$SECONDS pid
    ctl stop tspm.service
    local took=$((SECONDS - start))
    same inactive "$(ctl is-active tspm.service || true)" unit
    same success "$(ctl show -P Result tspm.service)" result
    [ $took -ge 3 ] && [ $took -le 9 ] || die "it took $took s"
    for pid in $before; do gone "$pid" || die "$pid is left"; done
    rm -r /home/deploy/.config/systemd/user/tspm.service.d
    ctl daemon-reload
    ctl start tspm.service
    me "tspm delete stubborn"
    is_up count
}

a_child_killed_for_memory_does_not_take_the_unit_down() {
    local group guardian=$(status .guardianPid) before=$(member count pid)
    if [ -e /sys/fs/cgroup/cgroup.controllers ] && grep -q memory /sys/fs/cgroup/cgroup.controllers; then
        # The child's own cgroup gets a limit, as the kernel's of a machine that is full.
        group=
    else
        mkdir -p /run/memory && mount -t cgroup -o memory memory /run/memory
        group=$(mktemp -d /run/memory/tspm-test-XXXXXX)
        # This hierarchy is also the one outside of the container.
        trap "rmdir $group" EXIT
        echo $((32 << 20)) >$group/memory.limit_in_bytes
        chmod 666 $group/cgroup.procs
    fi
    me "tspm start --name eater --restart never -- sh -c 'echo ready; while [ ! -e /tmp/eat ]; do sleep 0.1; done; exec tail /dev/zero'"
    until_true 5 grep -q ready "$(log eater)"
    local pid=$(member eater pid)
    if [ -n "$group" ]; then echo "$pid" >$group/cgroup.procs
    else
        local own=/sys/fs/cgroup$(sed -n 's/^0:://p' "/proc/$pid/cgroup")
        echo "$own"
        echo +memory >"$(dirname "$own")/cgroup.subtree_control" 2>/dev/null || true
        if [ -e "$own/memory.max" ]; then echo $((32 << 20)) >"$own/memory.max"; else systemctl set-property --runtime "user@$(id -u deploy).service" MemoryMax=200M; fi
    fi
    touch /tmp/eat
    until_true 30 sh -c "su -l deploy -c 'tspm list eater --json' | grep -q '\"state\":\"stopped\"'"
    same SIGKILL "$(member eater signal)" "how it ended"
    same active "$(ctl is-active tspm.service)" "unit"
    same "$guardian" "$(ctl show -P MainPID tspm.service)" "main pid"
    same "$before" "$(member count pid)" "the other one's pid"
    me "tspm delete eater"
}

the_end_of_the_last_session_ends_nothing() {
    local before=$(pids)
    until_true 10 sh -c "! loginctl list-sessions --no-legend | grep -q deploy"
    sleep 1
    local pid
    for pid in $before; do alive "$pid" || die "$pid has ended with the session"; done
    same "$before" "$(pids)" pids
}

# ---- a socket

the_first_command_starts_the_daemon_of_a_socket() {
    useradd -m sock; loginctl enable-linger sock
    until_true 10 test -S "/run/user/$(id -u sock)/systemd/private"
    local who=sock home=/home/sock/.tspm inode out
    out=$(as sock "tspm enable --socket")
    echo "$out"
    same inactive "$(ctl is-active tspm.service || true)" "unit"
    same active "$(ctl is-active tspm.socket)" "socket unit"
    inode=$(stat -c %i $home/tspm.sock)
    same 600 "$(stat -c %a $home/tspm.sock)" "mode of the socket"
    out=$(as sock "tspm status --json" || true)
    has "$out" '"running":false'
    same inactive "$(ctl is-active tspm.service || true)" "unit after status"
    same "[]" "$(as sock 'tspm list --json')" "list"
    same active "$(ctl is-active tspm.service)" "unit after list"
    as sock "tspm start 'sleep 1000' --name s"
    out=$(as sock "tspm daemon stop")
    has "$out" "starts it again at the next command"
    same "$inode" "$(stat -c %i $home/tspm.sock)" "the socket's file"
    same inactive "$(ctl is-active tspm.service || true)" "unit after stop"
    same online "$(as sock 'tspm list s --json' | jq -r '.[0].state')" "state after the next command"
    ctl kill -s KILL --kill-who=main tspm.service
    same online "$(as sock 'tspm list s --json' | jq -r '.[0].state')" "state after a kill"
    same "$inode" "$(stat -c %i $home/tspm.sock)" "the socket's file after a kill"
}

a_running_daemon_is_handed_over_to_a_socket_and_back() {
    local who=sock home=/home/sock/.tspm before out
    as sock "tspm disable"
    [ -z "$(find /home/sock/.config/systemd -type f -o -type l)" ] || die "left: $(find /home/sock/.config/systemd -type f -o -type l)"
    # Not in a session, which would end with the command.
    as sock "systemd-run --user --quiet --collect --unit=outside -p KillMode=process tspm daemon"
    until_true 10 as sock "tspm ping"
    as sock "tspm start s" || as sock "tspm list"
    before=$(as sock "tspm list s --json" | jq -r '.[0].pid')
    out=$(as sock "tspm enable --socket")
    echo "$out"
    has "$out" "has handed over"
    same "$before" "$(as sock 'tspm list s --json' | jq -r '.[0].pid')" "pid"
    same active "$(ctl is-active tspm.service)" "unit"
    same active "$(ctl is-active tspm.socket)" "socket unit"
    same "true true" "$(as sock 'tspm status --json' | jq -r '"\(.service.enabled) \(.service.active)"')" "service"
    [ ! -e $home/run/former.sock ] || die "the former socket's name is left"
    out=$(as sock "tspm enable")
    same "$before" "$(as sock 'tspm list s --json' | jq -r '.[0].pid')" "pid"
    [ ! -e /home/sock/.config/systemd/user/tspm.socket ] || die "the socket unit is left"
    # The service's own daemon has made its socket itself; that changes when it is started again.
    out=$(as sock "tspm enable --socket")
    echo "$out"
    has "$out" "tspm daemon restart"
    same inactive "$(ctl is-active tspm.socket || true)" "socket unit"
    as sock "tspm daemon restart"
    same active "$(ctl is-active tspm.socket)" "socket unit after a restart"
    same online "$(as sock 'tspm list s --json' | jq -r '.[0].state')" "state"
    as sock "tspm disable"
    gone "$before"
}

# ---- root

root_enables_the_instance_of_the_machine() {
    tspm --system start 'sleep 1000' --name sys
    local pid=$(tspm --system pid sys) out
    out=$(tspm enable --system)
    echo "$out"
    same "$pid" "$(tspm --system pid sys)" pid
    same active "$(systemctl is-active tspm.service)" unit
    same enabled "$(systemctl is-enabled tspm.service)" unit
    [ -S /run/tspm/tspm.sock ] && [ -e /var/lib/tspm/processes.json ] || die "socket or state are elsewhere"
    same "true true" "$(tspm status --system --json | jq -r '"\(.service.enabled) \(.service.active)"')" service
    # Root's processes get cgroups of their own only where systemd has delegated one.
    tspm --system start 'sleep 1000' --name boxed
    has "$(cat "/proc/$(tspm --system pid boxed)/cgroup")" "/tspm.service/tspm-"
    tspm --system delete boxed
    out=$(me "tspm --system list 2>&1") && die "anybody may ask: $out"
    same "$(tspm --system status --json | jq -r .guardianPid)" "$(systemctl show -P MainPID tspm.service)" "main pid"
}

root_enables_the_service_of_another_account() {
    useradd -m batch
    local out who=batch
    out=$(cd /root && TSPM_HOME=/root/elsewhere tspm enable --user batch)
    echo "$out"
    has "$out" "/home/batch/.tspm"
    same batch "$(stat -c %U /home/batch/.config/systemd/user/tspm.service)" "owner of the unit"
    same active "$(ctl is-active tspm.service)" unit
    same yes "$(loginctl show-user batch -P Linger)" linger
    as batch "tspm start 'sleep 1000' --name b"
    local pid=$(as batch "tspm pid b")
    out=$(tspm disable --user batch --keep-running)
    echo "$out"
    alive "$pid"
    same "$pid" "$(as batch 'tspm pid b')" "pid"
    has "$(as batch 'tspm status')" "the service was disabled with --keep-running; to enable it again: tspm enable"
    [ ! -e /home/batch/.config/systemd/user/tspm.service ] || die "the unit is left"
    ctl daemon-reload
    ctl kill -s KILL --kill-who=main tspm.service
    until_true 10 as batch "tspm ping"
    same "$pid" "$(as batch 'tspm pid b')" "pid after a kill"
    # What systemd had is gone with that daemon; the next one is nobody's.
    out=$(as batch "tspm daemon restart; tspm status --json; tspm daemon stop")
    has "$out" '"active":false'
    gone "$pid"
    [ -z "$(find "/run/user/$(id -u batch)/systemd" /home/batch/.config -name 'tspm*')" ] || die "files are left"
}

analyze_finds_nothing_wrong() {
    local out
    out=$(systemd-analyze verify --man=no /etc/systemd/system/tspm.service 2>&1) || die "$out"
    case $out in *tspm*) die "$out" ;; esac
    systemd-analyze security --no-pager tspm.service | tail -n 1
}

# ---- after the restart

what_was_up_is_up_after_a_restart_of_the_machine() {
    until_true 20 test -S /home/deploy/.tspm/tspm.sock
    until_true 20 sh -c "su -l deploy -c 'tspm list count --json' | grep -q '\"state\":\"online\"'"
    is_up still; is_up later
    same stopped "$(member down state)" down
    same "true true" "$(status '"\(.service.enabled) \(.service.active)"')" service
    same online "$(tspm --system list sys --json | jq -r '.[0].state')" "the machine's own"
}

disable_leaves_nothing() {
    local before=$(pids) pid out
    out=$(me "tspm disable")
    echo "$out"
    for pid in $before; do gone "$pid" || die "$pid is left"; done
    [ -z "$(find /home/deploy/.config "/run/user/$(id -u deploy)/systemd" -name 'tspm*')" ] || die "left: $(find /home/deploy/.config -name 'tspm*')"
    out=$(ctl is-enabled tspm.service 2>&1 || true)
    same inactive "$(ctl is-active tspm.service || true)" unit
    [ ! -e /home/deploy/.tspm/tspm.sock ] || die "the socket is left"
    out=$(me "tspm disable")
    has "$out" "no boot service is enabled"
    tspm disable --system
    [ -z "$(find /etc/systemd /run/systemd/system -name 'tspm*')" ] || die "left: $(find /etc/systemd -name 'tspm*')"
    # As before: the daemon starts without a service.
    out=$(me "tspm start --no-wait 'sleep 1' --name again >&2; tspm status --json; tspm daemon stop >&2")
    same "true none" "$(echo "$out" | jq -r '"\(.running) \(.service.kind)"')" "status"
}

if [ ! -e /results/restarted ]; then
    echo BEGIN >>$results
    useradd -m -s /bin/bash deploy
    for case in a_running_daemon_is_handed_over_by_enable the_status_reaches_systemd systemd_reads_the_unit_as_it_is_meant enable_may_be_repeated a_unit_that_was_changed_is_not_overwritten \
        a_daemon_killed_by_systemctl_leaves_all_running new_processes_get_cgroups_of_their_own daemon_stop_goes_through_systemd_and_a_verb_starts_the_service_again \
        reload_upgrades_and_keeps_the_children a_frozen_daemon_is_ended_by_the_watchdog_and_its_successor_adopts stop_takes_the_children_down_in_time \
        a_child_killed_for_memory_does_not_take_the_unit_down; do run $case; done
    pkill -u deploy -f '^sleep 600$'
    for case in the_end_of_the_last_session_ends_nothing the_first_command_starts_the_daemon_of_a_socket a_running_daemon_is_handed_over_to_a_socket_and_back \
        root_enables_the_instance_of_the_machine root_enables_the_service_of_another_account analyze_finds_nothing_wrong; do run $case; done
    touch /results/restarted
    systemctl reboot
    exit 0
fi
for case in what_was_up_is_up_after_a_restart_of_the_machine disable_leaves_nothing; do run $case; done
journalctl --no-pager -o cat -u tspm.service >/results/journal 2>&1
echo END >>$results
systemctl poweroff

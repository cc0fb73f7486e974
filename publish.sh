#!/usr/bin/env bash
# Builds the stripped native executable into dist/, prints its size and tries it out in a temporary home.
#   ./publish.sh         build and smoke test
#   ./publish.sh demo    also the main job: two programs, list, logs, a crash and the way back
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
tspm=$root/dist/tspm
home=

fail() { printf 'publish.sh: %s\n' "$*" >&2; exit 1; }
step() { printf '\n== %s\n' "$*"; }

# ---- what the build needs

check_sdk() {
    command -v dotnet >/dev/null || fail "the .NET 10 SDK is missing; install it from https://dotnet.microsoft.com/download/dotnet/10.0 (Debian, Ubuntu: apt-get install dotnet-sdk-10.0)"
    dotnet --list-sdks | grep -q '^10\.' || fail "a .NET 10 SDK is needed, found: $(dotnet --list-sdks | cut -d' ' -f1 | paste -sd' ' -); install it from https://dotnet.microsoft.com/download/dotnet/10.0"
}

# The SDK links with clang when it is there, else with gcc.
check_linker() {
    linker=$(command -v clang || command -v gcc) || fail "a C compiler is needed for linking; install one: apt-get install gcc libc6-dev | dnf install gcc glibc-devel | apk add gcc musl-dev"
    command -v objcopy >/dev/null || command -v llvm-objcopy >/dev/null || [ "$(uname)" != Linux ] || fail "objcopy is needed for stripping; install binutils (apt-get, dnf or apk)"
    # Asked of the linker itself: where a library lies differs from distribution to distribution.
    links || fail "$(basename "$linker") cannot link a program; install the C library's headers: apt-get install libc6-dev | dnf install glibc-devel | apk add musl-dev"
}

links() {
    local out
    out=$(mktemp)
    echo 'int main(void) { return 0; }' | "$linker" -x c - -o "$out" "$@" 2>/dev/null
    local result=$?
    rm -f "$out"
    return $result
}

# ---- building

build() {
    step "building"
    local log
    log=$(mktemp)
    if ! dotnet publish "$root/Tspm/Tspm.csproj" -c Release -nologo -v quiet -o "$root/dist" >"$log" 2>&1; then
        cat "$log" >&2
        # The runtime's zlib is linked in; some distributions' builds of the SDK use the system's instead.
        if grep -q -e '-lz\b' "$log" && ! links -lz; then
            rm -f "$log"
            fail "zlib is missing; install it: apt-get install zlib1g-dev | dnf install zlib-devel | apk add zlib-dev"
        fi
        rm -f "$log"
        fail "the build failed; what it said is above"
    fi
    cat "$log"
    rm -f "$log"
    [ -x "$tspm" ] || fail "the build ended well, but $tspm is not there"
    rm -f "$tspm.dbg" "$root"/dist/*.pdb
    local bytes
    bytes=$(wc -c <"$tspm")
    printf '%s: %d bytes (%d.%02d MB of 1024 × 1024)\n' "$tspm" "$bytes" $((bytes / 1048576)) $((bytes % 1048576 * 100 / 1048576))
}

# ---- trying it out

# A socket path has about a hundred bytes, so the home is short.
open_home() {
    home=$(mktemp -d "${TMPDIR:-/tmp}/tspm.XXXXXX")
    export TSPM_HOME=$home/h
    trap close_home EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
}

close_home() {
    local code=$?
    if [ $code -ne 0 ] && [ -f "$TSPM_HOME/daemon.log" ]; then tail -n 20 "$TSPM_HOME/daemon.log" >&2; fi
    "$tspm" daemon stop >/dev/null 2>&1 || true
    rm -rf "$home"
}

# Runs a command until it succeeds, at most 15 seconds.
until_true() {
    local what=$1 deadline=$((SECONDS + 15))
    shift
    until "$@"; do
        [ $SECONDS -lt $deadline ] || fail "it did not happen within 15 seconds: $what"
        sleep 0.05
    done
}

# Value of a member of the one entry that list --json shows; no JSON tool needs to be there.
member() { "$tspm" list "$1" --json | tr ',{}' '\n\n\n' | sed -n "s/^\"$2\":\"\{0,1\}\([^\"]*\)\"\{0,1\}$/\1/p" | head -n 1; }

is() { [ "$(member "$1" "$2")" = "$3" ]; }
log_has() { "$tspm" logs "$1" 2>/dev/null | grep -q -- "$2"; }

smoke() {
    step "smoke test"
    "$tspm" version
    "$tspm" start 'while :; do echo tick; sleep 0.2; done' --name loop
    until_true "loop is online" is loop state online
    until_true "loop prints" log_has loop tick
    "$tspm" list
    "$tspm" stop loop
    is loop state stopped || fail "loop was stopped, but list says $(member loop state)"
    "$tspm" delete loop --logs
    "$tspm" daemon stop
    [ ! -e "$TSPM_HOME/tspm.sock" ] || fail "the daemon is stopped, but its socket is still there"
    echo "smoke test passed"
}

back_with_another_pid() { is web state online && ! is web pid "$1"; }

demo() {
    step "demo: two programs"
    if command -v python3 >/dev/null; then
        "$tspm" start --name web -- python3 -u -c 'import http.server
class Hello(http.server.BaseHTTPRequestHandler):
    def do_GET(self): self.send_response(200); self.end_headers(); self.wfile.write(b"hello\n")
server = http.server.HTTPServer(("127.0.0.1", 0), Hello)
print("ready on port", server.server_port)
server.serve_forever()'
    else
        "$tspm" start 'echo "ready, pid $$"; while :; do sleep 1; done' --name web
    fi
    "$tspm" start 'n=0; while :; do n=$((n+1)); echo "job $n done"; sleep 0.3; done' --name worker --namespace jobs
    until_true "web is ready" log_has web ready
    until_true "worker works" log_has worker 'job 2 done'
    step "tspm list"
    "$tspm" list
    step "tspm logs --lines 3"
    "$tspm" logs --lines 3
    local pid
    pid=$(member web pid)
    step "kill -9 $pid (web)"
    kill -9 "$pid"
    until_true "web is back" back_with_another_pid "$pid"
    "$tspm" list web
    echo "web is back: pid $pid is now $(member web pid), restarts $(member web restarts)"
    step "cleaning up"
    "$tspm" daemon stop
    echo "demo passed"
}

case "${1:-}" in
    '' | demo) ;;
    *) fail "usage: publish.sh [demo]" ;;
esac
check_sdk
check_linker
build
open_home
smoke
if [ "${1:-}" = demo ]; then demo; fi

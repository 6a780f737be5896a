#!/usr/bin/env bash
# Streams: throughput, latency and memory of `keysieve redact` beside `cat` and a peer, `keysieve watch` killed in the
# middle of rotation, a storm of leaks, receivers that fail, and all of it with real programs.
#
#   benches/streams.sh [MEGABYTES]    needs python3 and GNU time; KEYSIEVE is the command, target/release/keysieve without
#                                     it; PEER is what `cargo build --release` makes of benches/peers/dd, if it is there.
#                                     The last part needs nginx, wrk, prometheus, prometheus-alertmanager (Debian).
set -euo pipefail
cd "$(dirname "$0")/.."
keysieve="$(realpath "${KEYSIEVE:-target/release/keysieve}")"
peer="${PEER:-benches/peers/dd/target/release/keysieve-peer-dd}"
megabytes="${1:-256}"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

logs() { cargo run --quiet --profile quick -p keysieve-benches --bin logs -- "$1"; }

timed() { # timed NAME COMMAND...: wall, user and system time, and the greatest resident set
    local name="$1"
    shift
    /usr/bin/time -f "$(printf '%-34s' "$name") %e s wall, %U s user, %S s system, %M KB" "$@"
}

printf 'machine: %s processors, load %s\n' "$(nproc)" "$(cut -d' ' -f1-3 /proc/loadavg)"
logs "$megabytes" >"$work/logs"
head -c 33554432 "$work/logs" >"$work/few"
printf '\n%s MB of JSON logs in which nothing is found\n' "$megabytes"
for _ in 1 2 3; do
    timed 'redact -j1' "$keysieve" redact --no-config -j1 <"$work/logs" >/dev/null
    timed 'redact' "$keysieve" redact --no-config <"$work/logs" >/dev/null
    timed 'scan -' "$keysieve" scan --no-config -q - <"$work/logs" >/dev/null
    timed 'cat | redact | cat' sh -c "cat '$work/logs' | '$keysieve' redact --no-config | cat >/dev/null"
    timed 'cat | cat | cat' sh -c "cat '$work/logs' | cat | cat >/dev/null"
done
if [[ -x $peer ]]; then
    printf '\n34 MB of them, beside the peer\n'
    for _ in 1 2 3; do
        timed 'redact -j1' "$keysieve" redact --no-config -j1 <"$work/few" >/dev/null
        timed 'peer, 200 rules' "$peer" 200 <"$work/few" >/dev/null
    done
fi

printf '\nmemory\n'
for _ in $(seq $((10240 / megabytes))); do cat "$work/logs"; done | timed 'redact, 10 GB' "$keysieve" redact --no-config >/dev/null
head -c 1000000000 /dev/zero | tr '\0' 'x' | timed 'redact, a line of 1 GB' "$keysieve" redact --no-config >/dev/null
head -c 750000000 /dev/urandom | base64 -w0 | timed 'redact, 1 GB of base64 in a line' "$keysieve" redact --no-config >/dev/null

printf '\nlatency\n'
python3 benches/streams/latency.py "$keysieve" "$work/logs"

printf '\nkilled\n'
python3 benches/streams/kill.py "$keysieve" 50
python3 benches/streams/rotate.py "$keysieve"

printf '\nalerts\n'
python3 benches/streams/storm.py "$keysieve"

if command -v nginx wrk prometheus prometheus-alertmanager >/dev/null; then
    printf '\nwith real programs\n'
    python3 benches/streams/consumers.py "$keysieve"
fi

#!/usr/bin/env bash
# Streams: throughput, latency and memory of `keysieve redact`, and `keysieve watch` killed in the middle of rotation.
#
#   benches/streams.sh [MEGABYTES]    needs python3; KEYSIEVE is the command, target/release/keysieve without it
set -euo pipefail
cd "$(dirname "$0")/.."
keysieve="${KEYSIEVE:-target/release/keysieve}"
megabytes="${1:-256}"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

cargo run --quiet --profile quick -p keysieve-benches --bin logs -- "$megabytes" >"$work/logs"
for round in 1 2 3; do
    /usr/bin/time -f "redact       %e s wall, %U s user, %S s system, %M KB" "$keysieve" redact --no-config <"$work/logs" >/dev/null
    /usr/bin/time -f "cat | redact %e s wall" sh -c "cat '$work/logs' | '$keysieve' redact --no-config | cat >/dev/null"
    /usr/bin/time -f "cat | cat    %e s wall" sh -c "cat '$work/logs' | cat | cat >/dev/null"
done
echo 'a line of 1 GB'
head -c 1000000000 /dev/zero | tr '\0' 'x' |
    /usr/bin/time -f "             %e s wall, %M KB" "$keysieve" redact --no-config >/dev/null
python3 benches/streams/latency.py "$keysieve" "$work/logs"
python3 benches/streams/kill.py "$keysieve" 50

#!/usr/bin/env bash
# What one scan of a 1 KB file takes from start to end, beside `true` (what starting any process takes) and the peers.
#
#   benches/startup.sh [KEYSIEVE]             default: target/release/keysieve
#
# Environment: RUNS (default 50), KEYSIEVE_PEERS (default /opt/peers).
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
keysieve=${1:-$here/../target/release/keysieve}
peers=${KEYSIEVE_PEERS:-/opt/peers}
runs=${RUNS:-50}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export HOME="$work/home"
mkdir "$HOME" "$work/tree"

# 1 KB of C that holds nothing to find: what a commit hook sees most of the time.
awk 'BEGIN { for (line = 0; line < 25; line++) printf "static int entry_%02d(struct node *node);\n", line }' >"$work/tree/one.c"

commands=(true)
add() { if [[ -x $1 ]]; then commands+=("$*"); else printf 'not here, left out: %s\n' "$1" >&2; fi; }
# Reports go to files, never to /dev/null: gitleaks removes its report before it writes, which as root removes the device.
add "$keysieve" scan --no-config --format json --output "$work/keysieve.json" "$work/tree/one.c"
add "$peers/bin/ripsecrets" "$work/tree/one.c"
add "$peers/bin/betterleaks" filesystem --no-banner --silent --output "$work/betterleaks.jsonl" "$work/tree/one.c"
add "$peers/bin/gitleaks" dir --no-banner --report-format json --report-path "$work/gitleaks.json" "$work/tree/one.c"
add "$peers/bin/detect-secrets" -C "$work/tree" scan --all-files --no-verify one.c
add "$peers/bin/kingfisher" scan --turbo --no-validate --no-update-check --quiet --output "$work/kingfisher.txt" "$work/tree/one.c"

for command in "${commands[@]}"; do
    # Warm-up runs also fill the caches that two of the peers keep.
    hyperfine --shell=none --warmup 3 --runs "$runs" --style none --ignore-failure --export-csv "$work/one.csv" "$command" \
        >/dev/null 2>&1
    name=${command%% *}
    awk -F, -v name="${name##*/}" 'NR == 2 { printf "%-15s median %8.2f ms   min %8.2f ms\n", name, $(NF - 4) * 1e3, $(NF - 1) * 1e3 }' "$work/one.csv"
done

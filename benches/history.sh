#!/usr/bin/env bash
# Whole histories: keysieve beside `git cat-file` of every object, beside taking every object out of its pack once and
# doing nothing with it, and beside the peers. Prints medians of wall and processor seconds as a table.
#
#   benches/history.sh REPOSITORY...      bare, single-branch clones: git clone --bare --single-branch URL
#
# Environment: RUNS (default 3), TOOLS (names, default all), LIMIT (seconds per run, default 300), KEYSIEVE and
# MATERIALISE (binaries, default those of target/release), KEYSIEVE_PEERS (default /opt/peers).
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
keysieve=${KEYSIEVE:-$root/target/release/keysieve} materialise=${MATERIALISE:-$root/target/release/materialise}
peers=${KEYSIEVE_PEERS:-/opt/peers} runs=${RUNS:-3} limit=${LIMIT:-300}
read -r -a tools <<<"${TOOLS:-cat-file materialise keysieve cached kf-turbo kingfisher betterleaks gitleaks}"
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
export HOME="$out/home" GOMAXPROCS=2
mkdir -p "$HOME"

# Sets `command`: every tool with its own defaults, on two threads, off the network, findings to a file.
command_of() { # command_of TOOL REPOSITORY
    local report="$out/report"
    rm -f "$report"
    case $1 in
    cat-file) command=(git -C "$2" cat-file --batch-all-objects --batch --unordered) ;;
    materialise) command=("$materialise" -j 2 "$2") ;;
    keysieve) command=("$keysieve" git -j 2 --no-progress -f json -o "$report" "$2") ;;
    cached) command=("$keysieve" git -j 2 --no-progress --cache "$out/cache" -f json -o "$report" "$2") ;;
    kf-turbo) command=("$peers/bin/kingfisher" scan --turbo --jobs 2 --no-validate --no-update-check --quiet --format jsonl --output "$report" "$2") ;;
    kingfisher) command=("$peers/bin/kingfisher" scan --jobs 2 --no-validate --no-update-check --quiet --format jsonl --output "$report" "$2") ;;
    betterleaks) command=("$peers/bin/betterleaks" git --no-banner --silent --output "$report.jsonl" "$2") ;;
    gitleaks) command=("$peers/bin/gitleaks" git --no-banner --report-format json --report-path "$report" "$2") ;;
    *) printf 'no such tool: %s\n' "$1" >&2 && exit 2 ;;
    esac
}

median() { sort -n "$1" | awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }

for repository in "$@"; do
    printf '\n%s\n\n| tool | wall s | CPU s | RSS MB | × keysieve | exit |\n|---|---|---|---|---|---|\n' "$(basename "$repository")"
    cat "$repository"/objects/pack/* >/dev/null
    rm -rf "$out"/*.times "$out/cache"
    for ((run = 0; run < runs; run++)); do
        for tool in "${tools[@]}"; do
            command_of "$tool" "$repository"
            [[ -x $(command -v "${command[0]}") ]] || continue
            # The first run with a cache fills it.
            if [[ $tool == cached && ! -d $out/cache ]]; then "${command[@]}" >/dev/null 2>&1 || true; fi
            status=0
            /usr/bin/time --quiet --output "$out/time" --format '%e %U %S %M' timeout "$limit" "${command[@]}" \
                >/dev/null 2>"$out/errors" || status=$?
            tail -n 1 "$out/time" >>"$out/$tool.times"
            printf '%s\n' "$status" >"$out/$tool.status"
        done
    done
    base=$(median "$out/keysieve.times" 2>/dev/null || echo 0)
    for tool in "${tools[@]}"; do
        [[ -s $out/$tool.times ]] || continue
        wall=$(median "$out/$tool.times")
        printf '| %s | %.2f | %.2f | %.0f | %s | %s |\n' "$tool" "$wall" \
            "$(median <(awk '{ print $2 + $3 }' "$out/$tool.times"))" \
            "$(median <(awk '{ print $4 / 1024 }' "$out/$tool.times"))" \
            "$(awk -v w="$wall" -v b="$base" 'BEGIN { if (b > 0) printf "%.2f", w / b; else print "-" }')" \
            "$(<"$out/$tool.status")"
    done
done

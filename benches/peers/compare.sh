#!/usr/bin/env bash
# Runs keysieve and its peers over one tree, interleaved, and prints medians and ratios.
#
#   benches/peers/compare.sh TREE [KEYSIEVE]  KEYSIEVE: a release binary; default: target/release/keysieve, if built
#
# Environment: RUNS (default 5), LIMIT (seconds per run, default 300), SLOW (a tool slower than this many seconds is run
# once; default 60), TOOLS (names, default all), OUT (where raw outputs stay; default: a temporary directory, removed),
# KEYSIEVE_PEERS (default /opt/peers). A tool that is not there is named and left out.
set -euo pipefail

tree=$(realpath "$1")
here=$(cd "$(dirname "$0")" && pwd)
keysieve=$(realpath "${2:-$here/../../target/release/keysieve}" 2>/dev/null || true)
peers=${KEYSIEVE_PEERS:-/opt/peers}
runs=${RUNS:-5} limit=${LIMIT:-300} slow=${SLOW:-60}
read -r -a tools <<<"${TOOLS:-rg keysieve kf-turbo kingfisher betterleaks gitleaks ripsecrets detect-secrets}"
literal=qzjxvkwq7f3hbd5 # in no file, so every byte is searched

if [[ -n ${OUT:-} ]]; then
    mkdir -p "$OUT"
    out=$(realpath "$OUT")
else
    out=$(mktemp -d)
    trap 'rm -rf "$out"' EXIT
fi
export HOME="$out/home" GOMAXPROCS=2 # caches and settings of the peers stay here too
mkdir -p "$HOME"

# Sets `program` and `arguments`: every tool with its own defaults, on two threads, off the network, findings to a file.
command_of() {
    local report="$out/$1.report"
    rm -f "$report"
    # `rg` is no peer but the limit: it reads everything and looks for one literal.
    case $1 in
    rg) program=$(command -v rg) arguments=(-a -F -j2 --hidden --no-ignore --no-config --no-messages "$literal" "$tree") ;;
    keysieve) program=$keysieve arguments=(scan -j2 --format json --output "$report" "$tree") ;;
    kf-turbo) program=$peers/bin/kingfisher arguments=(scan --turbo) ;;&
    kingfisher) program=$peers/bin/kingfisher arguments=(scan) ;;&
    kf-turbo | kingfisher)
        arguments+=(--jobs 2 --no-validate --no-update-check --quiet --format jsonl --output "$report" "$tree")
        ;;
    betterleaks) program=$peers/bin/betterleaks arguments=(filesystem --no-banner --silent --output "$report.jsonl" "$tree") ;;
    gitleaks) program=$peers/bin/gitleaks arguments=(dir --no-banner --report-format json --report-path "$report" "$tree") ;;
    ripsecrets) program=$peers/bin/ripsecrets arguments=("$tree") ;;
    detect-secrets) program=$peers/bin/detect-secrets arguments=(-C "$tree" scan --all-files --no-verify .) ;;
    *) printf 'no such tool: %s\n' "$1" >&2 && exit 2 ;;
    esac
}

# What the tool itself reports; a dash where it was cut off.
findings_of() {
    local report="$out/$1.report"
    case $1 in
    rg) wc -l <"$out/$1.stdout" ;;
    keysieve) grep -c '"fingerprint"' "$report" || true ;;
    kf-turbo | kingfisher) grep -c '^{"rule"' "$report" || true ;;
    betterleaks) grep -c '"finding"' "$report.jsonl" || true ;;
    gitleaks) grep -c '"RuleID"' "$report" || true ;;
    ripsecrets) wc -l <"$out/$1.stdout" ;;
    detect-secrets) grep -c '"hashed_secret"' "$out/$1.stdout" || true ;;
    *) echo - ;;
    esac 2>/dev/null
}

present=()
for tool in "${tools[@]}"; do
    command_of "$tool"
    if [[ -x $program ]]; then present+=("$tool"); else printf 'not here, left out: %s\n' "$tool" >&2; fi
    : >"$out/$tool.times"
done

median() { sort -n "$1" | awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }
warm() { find "$tree" -type f -exec cat -- {} + >/dev/null; }

warm
# The first round of kingfisher also fills its cache of compiled rules, which is not what is compared here.
if [[ " ${present[*]} " == *" king"* || " ${present[*]} " == *" kf"* ]]; then
    printf 'nothing\n' >"$out/empty"
    "$peers/bin/kingfisher" scan --no-validate --no-update-check --quiet "$out/empty" >/dev/null 2>&1 || true
fi
for ((run = 1; run <= runs; run++)); do
    for tool in "${present[@]}"; do
        if [[ -s $out/$tool.times ]] && awk -v s="$slow" '{ exit !($1 > s) }' "$out/$tool.times"; then continue; fi
        command_of "$tool"
        warm
        status=0
        /usr/bin/time --quiet --output "$out/$tool.time" --format '%e %U %S %M' \
            timeout "$limit" taskset --cpu-list 0,1 "$program" "${arguments[@]}" \
            >"$out/$tool.stdout" 2>"$out/$tool.stderr" || status=$?
        tail -n 1 "$out/$tool.time" >>"$out/$tool.times"
        printf '%s\n' "$status" >"$out/$tool.status"
    done
done

base=
[[ " ${present[*]} " != *" keysieve "* ]] || base=$(median "$out/keysieve.times")
printf '%s: %s\n\n' "$tree" "$(find "$tree" -type f -printf '%s\n' | awk '{ b += $1 } END { printf "%d files, %.0f MB", NR, b / 1e6 }')"
printf '| tool | wall s | CPU s | RSS MB | runs | × keysieve | exit | findings |\n|---|---|---|---|---|---|---|---|\n'
for tool in "${present[@]}"; do
    wall=$(median "$out/$tool.times")
    cpu=$(median <(awk '{ print $2 + $3 }' "$out/$tool.times"))
    rss=$(median <(awk '{ print $4 / 1024 }' "$out/$tool.times"))
    status=$(<"$out/$tool.status") found=$(findings_of "$tool")
    if ((status == 124)); then wall=">$limit" found=-; fi
    printf '| %s | %s | %.2f | %.0f | %d | %s | %s | %s |\n' "$tool" "$wall" "$cpu" "$rss" "$(wc -l <"$out/$tool.times")" \
        "$(awk -v w="${wall#>}" -v b="$base" -v m="${wall%%[0-9]*}" 'BEGIN { if (b > 0) printf "%s%.2f", m, w / b; else print "-" }')" \
        "$status" "$found"
done

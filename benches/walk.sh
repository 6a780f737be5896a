#!/usr/bin/env bash
# A tree of 100,000 small files and a file of 2 GB: wall time, processor time and the greatest resident set.
#
#   benches/walk.sh [KEYSIEVE]                default: target/release/keysieve
#
# Environment: WORK (default /opt/trees; the inputs stay there, 2.5 GB), RUNS (default 3), TOOLS (default all of
# "keysieve rg kf-turbo betterleaks"), KEYSIEVE_PEERS. Exit code 1 when keysieve's resident set passes 150 MB.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
keysieve=$(realpath "${1:-$here/../target/release/keysieve}" 2>/dev/null || true)
peers=${KEYSIEVE_PEERS:-/opt/peers}
work=${WORK:-/opt/trees}
runs=${RUNS:-3}
read -r -a tools <<<"${TOOLS:-keysieve rg kf-turbo betterleaks}"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export HOME="$scratch"

# 1,000 directories of 100 files, 200 to 1,100 bytes each.
many=$work/many
if [[ ! -d $many ]]; then
    mkdir -p "$many.part"
    (cd "$many.part" && awk 'BEGIN {
        for (d = 0; d < 1000; d++) {
            dir = sprintf("d%02d/e%02d", d / 50, d % 50)
            system("mkdir -p " dir)
            for (f = 0; f < 100; f++) {
                file = sprintf("%s/file_%03d.c", dir, f)
                for (line = 0; line < 5 + (d + f) % 20; line++)
                    printf "static int entry_%04d_%03d_%02d(struct node *n);\n", d, f, line > file
                close(file)
            }
        }
    }')
    mv "$many.part" "$many"
fi

# 2 GB of log lines; every line differs.
large=$work/large.log
if [[ ! -f $large ]]; then
    awk 'BEGIN {
        for (i = 0; i < 13000000; i++)
            printf "{\"ts\":%d,\"level\":\"info\",\"msg\":\"request completed\",\"path\":\"/v1/orders/%d\",\"trace_id\":\"%08x%08x%08x%08x\",\"status\":200,\"duration_ms\":%d,\"bytes\":%d}\n",
                1790000000 + i, i * 7, i * 2654435761 % 4294967296, i * 40503 % 4294967296, i * 97 % 4294967296, i, i % 900, i * 31 % 100000
    }' | head -c 2000000000 >"$large.part" || true
    mv "$large.part" "$large"
fi

# Reports go to files, never to /dev/null: gitleaks removes its report before it writes, which as root removes the device.
run() {
    case $1 in
    keysieve) program=$keysieve arguments=(scan -j2 --no-config --format json --output "$scratch/keysieve.json") ;;
    rg) program=$(command -v rg) arguments=(-a -F -j2 --hidden --no-ignore --no-config qzjxvkwq7f3hbd5) ;;
    kf-turbo) program=$peers/bin/kingfisher arguments=(scan --turbo --jobs 2 --max-file-size 0 --no-validate --no-update-check --quiet --output "$scratch/kingfisher.txt") ;;
    betterleaks) program=$peers/bin/betterleaks arguments=(filesystem --no-banner --silent --output "$scratch/betterleaks.jsonl") ;;
    *) printf 'no such tool: %s\n' "$1" >&2 && exit 2 ;;
    esac
    [[ -x $program ]] || { printf 'not here, left out: %s\n' "$1" >&2 && return; }
    : >"$scratch/times"
    for ((i = 0; i < runs; i++)); do
        find "$2" -type f -exec cat -- {} + >/dev/null
        /usr/bin/time --quiet --output "$scratch/time" --format '%e %U %S %M' \
            timeout 300 "$program" "${arguments[@]}" "$2" >/dev/null 2>&1 || true
        tail -n 1 "$scratch/time" >>"$scratch/times"
    done
    sort -n "$scratch/times" | awk -v tool="$1" -v input="${2##*/}" '
        { wall[NR] = $1; cpu[NR] = $2 + $3; if ($4 > rss) rss = $4 }
        END {
            m = int((NR + 1) / 2)
            printf "| %s | %s | %.2f | %.2f | %.0f |\n", input, tool, wall[m], cpu[m], rss / 1024
            exit tool == "keysieve" && rss > 150 * 1024
        }'
}

printf '| input | tool | wall s | CPU s | RSS MB |\n|---|---|---|---|---|\n'
failed=0
for input in "$many" "$large"; do
    for tool in "${tools[@]}"; do
        run "$tool" "$input" || failed=1
    done
done
exit "$failed"

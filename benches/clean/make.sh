#!/usr/bin/env bash
# Builds the clean set: the published sources of some 240 packages that speak of keys and passwords all day and should
# leak none, in exact versions, never run. It is made as the real tree is (benches/tree/make.sh).
#
#   benches/clean/make.sh [DIRECTORY]         default: $KEYSIEVE_CLEAN, else /opt/trees/clean
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
KEYSIEVE_TREE_LISTS="$here" "$here/../tree/make.sh" "${1:-${KEYSIEVE_CLEAN:-/opt/trees/clean}}"

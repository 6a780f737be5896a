#!/usr/bin/env bash
# Scans the clean set and holds what is found against expected.txt: how many findings are wrong, per megabyte.
#
#   benches/clean/check.sh [DIRECTORY]        default: $KEYSIEVE_CLEAN, else /opt/trees/clean
#   benches/clean/check.sh DIRECTORY --new    prints what is not expected, as lines for expected.txt
#
# A line of expected.txt is a hash of a finding's first place (rule, path, line), `leak` or `wrong`, and why. A leak is what
# any scanner should show, such as a private key among the tests of a TLS library; the clean set is clean of live
# secrets, not of keys. What is wrong and what is not expected counts as false. Exit code 1 above 0.1 a megabyte.
# Runs `keysieve` from target/release, or $KEYSIEVE.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
tree=${1:-${KEYSIEVE_CLEAN:-/opt/trees/clean}}
keysieve=${KEYSIEVE:-$here/../../target/release/keysieve}
report=$(mktemp)
trap 'rm -f "$report"' EXIT
code=0
(cd "$tree" && "$keysieve" scan --no-ignore --no-progress --format json . 2>/dev/null) >"$report" || code=$?
((code <= 1)) || { echo "keysieve exits with $code" >&2; exit 2; }

python3 - "$report" "$here/expected.txt" "${2:-}" <<'END'
import collections, hashlib, json, sys

report = json.load(open(sys.argv[1]))
expected = dict(line.split(maxsplit=1) for line in open(sys.argv[2]) if not line.startswith("#"))
counts, rules, new, gone = collections.Counter(), collections.Counter(), [], set(expected)
for finding in report["findings"]:
    place = finding["locations"][0]
    where = f'{finding["rule"]} {place["path"]} {place["line"]}'
    key = hashlib.sha256(where.encode()).hexdigest()[:16]
    verdict = expected.get(key, "new").split()[0]
    gone.discard(key)
    counts[verdict] += 1
    if verdict != "leak":
        rules[finding["rule"]] += 1
    if verdict == "new":
        new.append(f"{key} wrong {where}")
if sys.argv[3] == "--new":
    print("\n".join(new))
    sys.exit()
megabytes = report["stats"]["bytes"] / 1e6
false = counts["wrong"] + counts["new"]
print(f'{megabytes:.0f} MB, {report["stats"]["objects"]} files: {sum(counts.values())} findings')
print(f'{counts["leak"]} leaks, {counts["wrong"]} known to be wrong, {counts["new"]} not expected, {len(gone)} no longer found')
for rule, count in rules.most_common():
    print(f"{count:6} {rule}")
print(f"{false / megabytes:.3f} false findings a megabyte")
sys.exit(false / megabytes > 0.1)
END

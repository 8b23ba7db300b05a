#!/usr/bin/env bash
# Measures who holds TIME-WAIT entries on pages of 4 KB and on huge ones. See --help.
set -euo pipefail
here=$(cd -P "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/arguments.sh"

usage() {
    cat <<'EOF'
usage: huge-pages.sh [OPTION…] [CANDIDATE…]

Runs the mixed load of the TIME-WAIT benchmark, lookups one by one and 32 at a
time, for each candidate first without -XX:+UseTransparentHugePages and then
with it. Without candidates all are measured: finwait, linked-hash-map,
delay-queue, caffeine, agrona, netty.

  --live N         entries (default 10000000, with a heap of 6 GB)
  --seconds N      how long an iteration lasts (default 2); one to warm up,
                   two that count
  --class-path P   where the benchmarks are (default: target/benchmarks.jar)
  --out FILE       results as CSV (default huge-pages.csv)

At the end a line for each: ns of CPU time for one operation. Takes some
fifteen minutes with ten million entries. Build first: mvn -q -DskipTests package
EOF
}

live=10000000 seconds=2 out=huge-pages.csv classes=$here/target/benchmarks.jar candidates=()
while [ $# -gt 0 ]; do
    case $1 in
    --help) usage && exit ;;
    --live | --seconds | --class-path | --out)
        [ $# -gt 1 ] || wrong "$1 needs a value"
        case $1 in
        --live) live=$2 ;;
        --seconds) seconds=$2 ;;
        --class-path) classes=$2 ;;
        --out) out=$2 ;;
        esac
        shift 2
        ;;
    -*) wrong "'$1' is not an option; see --help" ;;
    *) candidates+=("$1") && shift ;;
    esac
done
[ ${#candidates[@]} -gt 0 ] ||
    candidates=(finwait linked-hash-map delay-queue caffeine agrona netty)

setting=/sys/kernel/mm/transparent_hugepage/enabled
[ -r $setting ] || wrong "this kernel has no transparent huge pages: there is no $setting"
grep -q '\[never\]' $setting &&
    wrong "huge pages are switched off; as root: echo madvise > $setting"
grep -q '\[always\]' $setting &&
    wrong "all memory gets huge pages, so there is nothing to compare; as root: echo madvise > $setting"

echo "candidate,pages,load,ns" > "$out"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for candidate in "${candidates[@]}"; do
    for pages in small huge; do
        flag=-XX:-UseTransparentHugePages
        [ $pages = small ] || flag=-XX:+UseTransparentHugePages
        "$here/../build/java" -cp "$classes" org.openjdk.jmh.Main 'timewait.TimeWait.mixed' \
            -p live="$live" -p candidate="$candidate" -f 1 -wi 1 -w "$seconds" -i 2 -r "$seconds" \
            -jvmArgsPrepend $flag -prof io.finwait.benchmarks.timewait.ProcessCpu \
            -rf csv -rff "$work/one.csv" > "$work/log" 2>&1 || { cat "$work/log" >&2 && exit 1; }
        awk -F, -v candidate="$candidate" -v pages=$pages '
            $1 ~ /:cpu"$/ {
                load = $1 ~ /mixedBatch/ ? "in batches" : "one by one"
                printf "%s,%s,%s,%.0f\n", candidate, pages, load, $5
            }' "$work/one.csv" >> "$out"
    done
done

printf '%-18s %-12s %12s %12s\n' "$live live" load "4 KB, ns" "huge, ns"
awk -F, 'NR > 1 { ns[$1 "," $3, $2] = $4; if (!seen[$1 "," $3]++) order[++n] = $1 "," $3 }
    END {
        for (i = 1; i <= n; i++) {
            split(order[i], at, ",")
            printf "%-18s %-12s %12s %12s\n", at[1], at[2], ns[order[i], "small"],
                ns[order[i], "huge"]
        }
    }' "$out"

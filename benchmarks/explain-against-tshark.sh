#!/usr/bin/env bash
# What `finwait explain` takes for a large capture, beside tshark's list of conversations. See --help.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/arguments.sh"

usage() {
    cat <<'EOT'
usage: explain-against-tshark.sh [MEGABYTES [CONNECTIONS [ROUNDS]]]

Writes a capture, always the same for the same numbers, and measures in turns
what "finwait explain" and "tshark -q -z conv,tcp" take for it, each on one CPU.

  MEGABYTES    size of the capture, about (default 1000)
  CONNECTIONS  how many connections it has (default 100000)
  ROUNDS       how many of each (default 3)

Seconds are CPU time, user and system, with that of the JVM's own start, its
compiler and its garbage collector. FINWAIT_HEAP bounds the JVM's heap (default
256m); the last column is the most that was live in it.

Needs tshark, taskset, a JDK 25 or newer, and what is built with:
mvn -q -DskipTests package
EOT
}

case ${1:-} in
--help) usage; exit ;;
-*) wrong "'$1' is not an option; see --help" ;;
esac
megabytes=${1:-1000} connections=${2:-100000} rounds=${3:-3}
for number in "$megabytes" "$connections" "$rounds"; do
    [[ $number =~ ^[1-9][0-9]{0,8}$ ]] || wrong "'$number' is not a whole number from 1; see --help"
done
for tool in tshark taskset; do
    command -v "$tool" >/dev/null || wrong "needs $tool; see --help"
done
root=$here/..
own=${FINWAIT_CLASSES:-$here/target/benchmarks.jar}
command=${FINWAIT_COMMAND:-$root/examples/target/finwait-examples.jar:$root/examples/target/lib/*}
heap=${FINWAIT_HEAP:-256m}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
capture=$folder/large.pcap
"$root/build/java" -cp "$own" io.finwait.benchmarks.capture.LargeCapture \
    "$capture" "$megabytes" "$connections"
size=$(stat -c %s "$capture")

cpu() { # COMMAND… -> user and system seconds
    local TIMEFORMAT='%U %S'
    { time taskset -c 0 "$@" >"$folder/out" 2>"$folder/err"; } 2>&1 | awk '{print $1 + $2}'
}

explain() {
    cpu "$root/build/java" -Xmx"$heap" -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xlog:gc:file="$folder/gc" \
        --enable-native-access=ALL-UNNAMED -cp "$command" \
        io.finwait.examples.command.FinwaitCommand explain "$capture"
}

live() { # MB that were live after the fullest of the full collections, or of all
    local pauses
    pauses=$(grep 'Pause Full' "$folder/gc" || grep Pause "$folder/gc" || echo '->0M')
    sed 's/.*->\([0-9]*\)M.*/\1/' <<<"$pauses" | sort -n | tail -1
}

printf '%5s %16s %10s %16s %10s %7s %9s\n' round "explain, s" MB/s "tshark, s" MB/s ratio "live, MB"
for ((round = 1; round <= rounds; round++)); do
    ours=$(explain)
    lines=$(grep -c ' octets ' "$folder/out" || true)
    [ "$lines" = "$connections" ] || wrong "explain told of $lines connections: $(cat "$folder/err")"
    theirs=$(cpu tshark -q -z conv,tcp -r "$capture")
    awk -v r="$round" -v o="$ours" -v t="$theirs" -v s="$size" -v l="$(live)" 'BEGIN {
        printf "%5d %16.2f %10.0f %16.2f %10.0f %7.1f %9d\n", r, o, s / o / 1e6, t, s / t / 1e6,
            t / o, l }'
done

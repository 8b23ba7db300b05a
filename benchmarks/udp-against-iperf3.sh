#!/usr/bin/env bash
# What udp: moves between two JVMs, beside what iperf3 -u moves between two processes with the same
# packet size: rounds in turns, on loopback. See --help.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/arguments.sh"

usage() {
    cat <<'EOF'
usage: udp-against-iperf3.sh [ROUNDS [SECONDS [SIZE…]]]

Measures what udp: moves between two JVMs, beside what iperf3 -u moves between
two processes with packets of the same size, in turns, on loopback.

  ROUNDS   how many of each (default 3)
  SECONDS  how long each takes (default 4)
  SIZE     octets of a packet (default 1400 9000 65000)

Needs iperf3, a JDK 25 or newer, and the benchmarks' jar. Build first:
mvn -q -DskipTests package
EOF
}

case ${1:-} in
--help) usage; exit ;;
-*) wrong "'$1' is not an option; see --help" ;;
esac
rounds=${1:-3}
seconds=${2:-4}
sizes=("${@:3}")
[ "${#sizes[@]}" -gt 0 ] || sizes=(1400 9000 65000)
require_number ROUNDS "$rounds" 1
require_number SECONDS "$seconds" 1
for size in "${sizes[@]}"; do require_number SIZE "$size" 64; done
port=17010
java=("$here/../build/java" -Xms256m -Xmx256m -XX:+UseSerialGC
    --enable-native-access=ALL-UNNAMED -cp "${FINWAIT_CLASSES:-$here/target/benchmarks.jar}"
    io.finwait.benchmarks.link.Throughput)
command -v iperf3 >/dev/null || {
    echo "udp-against-iperf3.sh: needs iperf3: install the package of that name" >&2
    exit 1
}

finwait() { # SIZE -> Mbit/s of text
    local sink=udp://127.0.0.1:$port source=udp://127.0.0.1:$((port + 1))
    exec 3< <("${java[@]}" sink "$sink?peer=127.0.0.1:$((port + 1))&mtu=$1")
    read -r <&3
    "${java[@]}" source "$source?peer=127.0.0.1:$port&mtu=$1" "$seconds"
    cut -d' ' -f1 <&3
    exec 3<&-
}

iperf() { # SIZE -> Mbit/s that arrived
    iperf3 -s -1 -p "$port" >/dev/null &
    local server=$!
    until ss -tlnH "sport = :$port" | grep -q .; do :; done
    iperf3 -c 127.0.0.1 -p "$port" -u -b 0 -l "$1" -t "$seconds" -f m |
        awk '/receiver/ {for (i = 2; i <= NF; i++) if ($i == "Mbits/sec") printf "%.0f\n", $(i - 1)}'
    wait "$server"
}

median() { printf '%s\n' "$@" | sort -n | awk '{a[NR] = $1} END {print a[int((NR + 1) / 2)]}'; }

printf '%9s %22s %22s %7s\n' "octets" "udp: Mbit/s" "iperf3 -u Mbit/s" "ratio"
for size in "${sizes[@]}"; do
    ours=()
    theirs=()
    for ((round = 0; round < rounds; round++)); do
        ours+=("$(finwait "$size")")
        theirs+=("$(iperf "$size")")
    done
    a=$(median "${ours[@]}")
    b=$(median "${theirs[@]}")
    printf '%9s %22s %22s %7s\n' "$size" "${ours[*]}" "${theirs[*]}" \
        "$(awk "BEGIN {printf \"%.2f\", $a / $b}")"
done

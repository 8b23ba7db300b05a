#!/usr/bin/env bash
# What udp: moves between two JVMs, beside what iperf3 -u moves between two processes with the same
# packet size: rounds in turns, on loopback. Needs iperf3, and the benchmarks' jar (mvn package).
# usage: udp-against-iperf3.sh [ROUNDS] [SECONDS] [SIZE...]
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
rounds=${1:-3}
seconds=${2:-4}
sizes=("${@:3}")
[ "${#sizes[@]}" -gt 0 ] || sizes=(1400 9000 65000)
port=17010
java=("${JAVA_HOME:+$JAVA_HOME/bin/}java" -Xms256m -Xmx256m -XX:+UseSerialGC
    --enable-native-access=ALL-UNNAMED -cp "${FINWAIT_CLASSES:-$here/target/benchmarks.jar}"
    io.finwait.benchmarks.link.Throughput)
command -v iperf3 >/dev/null || {
    echo "needs iperf3: install the package of that name" >&2
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

#!/usr/bin/env bash
# Measures Finwait over TUN, with and without offload, beside the kernel over veth. See --help.
set -euo pipefail
here=$(cd -P "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/arguments.sh"

usage() {
    cat <<'EOF'
usage: system.sh [OPTION…]

Measures in interleaved rounds, with the kernel's TCP as the client of each:
  veth         the kernel's TCP behind a veth pair
  tun          Finwait behind a TUN device
  tun-offload  Finwait behind a TUN device with super-packets of 64 KB
  tun-2        Finwait on two threads behind two queues of a TUN device
  tap          Finwait behind a TAP device
  tap-offload  Finwait behind a TAP device with super-frames of 64 KB
  packet       Finwait at a packet socket on a veth pair, with super-frames
  packet-plain the same without offload; the kernel sends plain frames
  xdp          Finwait at an XDP socket on a veth pair, with plain frames

  --rounds N      how many rounds (default 5)
  --seconds S     how long each test of a round runs (default 2)
  --warm-up N     how many times each test runs for a second before the first
                  round, because a JVM learns with each connection (default 4)
  --cpus 1|2      1: client and server share one CPU, pinned (default);
                  2: the client has the first CPU, the server the second
  --paths LIST    which of these (default "veth tun tun-offload")
  --tests LIST    which of "in out ping client-closes:1 client-closes:100
                  server-closes:1 server-closes:100 reset:1 reset:100"
                  (in: the client sends; NAME:N: N connections at a time)
  --fresh N       measures only the first 1,000 connections of N fresh servers,
                  1 and 100 at a time: "fresh" without, "fresh-warm" with
                  Endpoint.warmUp() before they serve
  --rehearsal N   with so many connections they warm up (default 4000, which is
                  Endpoint.WARM_UP_CONNECTIONS)
  --out FILE      results as CSV (default system.csv in the folder you are in);
                  where it exists, rounds are added to it, so that long
                  measurements can be made piece by piece
  --java-options "…"  for the JVM that runs Finwait
  --report        only prints the tables of FILE and draws its charts

Needs root, a JDK 25 or newer, and the packages iproute2, util-linux and gcc. Makes two
network namespaces and removes them. Build first: mvn -q -DskipTests package
EOF
}

rounds=5 seconds=2 warm_up=4 cpus=1 fresh=0 rehearsal=4000 out=system.csv java_options="" report=false
paths="veth tun tun-offload"
tests="in out ping client-closes:1 client-closes:100 server-closes:1 server-closes:100 reset:1 reset:100"
while [ $# -gt 0 ]; do
    option=$1
    shift
    case $option in
        --report) report=true; continue ;;
        --help) usage; exit ;;
        --rounds | --seconds | --warm-up | --cpus | --paths | --tests | --fresh | --rehearsal | \
            --out | --java-options)
            [ $# -gt 0 ] || wrong "$option needs a value; see --help"
            ;;
        *) wrong "'$option' is not an option; see --help" ;;
    esac
    case $option in
        --rounds) rounds=$1 ;;
        --seconds) seconds=$1 ;;
        --warm-up) warm_up=$1 ;;
        --cpus) cpus=$1 ;;
        --paths) paths=$1 ;;
        --tests) tests=$1 ;;
        --fresh) fresh=$1 ;;
        --rehearsal) rehearsal=$1 ;;
        --out) out=$1 ;;
        --java-options) java_options=$1 ;;
    esac
    shift
done

require_number --rounds "$rounds" 1
require_number --seconds "$seconds" 1
require_number --warm-up "$warm_up" 0
require_number --fresh "$fresh" 0
require_number --rehearsal "$rehearsal" 1
[[ $cpus =~ ^[12]$ ]] || wrong "--cpus $cpus: choose 1 or 2"
for each in $paths; do
    [[ $each =~ ^(veth|tun|tun-offload|tun-2|tap|tap-offload|packet|packet-plain|xdp)$ ]] ||
        wrong "'$each' is not a path; choose from veth tun tun-offload tun-2 tap tap-offload packet packet-plain xdp"
done
for each in $tests; do
    [[ $each =~ ^(in|out|ping|(client-closes|server-closes|reset):[1-9][0-9]*)$ ]] ||
        wrong "'$each' is not a test; choose from in out ping client-closes:N server-closes:N reset:N"
done

jar=${FINWAIT_BENCHMARKS:-$here/target/benchmarks.jar}
if [ ! -e "${jar%%:*}" ]; then
    echo "system.sh: $jar is not there; build it with: mvn -q -DskipTests package" >&2
    exit 1
fi
java=$here/../build/java

if $report; then
    exec "$java" -cp "$jar" io.finwait.benchmarks.system.SystemReport "$out" "${out%.csv}"
fi

if [ "$(id -u)" -ne 0 ]; then
    echo "system.sh: namespaces and TUN devices need root" >&2
    exit 1
fi

mkdir -p "$here/target"
for each in client server; do
    cc -O2 -o "$here/target/system-$each" "$here/src/main/c/$each.c"
done

near=fwbench$$a far=fwbench$$b
declare -A pid address prefix
server_cpu=(taskset -c 1) client_cpu=(taskset -c 1)
[ "$cpus" = 2 ] && client_cpu=(taskset -c 0)

clean_up() {
    for each in "${pid[@]}"; do kill "$each" 2>/dev/null || true; done
    wait 2>/dev/null || true
    ip netns del "$near" 2>/dev/null || true
    ip netns del "$far" 2>/dev/null || true
    rm -f "$here/target/system-$$".*
}
trap clean_up EXIT

# Many addresses of the client, and ports used again after a second: thousands of connections a second
# would otherwise wait for its TIME-WAIT.
make_namespaces() {
    ip netns add "$near"
    ip netns add "$far"
    ip -n "$near" link set lo up
    ip netns exec "$near" sysctl -qw net.ipv4.tcp_tw_reuse=1 \
        net.ipv4.ip_local_port_range="1024 65535"
    # The kernel's own defaults, whatever this machine was tuned to.
    for each in "$near" "$far"; do
        ip netns exec "$each" sysctl -qw net.ipv4.tcp_rmem="4096 131072 6291456" \
            net.ipv4.tcp_wmem="4096 16384 4194304"
    done
    ip -n "$near" link add veth0 type veth peer name veth1 netns "$far"
    ip -n "$far" address add 10.98.0.100/24 dev veth1
    ip -n "$near" link set veth0 up
    ip -n "$far" link set veth1 up
    add_addresses veth0 10.98.0
}

# make_pair PATH NAME: a veth pair; the kernel has the end fw-PATH, Finwait the other one.
make_pair() {
    ip -n "$near" link add "fw-$1" type veth peer name "fw-$2"
    ip -n "$near" link set "fw-$1" up
    ip -n "$near" link set "fw-$2" up
}

add_addresses() {
    for i in 1 2 3 4 5 6 7 8; do ip -n "$near" address add "$2.$i/24" dev "$1"; done
}

# start PATH [CONNECTIONS]: starts the server of a path and waits until it serves. A fresh one may warm
# up with some connections of its own before.
start() {
    local ready=$here/target/system-$$.$1 uri="" queues=1 long="txqueuelen=10000"
    : >"$ready"
    case $1 in
        veth)
            prefix[$1]=10.98.0
            ip netns exec "$far" "${server_cpu[@]}" "$here/target/system-server" 10.98.0.100 >"$ready" &
            pid[$1]=$!
            ;;
        tun) prefix[$1]=10.98.1 uri="tun:fw-$1?offload=off&$long" ;;
        tun-offload) prefix[$1]=10.98.2 uri="tun:fw-$1?offload=on&$long" ;;
        tun-2) prefix[$1]=10.98.3 uri="tun:fw-$1?offload=off&$long" queues=2 ;;
        tap) prefix[$1]=10.98.4 uri="tap:fw-$1?offload=off&own=10.98.4.100/24&$long" ;;
        tap-offload) prefix[$1]=10.98.5 uri="tap:fw-$1?offload=on&own=10.98.5.100/24&$long" ;;
        packet) make_pair "$1" peer && prefix[$1]=10.98.6 uri="packet:fw-peer?own=10.98.6.100/24" ;;
        packet-plain)
            make_pair "$1" plain
            ip -n "$near" link set "fw-$1" gso_max_segs 1
            prefix[$1]=10.98.7 uri="packet:fw-plain?offload=off&own=10.98.7.100/24"
            ;;
        xdp) make_pair "$1" sock && prefix[$1]=10.98.8 uri="xdp:fw-sock?own=10.98.8.100/24" ;;
    esac
    if [ -n "$uri" ]; then
        finwait "$uri" "${prefix[$1]}" "$queues" ${2:-} >"$ready" &
        pid[$1]=$!
    fi
    address[$1]=${prefix[$1]}.100
    until grep -q ready "$ready"; do
        kill -0 "${pid[$1]}" || { echo "system.sh: the server of $1 has ended" >&2; exit 1; }
        sleep 0.1
    done
    sed '/^ready/d' "$ready" >&2
    [ "$1" = veth ] || add_addresses "fw-$1" "${prefix[$1]}"
}

# finwait URI PREFIX QUEUES [CONNECTIONS]
finwait() {
    # shellcheck disable=SC2086 # several options
    exec ip netns exec "$near" "${server_cpu[@]}" "$java" $java_options --enable-native-access=ALL-UNNAMED \
        "-Dqueues=$3" -cp "$jar" io.finwait.benchmarks.system.Server "$1" "$2.100" ${4:-}
}

# run PATH TEST SECONDS [MOST]: one line of CSV
run() {
    local name=${2%%:*} at_once=1
    [ "$name" = "$2" ] || at_once=${2##*:}
    ip netns exec "$near" "${client_cpu[@]}" "$here/target/system-client" "${address[$1]}" "${pid[$1]}" \
        "$name" "$3" "$at_once" "${4:-0}" "${prefix[$1]}" 8 || true
}

record() { # record ROUND PATH TEST LINE
    [ -e "$out" ] || echo "cpus,round,path,test,value,p50_us,p99_us,max_us,client_cpu_s,server_cpu_s,count,failed" >"$out"
    echo "$cpus,$1,$2,$3,$4" | tee -a "$out"
}

# Rounds are numbered on, so that each is compared with the kernel of its own.
first=1
[ -e "$out" ] && first=$(($(cut -d, -f2 "$out" | sed 1d | sort -n | tail -n 1) + 1))

make_namespaces
if [ "$fresh" -gt 0 ]; then
    for ((round = first; round < first + fresh; round++)); do
        for path in $paths; do
            for test in fresh:1 fresh:100 fresh-warm:1 fresh-warm:100; do
                if [[ $test != fresh-warm:* ]]; then
                    start "$path"
                elif [ "$path" = veth ]; then
                    continue
                else
                    start "$path" "$rehearsal"
                fi
                record "$round" "$path" "$test" \
                    "$(run "$path" "client-closes:${test##*:}" 60 1000)"
                kill "${pid[$path]}"
                wait "${pid[$path]}" 2>/dev/null || true
                unset "pid[$path]"
            done
        done
    done
    exit
fi
for path in $paths; do start "$path"; done
for ((i = 0; i < warm_up; i++)); do
    for each in $tests; do
        for path in $paths; do [ "$path" = veth ] || run "$path" "$each" 1 >/dev/null; done
    done
done
for ((round = first; round < first + rounds; round++)); do
    for each in $tests; do
        for path in $paths; do record "$round" "$path" "$each" "$(run "$path" "$each" "$seconds")"; done
    done
done

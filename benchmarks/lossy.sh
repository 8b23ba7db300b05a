#!/usr/bin/env bash
# Measures Finwait beside the kernel's cubic as the sender over a bad link. See --help.
set -euo pipefail
here=$(cd -P "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/arguments.sh"

usage() {
    cat <<'EOF'
usage: lossy.sh [OPTION…] [CELL…]

Sends as fast as it goes from one network namespace to a kernel in another one,
over "finwait link", in interleaved rounds: the kernel's cubic, then Finwait
behind a TUN device of the sending namespace. Each sender has a link of its
own, with the number of the round as its seed; buffers of both grow to 32 MB.
A CELL describes the link as RTT/RATE/QUEUE, in milliseconds, Mbit/s and
products of bandwidth and delay, and may add what "finwait link" takes for the
direction of the data: 100/1000/1, 20/100/0.25 or
20/100/1/reordering=2%,reorderdelay=5ms. Without
cells ten are measured: 20 and 100 ms, 100 and 1000 Mbit/s, queues of 1 and
0.25, with reordering, duplication, bursts of losses and 0.1 % loss.

  --rounds N       how many rounds (default 5)
  --seconds S      how long each transfer runs (default 8)
  --out FILE       results as CSV (default lossy.csv in the folder you are in)
  --control NAME   the kernel's congestion control (default cubic)
  --beside         both send at the same time through one link: how they share
                   it; segments sent needlessly are then those of both

At the end a line for each cell: the medians in MB/s as the receiver got them,
with the lowest and the highest of Finwait's; their ratio; and how many
segments each sent needlessly, as the receiver's D-SACKs tell (where the link
duplicates, its duplicates are among them).

Needs root, a JDK 25 or newer, and the packages iproute2 and gcc. Makes two
network namespaces and removes them. Build first: mvn -q -DskipTests package
EOF
}

rounds=5 seconds=8 out=lossy.csv control=cubic beside= cells=()
while [ $# -gt 0 ]; do
    option=$1
    shift
    case $option in
        --help) usage; exit ;;
        --rounds | --seconds | --out | --control)
            [ $# -gt 0 ] || wrong "$option needs a value; see --help"
            ;;
        --beside) beside=yes; continue ;;
        -*) wrong "'$option' is not an option; see --help" ;;
        *) cells+=("$option"); continue ;;
    esac
    case $option in
        --rounds) rounds=$1 ;;
        --seconds) seconds=$1 ;;
        --out) out=$1 ;;
        --control) control=$1 ;;
    esac
    shift
done

require_number --rounds "$rounds" 1
require_number --seconds "$seconds" 1
if [ ${#cells[@]} -eq 0 ]; then
    late=reordering=2%,reorderdelay=5ms
    cells=(20/100/1 20/100/1/$late 20/1000/1/$late 20/100/1/duplication=2%
        20/100/1/bursts=0.2%,burstlength=5 100/100/1 100/100/0.25 20/1000/1 20/1000/0.25
        100/1000/1/loss=0.1%)
fi
for each in "${cells[@]}"; do
    [[ $each =~ ^[0-9.]{1,6}/[0-9]{1,5}/[0-9.]{1,5}(/[a-z0-9=%.,]+)?$ ]] ||
        wrong "'$each' is not a cell; write RTT/RATE/QUEUE such as 20/100/1"
done

jar=${FINWAIT_BENCHMARKS:-$here/target/benchmarks.jar}
if [ ! -e "${jar%%:*}" ]; then
    echo "lossy.sh: $jar is not there; build it with: mvn -q -DskipTests package" >&2
    exit 1
fi
if [ "$(id -u)" -ne 0 ]; then
    echo "lossy.sh: namespaces and TUN devices need root" >&2
    exit 1
fi
java=$here/../build/java finwait=${FINWAIT:-$here/../finwait}
mkdir -p "$here/target"
for each in client server; do
    cc -O2 -o "$here/target/system-$each" "$here/src/main/c/$each.c"
done

near=fwlossy$$a far=fwlossy$$b files=$(mktemp -d)
buffer=33554432
declare -A pid address=([kernel]=10.96.0.1 [finwait]=10.97.0.2)
link=

clean_up() {
    for each in "${pid[@]}" $link; do kill "$each" 2>/dev/null || true; done
    wait 2>/dev/null || true
    ip netns del "$near" 2>/dev/null || true
    ip netns del "$far" 2>/dev/null || true
    rm -rf "$files"
}
trap clean_up EXIT

# await FILE WORD PID
await() {
    until grep -q "$2" "$files/$1"; do
        kill -0 "$3" || { cat "$files/$1" >&2; exit 1; }
        sleep 0.1
    done
}

make_namespaces() {
    ip netns add "$near"
    ip netns add "$far"
    ip -n "$near" link set lo up
    # What one transfer has learned of the path must not help the next one.
    ip netns exec "$near" sysctl -qw net.ipv4.ip_forward=1 net.ipv4.tcp_no_metrics_save=1
    for each in "$near" "$far"; do
        ip netns exec "$each" sysctl -qw net.ipv4.tcp_rmem="4096 131072 $buffer" \
            net.ipv4.tcp_wmem="4096 16384 $buffer"
    done
}

start_senders() {
    : >"$files/kernel" && : >"$files/finwait"
    ip netns exec "$near" "$here/target/system-server" 0.0.0.0 >"$files/kernel" &
    pid[kernel]=$!
    ip netns exec "$near" "$java" --enable-native-access=ALL-UNNAMED \
        -DlargestSendBuffer="$buffer" -cp "$jar" \
        io.finwait.benchmarks.system.Server \
        "tun:fw-lossy?address=10.97.0.1/24&txqueuelen=10000" 10.97.0.2 >"$files/finwait" &
    pid[finwait]=$!
    for each in kernel finwait; do await "$each" ready "${pid[$each]}"; done
}

start_link() { # CELL SEED
    local rtt rate queue words both
    IFS=/ read -r rtt rate queue words <<<"$1"
    both=$(awk -v t="$rtt" -v r="$rate" -v q="$queue" 'BEGIN {
        packets = int(t * r / 12 * q); if (packets < 10) packets = 10
        printf "delay=%dus,rate=%dM,queue=%d", t * 500, r, packets }')
    : >"$files/link"
    "$finwait" link "tun:fw-near?address=10.96.0.1/24&txqueuelen=10000&netns=$near" \
        "tun:fw-far?address=10.96.0.2/24&txqueuelen=10000&netns=$far" \
        --both "$both" --there "$words" --seed "$2" --every 0s >"$files/link" &
    link=$!
    await link linking "$link"
    ip -n "$far" route add 10.97.0.0/24 via 10.96.0.1
    # As an attribute of the route: the sysctl refuses restricted controls in a namespace.
    ip -n "$near" route replace 10.96.0.0/24 dev fw-near src 10.96.0.1 congctl "$control"
}

stop_link() {
    kill "$link"
    wait "$link" 2>/dev/null || true
    link=
}

needless() {
    ip netns exec "$far" nstat -asz TcpExtTCPDSACKOldSent TcpExtTCPDSACKOfoSent |
        awk '/^Tcp/ { sum += $2 } END { print sum + 0 }'
}

run() { # SENDER: prints Gbit/s, and how many segments were sent needlessly
    local before line
    before=$(needless)
    line=$(ip netns exec "$far" "$here/target/system-client" "${address[$1]}" "${pid[$1]}" \
        out "$seconds") || true
    echo "${line%%,*} $(($(needless) - before))"
}

run_beside() { # both, at the same time
    local both=()
    for each in kernel finwait; do
        run "$each" >"$files/of-$each" &
        both+=($!)
    done
    wait "${both[@]}"
}

report() {
    awk -F, 'NR > 1 { gsub(/;/, ",", $2); key = $2 SUBSEP $3; n[key]++; rate[key, n[key]] = $4
            extra[key] += $5; if (!($2 in seen)) { seen[$2] = 1; order[++cells] = $2 } }
        function sorted(key,    i, j, t) {
            for (i = 1; i <= n[key]; i++) for (j = i + 1; j <= n[key]; j++)
                if (rate[key, j] + 0 < rate[key, i] + 0) {
                    t = rate[key, i]; rate[key, i] = rate[key, j]; rate[key, j] = t } }
        function median(key,    m) {
            m = n[key]
            return m % 2 ? rate[key, (m + 1) / 2] : (rate[key, m / 2] + rate[key, m / 2 + 1]) / 2 }
        END { print "| RTT ms / Mbit/s / queue, faults | kernel, MB/s | Finwait, MB/s | ratio |" \
                " needless, kernel | needless, Finwait |"
            print "|---|---|---|---|---|---|"
            for (i = 1; i <= cells; i++) {
                k = order[i] SUBSEP "kernel"; f = order[i] SUBSEP "finwait"; sorted(k); sorted(f)
                printf "| %s | %.2f | %.2f (%.2f to %.2f) | %.2f | %d | %d |\n", order[i], median(k),
                    median(f), rate[f, 1], rate[f, n[f]], (median(k) > 0 ? median(f) / median(k) : 0),
                    extra[k], extra[f] } }' "$out"
}

make_namespaces
start_senders
echo "round,cell,sender,mb_per_s,needless" >"$out"
for ((round = 0; round <= rounds; round++)); do
    for cell in "${cells[@]}"; do
        # One die decides what happens to a packet, the n-th of a link the n-th packet. On a link
        # that both used one after the other, each always had its own dice, good or bad ones.
        if [ -n "$beside" ]; then
            start_link "$cell" "$round"
            run_beside
            stop_link
        fi
        for sender in kernel finwait; do
            if [ -n "$beside" ]; then
                read -r gbits extra <"$files/of-$sender"
            else
                start_link "$cell" "$round"
                read -r gbits extra <<<"$(run "$sender")"
                stop_link
            fi
            # Round 0 warms the JVM up, on the first cell alone.
            [ "$round" = 0 ] || awk -v a="$round,${cell//,/;},$sender" -v g="$gbits" -v e="$extra" \
                'BEGIN { printf "%s,%.3f,%d\n", a, g * 125, e }' | tee -a "$out"
        done
        [ "$round" -gt 0 ] || break
    done
done
report

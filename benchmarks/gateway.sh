#!/usr/bin/env bash
# Measures `finwait gateway` beside slirp4netns and pasta, and a cable. See --help.
set -euo pipefail
here=$(cd -P "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/arguments.sh"

usage() {
    cat <<'EOF_USAGE'
usage: gateway.sh [OPTION…]

Measures in interleaved rounds what a client in one network namespace gets from a
server in another, both of them the kernel's TCP and the programs of system.sh:
  cable        a veth pair, nothing else
  finwait      finwait gateway
  slirp4netns  slirp4netns
  pasta        pasta (package passt)

  --rounds N      how many rounds (default 3)
  --seconds S     how long each test of a round runs (default 2)
  --warm-up N     how many times each test runs for a second before the first
                  round, because a JVM learns with each connection (default 3)
  --pin on|off    on: the gateways run on the second CPU, client and server on the
                  first (default)
  --paths LIST    which of "cable finwait slirp4netns pasta"
  --tests LIST    which of "in out ping client-closes:1 client-closes:100
                  server-closes:1 server-closes:100 reset:1 reset:100 memory:10000"
                  (in: the client sends; NAME:N: N connections at a time;
                  memory:N: resident memory with N idle connections, once at the end)
  --out FILE      results as CSV (default gateway.csv in the folder you are in);
                  where it exists, rounds are added to it
  --java-options "…"  for the JVM that runs Finwait
  --report        only prints the tables of FILE

Needs root, a JDK 25 or newer, and the packages iproute2, util-linux, gcc, slirp4netns and
passt; a path whose program is missing is left out. Makes network namespaces and removes
them. Build first: mvn -q -DskipTests package
EOF_USAGE
}

rounds=3 seconds=2 warm_up=3 pin=on out=gateway.csv java_options="" report=false
paths="cable finwait slirp4netns pasta"
tests="in out ping client-closes:1 client-closes:100 server-closes:1 server-closes:100 reset:1 \
reset:100 memory:10000"
while [ $# -gt 0 ]; do
    option=$1
    shift
    case $option in
        --report) report=true; continue ;;
        --help) usage; exit ;;
        --rounds | --seconds | --warm-up | --pin | --paths | --tests | --out | --java-options)
            [ $# -gt 0 ] || wrong "$option needs a value; see --help"
            ;;
        *) wrong "'$option' is not an option; see --help" ;;
    esac
    case $option in
        --rounds) rounds=$1 ;;
        --seconds) seconds=$1 ;;
        --warm-up) warm_up=$1 ;;
        --pin) pin=$1 ;;
        --paths) paths=$1 ;;
        --tests) tests=$1 ;;
        --out) out=$1 ;;
        --java-options) java_options=$1 ;;
    esac
    shift
done

require_number --rounds "$rounds" 1
require_number --seconds "$seconds" 1
require_number --warm-up "$warm_up" 0
[[ $pin =~ ^(on|off)$ ]] || wrong "--pin $pin: choose on or off"
for each in $paths; do
    [[ $each =~ ^(cable|finwait|slirp4netns|pasta)$ ]] ||
        wrong "'$each' is not a path; choose from cable finwait slirp4netns pasta"
done
for each in $tests; do
    [[ $each =~ ^(in|out|ping|(client-closes|server-closes|reset|memory):[1-9][0-9]*)$ ]] ||
        wrong "'$each' is not a test; choose from in out ping client-closes:N server-closes:N reset:N memory:N"
done

# For each test a median of its rounds; for the gateway's CPU time what it took for what was done.
tables() {
    awk -F, 'NR > 1 && NF >= 10 { key = $3 SUBSEP $2; n[key]++; value[key, n[key]] = $4
            p50[key, n[key]] = $5; cpu[key] += $9; count[key] += $10; failed[key] += $11
            if (!($3 in test)) { test[$3] = 1; tests[++rows] = $3 }
            if (!($2 in path)) { path[$2] = 1; paths[++columns] = $2 } }
        function median(of, key,    i, j, t, v, m) {
            m = n[key]; if (!m) return "-"
            for (i = 1; i <= m; i++) v[i] = of[key, i] + 0
            for (i = 1; i <= m; i++) for (j = i + 1; j <= m; j++)
                if (v[j] < v[i]) { t = v[i]; v[i] = v[j]; v[j] = t }
            return m % 2 ? v[(m + 1) / 2] : (v[m / 2] + v[m / 2 + 1]) / 2 }
        function unit(name) {
            if (name ~ /^(in|out)$/) return "Gbit/s"
            if (name == "ping") return "round trips a second"
            return name ~ /^memory/ ? "MB resident" : "connections a second" }
        function shown(v) { return v == "-" ? v : sprintf(v < 100 ? "%.2f" : "%.0f", v) }
        function header(first,    c, line, bar) {
            line = "| " first " |"; bar = "|---|"
            for (c = 1; c <= columns; c++) { line = line " " paths[c] " |"; bar = bar "---|" }
            print line; print bar }
        END { header("test, median")
            for (r = 1; r <= rows; r++) { line = "| " tests[r] ", " unit(tests[r]) " |"
                for (c = 1; c <= columns; c++) { key = tests[r] SUBSEP paths[c]
                    line = line " " shown(median(value, key))
                    if (failed[key]) line = line " (" failed[key] " failed)"
                    line = line " |" }
                print line }
            print ""; header("CPU time of what passes it on (cable: of the server)")
            for (r = 1; r <= rows; r++) { if (tests[r] ~ /^memory/) continue
                bulk = tests[r] ~ /^(in|out)$/
                line = "| " tests[r] (bulk ? ", s for a GB |" : ", µs for each |")
                for (c = 1; c <= columns; c++) { key = tests[r] SUBSEP paths[c]
                    each = count[key] ? cpu[key] / count[key] * (bulk ? 1e9 : 1e6) : "-"
                    line = line " " shown(each) " |" }
                print line } }' "$out"
}

if $report; then
    [ -f "$out" ] || wrong "there is no $out; measure first, without --report"
    tables
    exit
fi

if [ "$(id -u)" -ne 0 ]; then
    echo "gateway.sh: namespaces and TUN devices need root" >&2
    exit 1
fi

jar=${FINWAIT_EXAMPLES:-$here/../examples/target/finwait-examples.jar:$here/../examples/target/lib/*}
if [[ $paths == *finwait* ]] && [ ! -e "${jar%%:*}" ]; then
    echo "gateway.sh: ${jar%%:*} is not there; build it with: mvn -q -DskipTests package" >&2
    exit 1
fi
ulimit -n "$(ulimit -Hn)"
mkdir -p "$here/target"
for each in client server; do
    cc -O2 -o "$here/target/system-$each" "$here/src/main/c/$each.c"
done

between=fwgate$$g far=fwgate$$s log=$here/target/gateway-$$
server=10.99.0.2
declare -A pid near
gateway_cpu=() ends_cpu=()
[ "$pin" = off ] || { gateway_cpu=(taskset -c 1) ends_cpu=(taskset -c 0); }

# The gateways share a processor, and some go on for a while with what an earlier test has left: while one
# is measured the others stand still.
only() { # PATH: the others stop
    local each
    for each in finwait slirp4netns pasta; do
        [ -z "${pid[$each]:-}" ] || kill -"$([ "$each" = "$1" ] && echo CONT || echo STOP)" "${pid[$each]}"
    done
}

clean_up() {
    for each in "${pid[@]}"; do kill -CONT "$each" 2>/dev/null || true; done
    for each in "${pid[@]}"; do kill "$each" 2>/dev/null || true; done
    wait 2>/dev/null || true
    for each in "$far" "$between" "${near[@]}"; do ip netns del "$each" 2>/dev/null || true; done
    rm -f "$log".*
}
trap clean_up EXIT

# Ports used again after a second: thousands of connections a second would otherwise wait for TIME-WAIT.
make_namespace() {
    ip netns add "$1"
    ip -n "$1" link set lo up
    ip netns exec "$1" sysctl -qw net.ipv4.tcp_tw_reuse=1 net.ipv4.tcp_max_tw_buckets=200000 \
        net.ipv4.ip_local_port_range="1024 65535"
}

cable() { # NAMESPACE NUMBER: to the server
    ip -n "$1" link add v0 type veth peer name "v$2" netns "$far"
    ip -n "$1" address add "10.77.$2.1/24" dev v0
    ip -n "$1" link set v0 up
    ip -n "$far" address add "10.77.$2.2/24" dev "v$2"
    ip -n "$far" link set "v$2" up
    ip -n "$1" route add default via "10.77.$2.2"
}

start_server() {
    make_namespace "$far"
    ip -n "$far" address add "$server/32" dev lo
    : >"$log.server"
    ip netns exec "$far" "${ends_cpu[@]}" "$here/target/system-server" "$server" >"$log.server" &
    pid[cable]=$!
    until grep -q ready "$log.server"; do sleep 0.1; done
    make_namespace "$between"
    cable "$between" 1
}

# Starts what passes connections on, in the namespace between the two, and waits for its route.
start() {
    near[$1]=fwgate$$$1
    make_namespace "${near[$1]}"
    [ "$1" != cable ] || { cable "${near[$1]}" 2; return; }
    pass_on "$1" "${near[$1]}" >"$log.$1" 2>&1 &
    pid[$1]=$!
    until ip -n "${near[$1]}" route show default 2>/dev/null | grep -q default; do
        kill -0 "${pid[$1]}" || { sed "s/^/gateway.sh: $1: /" "$log.$1" >&2; exit 1; }
        sleep 0.1
    done
}

pass_on() {
    local inside=(ip netns exec "$between" "${gateway_cpu[@]}")
    case $1 in
        finwait) # shellcheck disable=SC2086 # several options
            exec "${inside[@]}" "$here/../build/java" $java_options \
                --enable-native-access=ALL-UNNAMED -cp "$jar" \
                io.finwait.examples.command.FinwaitCommand gateway --netns "$2" --drain 0s \
                --max-waiting 20000
            ;;
        slirp4netns)
            exec "${inside[@]}" slirp4netns --configure --mtu=65520 --netns-type=path \
                "/run/netns/$2" tap0
            ;;
        pasta)
            exec "${inside[@]}" pasta -f --config-net --netns-only --runas 0:0 \
                --netns "/run/netns/$2"
            ;;
    esac
}

# run PATH TEST SECONDS [MOST]: one line of CSV
run() {
    local name=${2%%:*} at_once=1
    [ "$name" = "$2" ] || at_once=${2##*:}
    only "$1"
    ip netns exec "${near[$1]}" "${ends_cpu[@]}" "$here/target/system-client" "$server" \
        "${pid[$1]}" "$name" "$3" "$at_once" "${4:-0}" || true
}

record() { # record ROUND PATH TEST LINE
    [ -e "$out" ] ||
        echo "round,path,test,value,p50_us,p99_us,max_us,client_cpu_s,gateway_cpu_s,count,failed" >"$out"
    echo "$1,$2,$3,$4" | tee -a "$out"
}

resident() { awk '/^VmRSS/ { printf "%.1f", $2 / 1024 }' "/proc/$1/status"; }

# With nothing open, and while a client holds connections that have carried a round trip each.
memory() { # ROUND PATH TEST
    local most=${3##*:} holding
    only "$2"
    record "$1" "$2" memory:0 "$(resident "${pid[$2]}"),0,0,0,0,0,0,0"
    : >"$log.idle"
    ip netns exec "${near[$2]}" "${ends_cpu[@]}" "$here/target/system-client" "$server" \
        "${pid[$2]}" idle 60 "$most" >"$log.idle" &
    holding=$!
    until [ -s "$log.idle" ] || ! kill -0 "$holding" 2>/dev/null; do sleep 0.2; done
    record "$1" "$2" "$3" "$(resident "${pid[$2]}"),$(cut -d, -f2- "$log.idle")"
    kill "$holding" 2>/dev/null || true
    wait "$holding" 2>/dev/null || true
}

# Rounds are numbered on, so that long measurements can be made piece by piece.
first=1
[ -e "$out" ] && first=$(($(cut -d, -f1 "$out" | sed 1d | sort -n | tail -n 1) + 1))

installed=""
for path in $paths; do
    case $path in
        slirp4netns | pasta)
            command -v "$path" >/dev/null || { echo "gateway.sh: no $path here" >&2; continue; }
            ;;
    esac
    installed+=" $path"
done
start_server
for path in $installed; do start "$path"; done
for ((i = 0; i < warm_up; i++)); do
    for each in $tests; do
        [[ $installed != *finwait* || $each == memory:* ]] || run finwait "$each" 1 >/dev/null
    done
done
for ((round = first; round < first + rounds; round++)); do
    for each in $tests; do
        [[ $each != memory:* ]] || continue
        for path in $installed; do
            record "$round" "$path" "$each" "$(run "$path" "$each" "$seconds")"
        done
    done
done
for each in $tests; do
    [[ $each == memory:* ]] || continue
    for path in $installed; do
        [ "$path" = cable ] || memory "$((round - 1))" "$path" "$each"
    done
done
echo
tables

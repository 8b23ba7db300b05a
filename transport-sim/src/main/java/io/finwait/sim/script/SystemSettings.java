package io.finwait.sim.script;

import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The settings of systems that scripts may make: those that are heeded, and those whose value is
 * what happens here anyway. All others are refused. Ignored, they would let a script fail for no
 * fault of the stack, or pass without having tried what it is about.
 */
final class SystemSettings {

    private static final Map<String, Pattern> VALUES = new HashMap<>();

    static {
        allow("net.ipv4.tcp_timestamps", "[01]");
        allow("net.ipv4.tcp_sack", "[01]");
        allow("net.ipv4.tcp_dsack", "1");
        allow("net.ipv4.tcp_fack", "0");
        allow("net.ipv4.tcp_frto", "2");
        allow("net.ipv4.tcp_ecn", "[012]");
        allow("net.ipv4.tcp_recovery", "1");
        allow("net.ipv4.tcp_reordering", "3");
        allow("net.ipv4.tcp_early_retrans", "[34]");
        allow("net.ipv4.tcp_congestion_control", "cubic|reno");
        allow("net.ipv4.tcp_slow_start_after_idle", "1");
        allow("net.ipv4.tcp_syncookies", "1");
        allow("net.ipv4.tcp_moderate_rcvbuf", "[01]");
        // How text is cut and bundled for offloading and pacing: nothing is offloaded here.
        allow("net.ipv4.tcp_min_tso_segs", "\\d+");
        allow("net.ipv4.tcp_tso_win_divisor", "\\d+");
        allow("net.ipv4.tcp_pacing_(ss|ca)_ratio", "\\d+");
        // Scripts that use it are skipped for that.
        allow("net.ipv4.tcp_fastopen\\w*", ".*");
        allow("net.inet.tcp.fastopen.\\w+", ".*");
        allow("net.inet.tcp.udp_tunneling_\\w+", "\\d+");

        allow("net.inet.tcp.rfc1323", "[01]");
        allow("net.inet.tcp.sack.enable", "[01]");
        allow("net.inet.tcp.ecn.enable", "[012]");
        allow("net.inet.tcp.ecn.maxretries", "1");
        allow("net.inet.tcp.blackhole", "0");
        allow("net.inet.tcp.(recv|send)space", "\\d+");
        allow("net.inet.tcp.hostcache.purgenow", "1");
        allow("net.inet.tcp.insecure_(rst|syn)", "[01]");
        allow("net.inet.tcp.drop_synfin", "[01]");
        allow("net.inet.tcp.rexmit_initial", "1000");
        allow("net.inet.tcp.rexmit_slop", "200");
        allow("net.inet.tcp.rexmit_drop_options", "0");
        allow("net.inet.tcp.delacktime", "40");
        allow("net.inet.tcp.icmp_may_rst", "1");
        allow("net.inet.tcp.syncookies", "1");
        allow("net.inet.tcp.syncookies_only", "0");
        allow("net.inet.tcp.keepinit", "75000");
        allow("net.inet.tcp.tolerate_missing_ts", "0");
        allow("kern.ipc.maxsockbuf", "\\d+");
        FinwaitSettings.NAMES.forEach(name -> allow("finwait." + name, ".*"));
    }

    private SystemSettings() {}

    private static void allow(String name, String values) {
        VALUES.put(name.replace(".", "\\."), Pattern.compile(values));
    }

    /**
     * Looks at a setting.
     *
     * @throws UnsupportedScriptException when it has no meaning here, or not with this value
     */
    static void check(String name, String value) {
        boolean known = false;
        for (Map.Entry<String, Pattern> each : VALUES.entrySet()) {
            if (name.matches(each.getKey())) {
                known = true;
                if (each.getValue().matcher(value).matches()) {
                    return;
                }
            }
        }
        throw new UnsupportedScriptException("sysctl " + name + (known ? "=" + value : ""));
    }
}

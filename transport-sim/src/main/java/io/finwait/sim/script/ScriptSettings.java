package io.finwait.sim.script;

import io.finwait.spi.Capabilities;
import io.finwait.wire.IpAddress;

/**
 * What the options of a script say, and the profile where they say nothing.
 *
 * @param tolerancePercent of the time since the event before; the larger of both tolerances counts
 * @param timestampValues whether the values of timestamps are checked
 * @param scaledEcho whether echoed timestamps may be computed from the first one
 * @param strictSegments whether a long segment may not come as several shorter ones
 * @param offload whether the script's long segments are those of a device that cuts them
 */
record ScriptSettings(
        IpAddress local,
        IpAddress remote,
        int mtu,
        long toleranceNs,
        double tolerancePercent,
        boolean timestampValues,
        boolean scaledEcho,
        boolean strictSegments,
        boolean offload) {

    private static final long US = 1_000;
    private static final IpAddress LOCAL_4 = IpAddress.parse("192.168.0.1");
    private static final IpAddress REMOTE_4 = IpAddress.parse("192.0.2.1");
    private static final IpAddress LOCAL_6 = IpAddress.parse("fd3d:fa7b:d17d::1");
    private static final IpAddress REMOTE_6 = IpAddress.parse("2001:db8::1");

    /**
     * Reads the options.
     *
     * @throws UnsupportedScriptException for an option that the runner does not know
     * @throws ScriptSyntaxException for a value that is none
     */
    static ScriptSettings of(PacketScript script, ScriptOptions options) {
        int version = options.ipVersion();
        int mtu = 0;
        long toleranceNs = options.profile() == Profile.RFC ? 1_000 * US : 4_000 * US;
        if (options.toleranceNs() >= 0) {
            toleranceNs = options.toleranceNs();
        }
        double percent =
                switch (options.profile()) {
                    case RFC -> 0;
                    case LINUX -> 12.5;
                    case FREEBSD -> 5;
                };
        IpAddress local = null;
        IpAddress remote = null;
        boolean timestampValues = false;
        boolean scaledEcho = false;
        boolean strictSegments = false;
        for (Option option : script.options()) {
            switch (option.name()) {
                case "ip_version" -> version = version(script, option);
                case "tolerance_usecs" -> toleranceNs = number(script, option) * US;
                case "tolerance_percent" -> percent = number(script, option);
                case "mtu" -> mtu = (int) number(script, option);
                case "local_ip" -> local = address(script, option);
                case "remote_ip" -> remote = address(script, option);
                case "tcp_ts_tick_usecs" -> timestampValues = number(script, option) != 0;
                case "tcp_ts_ecr_scaled" -> scaledEcho = true;
                case "strict_segments" -> strictSegments = true;
                // An adapter has joined the segments: they arrive as one, as from a TUN device.
                case "mss" -> number(script, option);
                case "send_omit_free", "define", "gateway_ip", "netmask_ip" -> {
                    // Of no importance here.
                }
                default -> throw new UnsupportedScriptException("option --" + option.name());
            }
        }
        if (mtu == 0) {
            // With 20 octets more, the MSS is that of IPv4, and a script runs over both; suites for
            // FreeBSD have a script for each.
            mtu = version == 6 && options.profile() != Profile.FREEBSD ? 1520 : 1500;
        }
        if (mtu < Capabilities.SMALLEST_MTU || mtu > Capabilities.LARGEST_MTU) {
            throw new UnsupportedScriptException(
                    "an MTU of %d; links carry %d to %d octets"
                            .formatted(mtu, Capabilities.SMALLEST_MTU, Capabilities.LARGEST_MTU));
        }
        if (local == null) {
            local = version == 4 ? LOCAL_4 : LOCAL_6;
        }
        if (remote == null) {
            remote = local.isV4() ? REMOTE_4 : REMOTE_6;
        }
        if (local.isV4() != remote.isV4()) {
            throw new UnsupportedScriptException("addresses of both families");
        }
        return new ScriptSettings(
                local,
                remote,
                mtu,
                toleranceNs,
                percent,
                timestampValues,
                scaledEcho,
                strictSegments,
                options.profile() == Profile.LINUX && offloads(script.initCommand()));
    }

    /** The kernel's suites leave offload on unless they say otherwise. */
    private static boolean offloads(String command) {
        return command.contains("defaults.sh") && !command.contains("tso off");
    }

    private static int version(PacketScript script, Option option) {
        return switch (option.value()) {
            case "ipv4", "ipv4-mapped-ipv6" -> 4;
            case "ipv6" -> 6;
            default -> throw wrong(script, option, "ipv4, ipv6 or ipv4-mapped-ipv6");
        };
    }

    private static long number(PacketScript script, Option option) {
        try {
            return Long.parseLong(option.value());
        } catch (NumberFormatException e) {
            throw wrong(script, option, "a number");
        }
    }

    private static IpAddress address(PacketScript script, Option option) {
        try {
            return IpAddress.parse(option.value());
        } catch (IllegalArgumentException e) {
            throw wrong(script, option, "an IP address");
        }
    }

    private static ScriptSyntaxException wrong(PacketScript script, Option option, String what) {
        return new ScriptSyntaxException(
                script.name(),
                option.line(),
                1,
                "expected " + what + " for --" + option.name() + ", found '" + option.value() + "'",
                script.source().line(option.line()));
    }

    /** How far from its time an event may be. */
    long toleranceNs(long sinceLastEventNs) {
        return Math.max(toleranceNs, (long) (sinceLastEventNs * tolerancePercent / 100));
    }
}

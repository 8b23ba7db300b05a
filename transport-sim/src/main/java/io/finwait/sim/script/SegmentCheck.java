package io.finwait.sim.script;

import io.finwait.sim.script.ScriptFailure.Difference;
import io.finwait.sim.script.TcpPacket.Flags;
import io.finwait.wire.TcpHeader;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Compares a segment that was sent with the one that is expected, field by field. */
final class SegmentCheck {

    private final ScriptBinding binding;
    private final boolean timestampValues;
    private final boolean offload;
    private final List<Difference> differences = new ArrayList<>();

    /**
     * A check.
     *
     * @param timestampValues whether the values of timestamps are compared, not only their presence
     * @param offload whether the script was written for a stack that hands several segments to the
     *     device as one, with PSH wherever that one happens to end
     */
    SegmentCheck(ScriptBinding binding, boolean timestampValues, boolean offload) {
        this.binding = binding;
        this.offload = offload;
        this.timestampValues = timestampValues;
    }

    /**
     * What differs; empty when the segment is as expected. Learns initial numbers and timestamps.
     */
    List<Difference> compare(TcpPacket expected, Observed came) {
        if (came.has(TcpHeader.SYN) && expected.flags().has(TcpHeader.SYN)) {
            binding.outboundSyn(came, expected.sequence());
        }
        binding.outbound(came);
        TcpPacket actual = came.inScriptNumbers(binding);
        boolean ignoresPush = offload && came.isJoined();
        compareFlags(expected.flags(), came.flags(), ignoresPush ? TcpHeader.PSH : 0);
        compareNumbers(expected, actual, came);
        expected.window().ifPresent(w -> compare("window", w, came.window()));
        compare("urgent pointer", expected.urgent().orElse(0), came.urgent());
        compareIp(expected.ip(), came);
        expected.ports()
                .ifPresent(
                        ports -> {
                            compare("source port", ports.source(), came.sourcePort());
                            compare(
                                    "destination port",
                                    ports.destination(),
                                    came.destinationPort());
                        });
        expected.options()
                .ifPresent(o -> compareOptions(o, actual.options().orElseThrow(), came.options()));
        if (differences.isEmpty()) {
            compareText(came);
        }
        return differences;
    }

    private void compareFlags(Flags expectedFlags, int cameFlags, int ignored) {
        Flags expected = new Flags(expectedFlags.bits() & ~ignored, expectedFlags.ace());
        int came = cameFlags & ~ignored;
        if (expected.ace() >= 0) {
            int aceBits = Flags.AE | TcpHeader.CWR | TcpHeader.ECE;
            compare("ACE counter", expected.ace(), came >>> 6 & 7);
            compare("control bits", letters(expected.bits() & ~aceBits), letters(came & ~aceBits));
        } else {
            compare("control bits", letters(expected.bits()), letters(came & 0x1FF));
        }
        compare("reserved bits", 0, came >>> 9);
    }

    private static String letters(int bits) {
        return Printer.flags(new Flags(bits, -1));
    }

    private void compareNumbers(TcpPacket expected, TcpPacket actual, Observed came) {
        if (!expected.sequence().any()) {
            long seq =
                    expected.sequence().literal()
                            ? came.seq() & 0xFFFF_FFFFL
                            : actual.sequence().start();
            compare("sequence number", expected.sequence().start(), seq);
        }
        compare("octets of text", expected.sequence().length(), came.textLength());
        if (expected.flags().has(TcpHeader.ACK) && came.has(TcpHeader.ACK)) {
            long ack =
                    expected.sequence().literal()
                            ? came.ack() & 0xFFFF_FFFFL
                            : actual.ack().orElseThrow();
            compare("acknowledgment number", expected.ack().orElse(0), ack);
        } else if (!came.has(TcpHeader.ACK) && expected.ack().isPresent()) {
            compare("acknowledgment field", expected.ack().getAsLong(), came.ack() & 0xFFFF_FFFFL);
        }
    }

    private void compareIp(IpInfo expected, Observed came) {
        int ecn = came.typeOfService() & 3;
        if (expected.ecn().equals("ect01")) {
            if (ecn != 1 && ecn != 2) {
                differences.add(new Difference("ECN", "ect0 or ect1", ecn == 3 ? "ce" : "noecn"));
            }
        } else if (!expected.ecn().isEmpty()) {
            compare("ECN bits", ScriptWire.ecn(expected.ecn()), ecn);
        }
        if (expected.typeOfService() >= 0) {
            compare("type of service", expected.typeOfService(), came.typeOfService());
        }
        if (expected.timeToLive() >= 0) {
            compare("time to live", expected.timeToLive(), came.timeToLive());
        }
    }

    private void compareOptions(
            List<TcpOption> expected, List<TcpOption> actual, List<TcpOption> live) {
        boolean same = expected.size() == actual.size();
        for (int i = 0; same && i < expected.size(); i++) {
            same = matches(expected.get(i), actual.get(i));
        }
        if (!same) {
            differences.add(new Difference("options", angled(expected), angled(actual)));
            return;
        }
        for (int i = 0; i < expected.size(); i++) {
            if (expected.get(i) instanceof TcpOption.Timestamps want
                    && live.get(i) instanceof TcpOption.Timestamps came) {
                compare("echoed timestamp", want.echo(), came.echo());
                compareTimestamps(want, (int) came.value().orElseThrow());
            }
        }
    }

    private static String angled(List<TcpOption> options) {
        return options.isEmpty() ? "none" : "<" + Printer.options(options) + ">";
    }

    /** The values of timestamps are compared separately. */
    private static boolean matches(TcpOption expected, TcpOption actual) {
        return expected instanceof TcpOption.Timestamps
                ? actual instanceof TcpOption.Timestamps
                : expected.equals(actual);
    }

    private void compareTimestamps(TcpOption.Timestamps want, int live) {
        if (want.value().isEmpty()) {
            return;
        }
        int script = (int) want.value().getAsLong();
        int converted = binding.scriptTimestamp(live);
        // One tick of tolerance: the clock may have moved on between two events.
        if (timestampValues && binding.hasTimestamp() && Math.abs(script - converted) > 1) {
            compare("timestamp", script, converted);
        }
        binding.timestamp(script, live);
    }

    private void compareText(Observed came) {
        boolean syn = came.has(TcpHeader.SYN);
        int start = syn ? 1 : binding.scriptSeq(false, came.seq());
        for (int i = 0; i < came.textLength(); i++) {
            byte expected = Pattern.octet(start + i);
            if (start > 0 && came.text().get(i) != expected) {
                differences.add(
                        new Difference(
                                "octet " + (start + i) + " of the text",
                                Integer.toString(expected & 0xFF),
                                Integer.toString(came.text().get(i) & 0xFF)));
                return;
            }
        }
    }

    private void compare(String field, Object expected, Object came) {
        if (!Objects.equals(expected.toString(), came.toString())) {
            differences.add(new Difference(field, expected.toString(), came.toString()));
        }
    }
}

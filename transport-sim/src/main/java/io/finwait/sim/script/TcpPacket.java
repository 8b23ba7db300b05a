package io.finwait.sim.script;

import io.finwait.wire.TcpHeader;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * A segment that is injected ({@code <}) or expected ({@code >}).
 *
 * @param outbound expected from the socket under test
 * @param ports empty: those of the connection
 * @param ack SEG.ACK, empty when not written
 * @param window SEG.WND unscaled; of an expected segment it may be empty: not checked
 * @param options empty: not checked ({@code <...>})
 */
record TcpPacket(
        boolean outbound,
        IpInfo ip,
        Optional<Ports> ports,
        Flags flags,
        Sequence sequence,
        OptionalLong ack,
        OptionalInt window,
        OptionalInt urgent,
        Optional<List<TcpOption>> options)
        implements Event.Action {

    @Override
    public boolean isExpectation() {
        return outbound;
    }

    /**
     * The same text in segments of at most {@code most} octets, as a network adapter cuts it; FIN
     * and PSH stand on the last one. This segment alone when it is no longer than that.
     *
     * @param most 0: any length
     */
    List<TcpPacket> cut(int most) {
        int length = sequence.length();
        if (most <= 0 || length <= most) {
            return List.of(this);
        }
        List<TcpPacket> pieces = new ArrayList<>();
        for (int at = 0; at < length; at += most) {
            int part = Math.min(most, length - at);
            boolean last = at + part == length;
            int kept = last ? flags.bits() : flags.bits() & ~(TcpHeader.FIN | TcpHeader.PSH);
            long start = (sequence.start() + at) & 0xFFFF_FFFFL;
            pieces.add(
                    new TcpPacket(
                            outbound,
                            ip,
                            ports,
                            new Flags(kept, flags.ace()),
                            new Sequence(start, part, sequence.literal(), sequence.any()),
                            ack,
                            window,
                            urgent,
                            options));
        }
        return pieces;
    }

    /** Source and destination port. */
    record Ports(int source, int destination) {}

    /**
     * The control bits.
     *
     * @param bits as in {@link io.finwait.wire.TcpHeader}, and {@link #AE}
     * @param ace accurate ECN's counter, 0 to 7; -1 when not written
     */
    record Flags(int bits, int ace) {

        /** Accurate ECN's third bit. */
        static final int AE = 0x100;

        boolean has(int bit) {
            return (bits & bit) != 0;
        }
    }

    /**
     * The numbers of the text. SYN and FIN are not counted.
     *
     * @param start SEG.SEQ
     * @param length octets of text
     * @param literal the numbers are those on the wire ({@code 1:1(0)!})
     * @param any {@code ...(n)}: any numbers
     */
    record Sequence(long start, int length, boolean literal, boolean any) {

        long end() {
            return (start + length) & 0xFFFF_FFFFL;
        }
    }
}

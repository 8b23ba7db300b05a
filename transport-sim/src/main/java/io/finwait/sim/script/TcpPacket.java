package io.finwait.sim.script;

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

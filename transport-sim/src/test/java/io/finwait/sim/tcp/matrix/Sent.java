package io.finwait.sim.tcp.matrix;

import io.finwait.wire.IpView;
import io.finwait.wire.Segment;
import io.finwait.wire.TcpHeader;
import io.finwait.wire.Verdict;

import java.nio.ByteBuffer;

/**
 * A segment, as far as the matrix looks at it. PSH is left out: it says nothing about closing.
 *
 * @param flags the control bits without PSH
 * @param seq SEG.SEQ
 * @param text octets of text
 * @param ack SEG.ACK, 0 without the ACK bit
 * @param window SEG.WND, or {@link #ANY_WINDOW} in what is expected
 */
record Sent(int flags, int seq, int text, int ack, int window) {

    /** Whatever the window says is right. */
    static final int ANY_WINDOW = -1;

    /** Reads a packet that an endpoint has sent; a malformed one fails the test. */
    static Sent read(ByteBuffer packet) {
        IpView ip = new IpView();
        Segment segment = new Segment();
        Verdict verdict = ip.parse(packet, 0, packet.capacity());
        if (verdict == Verdict.OK) {
            verdict = segment.parse(ip, false);
        }
        if (verdict != Verdict.OK) {
            throw new AssertionError("the endpoint sent a packet that is " + verdict);
        }
        return new Sent(
                segment.flags() & ~TcpHeader.PSH,
                segment.seq(),
                segment.textLength(),
                segment.hasAck() ? segment.ack() : 0,
                segment.window());
    }

    boolean has(int flag) {
        return (flags & flag) != 0;
    }

    /** SEG.LEN: SYN and FIN counted. */
    int length() {
        return text + (has(TcpHeader.SYN) ? 1 : 0) + (has(TcpHeader.FIN) ? 1 : 0);
    }

    /** The number behind the last one that the segment takes. */
    int end() {
        return seq + length();
    }

    /** True when this is what was expected. */
    boolean matches(Sent expected) {
        return flags == expected.flags
                && seq == expected.seq
                && text == expected.text
                && ack == expected.ack
                && (expected.window == ANY_WINDOW || window == expected.window);
    }

    /** True when one can't be told from the other, whatever the windows say. */
    boolean sameNumbers(Sent other) {
        return flags == other.flags && seq == other.seq && text == other.text && ack == other.ack;
    }
}

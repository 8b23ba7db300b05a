package io.finwait.sim;

import io.finwait.wire.Checksum;
import io.finwait.wire.IpView;
import io.finwait.wire.Segment;
import io.finwait.wire.TcpHeader;
import io.finwait.wire.Verdict;

import java.nio.ByteBuffer;

/** Changes text and mends the checksum, as a broken middlebox does: no TCP can notice it. */
final class TextFlip {

    private final IpView ip = new IpView();
    private final Segment segment = new Segment();

    /**
     * Flips bits of the last octet of a segment's text.
     *
     * @return the octet's index in the packet; -1 when there is no text
     */
    int flip(SimPacket packet, int bits) {
        ByteBuffer b = packet.buffer();
        int ipAt = Frames.ipAt(packet);
        if (ip.parse(b, packet.offset() + ipAt, packet.length() - ipAt) != Verdict.OK
                || segment.parse(ip, true) != Verdict.OK
                || segment.textLength() == 0) {
            return -1;
        }
        int at = segment.textOffset() + segment.textLength() - 1;
        b.put(at, (byte) (b.get(at) ^ bits));
        int header = ip.payloadOffset();
        TcpHeader.checksum(b, header, 0);
        long sum = Checksum.add(b, header, ip.payloadLength(), ip.pseudoHeaderSum());
        TcpHeader.checksum(b, header, Checksum.finish(sum));
        return at - packet.offset();
    }
}

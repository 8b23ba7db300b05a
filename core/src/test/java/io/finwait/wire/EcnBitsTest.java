package io.finwait.wire;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;

class EcnBitsTest {

    private static final int DSCP = 0xB8;

    private static ByteBuffer v4(int bits) {
        ByteBuffer b = ByteBuffer.allocate(64);
        Ipv4.write(b, 3, 20, DSCP | bits, 7, 64, Protocol.TCP, 0x0A000001, 0x0A0000FF);
        return b;
    }

    private static ByteBuffer v6(int bits) {
        ByteBuffer b = ByteBuffer.allocate(64);
        Ipv6.write(b, 3, 0, DSCP | bits, 0xFFFFF, 64, Protocol.TCP, 1, 2, 3, 4);
        return b;
    }

    @Test
    void whatMayBeMarkedIsMarkedAndItsChecksumFits() {
        for (int bits = 0; bits <= EcnBits.MASK; bits++) {
            int after = bits == EcnBits.NOT_CAPABLE ? bits : EcnBits.CONGESTION_EXPERIENCED;
            for (ByteBuffer b : new ByteBuffer[] {v4(bits), v6(bits)}) {
                int length = b.get(3) >>> 4 == 4 ? 20 : 40;
                assertThat(EcnBits.of(b, 3)).isEqualTo(bits);
                assertThat(EcnBits.mark(b, 3, length)).isEqualTo(after != 0);
                IpView view = new IpView();
                assertThat(view.parse(b, 3, length)).isEqualTo(Verdict.OK);
                assertThat(view.typeOfService()).isEqualTo(DSCP | after);
            }
        }
        assertThat(Ipv6.flowLabel(v6(2), 3)).isEqualTo(0xFFFFF);
    }

    /** The sum fits whatever stands in the header, at the edges of its arithmetic too. */
    @Test
    void theChecksumFitsForEveryOtherField() {
        for (int id = 0; id <= 0xFFFF; id++) {
            ByteBuffer b = ByteBuffer.allocate(20);
            Ipv4.write(b, 0, 20, 0, id, 64, Protocol.TCP, 0, 0);
            Ipv4.typeOfService(b, 0, 0xFF);
            assertThat(Checksum.finish(Checksum.add(b, 0, 20, 0))).isZero();
        }
    }

    private static Segment segment(int reservedAndFlags, int typeOfService) {
        ByteBuffer b = ByteBuffer.allocate(40);
        Ipv4.write(b, 0, 40, typeOfService, 0, 64, Protocol.TCP, 1, 2);
        TcpHeader.write(b, 20, 1, 2, 3, 4, 20, 0, 5);
        b.putShort(32, (short) (5 << 12 | reservedAndFlags));
        IpView view = new IpView();
        assertThat(view.parse(b, 0, 40)).isEqualTo(Verdict.OK);
        Segment segment = new Segment();
        assertThat(segment.parse(view, true)).isEqualTo(Verdict.OK);
        return segment;
    }

    @Test
    void whatASegmentSaysOfCongestion() {
        int both = TcpHeader.ECE | TcpHeader.CWR;
        int synAck = TcpHeader.SYN | TcpHeader.ACK;
        assertThat(segment(TcpHeader.SYN | both, 0).asksForEcn()).isTrue();
        assertThat(segment(TcpHeader.SYN | TcpHeader.ECE, 0).asksForEcn()).isFalse();
        assertThat(segment(TcpHeader.SYN | TcpHeader.CWR, 0).asksForEcn()).isFalse();
        assertThat(segment(synAck | both, 0).asksForEcn()).isFalse();
        assertThat(segment(synAck | TcpHeader.ECE, 0).agreesToEcn()).isTrue();
        assertThat(segment(synAck | both, 0).agreesToEcn()).isFalse();
        assertThat(segment(TcpHeader.ACK | TcpHeader.ECE, 0).agreesToEcn()).isFalse();
        assertThat(segment(TcpHeader.ECE, 3).isMarked()).isTrue();
        assertThat(segment(TcpHeader.ECE, 2).isMarked()).isFalse();
        assertThat(segment(TcpHeader.ECE, 1).hasEce()).isTrue();
        assertThat(segment(TcpHeader.CWR, 1).hasCwr()).isTrue();
        assertThat(segment(0, 1).hasEce() || segment(0, 1).hasCwr()).isFalse();
    }

    /** The bit above CWR (RFC 9768 §3.1.1). */
    @Test
    void m12_aSynThatAsksForAccurateEcnAsksForThePlainKindToo() {
        int accurate = 0x100 | TcpHeader.SYN | TcpHeader.ECE | TcpHeader.CWR;
        assertThat(segment(accurate, 0).asksForEcn()).isTrue();
    }

    @Test
    void whatIsNoIpPacketIsLeftAlone() {
        ByteBuffer b = ByteBuffer.allocate(64);
        assertThat(EcnBits.mark(b, 0, 64)).isFalse();
        assertThat(EcnBits.mark(v4(2), 3, 19)).isFalse();
        assertThat(EcnBits.mark(v6(2), 3, 39)).isFalse();
        assertThat(b).isEqualTo(ByteBuffer.allocate(64));
    }
}

package io.finwait.icmp;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.icmp.IcmpError.Kind;
import io.finwait.spi.RandomSource;
import io.finwait.wire.Checksum;
import io.finwait.wire.IpAddress;
import io.finwait.wire.IpView;
import io.finwait.wire.Ipv4;
import io.finwait.wire.Ipv6;
import io.finwait.wire.Protocol;
import io.finwait.wire.TcpHeader;
import io.finwait.wire.Verdict;

import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;

/** Reading ICMP errors, whole, cut short, damaged and forged. */
class IcmpErrorTest {

    private static final IpAddress US_V4 = IpAddress.parse("10.0.0.1");
    private static final IpAddress PEER_V4 = IpAddress.parse("10.0.0.2");
    private static final IpAddress ROUTER_V4 = IpAddress.parse("10.0.0.254");
    private static final IpAddress US_V6 = IpAddress.parse("fd00::1");
    private static final IpAddress PEER_V6 = IpAddress.parse("fd00::2");
    private static final IpAddress ROUTER_V6 = IpAddress.parse("fd00::fe");
    private static final int ICMP_HEADER = 8;

    private final IpView ip = new IpView();
    private final IcmpError error = new IcmpError();

    @Test
    void theClassesOfIpv4() {
        assertThat(parse(v4(3, 0, 0))).isEqualTo(Kind.SOFT);
        assertThat(parse(v4(3, 1, 0))).isEqualTo(Kind.SOFT);
        assertThat(parse(v4(3, 2, 0))).isEqualTo(Kind.HARD);
        assertThat(parse(v4(3, 3, 0))).isEqualTo(Kind.HARD);
        assertThat(parse(v4(3, 4, 1400))).isEqualTo(Kind.TOO_BIG);
        assertThat(parse(v4(3, 5, 0))).isEqualTo(Kind.SOFT);
        assertThat(parse(v4(3, 13, 0))).isEqualTo(Kind.SOFT);
        assertThat(parse(v4(4, 0, 0))).isEqualTo(Kind.IGNORED);
        assertThat(parse(v4(5, 1, 0))).isEqualTo(Kind.IGNORED);
        assertThat(parse(v4(11, 0, 0))).isEqualTo(Kind.SOFT);
        assertThat(parse(v4(12, 0, 0))).isEqualTo(Kind.SOFT);
    }

    @Test
    void theClassesOfIpv6() {
        assertThat(parse(v6(1, 0, 0))).isEqualTo(Kind.SOFT);
        assertThat(parse(v6(1, 4, 0))).isEqualTo(Kind.HARD);
        assertThat(parse(v6(2, 0, 1400))).isEqualTo(Kind.TOO_BIG);
        assertThat(parse(v6(3, 0, 0))).isEqualTo(Kind.SOFT);
        assertThat(parse(v6(4, 0, 0))).isEqualTo(Kind.SOFT);
        assertThat(parse(v6(4, 1, 0))).isEqualTo(Kind.HARD);
    }

    @Test
    void theQuotedSegmentSaysWhichConnection() {
        for (ByteBuffer packet : new ByteBuffer[] {v4(3, 3, 0), v6(1, 4, 0)}) {
            assertThat(parse(packet)).isEqualTo(Kind.HARD);
            boolean isV4 = IpAddress.isV4(error.localHigh, error.localLow);
            assertThat(new IpAddress(error.localHigh, error.localLow))
                    .isEqualTo(isV4 ? US_V4 : US_V6);
            assertThat(new IpAddress(error.remoteHigh, error.remoteLow))
                    .isEqualTo(isV4 ? PEER_V4 : PEER_V6);
            assertThat(error.localPort).isEqualTo(4711);
            assertThat(error.remotePort).isEqualTo(80);
            assertThat(error.sequence()).isEqualTo(-17);
            assertThat(error.message()).isEqualTo("Connection refused");
        }
    }

    @Test
    void theNextLinkTellsItsMtu() {
        parse(v4(3, 4, 1400));
        assertThat(error.mtu()).isEqualTo(1400);
        parse(v6(2, 0, 1300));
        assertThat(error.mtu()).isEqualTo(1300);
        parse(v4(3, 4, 0));
        assertThat(error.mtu()).as("an old router tells none").isEqualTo(576);
    }

    @Test
    void aQuoteThatIsCutShortIsNoError() {
        for (int cut = 1; cut <= 8 + Ipv4.HEADER_LENGTH; cut++) {
            assertThat(parse(v4(3, 3, 0, cut))).as("cut by %d", cut).isEqualTo(Kind.NONE);
        }
        for (int cut = 1; cut <= 8 + Ipv6.HEADER_LENGTH; cut++) {
            assertThat(parse(v6(1, 4, 0, cut))).as("cut by %d", cut).isEqualTo(Kind.NONE);
        }
    }

    @Test
    void damagedMessagesAreNoErrors() {
        ByteBuffer wrongSum = v4(3, 3, 0);
        wrongSum.put(Ipv4.HEADER_LENGTH + 5, (byte) 1);
        assertThat(parse(wrongSum)).isEqualTo(Kind.NONE);
        ByteBuffer pingsQuoted = v4(3, 3, 0);
        pingsQuoted.put(Ipv4.HEADER_LENGTH + ICMP_HEADER + 9, (byte) Protocol.ICMP);
        mendV4(pingsQuoted);
        assertThat(parse(pingsQuoted)).isEqualTo(Kind.NONE);
    }

    /** What stands behind the header of a part is not a TCP header, but for the first. */
    @Test
    void whatQuotesAPartOfAPacketIsNoError() {
        for (int fragment : new int[] {0x0001, 0x1FFF, 0x2001, 0x2000}) {
            ByteBuffer packet = v4(3, 3, 0);
            packet.putShort(Ipv4.HEADER_LENGTH + ICMP_HEADER + 6, (short) fragment);
            mendV4(packet);
            assertThat(parse(packet)).as("%04x", fragment).isEqualTo(Kind.NONE);
        }
    }

    @Test
    void noOctetsMakeItThrow() {
        RandomSource random = RandomSource.seeded(1);
        for (int round = 0; round < 100_000; round++) {
            ByteBuffer packet = round % 2 == 0 ? v4(3, 4, 1400) : v6(2, 0, 1400);
            int header = round % 2 == 0 ? Ipv4.HEADER_LENGTH : Ipv6.HEADER_LENGTH;
            for (int i = 0; i < 4; i++) {
                int at =
                        header
                                + (int)
                                        Long.remainderUnsigned(
                                                random.nextLong(), packet.capacity() - header);
                packet.put(at, (byte) random.nextLong());
            }
            if (round % 2 == 0) {
                mendV4(packet);
            } else {
                mendV6(packet);
            }
            assertThat(parse(packet)).as("round %d of seed 1", round).isNotNull();
        }
    }

    private Kind parse(ByteBuffer packet) {
        assertThat(ip.parse(packet, 0, packet.capacity())).isEqualTo(Verdict.OK);
        return error.parse(ip);
    }

    private static ByteBuffer v4(int type, int code, int mtu) {
        return v4(type, code, mtu, 0);
    }

    private static ByteBuffer v4(int type, int code, int mtu, int cut) {
        int payload = ICMP_HEADER + Ipv4.HEADER_LENGTH + 8 - cut;
        ByteBuffer whole = ByteBuffer.allocate(200);
        int at = Ipv4.HEADER_LENGTH;
        whole.put(at, (byte) type).put(at + 1, (byte) code).putInt(at + 4, mtu);
        int quote = at + ICMP_HEADER;
        int from = (int) US_V4.low();
        int to = (int) PEER_V4.low();
        Ipv4.write(whole, quote, 1500, 0, 0, 60, Protocol.TCP, from, to);
        writeTcp(whole, quote + Ipv4.HEADER_LENGTH);
        int router = (int) ROUTER_V4.low();
        Ipv4.write(whole, 0, at + payload, 0, 0, 60, Protocol.ICMP, router, from);
        ByteBuffer packet = ByteBuffer.allocate(at + payload);
        packet.put(0, whole, 0, at + payload);
        mendV4(packet);
        return packet;
    }

    private static void mendV4(ByteBuffer b) {
        int at = Ipv4.HEADER_LENGTH;
        b.putShort(at + 2, (short) 0);
        long sum = Checksum.add(b, at, b.capacity() - at, 0);
        b.putShort(at + 2, (short) Checksum.finish(sum));
    }

    private static ByteBuffer v6(int type, int code, int mtu) {
        return v6(type, code, mtu, 0);
    }

    private static ByteBuffer v6(int type, int code, int mtu, int cut) {
        int payload = ICMP_HEADER + Ipv6.HEADER_LENGTH + 8 - cut;
        ByteBuffer whole = ByteBuffer.allocate(200);
        int at = Ipv6.HEADER_LENGTH;
        whole.put(at, (byte) type).put(at + 1, (byte) code).putInt(at + 4, mtu);
        int quote = at + ICMP_HEADER;
        writeV6(whole, quote, 1460, Protocol.TCP, US_V6, PEER_V6);
        writeTcp(whole, quote + Ipv6.HEADER_LENGTH);
        writeV6(whole, 0, payload, Protocol.ICMPV6, ROUTER_V6, US_V6);
        ByteBuffer packet = ByteBuffer.allocate(at + payload);
        packet.put(0, whole, 0, at + payload);
        mendV6(packet);
        return packet;
    }

    private static void writeV6(
            ByteBuffer b, int at, int payload, int protocol, IpAddress from, IpAddress to) {
        Ipv6.write(
                b, at, payload, 0, 0, 60, protocol, from.high(), from.low(), to.high(), to.low());
    }

    private static void mendV6(ByteBuffer b) {
        int at = Ipv6.HEADER_LENGTH;
        int length = b.capacity() - at;
        b.putShort(at + 2, (short) 0);
        long pseudo =
                Checksum.pseudoHeader(
                        ROUTER_V6.high(),
                        ROUTER_V6.low(),
                        US_V6.high(),
                        US_V6.low(),
                        Protocol.ICMPV6,
                        length);
        b.putShort(at + 2, (short) Checksum.finish(Checksum.add(b, at, length, pseudo)));
    }

    private static void writeTcp(ByteBuffer b, int at) {
        TcpHeader.write(b, at, 4711, 80, -17, 0, TcpHeader.LENGTH, TcpHeader.ACK, 1000);
    }
}

package io.finwait.icmp;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.icmp.IcmpError.Kind;
import io.finwait.spi.Capabilities;
import io.finwait.spi.DirectLink;
import io.finwait.spi.Packet;
import io.finwait.spi.PacketBatch;
import io.finwait.wire.IpAddress;
import io.finwait.wire.IpView;
import io.finwait.wire.Ipv4;
import io.finwait.wire.Ipv6;
import io.finwait.wire.Protocol;
import io.finwait.wire.TcpHeader;
import io.finwait.wire.Unreachable;
import io.finwait.wire.Verdict;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import java.nio.ByteBuffer;

/** Telling a peer that its packet is not delivered, with as much of it as every path carries. */
class IcmpUnreachableTest {

    private static final int AT = 3;

    private final IpView ip = new IpView();
    private final IcmpError error = new IcmpError();

    /** A link whose buffers hold what was sent before, as those of real ones do. */
    private static DirectLink[] link(int mtu) {
        DirectLink[] ends =
                DirectLink.pair(new Capabilities(mtu, 14, mtu, false, false, true, true, false));
        for (int i = 0; i < 300; i++) {
            Packet earlier = ends[0].claim(mtu);
            for (int at = 0; at < mtu; at++) {
                earlier.buffer().put(earlier.offset() + at, (byte) 0xA5);
            }
            ends[0].commit(earlier, 0);
            ends[1].receive(new PacketBatch(1), 0);
        }
        return ends;
    }

    private static ByteBuffer packet(boolean v6, int length) {
        ByteBuffer b = ByteBuffer.allocate(AT + length);
        int header = v6 ? Ipv6.HEADER_LENGTH : Ipv4.HEADER_LENGTH;
        IpAddress from = peer(v6);
        IpAddress to = IpAddress.parse(v6 ? "fd00::1" : "10.0.0.1");
        if (v6) {
            int octets = length - header;
            int next = Protocol.TCP;
            Ipv6.write(b, AT, octets, 0, 0, 64, next, from.high(), from.low(), to.high(), to.low());
        } else {
            int source = (int) from.low();
            Ipv4.write(b, AT, length, 0, 0, 64, Protocol.TCP, source, (int) to.low());
        }
        for (int i = AT + header; i < b.capacity(); i++) {
            b.put(i, (byte) i);
        }
        TcpHeader.write(b, AT + header, 4_711, 80, -9, 0, TcpHeader.LENGTH, TcpHeader.SYN, 9);
        return b;
    }

    private static IpAddress peer(boolean v6) {
        return IpAddress.parse(v6 ? "fd00::2" : "10.0.0.2");
    }

    private static IpAddress router(boolean v6) {
        return IpAddress.parse(v6 ? "fd00::fe" : "10.0.0.254");
    }

    /** RFC 1812 §4.3.2.3 and RFC 4443 §2.4: 576 and 1280 octets at most, or what the link takes. */
    @ParameterizedTest
    @CsvSource({
        "false, 1500, 60, 88", "false, 1500, 548, 576", "false, 1500, 549, 576",
        "false, 1500, 1500, 576", "true, 1500, 100, 148", "true, 1500, 1232, 1280",
        "true, 1500, 1233, 1280", "true, 1279, 1500, 1279", "false, 576, 1500, 576"
    })
    void quotesAsMuchAsFits(boolean v6, int mtu, int length, int sent) {
        DirectLink[] ends = link(mtu);
        IcmpUnreachable unreachable = new IcmpUnreachable(ends[0]);
        ByteBuffer about = packet(v6, length);
        assertThat(unreachable.send(router(v6), about, AT, length, Unreachable.HOST, 0)).isTrue();
        PacketBatch batch = new PacketBatch(1);
        assertThat(ends[1].receive(batch, 0)).isEqualTo(1);
        Packet message = batch.get(0);
        assertThat(message.length()).isEqualTo(sent);
        assertThat(ip.parse(message.buffer(), message.offset(), sent)).isEqualTo(Verdict.OK);
        assertThat(new IpAddress(ip.sourceHigh(), ip.sourceLow())).isEqualTo(router(v6));
        assertThat(new IpAddress(ip.destinationHigh(), ip.destinationLow())).isEqualTo(peer(v6));
        assertThat(error.parse(ip)).as("with a good checksum").isEqualTo(Kind.SOFT);
        assertThat(error.localPort).as("of the peer").isEqualTo(4_711);
        assertThat(error.sequence()).isEqualTo(-9);
        assertThat(error.packetLength()).isEqualTo(length);
        int quoted = sent - 8 - (v6 ? Ipv6.HEADER_LENGTH : Ipv4.HEADER_LENGTH);
        assertThat(message.buffer().slice(message.offset() + sent - quoted, quoted))
                .isEqualTo(about.slice(AT, quoted));
    }

    @ParameterizedTest
    @EnumSource(Unreachable.class)
    void tellsWhyByItsCode(Unreachable why) {
        for (boolean v6 : new boolean[] {false, true}) {
            DirectLink[] ends = link(1_500);
            assertThat(
                            new IcmpUnreachable(ends[0])
                                    .send(router(v6), packet(v6, 80), AT, 80, why, 0))
                    .isTrue();
            PacketBatch batch = new PacketBatch(1);
            ends[1].receive(batch, 0);
            Packet message = batch.get(0);
            int icmp = message.offset() + (v6 ? Ipv6.HEADER_LENGTH : Ipv4.HEADER_LENGTH);
            assertThat(message.buffer().get(icmp)).isEqualTo((byte) (v6 ? 1 : 3));
            assertThat(message.buffer().get(icmp + 1) & 0xFF)
                    .isEqualTo(v6 ? why.v6Code() : why.v4Code());
            assertThat(message.buffer().getInt(icmp + 4)).isZero();
        }
    }

    @Test
    void withoutRoomNothingIsTold() {
        DirectLink[] ends = link(1_500);
        while (ends[0].claim(1) != null) {
            ends[0].commit(null, 0);
        }
        IcmpUnreachable unreachable = new IcmpUnreachable(ends[0]);
        assertThat(unreachable.send(router(false), packet(false, 60), AT, 60, Unreachable.HOST, 0))
                .isFalse();
    }
}

package io.finwait.icmp;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.icmp.IcmpEcho.Outcome;
import io.finwait.spi.Capabilities;
import io.finwait.spi.DirectLink;
import io.finwait.spi.Packet;
import io.finwait.spi.PacketBatch;
import io.finwait.wire.Checksum;
import io.finwait.wire.IpAddress;
import io.finwait.wire.IpView;
import io.finwait.wire.Ipv4;
import io.finwait.wire.Ipv6;
import io.finwait.wire.Protocol;
import io.finwait.wire.Verdict;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.ByteBuffer;

/** Pings, whole, damaged, too long, and from those who may not be answered. */
class IcmpEchoTest {

    private static final int MTU = 1500;
    private static final int HEADER = 8;

    private final DirectLink[] link =
            DirectLink.pair(new Capabilities(MTU, 14, MTU, false, false, true, true, false));

    private final IcmpEcho echo = new IcmpEcho(link[0]);
    private final IpView ip = new IpView();

    /** The link's buffers hold what was sent before, as those of real ones do. */
    @BeforeEach
    void somethingElseWasSent() {
        for (int i = 0; i < 300; i++) {
            Packet earlier = link[0].claim(MTU);
            for (int at = 0; at < MTU; at++) {
                earlier.buffer().put(earlier.offset() + at, (byte) 0xA5);
            }
            link[0].commit(earlier, 0);
            link[1].receive(new PacketBatch(1), 0);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 56, 57, 1400})
    void theAnswerSaysTheSameToTheOneWhoAsked(int octets) {
        for (boolean v6 : new boolean[] {false, true}) {
            ByteBuffer request = request(v6, octets);
            assertThat(answer(request)).isEqualTo(Outcome.ANSWERED);
            ByteBuffer answer = received();
            assertThat(answer.limit()).isEqualTo(request.limit());
            assertThat(ip.parse(answer, 0, answer.limit())).isEqualTo(Verdict.OK);
            assertThat(ip.protocol()).isEqualTo(v6 ? Protocol.ICMPV6 : Protocol.ICMP);
            assertThat(IpAddress.format(ip.sourceHigh(), ip.sourceLow()))
                    .isEqualTo(v6 ? "fd00::1" : "10.0.0.1");
            assertThat(IpAddress.format(ip.destinationHigh(), ip.destinationLow()))
                    .isEqualTo(v6 ? "fd00::2" : "10.0.0.2");
            int at = ip.payloadOffset();
            int length = ip.payloadLength();
            assertThat(answer.get(at) & 0xFF).isEqualTo(v6 ? 129 : 0);
            assertThat(answer.get(at + 1)).isZero();
            long pseudo = v6 ? ip.pseudoHeaderSum() : 0;
            assertThat(Checksum.finish(Checksum.add(answer, at, length, pseudo))).isZero();
            assertThat(answer.slice(at + 4, length - 4))
                    .isEqualTo(request.slice(at + 4, length - 4));
        }
    }

    @Test
    void aDamagedPingIsNone() {
        for (boolean v6 : new boolean[] {false, true}) {
            int at = v6 ? Ipv6.HEADER_LENGTH : Ipv4.HEADER_LENGTH;
            for (int bit = 0; bit < 8 * (HEADER + 5); bit++) {
                ByteBuffer request = request(v6, 5);
                int octet = at + bit / 8;
                request.put(octet, (byte) (request.get(octet) ^ (1 << bit % 8)));
                assertThat(answer(request)).as("bit %d", bit).isEqualTo(Outcome.NO_PING);
            }
        }
        assertThat(link[1].receive(new PacketBatch(1), 0)).isZero();
    }

    /** An answer as a question would be answered for ever; a code is none of a ping. */
    @Test
    void onlyAQuestionIsAnswered() {
        for (int type = 0; type < 256; type++) {
            for (int code = 0; code < 2; code++) {
                for (boolean v6 : new boolean[] {false, true}) {
                    boolean ping = type == (v6 ? 128 : 8) && code == 0;
                    assertThat(answer(message(v6, "2", type, code, 4)))
                            .as("type %d code %d", type, code)
                            .isEqualTo(ping ? Outcome.ANSWERED : Outcome.NO_PING);
                }
            }
        }
    }

    @Test
    void nobodyIsAnsweredAtAnAddressThatIsNoHost() {
        for (String from : new String[] {"224.0.0.1", "255.255.255.255", "0.0.0.0"}) {
            assertThat(answer(message(false, from, 8, 0, 4))).isEqualTo(Outcome.NO_PING);
        }
        for (String from : new String[] {"ff02::1", "::"}) {
            assertThat(answer(message(true, from, 128, 0, 4))).isEqualTo(Outcome.NO_PING);
        }
    }

    @Test
    void theLongestAnswerFillsThePacket() {
        for (boolean v6 : new boolean[] {false, true}) {
            int most = MTU - HEADER - (v6 ? Ipv6.HEADER_LENGTH : Ipv4.HEADER_LENGTH);
            assertThat(answer(request(v6, most))).isEqualTo(Outcome.ANSWERED);
            assertThat(answer(request(v6, most + 1))).isEqualTo(Outcome.NO_PING);
        }
    }

    @Test
    void aMessageWithoutAWholeHeaderIsNoPing() {
        for (int length = 0; length < HEADER; length++) {
            ByteBuffer b = ByteBuffer.allocate(Ipv4.HEADER_LENGTH + length);
            Ipv4.write(b, 0, b.limit(), 0, 0, 64, Protocol.ICMP, 0x0A000002, 0x0A000001);
            if (length > 0) {
                b.put(Ipv4.HEADER_LENGTH, (byte) 8);
            }
            assertThat(answer(b)).isEqualTo(Outcome.NO_PING);
        }
    }

    @Test
    void withoutRoomThereIsNoAnswer() {
        while (link[0].claim(1) != null) {
            link[0].commit(null, 0);
        }
        assertThat(answer(request(false, 4))).isEqualTo(Outcome.NO_ROOM);
    }

    private Outcome answer(ByteBuffer packet) {
        assertThat(ip.parse(packet, 0, packet.limit())).isEqualTo(Verdict.OK);
        Outcome outcome = echo.answer(ip, 0);
        if (outcome == Outcome.ANSWERED) {
            PacketBatch batch = new PacketBatch(1);
            assertThat(link[1].receive(batch, 0)).isEqualTo(1);
            Packet packetBack = batch.get(0);
            last = ByteBuffer.allocate(packetBack.length());
            last.put(0, packetBack.buffer(), packetBack.offset(), packetBack.length());
        }
        return outcome;
    }

    private ByteBuffer last;

    private ByteBuffer received() {
        return last;
    }

    private static ByteBuffer request(boolean v6, int octets) {
        return message(v6, "2", v6 ? 128 : 8, 0, octets);
    }

    private static ByteBuffer message(boolean v6, String from, int type, int code, int octets) {
        int header = v6 ? Ipv6.HEADER_LENGTH : Ipv4.HEADER_LENGTH;
        int length = HEADER + octets;
        ByteBuffer b = ByteBuffer.allocate(header + length);
        String source = from.equals("2") ? (v6 ? "fd00::2" : "10.0.0.2") : from;
        IpAddress remote = IpAddress.parse(source);
        IpAddress local = IpAddress.parse(v6 ? "fd00::1" : "10.0.0.1");
        if (v6) {
            Ipv6.write(
                    b,
                    0,
                    length,
                    0,
                    0,
                    64,
                    Protocol.ICMPV6,
                    /* sourceHigh= */ remote.high(),
                    /* sourceLow= */ remote.low(),
                    /* destinationHigh= */ local.high(),
                    /* destinationLow= */ local.low());
        } else {
            Ipv4.write(
                    b,
                    0,
                    header + length,
                    0,
                    0,
                    64,
                    Protocol.ICMP,
                    (int) remote.low(),
                    (int) local.low());
        }
        b.put(header, (byte) type).put(header + 1, (byte) code);
        b.putInt(header + 4, 0xBEEF0007);
        for (int i = 0; i < octets; i++) {
            b.put(header + HEADER + i, (byte) (7 * i + 1));
        }
        long pseudo =
                v6
                        ? Checksum.pseudoHeader(
                                remote.high(),
                                remote.low(),
                                local.high(),
                                local.low(),
                                Protocol.ICMPV6,
                                length)
                        : 0;
        b.putShort(header + 2, (short) Checksum.finish(Checksum.add(b, header, length, pseudo)));
        return b;
    }
}

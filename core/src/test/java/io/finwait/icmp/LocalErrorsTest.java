package io.finwait.icmp;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.icmp.IcmpError.Kind;
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

import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.SplittableRandom;

/** What a host tells itself of packets that its own link cannot carry, read as from a router. */
class LocalErrorsTest {

    private static final int AT = 5;

    private final LocalErrors errors = new LocalErrors();
    private final PacketBatch batch = new PacketBatch(64);
    private final IpView ip = new IpView();
    private final IcmpError error = new IcmpError();

    /** A segment with its sequence number, behind as many octets of another header. */
    private static Packet segment(boolean v6, int link, int options, int seq) {
        int header = v6 ? Ipv6.HEADER_LENGTH : Ipv4.HEADER_LENGTH + options;
        int tcp = TcpHeader.LENGTH + 30;
        ByteBuffer b = ByteBuffer.allocate(AT + link + header + tcp);
        for (int i = 0; i < link; i++) {
            b.put(AT + i, (byte) (i + 1));
        }
        int at = AT + link;
        IpAddress from = IpAddress.parse(v6 ? "fd00::1" : "10.0.0.1");
        IpAddress to = IpAddress.parse(v6 ? "fd00::2" : "10.0.0.2");
        if (v6) {
            int next = Protocol.TCP;
            Ipv6.write(b, at, tcp, 0, 0, 64, next, from.high(), from.low(), to.high(), to.low());
        } else {
            int source = (int) from.low();
            Ipv4.write(b, at, header + tcp, 0, 0, 64, Protocol.TCP, source, (int) to.low());
            b.put(at, (byte) (0x40 | header / 4));
        }
        TcpHeader.write(b, at + header, 4_711, 80, seq, 0, TcpHeader.LENGTH, TcpHeader.ACK, 9);
        return new Packet(b, AT, link + header + tcp);
    }

    private Packet told() {
        batch.clear();
        errors.giveBackLent();
        assertThat(errors.isEmpty()).isFalse();
        assertThat(errors.drain(batch)).isEqualTo(1);
        assertThat(errors.isEmpty()).isTrue();
        return batch.get(0);
    }

    private Kind read(Packet packet, int link) {
        int length = packet.length() - link;
        assertThat(ip.parse(packet.buffer(), packet.offset() + link, length)).isEqualTo(Verdict.OK);
        return error.parse(ip);
    }

    @ParameterizedTest
    @CsvSource({
        "false, 0, 0",
        "false, 14, 0",
        "false, 18, 40",
        "false, 0, 40",
        "true, 0, 0",
        "true, 14, 0",
        "true, 18, 0"
    })
    void aPacketThatIsTooBigIsToldWithItsSegment(boolean v6, int link, int options) {
        errors.tooBig(segment(v6, link, options, -9), link, 1_280);
        Packet told = told();
        assertThat(read(told, link)).isEqualTo(Kind.TOO_BIG);
        assertThat(error.mtu()).isEqualTo(1_280);
        assertThat(error.sequence()).isEqualTo(-9);
        assertThat(error.localPort).isEqualTo(4_711);
        assertThat(error.remotePort).isEqualTo(80);
        assertThat(error.localAddress()).isEqualTo(IpAddress.parse(v6 ? "fd00::1" : "10.0.0.1"));
        assertThat(ip.sourceLow()).as("from itself").isEqualTo(error.localLow);
        assertThat(ip.destinationLow()).isEqualTo(error.localLow);
        for (int i = 0; i < link; i++) {
            int wanted = i < 6 ? i + 7 : i < 12 ? i - 5 : i + 1;
            assertThat(told.buffer().get(told.offset() + i))
                    .as("octet %d", i)
                    .isEqualTo((byte) wanted);
        }
    }

    @ParameterizedTest
    @EnumSource(Unreachable.class)
    void whyADestinationIsNotReached(Unreachable why) {
        for (boolean v6 : new boolean[] {false, true}) {
            errors.unreachable(segment(v6, 14, 0, 3), 14, why);
            Packet told = told();
            Kind kind = read(told, 14);
            assertThat(kind).isEqualTo(why == Unreachable.PORT ? Kind.HARD : Kind.SOFT);
            int icmp = told.offset() + 14 + (v6 ? Ipv6.HEADER_LENGTH : Ipv4.HEADER_LENGTH);
            assertThat(told.buffer().get(icmp)).isEqualTo((byte) (v6 ? 1 : 3));
            assertThat(told.buffer().get(icmp + 1) & 0xFF)
                    .isEqualTo(v6 ? why.v6Code() : why.v4Code());
        }
    }

    @Test
    void anMtuBeyondTheFieldIsTheLargest() {
        errors.tooBig(segment(false, 0, 0, 3), 0, 70_000);
        assertThat(read(told(), 0)).isEqualTo(Kind.TOO_BIG);
        assertThat(error.mtu()).isEqualTo(0xFFFF);
    }

    /** Nothing is told of what is no segment, or is cut short. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void onlySegmentsAreToldOf(boolean v6) {
        int header = v6 ? Ipv6.HEADER_LENGTH : Ipv4.HEADER_LENGTH;
        for (int length = 0; length < 14 + header + 8; length++) {
            errors.tooBig(segment(v6, 14, 0, 3).length(length), 14, 1_280);
            assertThat(errors.isEmpty()).as("%d octets", length).isTrue();
        }
        Packet other = segment(v6, 14, 0, 3);
        other.buffer().put(AT + 14 + (v6 ? 6 : 9), (byte) Protocol.UDP);
        errors.tooBig(other, 14, 1_280);
        assertThat(errors.isEmpty()).isTrue();
        errors.tooBig(segment(v6, 14, 0, 3).length(14 + header + 8), 14, 1_280);
        assertThat(errors.isEmpty()).isFalse();
    }

    /** A ring of 32 against a queue: what is lent takes a place until it is given back. */
    @RepeatedTest(20)
    void messagesWaitInTheirOrder(RepetitionInfo repetition) {
        int seed = repetition.getCurrentRepetition();
        SplittableRandom random = new SplittableRandom(seed);
        Deque<Integer> waiting = new ArrayDeque<>();
        int lent = 0;
        int seq = 0;
        for (int step = 0; step < 400; step++) {
            String where = "seed %d, step %d".formatted(seed, step);
            if (random.nextInt(5) < 3) {
                for (int i = random.nextInt(12); i >= 0; i--) {
                    errors.tooBig(segment(random.nextBoolean(), 0, 0, seq), 0, 1_400);
                    if (waiting.size() + lent < 32) {
                        waiting.add(seq);
                    }
                    seq++;
                }
            } else if (random.nextBoolean()) {
                errors.giveBackLent();
                lent = 0;
            } else {
                PacketBatch some = new PacketBatch(1 + random.nextInt(40));
                int count = Math.min(some.room(), waiting.size());
                assertThat(errors.drain(some)).as(where).isEqualTo(count);
                for (int i = 0; i < count; i++) {
                    assertThat(read(some.get(i), 0)).as(where).isEqualTo(Kind.TOO_BIG);
                    assertThat(error.sequence()).as(where).isEqualTo(waiting.remove());
                }
                lent += count;
            }
            assertThat(errors.isEmpty()).as(where).isEqualTo(waiting.isEmpty());
        }
    }
}

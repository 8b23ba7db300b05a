package io.finwait.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finwait.link.EthernetCounters.Counter;
import io.finwait.spi.Capabilities;
import io.finwait.spi.DirectLink;
import io.finwait.spi.ForwardingTransport;
import io.finwait.spi.Medium;
import io.finwait.spi.Packet;
import io.finwait.spi.PacketBatch;
import io.finwait.spi.Transport;
import io.finwait.wire.IpAddress;
import io.finwait.wire.Ipv4;
import io.finwait.wire.Ipv6;
import io.finwait.wire.Protocol;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Frames over a link in memory: to groups, while others wait, and where there is no room. */
class EthernetTransportTest {

    private static final long PEER = 0x0200_0000_0002L;
    private static final Capabilities FRAMES =
            new Capabilities(1_514, 0, 1_514, false, false, true, true, false, Medium.ETHERNET);
    private static final EthernetConfig CONFIG =
            EthernetConfig.at("10.9.0.2/24", "fd09::2/64").mac("02:00:00:00:00:01");

    /** Notes what it is asked for. */
    private static final class Noting extends ForwardingTransport {
        private final List<Long> awaited = new ArrayList<>();
        private boolean full;
        private int closed;

        Noting(Transport below) {
            super(below);
        }

        @Override
        public Packet claim(int length) {
            return full ? null : super.claim(length);
        }

        @Override
        public void await(long timeoutNs) {
            awaited.add(timeoutNs);
        }

        @Override
        public void close() {
            closed++;
        }
    }

    private final DirectLink[] ends = DirectLink.pair(FRAMES);
    private final Noting below = new Noting(ends[0]);
    private final EthernetTransport us = new EthernetTransport(below, CONFIG);
    private final PacketBatch batch = new PacketBatch(64);

    private static void write(ByteBuffer b, int at, String from, String to) {
        IpAddress source = IpAddress.parse(from);
        IpAddress destination = IpAddress.parse(to);
        if (source.isV4()) {
            int low = (int) destination.low();
            Ipv4.write(b, at, 60, 0, 0, 64, Protocol.TCP, (int) source.low(), low);
        } else {
            Ipv6.write(
                    b,
                    at,
                    20,
                    0,
                    0,
                    64,
                    Protocol.TCP,
                    source.high(),
                    source.low(),
                    destination.high(),
                    destination.low());
        }
    }

    /** The Ethernet address of the frame that leaves, or 0. */
    private long leavesTo(String from, String to) {
        ends[1].receive(batch, 0);
        batch.clear();
        Packet packet = us.claim(60);
        write(packet.buffer(), packet.offset(), from, to);
        us.commit(packet, 0);
        if (ends[1].receive(batch, 0) == 0) {
            return 0;
        }
        Packet frame = batch.get(0);
        assertThat(frame.length()).isEqualTo(74);
        long to48 = MacAddress.read(frame.buffer(), frame.offset());
        batch.clear();
        return to48;
    }

    /** RFC 1112 §6.4 and RFC 2464 §7: a group of hosts has an address that follows from its own. */
    @ParameterizedTest
    @CsvSource({
        "10.9.0.2, 224.0.0.251, 01:00:5e:00:00:fb", "10.9.0.2, 239.255.1.2, 01:00:5e:7f:01:02",
        "10.9.0.2, 224.128.0.1, 01:00:5e:00:00:01", "10.9.0.2, 255.255.255.255, ff:ff:ff:ff:ff:ff",
        "10.9.0.2, 10.9.0.255, ff:ff:ff:ff:ff:ff", "fd09::2, ff02::1, 33:33:00:00:00:01",
        "fd09::2, ff02::1:ff00:7, 33:33:ff:00:00:07"
    })
    void whatGoesToAGroupGoesToItsAddress(String from, String to, String mac) {
        assertThat(new MacAddress(leavesTo(from, to))).hasToString(mac);
        assertThat(us.counters().get(Counter.PACKETS_OUT)).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({"10.9.0.2, 0.0.0.0", "fd09::2, ::"})
    void nobodyHasTheAddressOfNothing(String from, String to) {
        assertThat(leavesTo(from, to)).isZero();
        assertThat(us.counters().get(Counter.PACKETS_OUT)).isZero();
    }

    private void arrives(int count) {
        for (int i = 0; i < count; i++) {
            Packet frame = ends[1].claim(74);
            ByteBuffer b = frame.buffer();
            new FrameHeader(PEER, 0).write(b, frame.offset(), us.mac().bits(), FrameHeader.IPV4);
            write(b, frame.offset() + 14, "10.9.0.7", "10.9.0.2");
            ends[1].commit(frame, 0);
        }
    }

    /** What came in one batch from below is received without waiting for more. */
    @Test
    void nobodyWaitsWhileFramesAreThere() {
        us.await(70);
        arrives(2);
        PacketBatch one = new PacketBatch(1);
        assertThat(us.receive(one, 0)).isEqualTo(1);
        us.await(71);
        one.clear();
        assertThat(us.receive(one, 0)).isEqualTo(1);
        us.await(72);
        assertThat(below.awaited).containsExactly(70L, 0L, 72L);
        arrives(1);
        one.clear();
        us.close();
        assertThat(us.receive(one, 0)).isZero();
        assertThat(below.closed).isEqualTo(1);
        assertThat(us.nextDeadlineNs()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void messagesTellWhetherTheyHaveLeft() {
        FrameHeader header = new FrameHeader(1 << 25, 0);
        Messages messages = new Messages(below, header, new EthernetCounters());
        Arp asked = new Arp();
        ByteBuffer b = ByteBuffer.allocate(Arp.LENGTH);
        Arp.write(b, 0, Arp.REQUEST, PEER, 0x0A090007, 0, 0x0A090002);
        assertThat(asked.parse(b, 0, Arp.LENGTH)).isTrue();
        IpAddress own = IpAddress.parse("10.9.0.2");
        IpAddress own6 = IpAddress.parse("fd09::2");
        for (boolean full : new boolean[] {false, true}) {
            below.full = full;
            assertThat(messages.answer(asked, 0)).isEqualTo(!full);
            assertThat(messages.announce(own.high(), own.low(), 0)).isEqualTo(!full);
            assertThat(messages.announce(own6.high(), own6.low(), 0)).isEqualTo(!full);
        }
        assertThat(ends[1].receive(batch, 0)).as("sent while there was room").isEqualTo(3);
    }

    @Test
    void countsAreToldInWords() {
        EthernetCounters counters = new EthernetCounters();
        assertThat(counters).hasToString("");
        counters.add(Counter.CONFLICTS);
        assertThat(counters).hasToString("CONFLICTS 1");
        counters.add(Counter.NO_ROUTE);
        counters.add(Counter.NO_ROUTE);
        assertThat(counters).hasToString("CONFLICTS 1, NO_ROUTE 2");
        assertThat(counters.get(Counter.NO_ROUTE)).isEqualTo(2);
    }

    @Test
    void aCarrierOfSomethingElseIsRefusedAndClosed() {
        Noting packets = new Noting(DirectLink.pair()[0]);
        assertThatThrownBy(() -> EthernetUri.open(packets, CONFIG))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(packets.closed).isEqualTo(1);
        Noting frames = new Noting(ends[0]);
        assertThat(EthernetUri.open(frames, CONFIG)).isInstanceOf(EthernetTransport.class);
        assertThat(EthernetUri.open(frames, null)).isSameAs(frames);
        assertThat(frames.closed).isZero();
    }
}

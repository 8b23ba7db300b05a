package io.finwait.sim.tcp.matrix;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.Finwait;
import io.finwait.sim.Requirement;
import io.finwait.tcp.CloseReason;
import io.finwait.tcp.Connection;
import io.finwait.tcp.Counters.Counter;
import io.finwait.tcp.Endpoint;
import io.finwait.tcp.EndpointConfig;
import io.finwait.tcp.Listener;
import io.finwait.wire.Checksum;
import io.finwait.wire.IpAddress;
import io.finwait.wire.IpView;
import io.finwait.wire.Segment;
import io.finwait.wire.TcpHeader;
import io.finwait.wire.Verdict;

import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;
import java.util.List;

/** Resets of connections that use timestamps (RFC 7323): two endpoints, packets handed over one by one. */
class ResetsWithTimestampsTest {

    private final HandTransport wireA = new HandTransport();
    private final HandTransport wireB = new HandTransport();
    private final Endpoint a = open("10.0.0.1", wireA);
    private final Endpoint b = open("10.0.0.2", wireB);
    private final Listener listener;
    private final Connection fromA;
    private final Connection atB;
    private long nowNs = Bench.SECOND;
    private int lastTimestampOfB;

    ResetsWithTimestampsTest() {
        a.doWork(nowNs);
        b.doWork(nowNs);
        listener = b.listen(80, 1);
        fromA = a.connect(IpAddress.parse("10.0.0.2"), 80);
        while (handOver()) {
            nowNs += 10 * Bench.MS;
        }
        atB = listener.accept();
        assertThat(atB).isNotNull();
    }

    private static Endpoint open(String address, HandTransport wire) {
        return Finwait.open(EndpointConfig.at(address).seed(1).build(), wire);
    }

    /** Both work, and what they sent arrives at the next turn; false when nothing was sent. */
    private boolean handOver() {
        a.doWork(nowNs);
        b.doWork(nowNs);
        List<ByteBuffer> ofA = wireA.takeSent();
        List<ByteBuffer> ofB = wireB.takeSent();
        ofA.forEach(wireB::arrives);
        for (ByteBuffer packet : ofB) {
            lastTimestampOfB = read(packet).options().timestampValue();
            wireA.arrives(packet);
        }
        return !ofA.isEmpty() || !ofB.isEmpty();
    }

    private static Segment read(ByteBuffer packet) {
        IpView ip = new IpView();
        Segment segment = new Segment();
        assertThat(ip.parse(packet, 0, packet.capacity())).isEqualTo(Verdict.OK);
        assertThat(segment.parse(ip, false)).isEqualTo(Verdict.OK);
        assertThat(segment.options().hasTimestamps()).isTrue();
        return segment;
    }

    private ByteBuffer resetOfA() {
        nowNs += Bench.SECOND;
        a.doWork(nowNs);
        fromA.abort();
        a.doWork(nowNs);
        List<ByteBuffer> sent = wireA.takeSent();
        assertThat(sent).hasSize(1);
        return sent.getFirst();
    }

    @Test
    @Requirement("C17")
    void aResetCarriesTheTimeAndEchoesThePeers() {
        Segment reset = read(resetOfA());
        assertThat(reset.hasRst()).isTrue();
        assertThat(reset.options().timestampEcho()).isEqualTo(lastTimestampOfB);
    }

    @Test
    @Requirement({"C18", "T-25"})
    void aResetWithAnOldTimestampResetsAllTheSame() {
        ByteBuffer packet = resetOfA();
        makeOld(packet);
        wireB.arrives(packet);
        b.doWork(nowNs);
        assertThat(atB.closeReason()).isInstanceOf(CloseReason.ResetByPeer.class);
        assertThat(b.counters().get(Counter.PAWS_DROPS)).isZero();
    }

    @Test
    @Requirement("C18")
    void aResetThatMissesDoesNotChangeWhatIsEchoed() {
        ByteBuffer packet = resetOfA();
        Segment reset = read(packet);
        int recent = reset.options().timestampValue();
        TcpHeader.sequence(packet, 20, reset.seq() + 1);
        mend(packet);
        wireB.arrives(packet);
        b.doWork(nowNs);
        Segment challenge = read(wireB.takeSent().getFirst());
        assertThat(atB.closeReason()).as("it was challenged").isNull();
        assertThat(challenge.options().timestampEcho()).isNotEqualTo(recent);
    }

    /** Sets the timestamp an hour back. */
    private static void makeOld(ByteBuffer packet) {
        Segment segment = read(packet);
        int value = segment.options().timestampValue();
        for (int at = 40; at + 4 <= packet.capacity(); at++) {
            if (packet.getInt(at) == value) {
                packet.putInt(at, value - 3_600_000);
                mend(packet);
                assertThat(read(packet).options().timestampValue()).isEqualTo(value - 3_600_000);
                return;
            }
        }
        throw new AssertionError("no timestamp in the packet");
    }

    private static void mend(ByteBuffer packet) {
        IpView ip = new IpView();
        assertThat(ip.parse(packet, 0, packet.capacity())).isEqualTo(Verdict.OK);
        TcpHeader.checksum(packet, 20, 0);
        long sum = Checksum.add(packet, 20, ip.payloadLength(), ip.pseudoHeaderSum());
        TcpHeader.checksum(packet, 20, Checksum.finish(sum));
    }
}
